"""The summary card: one small panel for each idea of lessons 01 to 08."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.typing import ColorType

from mnist_lab.diagrams._drawing import SMALL, Options, Point, canvas, draw_arrow, draw_box, tint, write, write_code
from mnist_lab.diagrams.descent import descend
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION

_LOGITS = np.array([0.4, 1.6, -0.5, 2.9, 0.9])
_TRUE_CLASS = 3
_PALE_GREY = tint(GREY, 0.5)
_SEVEN = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 4), (2, 3), (3, 3), (4, 2), (5, 2))


def summary_card() -> None:
    """Draw a grid of eight panels, one for each idea so far: a picture, a line of code, a few words."""
    panels = (
        ("Dense layer", "01", _dense, "x @ W + b", "every input, every neuron"),
        ("Activation", "02, 03", _activation, 'Activation("relu")', "bends the weighted sums"),
        ("Softmax, loss", "01", _softmax, "loss = −log p", "cross-entropy: raise p"),
        ("Descent", "01, 03", _descent, 'optimizer="adam"', "small steps downhill"),
        ("Decaying rate", "04", _decay, "0.01 * 0.6**epoch", "fast first, careful later"),
        ("Dropout", "05, 07", _dropout, "Dropout(0.4)", "in training only"),
        ("Convolution", "06", _convolution, "Conv2D(12, 3)", "the same eye, everywhere"),
        ("Batch norm", "08", _batch_norm, "BatchNormalization()", "one mean, one spread"),
    )
    width, height, gap, header = 2.1, 2.52, 0.12, 0.5
    top = header + 2 * height + 3 * gap
    with canvas(top) as ax:
        write(ax, 0.17, top - 0.31, "How a network learns to read", 16, ha="left", weight="bold")
        write(ax, 8.83, top - 0.33, "lessons 01 to 08 on one card", 11, ha="right", color=GREY)
        for number, (title, lessons, draw, code, caption) in enumerate(panels):
            row, column = divmod(number, 4)
            x = 0.12 + column * (width + gap)
            y = top - header - gap - (row + 1) * height - row * gap
            draw_box(ax, x, y, width, height, tint(BLUE, 0.45), tint(BLUE, 0.035), linewidth=1)
            write(ax, x + 0.13, y + height - 0.22, title, 12, ha="left", weight="bold", color=BLUE)
            write(ax, x + width - 0.12, y + height - 0.22, lessons, SMALL, ha="right", color=GREY)
            draw(ax, x + width / 2, y + 1.39)
            draw_box(ax, x + 0.12, y + 0.4, width - 0.24, 0.29, tint(BLUE, 0.2), tint(BLUE, 0.11), linewidth=0)
            write_code(ax, x + width / 2, y + 0.54, code, 10)
            write(ax, x + width / 2, y + 0.21, caption, 10)


def probabilities() -> np.ndarray:
    """Return the softmax of the logits in the panel."""
    exponentials = np.exp(_LOGITS)
    return exponentials / exponentials.sum()


def descent_steps() -> np.ndarray:
    """Return the five points of four steps of gradient descent on the parabola x², whose slope is 2x."""
    return descend(lambda x: 2 * x, np.array(-0.85), learning_rate=0.25, steps=4)


def _draw_neuron(ax: Axes, x: float, y: float, color: str = BLUE, strength: float = 0.3, **options: Any) -> None:
    look: Options = {"radius": 0.085, "edgecolor": color, "linewidth": 1.2, "zorder": 3, **options}
    ax.add_patch(Circle((x, y), facecolor=tint(color, strength), **look))


def _columns(x: float, y: float, *sizes: int) -> list[list[Point]]:
    """Return the centres of neurons in columns of the given sizes, around (x, y)."""
    middles = np.linspace(x - 0.68, x + 0.68, len(sizes))
    return [
        [(middle, y + 0.29 * (i - (n - 1) / 2)) for i in range(n)] for middle, n in zip(middles, sizes, strict=True)
    ]


def _connect(
    ax: Axes, before: list[Point], after: list[Point], color: ColorType = _PALE_GREY, linewidth: float = 0.8
) -> None:
    for x, y in before:
        for to_x, to_y in after:
            ax.plot((x, to_x), (y, to_y), color=color, linewidth=linewidth, zorder=1)


def _dense(ax: Axes, x: float, y: float) -> None:
    inputs, neurons = _columns(x, y, 4, 3)
    _connect(ax, inputs, neurons)
    _connect(ax, inputs, neurons[1:2], VERMILLION, 1.5)
    for pixel_x, pixel_y in inputs:
        ax.add_patch(Rectangle((pixel_x - 0.08, pixel_y - 0.08), 0.16, 0.16, facecolor=INK, zorder=3))
    for number, centre in enumerate(neurons):
        _draw_neuron(ax, *centre, *((VERMILLION, 0.45) if number == 1 else (BLUE, 0.3)))


def _activation(ax: Axes, x: float, y: float) -> None:
    z = np.linspace(-1, 1, 121)
    ax.plot((x - 0.8, x + 0.8), (y - 0.42, y - 0.42), color=GREY, linewidth=0.8)
    ax.plot((x, x), (y - 0.5, y + 0.6), color=GREY, linewidth=0.8)
    ax.plot(x + 0.75 * z, y - 0.42 + 0.38 / (1 + np.exp(-7 * z)), color=VERMILLION, linewidth=1.6, linestyle="--")
    ax.plot(x + 0.75 * z, y - 0.42 + 1.0 * np.maximum(z, 0), color=BLUE, linewidth=2.4)
    write(ax, x + 0.3, y + 0.42, "ReLU", 10, color=BLUE, weight="bold")
    write(ax, x - 0.45, y - 0.06, "sigmoid", 10, color=VERMILLION)


def _softmax(ax: Axes, x: float, y: float) -> None:
    for left, values, scale, caption in (
        (x - 0.86, _LOGITS, 0.19, "logits"),
        (x + 0.2, probabilities(), 0.85, "softmax"),
    ):
        for number, value in enumerate(values):
            color = VERMILLION if number == _TRUE_CLASS else tint(BLUE, 0.55)
            ax.add_patch(Rectangle((left + 0.135 * number, y - 0.24), 0.1, scale * value, facecolor=color))
        ax.plot((left - 0.03, left + 0.67), (y - 0.24, y - 0.24), color=GREY, linewidth=0.8)
        write(ax, left + 0.32, y - 0.47, caption, 10)
    write(ax, x + 0.2 + 0.135 * _TRUE_CLASS - 0.09, y + 0.25, "p", 11, color=VERMILLION, weight="bold")
    draw_arrow(ax, (x - 0.14, y + 0.06), (x + 0.12, y + 0.06), mutation_scale=10)


def _descent(ax: Axes, x: float, y: float) -> None:
    z = np.linspace(-0.92, 0.92, 121)
    ax.plot(x + 0.95 * z, y - 0.42 + 1.1 * z**2, color=BLUE, linewidth=2)
    steps = descent_steps()
    heights = y - 0.42 + 1.1 * steps**2
    ax.plot(x + 0.95 * steps, heights, "o", color=VERMILLION, markersize=5.5, zorder=4)
    for i in range(2):
        start, end = ((x + 0.95 * steps[j] + 0.03, heights[j] + 0.08) for j in (i, i + 1))
        draw_arrow(
            ax, start, end, VERMILLION, mutation_scale=8, linewidth=1.3, connectionstyle="arc3,rad=-0.35", zorder=5
        )
    write(ax, x + 0.12, y + 0.38, "loss", 10, color=BLUE)


def _decay(ax: Axes, x: float, y: float) -> None:
    rates = 0.6 ** np.arange(9)
    edges = np.linspace(x - 0.8, x + 0.8, len(rates) + 1)
    for left, right, rate in zip(edges, edges[1:], rates, strict=False):
        ax.add_patch(Rectangle((left, y - 0.42), right - left, 0.95 * rate, facecolor=tint(BLUE, 0.25)))
    ax.stairs(y - 0.42 + 0.95 * rates, edges, baseline=None, color=BLUE, linewidth=2)
    ax.plot((x - 0.84, x + 0.84), (y - 0.42, y - 0.42), color=GREY, linewidth=0.8)
    write(ax, x + 0.26, y + 0.33, "learning rate", 10, color=BLUE)


def _dropout(ax: Axes, x: float, y: float) -> None:
    columns = _columns(x, y, 3, 4, 3)
    kept = [columns[0], [columns[1][1], columns[1][3]], columns[2]]
    for before, after in pairwise(kept):
        _connect(ax, before, after)
    for column in columns:
        for centre in column:
            if centre in kept[0] + kept[1] + kept[2]:
                _draw_neuron(ax, *centre)
                continue
            _draw_neuron(ax, *centre, GREY, 0, linewidth=0.9)
            for tilt in (-0.06, 0.06):
                ends = (centre[0] - 0.06, centre[0] + 0.06), (centre[1] - tilt, centre[1] + tilt)
                ax.plot(*ends, color=VERMILLION, linewidth=1.8, zorder=4)


def _convolution(ax: Axes, x: float, y: float) -> None:
    side, left, bottom = 0.145, x - 0.88, y - 0.45
    for row in range(6):
        for column in range(6):
            color = INK if (row, column) in _SEVEN else "white"
            corner = (left + column * side, bottom + (5 - row) * side)
            ax.add_patch(Rectangle(corner, side, side, facecolor=color, edgecolor=tint(GREY, 0.35), linewidth=0.5))
    window = (left + 2 * side, bottom + 2 * side)
    red = (*tint(VERMILLION, 1), 0.2)
    ax.add_patch(Rectangle(window, 3 * side, 3 * side, facecolor=red, edgecolor=VERMILLION, linewidth=2, zorder=3))
    for number in range(3):
        corner = (x + 0.27 + 0.11 * number, y + 0.3 - 0.17 * number)
        sheet = np.array([(0, 0), (0.42, 0), (0.42, -0.42), (0, -0.42)]) + corner
        ax.add_patch(Polygon(sheet, facecolor=tint(BLUE, 0.2), edgecolor=BLUE, linewidth=1.2, zorder=2 + number))
    pixel = (x + 0.27 + 0.22 + 0.14, y + 0.3 - 0.34 - 0.2)
    ax.add_patch(Rectangle(pixel, 0.1, 0.1, facecolor=VERMILLION, zorder=6))
    for corner_y in (window[1], window[1] + 3 * side):
        ends = (window[0] + 3 * side, pixel[0]), (corner_y, pixel[1] + 0.05)
        ax.plot(*ends, color=VERMILLION, linewidth=1, zorder=5)


def _batch_norm(ax: Axes, x: float, y: float) -> None:
    z = np.linspace(-3, 3, 61)
    bell = np.exp(-(z**2) / 2)
    for number, (mean, deviation) in enumerate(((-0.2, 0.05), (0.14, 0.085), (0.0, 0.028))):
        floor = y + 0.2 - 0.32 * number
        for middle, width, color in ((x - 0.5, deviation, VERMILLION), (x + 0.52, 0.085, BLUE)):
            shift = mean if color == VERMILLION else 0
            ax.fill_between(middle + shift + width * z, floor, floor + 0.27 * bell, color=tint(color, 0.3), linewidth=0)
            ax.plot(middle + shift + width * z, floor + 0.27 * bell, color=color, linewidth=1.4)
            ax.plot((middle - 0.4, middle + 0.4), (floor, floor), color=tint(GREY, 0.6), linewidth=0.8)
    for middle in (x - 0.5, x + 0.52):
        ax.plot((middle, middle), (y - 0.5, y + 0.55), color=GREY, linewidth=0.8, linestyle=":")
    draw_arrow(ax, (x - 0.08, y), (x + 0.12, y), mutation_scale=10)
