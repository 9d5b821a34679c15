"""Activation functions: sigmoid and ReLU with their slopes, softmax, and the argmax of its rows."""

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from mnist_lab.data.idx import CLASSES
from mnist_lab.diagrams._arguments import as_numbers, as_probabilities
from mnist_lab.diagrams._drawing import SMALL, Options, draw_class_bars, new_page, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION


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
        for ax in (curve, slope):
            for left, right in ((-8, -4), (4, 8)):  # the sigmoid saturates: its slope is below 0.02
                ax.axvspan(left, right, color=tint(GREY, 0.2), linewidth=0)
            ax.set(xlim=(-8, 8), ylim=(-0.05, 1.1), xticks=(-8, -4, 0, 4, 8), xlabel="z, the weighted sum plus bias")
        for x in (-6, 6):
            slope.text(x, 0.6, "saturated:\nalmost flat", fontsize=SMALL, ha="center", va="center")


def relu_and_sigmoid() -> None:
    """Draw ReLU and the sigmoid on the left and the slopes of both on the right, from z = −4 to 4."""
    z = np.linspace(-4, 4, 801)
    s = sigmoid_of(z)
    with styled_figure(3) as figure:
        curve, slope = figure.subplots(1, 2)
        for ax, relu, other in ((curve, np.maximum(0, z), s), (slope, z > 0, s * (1 - s))):
            ax.plot(z, relu, color=BLUE)
            ax.plot(z, other, color=VERMILLION, linestyle="--")
            ax.set(xlim=(-4, 4), xticks=(-4, -2, 0, 2, 4), xlabel="z, the weighted sum plus bias")
        curve.set(title="the functions", ylim=(-0.15, 4), yticks=(0, 1, 2, 3, 4))
        curve.text(1.6, 2.6, "ReLU  max(0, z)", color=BLUE, ha="right")
        curve.text(-3.8, 0.45, "sigmoid", color=VERMILLION)
        slope.set(title="their slopes", ylim=(-0.06, 1.25), yticks=(0, 0.25, 1))
        slope.text(1.9, 1.06, "ReLU: 0 or 1", color=BLUE)
        slope.text(-3.8, 0.27, "sigmoid: 1/4 at most", color=VERMILLION)


def softmax(logits: npt.ArrayLike) -> None:
    """Draw ten logits, their exponentials, and these divided by their sum; the largest is dark and labelled.

    Args:
        logits: `[10]` float. Where their exponentials are too large for a float, the bars still have the right
            proportions, but no numbers.
    """
    logits = as_numbers("logits", logits, "ten finite numbers, [10]", lambda found: found.shape == (CLASSES,))
    largest, fits = int(logits.argmax()), logits.max() <= 700  # the exponential of 710 overflows
    exponentials = np.exp(logits if fits else logits - logits.max())
    total = exponentials.sum()
    panels = (
        ("logits", logits, "", True),
        ("their exponentials", exponentials, f"sum = {_format(total, 4)}" if fits else "too large for a float", fits),
        ("divided by the sum: probabilities", exponentials / total, "sum = 1", True),
    )
    with styled_figure(2.8) as figure:
        for ax, (title, values, note, numbered) in zip(figure.subplots(1, 3), panels, strict=True):
            draw_class_bars(ax, values, largest, BLUE, 0.35, 1.5)
            up, number = values[largest] >= 0, _format(values[largest], 3) if numbered else ""
            look: Options = {
                "xytext": (0, 3 if up else -3),
                "textcoords": "offset points",
                "va": "bottom" if up else "top",
            }
            ax.annotate(number, (largest, values[largest]), ha="center", weight="bold", **look)
            ax.axhline(0, color=GREY, linewidth=0.8)
            low, high = min(values.min(), 0), max(values.max(), 0)
            room = 0.3 * (high - low or 1)
            ax.set(ylim=(low - (room if low < 0 else 0), high + room), xlabel="class", yticks=(), title=title)
            ax.spines[["left", "bottom"]].set_visible(False)
            ax.text(0.98, 0.97, note, transform=ax.transAxes, ha="right", va="top", color=INK)


def _format(value: float, digits: int) -> str:
    text = f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")


def argmax(probabilities: npt.ArrayLike) -> None:
    """Draw predictions as a table, with the largest value of every row boxed and its class at the row's end.

    The figure's height follows the number of rows.

    Args:
        probabilities: `[m, 10]` float, m from 1 to 6; every row adds up to 1, as softmax returns it.
    """
    probabilities = as_probabilities(probabilities, most=6)
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
            page.write(left - 0.15, y, f"row {number}", 10, ha="right")
            for column, value in enumerate(row):
                x, fill, ink = (
                    left + column * width,
                    plt.colormaps["Blues"](0.85 * value),
                    "white" if value > 0.6 else INK,
                )
                edge, linewidth, weight, zorder = (
                    (INK, 2, "bold", 3) if column == row.argmax() else ("white", 1, "normal", 2)
                )
                page.rectangle(
                    x, y - height / 2, width, height, fill, edgecolor=edge, linewidth=linewidth, zorder=zorder
                )
                page.write(x + width / 2, y, f"{value:.2f}", 10, zorder=4, color=ink, weight=weight)
            page.arrow((right + 0.12, y), (right + 0.7, y))
            page.write(right + 0.95, y, f"{row.argmax()}", 13, weight="bold")
