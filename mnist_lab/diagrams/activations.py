"""Activation functions: sigmoid and ReLU with their slopes, softmax, and the argmax of its rows."""

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mnist_lab.diagrams._arguments import CLASSES, as_logits, as_probabilities
from mnist_lab.diagrams._drawing import SMALL, canvas, draw_arrow, styled_figure, tint, write, write_code
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION


def sigmoid_of(z: npt.ArrayLike) -> np.ndarray:
    """Return 1 / (1 + e^−z)."""
    return 1 / (1 + np.exp(-np.asarray(z)))


def sigmoid_slope(z: npt.ArrayLike) -> np.ndarray:
    """Return the sigmoid's derivative, s (1 − s) with s = sigmoid_of(z); at most 1/4, at z = 0."""
    return sigmoid_of(z) * (1 - sigmoid_of(z))


def relu_of(z: npt.ArrayLike) -> np.ndarray:
    """Return the larger of 0 and z."""
    return np.maximum(0, z)


def relu_slope(z: npt.ArrayLike) -> np.ndarray:
    """Return ReLU's derivative: 1 where z is above 0, else 0."""
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


def sigmoid() -> None:
    """Draw the sigmoid 1 / (1 + e^−z) on the left and its slope on the right, from z = −8 to 8."""
    z = np.linspace(-8, 8, 321)
    with styled_figure(3) as figure:
        curve, slope = figure.subplots(1, 2)
        curve.plot(z, sigmoid_of(z), color=BLUE)
        curve.set(title="sigmoid: between 0 and 1", ylim=(-0.05, 1.1), yticks=(0, 0.5, 1))
        slope.plot(z, sigmoid_slope(z), color=VERMILLION)
        slope.set(title="its slope: never above 1/4", ylim=(-0.05, 1.1), yticks=(0, 0.25, 0.5, 1))
        slope.axhline(0.25, color=GREY, linewidth=1, linestyle=":")
        for ax in (curve, slope):
            for left, right in ((-8, -4), (4, 8)):  # the sigmoid saturates: its slope is below 0.02
                ax.axvspan(left, right, color=tint(GREY, 0.2), linewidth=0)
            ax.set(xlim=(-8, 8), xticks=(-8, -4, 0, 4, 8), xlabel="z, the weighted sum plus bias")
        for x in (-6, 6):
            slope.text(x, 0.6, "saturated:\nalmost flat", fontsize=SMALL, ha="center", va="center")


def relu_and_sigmoid() -> None:
    """Draw ReLU and the sigmoid on the left and the slopes of both on the right, from z = −4 to 4."""
    z = np.linspace(-4, 4, 801)
    with styled_figure(3) as figure:
        curve, slope = figure.subplots(1, 2)
        for ax, relu, other in ((curve, relu_of, sigmoid_of), (slope, relu_slope, sigmoid_slope)):
            ax.plot(z, relu(z), color=BLUE)
            ax.plot(z, other(z), color=VERMILLION, linestyle="--")
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

    Raises:
        ValueError: `logits` has another shape, or holds a number that is not finite.
    """
    logits = as_logits(logits)
    fits = logits.max() <= 700  # the exponential of 710 overflows
    exponentials = np.exp(logits if fits else logits - logits.max())
    total = exponentials.sum()
    note = f"sum = {_format_number(total, 4)}" if fits else "too large for a float"
    panels = (
        ("logits", logits, "", True),
        ("their exponentials", exponentials, note, fits),
        ("divided by the sum: probabilities", exponentials / total, "sum = 1", True),
    )
    with styled_figure(2.8) as figure:
        for ax, (title, values, note, numbered) in zip(figure.subplots(1, 3), panels, strict=True):
            _draw_bars(ax, values, numbered)
            ax.set_title(title)
            ax.text(0.98, 0.97, note, transform=ax.transAxes, ha="right", va="top", color=INK)


def _draw_bars(ax: Axes, values: np.ndarray, numbered: bool) -> None:
    largest = int(values.argmax())
    colors = [BLUE if number == largest else tint(BLUE, 0.35) for number in range(CLASSES)]
    bars = ax.bar(range(CLASSES), values, color=colors)
    bars[largest].set(edgecolor=INK, linewidth=1.5)
    up = values[largest] >= 0
    ax.annotate(
        _format_number(values[largest], 3) if numbered else "",
        (largest, values[largest]),
        xytext=(0, 3 if up else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if up else "top",
        weight="bold",
    )
    ax.axhline(0, color=GREY, linewidth=0.8)
    low, high = min(values.min(), 0), max(values.max(), 0)
    room = 0.3 * (high - low or 1)
    ax.set(ylim=(low - (room if low < 0 else 0), high + room), xlabel="class")
    ax.set_xticks(range(CLASSES))
    ax.get_xticklabels()[largest].set(weight="bold", color=INK)
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)


def _format_number(value: float, digits: int) -> str:
    text = f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")


_TABLE_LEFT, _CELL_WIDTH, _CELL_HEIGHT = 1.0, 0.6, 0.34


def argmax(probabilities: npt.ArrayLike) -> None:
    """Draw predictions as a table, with the largest value of every row boxed and its class at the row's end.

    The figure's height follows the number of rows.

    Args:
        probabilities: `[m, 10]` float, m from 1 to 6; every row adds up to 1, as softmax returns it.

    Raises:
        ValueError: `probabilities` has another shape, or a row does not add up to 1.
    """
    probabilities = as_probabilities(probabilities)
    if probabilities.ndim != 2 or not 1 <= len(probabilities) <= 6:
        raise ValueError(
            f"probabilities must have shape [m, 10] with m from 1 to 6. Received: {list(probabilities.shape)}"
        )
    rows = len(probabilities)
    top, right = rows * _CELL_HEIGHT + 0.1, _TABLE_LEFT + CLASSES * _CELL_WIDTH
    with canvas(top + 0.75) as ax:
        draw_arrow(ax, (_TABLE_LEFT, top + 0.52), (right, top + 0.52), GREY)
        write_code(ax, right + 0.1, top + 0.52, "axis=1", ha="left")
        write(ax, _TABLE_LEFT - 0.15, top + 0.18, "class", 10, color=GREY, ha="right")
        write(ax, right + 0.95, top + 0.18, "answer", 10, color=GREY)
        for column in range(CLASSES):
            write(ax, _TABLE_LEFT + (column + 0.5) * _CELL_WIDTH, top + 0.18, f"{column}", 10, color=GREY)
        for number, row in enumerate(probabilities):
            y = top - (number + 0.5) * _CELL_HEIGHT
            write(ax, _TABLE_LEFT - 0.15, y, f"row {number}", 10, ha="right")
            _draw_row(ax, row, y)
            draw_arrow(ax, (right + 0.12, y), (right + 0.7, y))
            write(ax, right + 0.95, y, f"{row.argmax()}", 13, weight="bold")


def _draw_row(ax: Axes, row: np.ndarray, y: float) -> None:
    for column, value in enumerate(row):
        x = _TABLE_LEFT + column * _CELL_WIDTH
        largest = column == row.argmax()
        ax.add_patch(
            Rectangle(
                (x, y - _CELL_HEIGHT / 2),
                _CELL_WIDTH,
                _CELL_HEIGHT,
                facecolor=plt.colormaps["Blues"](0.85 * value),
                edgecolor=INK if largest else "white",
                linewidth=2 if largest else 1,
                zorder=3 if largest else 2,
            )
        )
        look = {"color": "white" if value > 0.6 else INK, "weight": "bold" if largest else "normal"}
        write(ax, x + _CELL_WIDTH / 2, y, f"{value:.2f}", 10, zorder=4, **look)
