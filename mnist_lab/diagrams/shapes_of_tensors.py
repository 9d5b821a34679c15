"""Tensors and their shapes: a grey image, a colour image, a batch."""

import numpy as np

from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import SMALL, box, canvas, inked, picture, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION

_PATCH = 4  # pixels a side
_CELL = 0.39


def tensors(image) -> None:
    """Draw an image as a matrix, a colour image as three, a batch as a stack, each with its shape.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    with canvas(3.1) as ax:
        _grey(ax, image)
        _colour(ax, inked(image, BLUE, tint(ORANGE, 0.55)))
        _batch(ax, image)
        for x, text, dimensions in (
            (2.05, "grey image", "[28, 28]"),
            (5.52, "colour image", "[28, 28, 3]"),
            (7.88, "128 colour images", "[128, 28, 28, 3]"),
        ):
            words(ax, x, 0.48, text)
            shape(ax, x, 0.2, dimensions, 12, weight="bold")


def _grey(ax, image: np.ndarray) -> None:
    windows = np.lib.stride_tricks.sliding_window_view(image, (_PATCH, _PATCH))
    greys = (windows * (1 - windows)).sum(axis=(2, 3))
    row, column = np.unravel_index(greys.argmax(), greys.shape)
    left, bottom, side = 0.1, 0.85, 2.1
    pixel = side / len(image)
    picture(ax, image, left, bottom, side, side)
    x, y = left + column * pixel, bottom + side - (row + _PATCH) * pixel
    zoom_x, zoom_y, zoom_side = 2.45, 1.12, _PATCH * _CELL
    for corner, zoom_corner in ((y, zoom_y), (y + _PATCH * pixel, zoom_y + zoom_side)):
        ax.plot((x + _PATCH * pixel, zoom_x), (corner, zoom_corner), color=ORANGE, linewidth=1)
    look = {"edge": ORANGE, "linewidth": 2, "zorder": 3}
    picture(ax, windows[row, column], zoom_x, zoom_y, zoom_side, zoom_side, **look)
    box(ax, x, y, _PATCH * pixel, _PATCH * pixel, ORANGE, "none", linewidth=2, boxstyle="square,pad=0")
    for (i, j), value in np.ndenumerate(windows[row, column]):
        at = zoom_x + (j + 0.5) * _CELL, zoom_y + zoom_side - (i + 0.5) * _CELL
        words(ax, *at, f"{value:.2f}", SMALL, color="white" if value > 0.5 else INK, zorder=4)


def _colour(ax, pixels: np.ndarray) -> None:
    side, step = 1.56, 0.3
    for plane, (color, name) in enumerate(((VERMILLION, "red"), (GREEN, "green"), (BLUE, "blue"))):
        x, y = 4.45 + plane * step, 0.85 + plane * step * 0.9
        picture(ax, inked(pixels[..., plane], tint(color, 0.6)), x, y, side, side, zorder=4 - plane)
        words(ax, x + side - 0.05, y + side - 0.13, name, SMALL, ha="right", color=INK, zorder=4 - plane)


def _batch(ax, image: np.ndarray) -> None:
    side, step, inks = 1.3, 0.13, (BLUE, PURPLE, GREEN, SKY, VERMILLION, INK, ORANGE)
    papers = (ORANGE, SKY, PURPLE, ORANGE, GREEN, VERMILLION, SKY)
    for behind, (ink, paper) in enumerate(zip(inks, papers, strict=True)):
        pixels = inked(image, ink, tint(paper, 0.55))
        x, y = 6.85 + behind * step, 0.85 + behind * step
        picture(ax, pixels, x, y, side, side, zorder=10 - behind)
