"""The style of all figures: a style sheet that is applied while a figure is drawn, and named colours."""

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
INK = "#222222"
GREY = "#777777"
PALE = "#E8EDF2"

WRONG = VERMILLION

STYLE_SHEET = "mnist_lab.plots.lab"


@contextmanager
def style() -> Iterator[None]:
    """Give new figures the project's style while the block runs, then restore the user's settings.

    A notebook's backend turns interactive mode on when the first figure is created. Interactive mode stays on:
    otherwise no later figure would be shown.
    """
    with plt.style.context(STYLE_SHEET):
        yield
        interactive = plt.isinteractive()
    matplotlib.interactive(interactive)


def new_figure(width: float = 9, height: float = 3.2) -> Figure:
    """Return an empty pyplot figure of `width` × `height` inches; a notebook shows it when its cell ends."""
    return plt.figure(figsize=(width, height))
