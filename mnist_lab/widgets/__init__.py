"""What moves: widgets in plain JavaScript, for notebooks and web pages."""

from mnist_lab.widgets.digit_pad import pad

__all__ = ["pad"]
