"""Activation functions and losses: sigmoid and ReLU, softmax and its argmax, cross-entropy and squared error."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES
from mnist_lab.diagrams._arguments import as_image, as_images, as_numbers, as_probabilities
from mnist_lab.diagrams._drawing import SMALL, new_page, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION, write_near

_Z = "z, the weighted sum plus bias"


def sigmoid_of(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + e^−z)."""
    return 1 / (1 + np.exp(-z))


def sigmoid() -> None:
    """Draw the sigmoid 1 / (1 + e^−z) on the left and its slope on the right, from z = −8 to 8."""
    z = np.linspace(-8, 8, 321)
    s = sigmoid_of(z)
    with styled_figure(3) as figure:
        curve, slope = figure.subplots(1, 2)
        curve.plot(z, s, color=BLUE)
        curve.set(title="sigmoid: between 0 and 1", yticks=(0, 0.5, 1))
        slope.plot(z, s * (1 - s), color=VERMILLION)
        slope.set(title="its slope: never above 1/4", yticks=(0, 0.25, 0.5, 1))
        slope.axhline(0.25, color=GREY, linewidth=1, linestyle=":")
        for middle in (-6, 6):  # the sigmoid saturates: its slope is below 0.02
            slope.text(middle, 0.6, "saturated:\nalmost flat", fontsize=SMALL, ha="center", va="center")
            for ax in (curve, slope):
                ax.axvspan(middle - 2, middle + 2, color=tint(GREY, 0.2), linewidth=0)
                ax.set(xlim=(-8, 8), ylim=(-0.05, 1.1), xticks=(-8, -4, 0, 4, 8), xlabel=_Z)


def relu_and_sigmoid() -> None:
    """Draw ReLU and the sigmoid on the left and the slopes of both on the right, from z = −4 to 4."""
    z = np.linspace(-4, 4, 801)
    s = sigmoid_of(z)
    with styled_figure(3) as figure:
        curve, slope = figure.subplots(1, 2)
        for ax, relu, other in ((curve, np.maximum(0, z), s), (slope, z > 0, s * (1 - s))):
            ax.plot(z, relu, color=BLUE)
            ax.plot(z, other, color=VERMILLION, linestyle="--")
            ax.set(xlim=(-4, 4), xticks=(-4, -2, 0, 2, 4), xlabel=_Z)
        curve.set(title="the functions", ylim=(-0.15, 4), yticks=(0, 1, 2, 3, 4))
        curve.text(1.6, 2.6, "ReLU  max(0, z)", color=BLUE, ha="right")
        curve.text(-3.8, 0.45, "sigmoid", color=VERMILLION)
        slope.set(title="their slopes", ylim=(-0.06, 1.25), yticks=(0, 0.25, 1))
        slope.text(1.9, 1.06, "ReLU: 0 or 1", color=BLUE)
        slope.text(-3.8, 0.27, "sigmoid: 1/4 at most", color=VERMILLION)


def softmax(logits: npt.ArrayLike) -> None:
    """Draw ten logits, their exponentials, and these divided by their sum; the two largest are labelled.

    Exponentials that are too large for a float have bars in the right proportions, but no numbers.
    """
    logits = as_numbers("logits", logits, "ten finite numbers, [10]", lambda found: found.shape == (CLASSES,))
    second, largest = (int(label) for label in logits.argsort(stable=True)[-2:])
    fits = logits.max() <= 700  # the exponential of 710 overflows
    exponentials = np.exp(logits if fits else logits - logits.max())
    total = exponentials.sum()
    panels = (
        ("logits", logits, "", True),
        ("their exponentials", exponentials, f"sum = {_format(total, 4)}" if fits else "too large for a float", fits),
        ("divided by sum: probabilities", exponentials / total, "sum = 1", True),
    )
    with styled_figure(2.8) as figure:
        for ax, (title, values, note, numbered) in zip(figure.subplots(1, 3), panels, strict=True):
            _draw_class_bars(ax, values, largest, BLUE, 0.35, 1.5)
            if numbered:
                beside = second - largest if abs(second - largest) == 1 else 0  # then each text keeps to its own side
                _write_value(ax, largest, values[largest], -beside, weight="bold")
                _write_value(ax, second, values[second], beside)
            ax.axhline(0, color=GREY, linewidth=0.8)
            low, high = min(values.min(), 0), max(values.max(), 0)
            room = 0.3 * (high - low or 1)
            ax.set(ylim=(low - (room if low < 0 else 0), high + room), xlabel="class", yticks=(), title=title)
            ax.spines[["left", "bottom"]].set_visible(False)
            ax.text(0.98, 0.97, note, transform=ax.transAxes, ha="right", va="top", color=INK)


def _write_value(ax: Axes, label: int, value: float, side: int, **look: Any) -> None:
    """Write a value at the end of its bar: in the middle, or from the bar's other edge to the left (−1) or right."""
    offset, vertical = (3, "bottom") if value >= 0 else (-3, "top")
    align = {-1: "right", 0: "center", 1: "left"}[side]
    write_near(ax, (label - 0.38 * side, value), _format(value, 3), (0, offset), ha=align, va=vertical, **look)


def _format(value: float, digits: int) -> str:
    text = f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")


def _draw_class_bars(ax: Axes, values: np.ndarray, marked: int, color: str, strength: float, linewidth: float) -> None:
    """Draw a bar for each class in a tint of `color`; that of the class `marked` is full, and its number bold."""
    bars = ax.bar(range(CLASSES), values, color=tint(color, strength))
    bars[marked].set(facecolor=color, edgecolor=INK, linewidth=linewidth)
    ax.set_xticks(range(CLASSES))
    ax.get_xticklabels()[marked].set(weight="bold", color=INK)
    ax.tick_params(length=0)


def argmax(probabilities: npt.ArrayLike, digits: npt.ArrayLike | None = None) -> None:
    """Draw one to six rows of ten probabilities, with the largest of each row boxed and its class at the row's end.

    The digits, as many images from 0 to 1, stand before the rows.
    """
    probabilities = as_probabilities(probabilities, most=6)
    images = None if digits is None else as_images("digits", digits, len(probabilities))
    left, width, height = 1.0, 0.6, 0.34  # of the table, of a cell
    top, right = len(probabilities) * height + 0.1, left + CLASSES * width
    with new_page(top + 0.75) as page:
        page.arrow((left, top + 0.52), (right, top + 0.52))
        page.code(right + 0.1, top + 0.52, "axis=1", ha="left")
        page.write(left - 0.15, top + 0.18, "class", 10, color=GREY, ha="right")
        page.write(right + 0.95, top + 0.18, "answer", 10, color=GREY)
        for column in range(CLASSES):
            page.write(left + (column + 0.5) * width, top + 0.18, f"{column}", 10, color=GREY)
        for number, row in enumerate(probabilities):
            y = top - (number + 0.5) * height
            if images is None:
                page.write(left - 0.15, y, f"row {number}", 10, ha="right")
            else:
                page.image(images[number], left - 0.46, y - 0.15, 0.3, 0.3)
            for column, value in enumerate(row):
                x, fill = left + column * width, plt.colormaps["Blues"](0.85 * value)
                ink = "white" if value > 0.6 else INK
                edge, linewidth, weight = (INK, 2, "bold") if column == row.argmax() else ("white", 1, "normal")
                look = {"edgecolor": edge, "linewidth": linewidth, "zorder": 1 + linewidth}
                page.rectangle(x, y - height / 2, width, height, fill, **look)
                page.write(x + width / 2, y, f"{value:.2f}", 10, zorder=4, color=ink, weight=weight)
            page.arrow((right + 0.12, y), (right + 0.7, y))
            page.write(right + 0.95, y, f"{row.argmax()}", 13, weight="bold")


def loss_curves() -> None:
    """Draw −log p and (1 − p)², and how steeply each falls as the true class's logit rises: 1 − p and 2 (1 − p)² p.

    p is the probability that softmax gives to the true one of two classes, and (1 − p)² only that class's part of the
    squared error. Dots mark a confident mistake, p = 0.02.
    """
    p = np.linspace(0.005, 1, 200)
    with styled_figure(3.4) as figure:
        loss, steepness = figure.subplots(1, 2, width_ratios=(1, 1.08))
        for ax, top, (entropy, error), formulas in (
            (loss, 5.0, (lambda p: -np.log(p), lambda p: (1 - p) ** 2), ("−log p", "(1 − p)²")),
            (steepness, 1.6, (lambda p: 1 - p, lambda p: 2 * (1 - p) ** 2 * p), ("1 − p", "2 (1 − p)² p")),
        ):
            ax.axvspan(0, 0.05, color=tint(GREY, 0.25), linewidth=0)
            names = "cross-entropy", "squared error, the true class's part"
            looks = ((entropy, BLUE, "-"), (error, VERMILLION, "--"))
            for (curve, color, linestyle), name, formula in zip(looks, names, formulas, strict=True):
                ax.plot(p, curve(p), color=color, linestyle=linestyle, label=f"{name}  {formula}")
                height, look = curve(0.02), {"color": color, "weight": "bold"}
                ax.plot(0.02, height, "o", color=color)
                offset = (11, 2) if height > 0.1 else (24, -4)  # below a curve that rises from 0
                write_near(ax, (0.02, height), f"{height:.2f}", offset, **look)
            ax.set(xlim=(0, 1), ylim=(0, top), xlabel="p, the probability of the true class")
            ax.set_xticks((0, 0.5, 1), ("0", "0.5", "1"))
            ax.legend(loc="upper right", labelcolor="linecolor", borderaxespad=0)
        loss.set_title("loss")
        loss.text(0.22, 3.2, "grey: confident mistakes,\ndots: p = 0.02", fontsize=SMALL + 1, va="center")
        steepness.set_title("steepness: how strongly the logit moves the loss")
        steepness.set_yticks((0, 0.5, 1), ("0", "0.5", "1"))


def cross_entropy(probabilities: npt.ArrayLike, label: int, image: npt.ArrayLike) -> None:
    """Draw ten predicted probabilities below the one-hot label, and the loss, −log of the label's probability.

    The image that they're for, `[784]` or `[28, 28]` numbers from 0 to 1, is on the left.
    """
    predicted = as_probabilities(np.expand_dims(probabilities, 0), most=1)[0]
    label, image = whole_number("label", label, 0, CLASSES - 1), as_image(image)
    probability = predicted[label]
    loss = f"{_minus_log(probability):.2f}".replace("inf", "∞")
    with styled_figure(3.3) as figure:
        axes = figure.subplot_mosaic(
            [["digit", "one_hot", "sum"], ["digit", "predicted", "sum"]], width_ratios=(0.85, 1.4, 0.95)
        )
        axes["digit"].imshow(image, cmap="Greys", vmin=0, vmax=1)
        axes["digit"].set(title=f"the digit, labelled {label}", anchor="N", xticks=(), yticks=())
        axes["digit"].spines[:].set(visible=True, color=GREY)
        for name, values, color, title, note in (
            ("one_hot", np.eye(CLASSES)[label], GREEN, "one-hot label", "1"),
            ("predicted", predicted, BLUE, "probabilities", "p"),
        ):
            ax = axes[name]
            ax.axvspan(label - 0.5, label + 0.5, color=tint(GREEN, 0.18), linewidth=0)
            _draw_class_bars(ax, values, label, color, 0.45, 1.2)
            ax.text(label, 1.05, note, ha="center", va="bottom", weight="bold")
            ax.set(title=title, xlim=(-0.6, CLASSES - 0.4), ylim=(0, 1.3), yticks=(0, 1))
            ax.spines["left"].set_visible(False)
        axes["predicted"].set_xlabel("class")
        axes["sum"].set_axis_off()
        for y, text, size, weight, color in (
            (0.9, "cross-entropy", 12, "bold", INK),
            (0.75, "= −Σ label × log(probability)", 11, "normal", INK),
            (0.55, "= −log p", 13, "normal", INK),
            (0.44, "the nine other labels are 0", 10, "normal", GREY),
            (0.27, f"= −log {_digits_that_give(loss, probability)}", 13, "normal", INK),
            (0.08, f"= {loss}", 18, "bold", INK),
        ):
            axes["sum"].text(0.04, y, text, va="center", fontsize=size, weight=weight, color=color)


def _minus_log(probability: float) -> float:
    with np.errstate(divide="ignore"):
        return 0 - np.log(probability)  # not −0 for 1


def _digits_that_give(loss: str, probability: float) -> str:
    """Return the probability in as few digits, two or more, as a reader needs to compute the same loss."""
    for digits in range(2, 9):
        written = np.format_float_positional(probability, precision=digits, fractional=False, trim="-")
        if 0 < probability < 1e-6:
            written = f"{probability:.{digits - 1}e}"
        if f"{_minus_log(float(written)):.2f}" == loss:
            break
    return written
