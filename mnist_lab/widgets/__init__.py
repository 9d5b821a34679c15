"""What moves in a notebook: anywidgets in plain JavaScript."""
