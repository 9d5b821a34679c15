"""Interactive widgets for notebooks: anywidgets in plain JavaScript."""
