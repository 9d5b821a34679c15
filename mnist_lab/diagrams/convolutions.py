"""A filter sliding over an image: what it computes at one place, and what it makes of the whole image."""

import numpy as np
from matplotlib.axes import Axes

from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, picture, shape, signed, tint, words
from mnist_lab.plots.style import GREY, INK, ORANGE

UPPER_EDGE = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])  # ink below, paper above
_CELL = 0.43


def slide(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of the pixels under `weights` at every place where these fit into `image`."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return (windows * weights).sum(axis=(2, 3))


def sliding_filter(image) -> None:
    """Draw a filter of 3 × 3 weights on an image: the weighted sum at one place, and the map of all these sums.

    The filter answers to ink that begins below paper. The place shown is the one with the largest sum.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    sums = slide(image, UPPER_EDGE)
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    side, bottom = 2.1, 0.75
    pixel = side / len(image)
    middle = bottom + side / 2
    with canvas(3.3) as ax:
        picture(ax, image, 0.15, bottom, side, side)
        _frame(ax, 0.15 + column * pixel, bottom + side - (row + 3) * pixel, 3 * pixel)
        _cells(ax, 2.6, middle, image[row : row + 3, column : column + 3], picture_of=lambda v: 1 - np.dstack([v] * 3))
        words(ax, 4.1, middle, "×", 15)
        _cells(ax, 4.3, middle, UPPER_EDGE, picture_of=signed)
        for x, text in ((2.6, "pixels"), (4.3, "weights")):
            words(ax, x + 1.5 * _CELL, middle + 1.5 * _CELL + 0.2, text, 11)
        shown = np.round(image[row : row + 3, column : column + 3], 2)  # a reader who adds up what is printed
        added = f"multiply pairwise, add up: {(shown * UPPER_EDGE).sum():.2f}"
        words(ax, 4.1, middle - 1.5 * _CELL - 0.25, added, 11, weight="bold")
        arrow(ax, (5.75, middle), (6.35, middle))
        width = side * len(sums) / len(image)
        picture(ax, signed(sums), 6.6, bottom + pixel, width, width)
        _frame(ax, 6.6 + column * pixel, bottom + pixel + width - (row + 1) * pixel, pixel)
        words(ax, 0.15, 3.07, "an image, a filter on it", 12, ha="left")
        words(ax, 6.6 + width / 2, 3.07, "the sum at every place", 12)
        shape(ax, 1.2, 0.5, "[28, 28]", 12, weight="bold")
        shape(ax, 6.6 + width / 2, 0.5, "[26, 26]", 12, weight="bold")
        legend = "blue, outlined where strong: positive, an upper edge   ·   orange: negative, a lower edge"
        words(ax, 4.5, 0.17, legend, SMALL, color=INK)
        _outline(ax, sums, 6.6, bottom + pixel, pixel)


def _cells(ax: Axes, x: float, middle: float, values: np.ndarray, picture_of) -> None:
    side = 3 * _CELL
    picture(ax, picture_of(values), x, middle - side / 2, side, side)
    for (i, j), value in np.ndenumerate(values):
        at = x + (j + 0.5) * _CELL, middle + side / 2 - (i + 0.5) * _CELL
        text = f"{value:.2f}" if picture_of is not signed else f"{value:+.0f}".replace("+0", "0").replace("-", "−")
        dark = value > 0.5 or (picture_of is signed and abs(value) == 1)
        words(ax, *at, text, SMALL, color="white" if dark else INK)


def _frame(ax: Axes, x: float, y: float, side: float) -> None:
    box(ax, x, y, side, side, INK, "none", linewidth=3, boxstyle="square,pad=0", zorder=4)
    box(ax, x, y, side, side, tint(ORANGE, 0.9), "none", linewidth=1.6, boxstyle="square,pad=0", zorder=5)


def _outline(ax: Axes, sums: np.ndarray, x: float, y: float, pixel: float) -> None:
    """Outline where the sums are clearly positive, so that the sign can be told without colour."""
    if not (sums > 1).any():
        return
    places = (np.arange(len(sums)) + 0.5) * pixel
    ax.contour(x + places, y + places[::-1], sums, levels=[1], colors=[GREY], linewidths=0.8, zorder=3)
