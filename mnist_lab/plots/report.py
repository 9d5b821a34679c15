"""What a network gets wrong, in one figure: printed digits, misclassified digits, its commonest confusions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import CLASSES, PIXELS, SIDE, read_digits
from mnist_lab.data.printed_digits import printed_digits
from mnist_lab.plots.digits import PREDICTED, WIDTH_INCHES, draw_wall, wall_inches
from mnist_lab.plots.style import BLUE, GREY, name_rows, new_figure, style, write_near

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    HeldOut: TypeAlias = tf.data.Dataset | tuple[npt.ArrayLike, npt.ArrayLike]

_PRINTED, _PER_LINE, _LINES, _CONFUSIONS = 20, 12, 2, 5

# In inches: a heading with and without a line below it, and the chart of the confusions.
_TALL_HEADING, _HEADING, _BARS = 0.64, 0.4, 1.4


def report(model: keras.Model, held_out: HeldOut | None = None) -> None:
    """Draw what a network gets wrong: among printed digits, among held-out ones, and which classes it confuses.

    Above, 20 printed digits with their predicted classes. In the middle, 24 held-out digits, misclassified ones first.
    Below, the five commonest confusions. The figure's size is always the same.

    Args:
        model: maps images `[n, 784]` float32 from 0 (paper) to 1 (ink) to ten probabilities or logits each, `[n, 10]`.
        held_out: digits that the network wasn't trained on: a dataset of batches, or a pair of images `[n, 784]` and
            labels, one-hot `[n, 10]` or classes `[n]`. None: the package's validation digits.

    Raises:
        ValueError: `held_out` is neither, holds no digits, or the model doesn't return ten outputs for each.
        MnistFileError: the validation digits could not be read.

    Example:
        >>> lab.report(model)
        >>> lab.report(model, lab.your_digits())
    """
    name, images, labels = _digits(held_out)
    predicted = _predicted(model, images)
    printed, printed_labels = printed_digits(_PRINTED)
    printed_predicted = _predicted(model, printed)
    wrong = predicted != labels
    shown = np.argsort(~wrong, kind="stable")[: _PER_LINE * _LINES]
    row, wall = wall_inches(_PRINTED, 1), wall_inches(_PER_LINE, _LINES)
    height = 2 * _HEADING + row + _TALL_HEADING + wall + _BARS
    with style():
        figure = new_figure(WIDTH_INCHES, height)
        figure.set_layout_engine("none")

        def chart_below(top: float, heading: str, inches: float, left: float = 0, below: str = "") -> Axes:
            """Return a chart of this height, with its heading, that begins `top` inches below the figure's edge."""
            figure.text(0.004, 1 - (top + 0.08) / height, heading, va="top", fontsize=12)
            figure.text(0.004, 1 - (top + 0.34) / height, below, va="top", fontsize=10, color=GREY)
            bottom = top + (_TALL_HEADING if below else _HEADING) + inches
            return figure.add_axes((left, 1 - bottom / height, 1 - left, inches / height))

        misclassified = np.sum(printed_predicted != printed_labels)
        ax = chart_below(0, f"{misclassified} of {_PRINTED} printed digits misclassified", row)
        draw_wall(ax, printed.reshape(-1, SIDE, SIDE), printed_predicted, printed_labels, _PRINTED, 1)
        heading = f"{wrong.sum():,} of {len(labels):,} {name} misclassified"
        heading += f", the first {len(shown)} of them shown" if wrong.sum() > len(shown) else ""
        ax = chart_below(_HEADING + row, heading, wall, below=PREDICTED)
        draw_wall(ax, images[shown].reshape(-1, SIDE, SIDE), predicted[shown], labels[shown], _PER_LINE, _LINES)
        ax = chart_below(
            height - _HEADING - _BARS, "The commonest confusions" if wrong.any() else "No confusions", _BARS, left=0.17
        )
        _draw_confusions(ax, labels[wrong], predicted[wrong])


def _digits(held_out: HeldOut | None) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the digits' name, a plural, the images `[n, 784]` from 0 to 1, and the classes `[n]`."""
    if held_out is None:
        files = find_mnist()
        images, labels = read_digits(files.validation_images, files.validation_labels)
        name = re.sub("digits|images", r"validation \g<0>", files.name, count=1)
        return name, images.reshape(-1, PIXELS) / np.float32(255), labels
    pair: Any = held_out
    if hasattr(pair, "as_numpy_iterator"):
        pair = [np.concatenate(part) for part in zip(*pair.as_numpy_iterator(), strict=True)]
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        expected = "held_out must be a dataset of batches, or a pair (images, labels)"
        raise ValueError(f"{expected}. Received: {type(held_out).__name__}")
    images, labels = (np.asarray(part) for part in pair)
    labels = labels.argmax(axis=1) if labels.shape[1:] == (CLASSES,) else labels
    if not len(labels) or images.shape != (len(labels), PIXELS) or labels.shape != (len(labels),):
        received = f"{list(images.shape)} and {list(labels.shape)}"
        raise ValueError(f"held_out must hold images [n, 784] and labels [n, 10] or [n]. Received: {received}")
    return "held-out digits", images, labels


def _predicted(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the predicted classes `[n]`; they are the same by logits as by probabilities."""
    outputs = np.asarray(model.predict(images, verbose=0))
    if outputs.shape != (len(images), CLASSES):
        expected = f"model must return ten outputs for each image, [{len(images)}, 10]"
        raise ValueError(f"{expected}. Received: {list(outputs.shape)}. Is its last layer Dense(10)?")
    return outputs.argmax(axis=1)


def _draw_confusions(ax: Axes, true: np.ndarray, predicted: np.ndarray) -> None:
    """Draw a bar for each of the commonest pairs of a true and a predicted class of misclassified digits `[n]`."""
    pairs, counts = np.unique(CLASSES * true.astype(int) + predicted, return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[:_CONFUSIONS]
    pairs, counts = pairs[commonest], counts[commonest]
    ax.barh(range(len(pairs)), counts, height=0.62, color=BLUE)
    name_rows(ax, (f"{pair // CLASSES} taken for {pair % CLASSES}" for pair in pairs))
    for row, count in enumerate(counts):
        write_near(ax, (count, row), "once" if count == 1 else f"{count:,} times", (5, 0), va="center", fontsize=10)
    ax.set(xlim=(0, 1.5 * max(counts, default=1)), ylim=(_CONFUSIONS - 0.4, -0.6), xticks=())
    ax.spines[:].set_visible(False)
