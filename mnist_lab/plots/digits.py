"""Draw digits with their predictions, misclassified ones first, and the learning rate over the epochs."""

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import SIDE
from mnist_lab.plots.style import BLUE, GREY, VERMILLION, chart, new_figure, style, write_near

_MOST_INK = 2  # more is another scale, and no exaggeration of this one
_NEARLY_ZERO = 1e-4  # of the highest learning rate
WIDTH_INCHES, _TITLE_INCHES = 9, 0.55
_MIN_COLUMNS, _MAX_COLUMNS = 12, 24  # with 24, a digit's pixel is one pixel of the figure

# In pixels of a digit: the margin around it, and its cell's height (with the caption) and width.
_MARGIN, _CELL_HEIGHT, _CELL_WIDTH = 4, SIDE + 24, SIDE + 8

PREDICTED = "Below each digit: the predicted class. Boxed: misclassified, the true class in brackets."


def display_digits(
    digits: npt.ArrayLike,
    predictions: npt.ArrayLike | None,
    labels: npt.ArrayLike,
    title: str,
    lines: int = 1,
    *,
    framed: Collection[int] = (),
) -> None:
    """Draw digits in the given order, each with its predicted class below it, and a box if that is wrong.

    Args:
        digits: `[n, 784]` or `[n, 28, 28]`, from 0 (paper) to 1 (ink).
        predictions: the predicted classes `[n]`, 0 to 9; or None, to show only the labels.
        labels: the true classes `[n]`, 0 to 9.
        title: the figure's title.
        lines: how many lines the digits fill; with two, 24 digits are drawn twice as large. No line holds more than 24.
        framed: the positions of digits that get a thin frame around their 28 × 28 pixels, counted from 0.

    Raises:
        ValueError: the shapes do not match, the digits are on another scale, or `lines` is no positive whole number.
    """
    caption = "Below each digit: its label." if predictions is None else PREDICTED
    images, predicted, true = _checked(digits, labels if predictions is None else predictions, labels)
    per_line = min(math.ceil(len(images) / whole_number("lines", lines)), _MAX_COLUMNS)
    _draw_figure(images, predicted, true, title, caption, per_line, framed)


def display_top_unrecognized(
    digits: npt.ArrayLike, predictions: npt.ArrayLike, labels: npt.ArrayLike, n: int, lines: int, title: str = "digits"
) -> None:
    """Draw `lines` lines of `n` digits, the misclassified ones first; the title, a plural, counts them.

    Raises:
        ValueError: as of `display_digits`, or `n` or `lines` is not a positive whole number.
    """
    images, predicted, true = _checked(digits, predictions, labels)
    n, lines = whole_number("n", n), whole_number("lines", lines)
    shown = np.argsort(predicted == true, kind="stable")[: n * lines]
    wrong = int(np.sum(predicted != true))
    _draw_figure(
        images[shown], predicted[shown], true[shown], counted(wrong, len(true), title, n * lines), PREDICTED, n
    )


def counted(wrong: int, count: int, name: str, shown: int) -> str:
    """Return the heading of `count` digits of which `wrong` are misclassified, and at most so many are shown."""
    first = f", the first {shown:,} of them shown" if wrong > shown else ""
    return f"{wrong:,} of {count:,} {name} misclassified{first}"


def plot_learning_rate(schedule: Callable[[int], float], epochs: int, *, steps_per_epoch: int | None = None) -> None:
    """Draw the learning rate over the epochs.

    Args:
        schedule: a function of the epoch (0, 1, …); with `steps_per_epoch`, of the step, as Keras' schedules are.
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
    with chart(3, "learning rate") as ax:
        if steps_per_epoch:
            ax.plot(np.arange(points) / per_epoch, rates, color=BLUE)
        else:
            ax.stairs(rates, np.arange(epochs + 1), baseline=None, color=BLUE, linewidth=2)
        ax.set(xlim=(0, epochs), ylim=(0, 1.1 * rates.max()), xlabel="epochs")
        ax.grid(axis="y")
        rises_at_once = rates[: points // 20 + 2].max() > rates[0]
        first = (16, -3) if rises_at_once else (5, 5)  # right of the rise, or above the curve
        for epoch, rate, align, offset in ((0, rates[0], "left", first), (epochs, rates[-1], "right", (0, 5))):
            text = np.format_float_positional(float(f"{rate:.2g}"), trim="-")
            if rate < _NEARLY_ZERO * rates.max():
                text, offset = "nearly 0", (0, 9)
            write_near(ax, (epoch, rate), text, offset, ha=align)


def _checked(
    digits: npt.ArrayLike, predictions: npt.ArrayLike, labels: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the three as arrays, the digits as `[n, 28, 28]`."""
    images, predicted, true = np.asarray(digits), np.asarray(predictions), np.asarray(labels)
    count = len(images) if images.ndim else 0
    if not count or images.size != count * SIDE * SIDE:
        raise ValueError(f"digits must have the shape [n, 784] or [n, 28, 28]. Received: {list(images.shape)}")
    for name, classes in (("predictions", predicted), ("labels", true)):
        if classes.shape != (count,):
            hint = f" Use np.argmax({name}, axis=1)." if classes.shape == (count, 10) else ""
            expected = f"{name} must have the shape [{count}], a class for each digit"
            raise ValueError(f"{expected}. Received: {list(classes.shape)}.{hint}")
    if images.max() > _MOST_INK:
        raise ValueError(f"digits must be from 0 (paper) to 1 (ink). Received: up to {images.max():g}. Divide by 255.")
    return images.reshape(count, SIDE, SIDE), predicted, true


def draw_wall(
    ax: Axes,
    images: np.ndarray,
    predicted: np.ndarray,
    true: np.ndarray,
    per_line: int,
    lines: int,
    framed: Collection[int] = (),
) -> None:
    """Fill a chart with digits `[n, 28, 28]` in `lines` lines, each with its classes below, misclassified ones boxed.

    Others have a thin frame if their position is in `framed`.
    The chart must be `wall_inches(per_line, lines)` high, and 9 inches wide.
    """
    columns = max(per_line, _MIN_COLUMNS)
    wall = np.zeros((lines * _CELL_HEIGHT, columns * _CELL_WIDTH))
    caption: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": min(11.0, 210 / columns)}
    ax.set_axis_off()
    for index, (image, read, label) in enumerate(zip(images, predicted, true, strict=True)):
        top, left = index // per_line * _CELL_HEIGHT + _MARGIN, index % per_line * _CELL_WIDTH + _MARGIN
        wall[top : top + SIDE, left : left + SIDE] = image
        below = (left + SIDE / 2, top + SIDE + _MARGIN)
        if read == label:
            ax.text(*below, f"{read}", color=GREY, **caption)
        else:
            ax.text(*below, f"{read} ({label})", color=VERMILLION, weight="bold", **caption)
        if read != label or index in framed:
            color, width = (GREY, 0.8) if read == label else (VERMILLION, 1.2)
            box = Rectangle((left - 1, top - 1), SIDE + 2, SIDE + 2, fill=False, edgecolor=color)
            ax.add_patch(box).set_linewidth(width)
    ax.imshow(wall, vmin=0, vmax=1, extent=(0, wall.shape[1], wall.shape[0], 0), aspect="auto")


def wall_inches(per_line: int, lines: int) -> float:
    """Return how high a chart of digits is, in inches, if it is 9 inches wide."""
    return WIDTH_INCHES * lines * _CELL_HEIGHT / (max(per_line, _MIN_COLUMNS) * _CELL_WIDTH)


def _draw_figure(
    images: np.ndarray,
    predicted: np.ndarray,
    true: np.ndarray,
    title: str,
    subtitle: str,
    per_line: int,
    framed: Collection[int] = (),
) -> None:
    lines = math.ceil(len(images) / per_line)
    height = wall_inches(per_line, lines)
    figure_inches = height + _TITLE_INCHES
    with style():
        figure = new_figure(WIDTH_INCHES, figure_inches)
        figure.set_layout_engine("none")
        figure.text(0.004, 1, title, va="top", fontsize=12)
        figure.text(0.004, 1 - 0.26 / figure_inches, subtitle, va="top", fontsize=10, color=GREY)
        draw_wall(figure.add_axes((0, 0, 1, height / figure_inches)), images, predicted, true, per_line, lines, framed)
