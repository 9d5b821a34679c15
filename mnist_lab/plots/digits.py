"""Draw digits with their predictions, misclassified ones first, and the learning rate over the epochs."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import SIDE
from mnist_lab.plots.style import BLUE, GREY, WRONG, new_figure, style

_MOST_INK = 2  # more is another scale, and no exaggeration of this one
_NEARLY_ZERO = 1e-4  # of the highest learning rate
_WIDTH_INCHES = 9
_TITLE_INCHES = 0.55
_PER_LINE = 24  # then a digit's pixel is one pixel of the figure
_MIN_COLUMNS = 12

# In pixels of a digit: the margin around it, and its cell's height (with the caption) and width.
_MARGIN = 4
_CELL_HEIGHT = SIDE + _MARGIN + 20
_CELL_WIDTH = SIDE + 2 * _MARGIN

_PREDICTED = "Below each digit: what the network read. Boxed: misread, the true class in brackets."
_LABELLED = "Below each digit: its label."


def display_digits(digits: npt.ArrayLike, predictions: npt.ArrayLike | None, labels: npt.ArrayLike, title: str) -> None:
    """Draw digits in the given order, each with its predicted class below it.

    A misclassified digit is boxed; its predicted class is bold, followed by the true class in brackets.

    Args:
        digits: `[n, 784]` or `[n, 28, 28]`, from 0 (paper) to 1 (ink).
        predictions: the predicted classes `[n]`, 0 to 9; or None, to show only the labels.
        labels: the true classes `[n]`, 0 to 9.
        title: the figure's title.

    Raises:
        ValueError: the shapes do not match, or the digits are on another scale.
    """
    caption = _PREDICTED if predictions is not None else _LABELLED
    images, predicted, true = _checked(digits, labels if predictions is None else predictions, labels)
    _draw_wall(images, predicted, true, (title, caption), min(len(images), _PER_LINE))


def display_top_unrecognized(
    digits: npt.ArrayLike,
    predictions: npt.ArrayLike,
    labels: npt.ArrayLike,
    n: int,
    lines: int,
    title: str = "digits",
) -> None:
    """Draw `lines` lines of `n` digits, the misclassified ones first; the title counts them.

    Args:
        digits: `[m, 784]` or `[m, 28, 28]`, from 0 (paper) to 1 (ink).
        predictions: the predicted classes `[m]`, 0 to 9.
        labels: the true classes `[m]`, 0 to 9.
        n: digits per line.
        lines: number of lines.
        title: a name for the digits, in the plural.

    Raises:
        ValueError: the shapes do not match, the digits are on another scale, or `n` or `lines` is not a positive whole
            number.
    """
    images, predicted, true = _checked(digits, predictions, labels)
    n, lines = whole_number("n", n), whole_number("lines", lines)
    wrong = predicted != true
    errors_first = np.argsort(~wrong, kind="stable")[: n * lines]
    shown = min(int(wrong.sum()), n * lines)
    counts = f"{int(wrong.sum()):,} of {len(true):,} {title} misread, {shown:,} of them shown"
    _draw_wall(images[errors_first], predicted[errors_first], true[errors_first], (counts, _PREDICTED), n)


def plot_learning_rate(schedule: Callable[[int], float], epochs: int, *, steps_per_epoch: int | None = None) -> None:
    """Draw the learning rate over the epochs.

    Args:
        schedule: a function of the epoch (0, 1, …), as for `LearningRateScheduler`; or, with `steps_per_epoch`, a
            function of the step, as Keras' `LearningRateSchedule` objects are.
        epochs: number of epochs.
        steps_per_epoch: batches per epoch.

    Raises:
        ValueError: `epochs` or `steps_per_epoch` is not a positive whole number, or a learning rate is not finite.
    """
    per_epoch = 1 if steps_per_epoch is None else whole_number("steps_per_epoch", steps_per_epoch)
    points = whole_number("epochs", epochs) * per_epoch
    rates = np.array([float(schedule(point)) for point in range(points)])
    if not np.isfinite(rates).all():
        raise ValueError(f"The schedule must return finite numbers. Received: {rates[~np.isfinite(rates)][0]}")
    with style():
        ax = new_figure(_WIDTH_INCHES, 3).subplots()
        if steps_per_epoch:
            ax.plot(np.arange(points) / per_epoch, rates, color=BLUE)
        else:
            ax.stairs(rates, np.arange(epochs + 1), baseline=None, color=BLUE, linewidth=2)
        ax.set(xlim=(0, epochs), ylim=(0, 1.1 * rates.max()), xlabel="epochs", title="learning rate")
        ax.grid(axis="y")
        rises_at_once = rates[: points // 20 + 2].max() > rates[0]
        beside_the_rise, above = (16, -3), (0, 5)
        _label_rate(ax, 0, rates[0], rates.max(), "left", beside_the_rise if rises_at_once else above)
        _label_rate(ax, points / per_epoch, rates[-1], rates.max(), "right", above)


def _label_rate(ax: Axes, epoch: float, rate: float, highest: float, align: str, offset: tuple[int, int]) -> None:
    """Write a learning rate at its point of the curve, `offset` points away."""
    text = np.format_float_positional(float(f"{rate:.2g}"), trim="-")
    if rate < _NEARLY_ZERO * highest:
        text, offset = "nearly 0", (0, 9)
    ax.annotate(text, (epoch, rate), textcoords="offset points", ha=align, xytext=offset)


def _checked(
    digits: npt.ArrayLike, predictions: npt.ArrayLike, labels: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the three as arrays, the digits as `[n, 28, 28]`, or raise an error if their shapes do not match."""
    images, predicted, true = np.asarray(digits), np.asarray(predictions), np.asarray(labels)
    count = len(images) if images.ndim else 0
    if not count or images.size != count * SIDE * SIDE:
        raise ValueError(f"digits must have the shape [n, 784] or [n, 28, 28]. Received: {list(images.shape)}")
    for name, classes in (("predictions", predicted), ("labels", true)):
        if classes.shape == (count, 10):
            raise ValueError(f"{name} must be classes, one for each digit. Use np.argmax({name}, axis=1).")
        if classes.shape != (count,):
            raise ValueError(
                f"{name} must have the shape [{count}], one for each digit. Received: {list(classes.shape)}"
            )
    if images.max() > _MOST_INK:
        raise ValueError(f"digits must be from 0 (paper) to 1 (ink). Received: up to {images.max():g}. Divide by 255.")
    return images.reshape(count, SIDE, SIDE), predicted, true


def _draw_wall(
    images: np.ndarray, predicted: np.ndarray, true: np.ndarray, titles: tuple[str, str], per_line: int
) -> None:
    """Draw the images in lines of `per_line`, with captions, below a title and a subtitle."""
    columns = max(per_line, _MIN_COLUMNS)
    lines = math.ceil(len(images) / per_line)
    width, height = columns * _CELL_WIDTH, lines * _CELL_HEIGHT
    wall = np.zeros((height, width))
    wall_inches = _WIDTH_INCHES * height / width
    figure_inches = wall_inches + _TITLE_INCHES
    with style():
        figure = new_figure(_WIDTH_INCHES, figure_inches)
        figure.set_layout_engine("none")
        figure.text(0.004, 1, titles[0], va="top", fontsize=12)
        figure.text(0.004, 1 - 0.26 / figure_inches, titles[1], va="top", fontsize=10, color=GREY)
        ax = figure.add_axes((0, 0, 1, wall_inches / figure_inches))
        ax.set_axis_off()
        for index, image in enumerate(images):
            line, column = divmod(index, per_line)
            top, left = line * _CELL_HEIGHT + _MARGIN, column * _CELL_WIDTH + _MARGIN
            wall[top : top + SIDE, left : left + SIDE] = image
            _draw_caption(ax, top, left, predicted[index], true[index], font_size=min(11.0, 210 / columns))
        ax.imshow(wall, vmin=0, vmax=1, extent=(0, width, height, 0), aspect="auto")


def _draw_caption(ax: Axes, top: int, left: int, predicted: int, true: int, *, font_size: float) -> None:
    """Write the predicted class below the digit at `top` and `left`; box a misclassified digit."""
    middle, below = left + SIDE / 2, top + SIDE + _MARGIN
    if predicted == true:
        ax.text(middle, below, f"{predicted}", ha="center", va="top", fontsize=font_size, color=GREY)
        return
    text = f"{predicted} ({true})"
    ax.text(middle, below, text, ha="center", va="top", fontsize=font_size, color=WRONG, weight="bold")
    box = Rectangle((left - 1, top - 1), SIDE + 2, SIDE + 2, fill=False, edgecolor=WRONG, linewidth=1.2)
    ax.add_patch(box)
