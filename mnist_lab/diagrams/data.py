"""The digits the network learns from, and those it never sees while learning."""

import numpy as np

from mnist_lab.diagrams._arguments import as_images
from mnist_lab.diagrams._drawing import arrow, box, canvas, picture, tint, words
from mnist_lab.plots.style import BLUE, GREY, INK

_TRAINING = (6, 4)  # columns and rows of samples: six times as many as for validation, as in MNIST
_VALIDATION = (2, 2)
_DIGIT = 0.42
_MARGIN = 0.15
_MIDDLE = 1.2


def train_and_validation(training_digits, validation_digits) -> None:
    """Draw both sets as boxes of sample digits, and what each does to the network.

    Args:
        training_digits: `[n, 784]` or `[n, 28, 28]` float, from 0 (paper) to 1 (ink), n of 24 or more.
        validation_digits: the same, n of 4 or more.

    Raises:
        ValueError: there are too few digits, they are of another shape, or do not lie between 0 and 1.
    """
    training = as_images("training_digits", training_digits, _TRAINING[0] * _TRAINING[1])
    validation = as_images("validation_digits", validation_digits, _VALIDATION[0] * _VALIDATION[1])
    with canvas(2.55) as ax:
        _draw_set(ax, 0.1, training, _TRAINING, "60,000 training digits", "-")
        _draw_set(ax, 7.63, validation, _VALIDATION, "10,000\nvalidation digits", "--")
        box(ax, 4.55, _MIDDLE - 0.55, 1.35, 1.1, BLUE, tint(BLUE, 0.12), linewidth=2)
        words(ax, 5.225, _MIDDLE, "network:\nweights\nand biases")
        arrow(ax, (2.98, _MIDDLE), (4.5, _MIDDLE), BLUE, linewidth=3, mutation_scale=20)
        words(ax, 3.7, _MIDDLE + 0.35, "adjust\nthe weights")
        arrow(ax, (7.58, _MIDDLE), (5.95, _MIDDLE), GREY, linestyle="--")
        words(ax, 6.77, _MIDDLE + 0.35, "only\nmeasure")


def _draw_set(ax, left: float, digits: np.ndarray, grid: tuple[int, int], title: str, line: str) -> None:
    columns, rows = grid
    width, height = columns * _DIGIT + 2 * _MARGIN, rows * _DIGIT + 2 * _MARGIN
    box(ax, left, _MIDDLE - height / 2, width, height, INK, linestyle=line)
    for number, digit in enumerate(digits):
        row, column = divmod(number, columns)
        x, y = left + _MARGIN + column * _DIGIT, _MIDDLE + height / 2 - _MARGIN - (row + 1) * _DIGIT
        picture(ax, digit, x, y, _DIGIT, _DIGIT, edge="none")
    words(ax, left + width / 2, _MIDDLE + height / 2 + 0.1, title, weight="bold", va="bottom")
