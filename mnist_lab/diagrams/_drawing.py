"""What the drawings are made of: a figure, a canvas measured in inches, boxes, arrows, digits, words, colours."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION, new_figure, style

WIDTH = 9
SMALL = 9  # points: no text is smaller
SUBSCRIPTED = 13  # points: at this size a subscript still has nine


@contextmanager
def drawing(height: float) -> Iterator[Figure]:
    """Give a new pyplot figure, 9 × `height` inches, and the project's style while it is drawn."""
    with style():
        figure = new_figure(WIDTH, height)
        yield figure
        figure.draw_without_rendering()  # ticks are made at the first draw: while the style still holds


@contextmanager
def canvas(height: float) -> Iterator[Axes]:
    """Give frameless axes over a new figure of 9 × `height` inches, in inches from the bottom left."""
    with drawing(height) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
        ax.set_axis_off()
        yield ax


def words(ax: Axes, x: float, y: float, text: str, size: float = 11, **options) -> Text:
    """Write `text` around (x, y)."""
    return ax.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": size, **options})


def shape(ax: Axes, x: float, y: float, text: str, size: float = 11, **options) -> Text:
    """Write a tensor's shape, or a piece of code, around (x, y)."""
    return words(ax, x, y, text, size, family="monospace", **options)


def box(ax, x: float, y: float, width: float, height: float, edge=GREY, fill="white", **options) -> None:
    """Draw a box with rounded corners whose bottom left corner is (x, y)."""
    look = {"boxstyle": "round,pad=0,rounding_size=0.08", "linewidth": 1.2, **options}
    ax.add_patch(FancyBboxPatch((x, y), width, height, edgecolor=edge, facecolor=fill, **look))


def arrow(ax: Axes, start: tuple, end: tuple, color=GREY, **options) -> None:
    """Draw an arrow from `start` to `end`, both (x, y)."""
    look = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.5, **options}
    ax.add_patch(FancyArrowPatch(start, end, color=color, shrinkA=0, shrinkB=0, **look))


def picture(ax: Axes, image: np.ndarray, x: float, y: float, width: float, height: float, **options) -> None:
    """Put an image, `[rows, columns]` from 0 (paper) to 1 (ink) or RGB, in a thin frame."""
    frame = {"edge": GREY, "linewidth": 0.8, **options}
    ax.imshow(image, extent=(x, x + width, y, y + height), vmin=0, vmax=1, zorder=frame.get("zorder", 1))
    box(ax, x, y, width, height, fill="none", boxstyle="square,pad=0", **frame)


def inked(image: np.ndarray, ink=INK, paper="white") -> np.ndarray:
    """Return an image as RGB, `[rows, columns, 3]`: its 0 in colour `paper`, its 1 in `ink`."""
    return image[..., np.newaxis] * (np.array(to_rgb(ink)) - to_rgb(paper)) + to_rgb(paper)


def tint(color, strength: float) -> tuple[float, float, float]:
    """Return `color` thinned with white: 1 leaves it as it is, 0 gives white."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(color))
    return red, green, blue


def signed(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return `values` as RGB, `[..., 3]`: full blue at `largest` and above, full vermillion at −`largest` and below.

    `largest` is the largest size among the values unless it is given.
    """
    largest = largest or float(np.abs(values).max()) or 1.0
    strength = np.clip(np.abs(values) / largest, 0, 1)[..., np.newaxis]
    hue = np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(VERMILLION))
    return 1 - strength * (1 - hue)
