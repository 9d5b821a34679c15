"""What figures share: named colours, a style sheet that is applied while they are drawn, and parts of charts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

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


def name_ends(ax: Axes) -> None:
    """Write the label of each line to the right of the chart, joined to its last finite point, clear of the others.

    Lines without a label get none.
    """
    figure = cast(Figure, ax.figure)
    figure.draw_without_rendering()  # only then is the chart as high as it stays
    lines = [line for line in ax.lines if not str(line.get_label()).startswith("_")]
    points = [np.asarray(line.get_xydata()) for line in lines]
    ends = np.array([values[np.isfinite(values[:, 1])][-1] for values in points])
    heights = ax.transAxes.inverted().transform(ax.transData.transform(ends))[:, 1]
    gap = 13 / 72 * figure.dpi / ax.bbox.height  # 13 points
    for line, end, height in zip(lines, ends, spread_apart(heights, gap), strict=True):
        look = {"arrowstyle": "-", "color": line.get_color(), "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 5}
        look |= {"linestyle": ":", "linewidth": 1}
        place: Any = {"xytext": (1.03, height), "textcoords": "axes fraction", "va": "center"}
        ax.annotate(str(line.get_label()), tuple(end), **place, fontsize=10, arrowprops=look, annotation_clip=False)


def spread_apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """Return `heights`, `[n]`, moved so that any two differ by `gap` or more, in the same order."""
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    free = heights[order] - steps
    pushed_up, pushed_down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    spread = np.empty(len(heights))
    spread[order] = (pushed_up + pushed_down) / 2 + steps
    return spread


def sign_colors(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return `values` as RGB, `[..., 3]`: blue up to `largest`, vermillion down to its negative, white at zero."""
    strengths = np.abs(values)[..., np.newaxis] / (largest or np.abs(values).max() or 1)
    return 1 - strengths * (1 - np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(VERMILLION)))
