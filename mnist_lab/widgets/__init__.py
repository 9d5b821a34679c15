"""What moves: widgets in plain JavaScript, for notebooks and web pages."""
