"""Two ways to a smaller image: a filter that goes two pixels at a time, and the largest of each small window."""

import numpy as np
from matplotlib.axes import Axes

from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, picture, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, SKY

_CELL = 0.4
_QUARTERS = ((SKY, 0, 0), (ORANGE, 0, 2), (GREEN, 2, 0), (BLUE, 2, 2))


def max_pool(image: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 × 2 window, the windows side by side: half the rows, half the columns."""
    rows, columns = image.shape
    return image.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))


def shrinking(image) -> None:
    """Draw where a filter with stride 2 stops, a max-pooling of 4 × 4 pixels, and a digit pooled once and twice.

    The pixels shown as numbers are a patch with many greys, and with windows that differ.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    with canvas(3.4) as ax:
        _stride(ax, 0.2, 0.75)
        _pooling(ax, 2.7, 1.0, _telling_patch(image))
        _pyramid(ax, 5.75, image)
        words(ax, 1.25, 3.2, "stride 2", 12, weight="bold")
        words(ax, 4.0, 3.2, "max-pooling 2 × 2", 12, weight="bold")
        words(ax, 7.3, 3.2, "a digit, pooled twice", 12, weight="bold")
        words(ax, 1.25, 0.36, "the filter stops at every\nsecond pixel: 6 → 3", 10)
        words(ax, 4.0, 0.36, "each window leaves\nits largest number: 4 → 2", 10)
        words(ax, 7.3, 0.36, "a quarter of the numbers\neach time", 10)


def _stride(ax: Axes, left: float, bottom: float) -> None:
    step = 2.1 / 6
    for row in range(6):
        for column in range(6):
            x, y = left + column * step, bottom + (5 - row) * step
            stop = row % 2 == 0 and column % 2 == 0
            fill = tint(BLUE, 0.55) if stop else "white"
            box(ax, x, y, step, step, GREY, fill, boxstyle="square,pad=0", linewidth=0.8)
            if stop:
                number = 3 * (row // 2) + column // 2 + 1
                words(ax, x + step / 2, y + step / 2, f"{number}", 11, weight="bold")


def _telling_patch(image: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4))[::2, ::2]
    largest = np.stack([windows[..., i : i + 2, j : j + 2].max(axis=(2, 3)) for _, i, j in _QUARTERS])
    apart = np.diff(np.sort(largest, axis=0), axis=0).min(axis=0)
    grey = (windows * (1 - windows)).sum(axis=(2, 3))
    telling = apart + grey / 100
    return windows[np.unravel_index(telling.argmax(), telling.shape)]


def _pooling(ax: Axes, left: float, bottom: float, patch: np.ndarray) -> None:
    pooled = max_pool(patch)
    for color, i, j in _QUARTERS:
        x, y = left + j * _CELL, bottom + (2 - i) * _CELL
        box(ax, x, y, 2 * _CELL, 2 * _CELL, INK, tint(color, 0.35), boxstyle="square,pad=0", linewidth=1.4)
        window = patch[i : i + 2, j : j + 2]
        first = np.unravel_index(window.argmax(), window.shape)
        for (row, column), value in np.ndenumerate(window):
            look = {"weight": "bold"} if (row, column) == first else {"color": "#555555"}
            words(ax, x + (column + 0.5) * _CELL, y + (1.5 - row) * _CELL, f"{value:.2f}", SMALL, **look)
        x, y = left + 4 * _CELL + 0.45 + j // 2 * _CELL, bottom + (2 - i // 2) * _CELL
        box(ax, x, y, _CELL, _CELL, INK, tint(color, 0.35), boxstyle="square,pad=0", linewidth=1.4)
        words(ax, x + _CELL / 2, y + _CELL / 2, f"{pooled[i // 2, j // 2]:.2f}", SMALL, weight="bold")
    middle = bottom + 2 * _CELL
    arrow(ax, (left + 4 * _CELL + 0.08, middle), (left + 4 * _CELL + 0.38, middle), mutation_scale=11)


def _pyramid(ax: Axes, left: float, image: np.ndarray) -> None:
    middle, pixel = 1.95, 1.4 / 28
    for place in range(3):
        side = len(image) * pixel
        picture(ax, image, left, middle - side / 2, side, side)
        shape(ax, left + side / 2, middle - 1.0, f"{len(image)}", 12, weight="bold")
        if place < 2:
            arrow(ax, (left + side + 0.06, middle), (left + side + 0.3, middle), mutation_scale=11)
        left, image = left + side + 0.36, max_pool(image) if place < 2 else image
