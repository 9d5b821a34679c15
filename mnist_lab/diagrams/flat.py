"""Flattening: the rows of an image, laid end to end."""

import matplotlib.pyplot as plt
import numpy as np

from mnist_lab.data.idx import SIDE
from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import SMALL, canvas, inked, picture, shape, tint, words
from mnist_lab.plots.style import GREY

_HUES = plt.colormaps["viridis"](np.linspace(0.1, 1, SIDE))[:, :3]


def flattening(image) -> None:
    """Draw an image and its 28 rows, each in a faint colour, laid end to end to a vector of 784 numbers.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    papers = [tint(hue, 0.4) for hue in _HUES]
    rows = [inked(row[np.newaxis], paper=paper) for row, paper in zip(image, papers, strict=True)]
    left, bottom, side = 0.55, 0.95, 1.96
    pixel = side / SIDE
    start, end, floor, height = 2.75, 8.9, 0.42, 0.3
    width = (end - start) / SIDE
    with canvas(3.1) as ax:
        picture(ax, np.concatenate(rows), left, bottom, side, side)
        for number, (row, paper) in enumerate(zip(rows, papers, strict=True)):
            x, y = start + number * width, bottom + side - (number + 1) * pixel
            ax.fill_between((x, x + width), floor, y, color=tint(paper, 0.5), linewidth=0)
            picture(ax, row, x, y, width, pixel, edge="none")
        picture(ax, np.concatenate(rows, axis=1), start, floor, end - start, height)
        for number in (0, SIDE - 1):
            y = bottom + side - (number + 0.5) * pixel
            words(ax, left - 0.06, y, f"row {number}", SMALL, ha="right", color=GREY)
        shape(ax, left + side / 2, 0.72, "[28, 28]", 12, weight="bold")
        shape(ax, (start + end) / 2, 0.2, "[784]", 12, weight="bold")
        words(ax, start, 0.2, "row 0", SMALL, ha="left", color=GREY)
        words(ax, end, 0.2, "row 27", SMALL, ha="right", color=GREY)
