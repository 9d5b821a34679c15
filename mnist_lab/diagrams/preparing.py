"""Drawings beside training digits; and a drawing on its way into the network: cut out, scaled, centred."""

import numpy as np

from mnist_lab.data.idx import BOX, SIDE
from mnist_lab.diagrams._arguments import as_image, as_images, as_numbers
from mnist_lab.diagrams._drawing import SMALL, arrow, canvas, inked, picture, words
from mnist_lab.plots.style import GREY, VERMILLION

_PANEL = 1.9
_LEFTS = (0.25, 2.5, 4.75, 7.0)
_BOTTOM = 0.45
_IN_A_ROW = 12
_ROWS = {"drawings": 0.78, "training": 0.06}  # where each row begins, in inches from the bottom


def where_they_stand(drawings, digits) -> None:
    """Draw two rows of twelve framed images: drawings above, training digits below.

    Args:
        drawings: `[n, 784]` or `[n, 28, 28]`, from 0 to 1, the first twelve are drawn.
        digits: likewise.

    Raises:
        ValueError: they are fewer than twelve, of another shape, or do not lie between 0 and 1.
    """
    rows = [as_images(name, images, _IN_A_ROW) for name, images in (("drawings", drawings), ("digits", digits))]
    with canvas(1.5) as ax:
        for (name, bottom), images in zip(_ROWS.items(), rows, strict=True):
            words(ax, 0.1, bottom + 0.33, name, ha="left")
            for number, image in enumerate(images):
                picture(ax, inked(image), 0.98 + 0.665 * number, bottom, 0.66, 0.66)


def preparation(drawing, digit, small, image) -> None:
    """Draw the four stages of a drawing: as drawn, cut out, in the box of 20 pixels, centred by its mass.

    Args:
        drawing: `[height, width]`, 0 is paper; of each picture the largest number is drawn as ink.
        digit: the part of it that is inked, `[rows, columns]`.
        small: the digit with a longer side of 20 pixels, `[rows, columns]`.
        image: what the network gets, `[784]` or `[28, 28]`, from 0 to 1.

    Raises:
        ValueError: one of them is empty or of another shape, or `image` does not lie between 0 and 1.
    """
    drawing, digit, small = (
        _as_picture(name, values) for name, values in (("drawing", drawing), ("digit", digit), ("small", small))
    )
    image = as_image(image)
    if not image.any():
        raise ValueError("image must hold ink. Received: zeros only")
    rows, columns = (np.flatnonzero(drawing.any(axis)) for axis in (1, 0))
    with canvas(3.05) as ax:
        scale = _PANEL / max(drawing.shape)
        _paper(ax, 0, drawing, scale)
        left, top = _LEFTS[0] + columns[0] * scale, _BOTTOM + (drawing.shape[0] - rows[0]) * scale
        width, height = (columns[-1] + 1 - columns[0]) * scale, (rows[-1] + 1 - rows[0]) * scale
        ax.plot(
            [left, left + width, left + width, left, left],
            [top, top, top - height, top - height, top],
            color=VERMILLION,
            linewidth=1.6,
        )
        _paper(ax, 1, digit, _PANEL / max(digit.shape))
        _paper(ax, 2, small, _PANEL / max(BOX, *small.shape))
        _paper(ax, 3, image, _PANEL / SIDE)
        mass, axis = image.sum(), np.arange(SIDE) + 0.5
        row, column = (image.sum(1) @ axis / mass, image.sum(0) @ axis / mass)
        x, y = _LEFTS[3] + column * _PANEL / SIDE, _BOTTOM + _PANEL - row * _PANEL / SIDE
        ax.plot([x, x], [_BOTTOM, _BOTTOM + _PANEL], color=VERMILLION, linewidth=1.2)
        ax.plot([_LEFTS[3], _LEFTS[3] + _PANEL], [y, y], color=VERMILLION, linewidth=1.2)
        for left in _LEFTS[1:]:
            arrow(ax, (left - 0.3, _BOTTOM + _PANEL / 2), (left - 0.06, _BOTTOM + _PANEL / 2))
        titles = ("as drawn", "cut out", f"longer side: {BOX} pixels", "centred by its mass")
        for left, title, size in zip(_LEFTS, titles, (drawing, digit, small, image), strict=True):
            words(ax, left + _PANEL / 2, _BOTTOM + _PANEL + 0.28, title)
            words(ax, left + _PANEL / 2, 0.2, f"{size.shape[0]} × {size.shape[1]}", SMALL, color=GREY)


def _as_picture(name: str, values) -> np.ndarray:
    array = as_numbers(name, values)
    if array.ndim != 2 or not array.size or not (array.min() >= 0 and array.max() > 0):
        raise ValueError(
            f"{name} must be an image [rows, columns] with ink, numbers above 0. Received: shape {list(array.shape)}"
        )
    return array / array.max()


def _paper(ax, number: int, image: np.ndarray, scale: float) -> None:
    height, width = image.shape[0] * scale, image.shape[1] * scale
    left, bottom = _LEFTS[number] + (_PANEL - width) / 2, _BOTTOM + (_PANEL - height) / 2
    picture(ax, inked(image), left, bottom, width, height)
