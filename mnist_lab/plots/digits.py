"""Digits with their predictions, misread ones first; and the learning rate over the epochs."""

from collections.abc import Callable

import numpy as np
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import SIDE
from mnist_lab.plots.style import BLUE, GREY, WRONG, new_figure, style

_NEARLY_NONE = 1e-4  # of the highest rate
_WIDTH_INCHES = 9
_TITLE_INCHES = 0.55
_PER_LINE = 24  # at which a pixel of a digit is a pixel of the figure
_FEWEST_COLUMNS = 12

# In pixels of a digit: the white around it, and what it takes in all, with its caption.
_EDGE = 4
_CELL = (SIDE + _EDGE + 20, SIDE + 2 * _EDGE)

_READ_ME = "Below each digit: what the network read. Boxed: misread, the true class in brackets."
_LABELLED = "Below each digit: its label."


def display_digits(digits, predictions, labels, title: str) -> None:
    """Draw digits in the order given, each with the class that the network read below it.

    A misread digit stands in a box, its class in bold with the true one in brackets.

    Args:
        digits: `[n, 784]` or `[n, 28, 28]`, from 0 (paper) to 1 (ink).
        predictions: `[n]` classes as read by the network, 0 to 9; or None, to show the labels alone.
        labels: `[n]` true classes, 0 to 9.
        title: what the digits are.

    Raises:
        ValueError: the shapes do not fit together.
    """
    caption = _READ_ME if predictions is not None else _LABELLED
    predictions = labels if predictions is None else predictions
    digits, predictions, labels = _checked(digits, predictions, labels)
    _draw_wall(digits, predictions, labels, (title, caption), min(len(digits), _PER_LINE))


def display_top_unrecognized(digits, predictions, labels, n: int, lines: int, title: str = "digits") -> None:
    """Draw `lines` lines of `n` digits, the misread ones first; the title says how many of how many they are.

    Args:
        digits: `[m, 784]` or `[m, 28, 28]`, from 0 (paper) to 1 (ink).
        predictions: `[m]` classes as read by the network, 0 to 9.
        labels: `[m]` true classes, 0 to 9.
        n: digits per line.
        lines: number of lines.
        title: what the digits are, in the plural.

    Raises:
        ValueError: the shapes do not fit together, or `n` or `lines` is no positive whole number.
    """
    digits, predictions, labels = _checked(digits, predictions, labels)
    n, lines = whole_number("n", n), whole_number("lines", lines)
    wrong = predictions != labels
    errors_first = np.argsort(~wrong, kind="stable")[: n * lines]
    shown = min(int(wrong.sum()), n * lines)
    counted = f"{int(wrong.sum()):,} of {len(labels):,} {title} misread, {shown:,} of them shown"
    _draw_wall(digits[errors_first], predictions[errors_first], labels[errors_first], (counted, _READ_ME), n)


def plot_learning_rate(schedule: Callable, epochs: int, *, steps_per_epoch: int | None = None) -> None:
    """Draw the learning rate over the epochs.

    Args:
        schedule: a function of the epoch (0, 1, …), as for `LearningRateScheduler`; or, with `steps_per_epoch`, a
            function of the step, as Keras' `LearningRateSchedule` objects are.
        epochs: number of epochs.
        steps_per_epoch: batches per epoch.

    Raises:
        ValueError: `epochs` or `steps_per_epoch` is no positive whole number, or a rate is not a finite number.
    """
    each = 1 if steps_per_epoch is None else whole_number("steps_per_epoch", steps_per_epoch)
    points = whole_number("epochs", epochs) * each
    rates = np.array([float(schedule(point)) for point in range(points)])
    if not np.isfinite(rates).all():
        raise ValueError(f"The schedule must return finite numbers. Received: {rates[~np.isfinite(rates)][0]}")
    with style():
        ax = new_figure(_WIDTH_INCHES, 3).subplots()
        if steps_per_epoch:
            ax.plot(np.arange(points) / each, rates, color=BLUE)
        else:
            ax.stairs(rates, np.arange(epochs + 1), baseline=None, color=BLUE, linewidth=2)
        ax.set(xlim=(0, epochs), ylim=(0, 1.1 * rates.max()), xlabel="epochs", title="learning rate")
        ax.grid(axis="y")
        for point, align in ((0, "left"), (points - 1, "right")):
            x = point / each + (align == "right") * (1 / each)
            told, place = np.format_float_positional(float(f"{rates[point]:.2g}"), trim="-"), (0, 5)
            if point == 0 and rates[: points // 20 + 2].max() > rates[0]:
                place = (16, -3)  # beside the rise, which would cross the label
            if rates[point] < _NEARLY_NONE * rates.max():
                told, place = "nearly 0", (0, 9)
            ax.annotate(told, (x, rates[point]), textcoords="offset points", ha=align, xytext=place)


def _checked(digits, predictions, labels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    digits, predictions, labels = (np.asarray(array) for array in (digits, predictions, labels))
    count = len(digits) if digits.ndim else 0
    if not count or digits.size != count * SIDE * SIDE:
        raise ValueError(f"digits must be of shape [n, 784] or [n, 28, 28]. Received: {list(digits.shape)}")
    for name, array in (("predictions", predictions), ("labels", labels)):
        if array.shape == (count, 10):
            raise ValueError(f"{name} must be classes, one for each digit: take np.argmax({name}, axis=1) first.")
        if array.shape != (count,):
            raise ValueError(f"{name} must be of shape [{count}], as there are digits. Received: {list(array.shape)}")
    return digits.reshape(count, SIDE, SIDE), predictions, labels


def _draw_wall(
    digits: np.ndarray, predictions: np.ndarray, labels: np.ndarray, titles: tuple[str, str], per_line: int
) -> None:
    columns = max(per_line, _FEWEST_COLUMNS)
    lines = -(-len(digits) // per_line)
    corners = [(line * _CELL[0], column * _CELL[1]) for line in range(lines) for column in range(per_line)]
    wall = np.zeros((lines * _CELL[0], columns * _CELL[1]))
    for (top, left), digit in zip(corners, digits, strict=False):
        wall[top + _EDGE : top + _EDGE + SIDE, left + _EDGE : left + _EDGE + SIDE] = digit
    wall_inches = _WIDTH_INCHES * wall.shape[0] / wall.shape[1]
    height = wall_inches + _TITLE_INCHES
    font_size = min(11.0, 210 / columns)
    with style():
        figure = new_figure(_WIDTH_INCHES, height)
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, wall_inches / height))
        ax.imshow(wall, vmin=0, vmax=1, extent=(0, wall.shape[1], wall.shape[0], 0), aspect="auto")
        ax.set_axis_off()
        figure.text(0.004, 1, titles[0], va="top", fontsize=12)
        figure.text(0.004, 1 - 0.26 / height, titles[1], va="top", fontsize=10, color=GREY)
        for (top, left), read, true in zip(corners, predictions, labels, strict=False):
            wrong = read != true
            ax.text(
                left + _EDGE + SIDE / 2,
                top + 2 * _EDGE + SIDE,
                f"{read} ({true})" if wrong else f"{read}",
                ha="center",
                va="top",
                fontsize=font_size,
                color=WRONG if wrong else GREY,
                weight="bold" if wrong else "normal",
            )
            if wrong:
                corner = (left + _EDGE - 1, top + _EDGE - 1)
                ax.add_patch(Rectangle(corner, SIDE + 2, SIDE + 2, fill=False, edgecolor=WRONG, linewidth=1.2))
