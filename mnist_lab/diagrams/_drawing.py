"""What the diagrams are drawn with: a figure, a canvas measured in inches, boxes, arrows, images, text, colours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.typing import ColorType

from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION, new_figure, style

WIDTH = 9
SMALL = 9  # points, the smallest size of any text
SUBSCRIPTED = 13  # points, the size at which a subscript still has nine

Point = tuple[float, float]
Options = dict[str, Any]  # keyword arguments of Matplotlib's artists


@contextmanager
def styled_figure(height: float) -> Iterator[Figure]:
    """Yield a new pyplot figure of 9 × `height` inches; the project's style holds inside the block."""
    with style():
        figure = new_figure(WIDTH, height)
        yield figure
        figure.draw_without_rendering()  # Matplotlib makes ticks at the first draw, so draw while the style holds


@contextmanager
def canvas(height: float) -> Iterator[Axes]:
    """Yield frameless axes over a new figure of 9 × `height` inches, measured in inches from the bottom left."""
    with styled_figure(height) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
        ax.set_axis_off()
        yield ax


def write(ax: Axes, x: float, y: float, text: str, size: float = 11, **options: Any) -> Text:
    """Write `text`, centred at (x, y) unless `options` align it otherwise."""
    return ax.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": size, **options})


def write_code(ax: Axes, x: float, y: float, text: str, size: float = 11, **options: Any) -> Text:
    """Write a tensor's shape or a piece of code like `write`, in a monospaced font."""
    return write(ax, x, y, text, size, family="monospace", **options)


def draw_box(
    ax: Axes,
    x: float,
    y: float,
    width: float,
    height: float,
    edge: ColorType = GREY,
    fill: ColorType = "white",
    **options: Any,
) -> None:
    """Draw a box with rounded corners whose bottom left corner is (x, y)."""
    look: Options = {"boxstyle": "round,pad=0,rounding_size=0.08", "linewidth": 1.2, **options}
    ax.add_patch(FancyBboxPatch((x, y), width, height, edgecolor=edge, facecolor=fill, **look))


def draw_arrow(ax: Axes, start: Point, end: Point, color: ColorType = GREY, **options: Any) -> None:
    """Draw an arrow from `start` to `end`."""
    look: Options = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.5, **options}
    ax.add_patch(FancyArrowPatch(start, end, color=color, shrinkA=0, shrinkB=0, **look))


def draw_image(ax: Axes, image: np.ndarray, x: float, y: float, width: float, height: float, **options: Any) -> None:
    """Draw an image, `[rows, columns]` from 0 (paper) to 1 (ink) or RGB, in a thin frame."""
    frame: Options = {"edge": GREY, "linewidth": 0.8, **options}
    ax.imshow(image, extent=(x, x + width, y, y + height), vmin=0, vmax=1, zorder=frame.get("zorder", 1))
    draw_box(ax, x, y, width, height, fill="none", boxstyle="square,pad=0", **frame)


def colorize(image: np.ndarray, ink: ColorType = INK, paper: ColorType = "white") -> np.ndarray:
    """Return an image as RGB, `[rows, columns, 3]`: 0 becomes the colour `paper`, 1 becomes `ink`."""
    return image[..., np.newaxis] * (np.array(to_rgb(ink)) - to_rgb(paper)) + to_rgb(paper)


def tint(color: ColorType, strength: float) -> tuple[float, float, float]:
    """Return `color` mixed with white: strength 1 leaves it unchanged, 0 gives white."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(color))
    return red, green, blue


def sign_colors(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return `values` as RGB, `[..., 3]`: blue above zero, vermillion below, white at zero.

    The colours are full where the absolute value reaches `largest`, by default the largest of these values.
    """
    largest = largest or float(np.abs(values).max()) or 1.0
    strength = np.clip(np.abs(values) / largest, 0, 1)[..., np.newaxis]
    hue = np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(VERMILLION))
    return 1 - strength * (1 - hue)
