"""What moves: widgets in plain JavaScript, for notebooks and web pages."""

from mnist_lab.widgets.convolution import filter
from mnist_lab.widgets.digit_pad import pad
from mnist_lab.widgets.playgrounds import descent, gradients

__all__ = ["descent", "filter", "gradients", "pad"]
