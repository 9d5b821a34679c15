"""What figures share: named colours, a style sheet that is applied while they are drawn, and parts of charts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
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


@contextmanager
def style() -> Iterator[None]:
    """Give new figures the project's style while the block runs, then restore the user's settings."""
    with plt.style.context("mnist_lab.plots.lab"):
        yield
        interactive = plt.isinteractive()  # a notebook's first figure turns it on: it must stay on to show later ones
    matplotlib.interactive(interactive)


def new_figure(width: float = 9, height: float = 3.2) -> Figure:
    """Return an empty pyplot figure of `width` × `height` inches; a notebook shows it when its cell ends."""
    return plt.figure(figsize=(width, height))


@contextmanager
def chart(height: float, title: str) -> Iterator[Axes]:
    """Give the axes of a new figure, 9 inches wide, in the project's style while the block runs."""
    with style():
        ax = new_figure(9, height).subplots()
        ax.set_title(title)
        yield ax


def name_rows(ax: Axes, names: Iterable[str]) -> None:
    """Name the rows 0, 1, … of a chart, and put the first at the top."""
    labels = list(names)
    ax.set_yticks(range(len(labels)), labels)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)


def write_near(ax: Axes, point: tuple[float, float], text: str, offset: tuple[float, float], **properties: Any) -> None:
    """Write a text `offset` points (1/72 inch) away from a point of the chart."""
    ax.annotate(text, point, xytext=offset, textcoords="offset points", **properties)


def sign_colors(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return `values` as RGB, `[..., 3]`: blue up to `largest`, vermillion down to its negative, white at zero."""
    strengths = np.abs(values)[..., np.newaxis] / (largest or np.abs(values).max() or 1)
    return 1 - strengths * (1 - np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(VERMILLION)))
