"""The summary card: one small panel for each idea of lessons 01 to 08, drawn around its middle."""

from itertools import pairwise

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, Page, Point, new_page, tint
from mnist_lab.diagrams.descent import descend
from mnist_lab.diagrams.functions import sigmoid_of
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION

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
    width, height, gap, top = 2.1, 2.52, 0.12, 5.9
    with new_page(top) as page:
        page.write(0.17, top - 0.31, "How a network learns to read", 16, ha="left", weight="bold")
        page.write(8.83, top - 0.33, "lessons 01 to 08 on one card", ha="right", color=GREY)
        for number, (title, lessons, draw, code, caption) in enumerate(panels):
            row, column = divmod(number, 4)
            x, y = gap + column * (width + gap), (1 - row) * (height + gap) + gap
            middle = x + width / 2
            page.box(x, y, width, height, tint(BLUE, 0.45), tint(BLUE, 0.035), linewidth=1)
            page.write(x + 0.13, y + height - 0.22, title, 12, ha="left", weight="bold", color=BLUE)
            page.write(x + width - 0.12, y + height - 0.22, lessons, SMALL, ha="right", color=GREY)
            draw(page.around(middle, y + 1.39))
            page.box(x + 0.12, y + 0.4, width - 0.24, 0.29, "none", tint(BLUE, 0.11), linewidth=0)
            page.code(middle, y + 0.54, code, 10)
            page.write(middle, y + 0.21, caption, 10)


def _columns(*sizes: int) -> list[list[Point]]:
    """Return the centres of neurons in columns of the given sizes."""
    xs = np.linspace(-0.68, 0.68, len(sizes))
    return [[(x, 0.29 * (i - (size - 1) / 2)) for i in range(size)] for x, size in zip(xs, sizes, strict=True)]


def _dense(page: Page) -> None:
    inputs, neurons = _columns(4, 3)
    page.connect(inputs, neurons, color=_PALE_GREY, linewidth=0.8)
    page.connect(inputs, neurons[1:2], color=VERMILLION, linewidth=1.5)
    for x, y in inputs:
        page.rectangle(x - 0.08, y - 0.08, 0.16, 0.16, INK, zorder=3)
    for centre, color, strength in zip(neurons, (BLUE, VERMILLION, BLUE), (0.3, 0.45, 0.3), strict=True):
        page.circle(*centre, 0.085, color, tint(color, strength), linewidth=1.2, zorder=3)


def _activation(page: Page) -> None:
    z = np.linspace(-1, 1, 121)
    page.line((-0.8, 0.8), (-0.42, -0.42))
    page.line((0, 0), (-0.5, 0.6))
    page.line(0.75 * z, -0.42 + 0.38 * sigmoid_of(7 * z), VERMILLION, linewidth=1.6, linestyle="--")
    page.line(0.75 * z, -0.42 + np.maximum(z, 0), BLUE, linewidth=2.4)
    page.write(0.3, 0.42, "ReLU", 10, color=BLUE, weight="bold")
    page.write(-0.45, -0.06, "sigmoid", 10, color=VERMILLION)


def _softmax(page: Page) -> None:
    logits, true_class = np.array([0.4, 1.6, -0.5, 2.9, 0.9]), 3
    probabilities = np.exp(logits) / np.exp(logits).sum()
    for left, heights, caption in ((-0.86, 0.19 * logits, "logits"), (0.2, 0.85 * probabilities, "softmax")):
        for number, height in enumerate(heights):
            color = VERMILLION if number == true_class else tint(BLUE, 0.55)
            page.rectangle(left + 0.135 * number, -0.24, 0.1, height, color)
        page.line((left - 0.03, left + 0.67), (-0.24, -0.24))
        page.write(left + 0.32, -0.47, caption, 10)
    page.write(0.11 + 0.135 * true_class, 0.25, "p", color=VERMILLION, weight="bold")
    page.arrow((-0.14, 0.06), (0.12, 0.06), mutation_scale=10)


def _descent(page: Page) -> None:
    z = np.linspace(-0.92, 0.92, 121)
    steps = descend(lambda x: 2 * x, np.array(-0.85), [0.25] * 4)  # down the parabola x²
    page.line(0.95 * z, -0.42 + 1.1 * z**2, BLUE, linewidth=2)
    points = np.stack((0.95 * steps, -0.42 + 1.1 * steps**2), axis=1)
    page.ax.plot(*points.T, "o", color=VERMILLION, markersize=5.5, zorder=4)
    look = {"mutation_scale": 8, "linewidth": 1.3, "connectionstyle": "arc3,rad=-0.35", "zorder": 5}
    for start, end in pairwise(points[:3] + np.array((0.03, 0.08))):
        page.arrow(start, end, VERMILLION, **look)
    page.write(0.12, 0.38, "loss", 10, color=BLUE)


def _decay(page: Page) -> None:
    heights, edges = 0.95 * 0.6 ** np.arange(9), np.linspace(-0.8, 0.8, 10)
    for left, height in zip(edges[:-1], heights, strict=True):
        page.rectangle(left, -0.42, 1.6 / 9, height, tint(BLUE, 0.25))
    page.ax.stairs(-0.42 + heights, edges, baseline=None, color=BLUE, linewidth=2)
    page.line((-0.84, 0.84), (-0.42, -0.42))
    page.write(0.26, 0.33, "learning rate", 10, color=BLUE)


def _dropout(page: Page) -> None:
    before, (*hidden,), after = _columns(3, 4, 3)
    kept = hidden[1::2]
    page.connect(before, kept, color=_PALE_GREY, linewidth=0.8)
    page.connect(kept, after, color=_PALE_GREY, linewidth=0.8)
    for x, y in (*before, *kept, *after):
        page.circle(x, y, 0.085, BLUE, tint(BLUE, 0.3), linewidth=1.2, zorder=3)
    for x, y in hidden[::2]:
        page.circle(x, y, 0.085, GREY, "white", linewidth=0.9, zorder=3)
        for tilt in (-0.06, 0.06):
            page.line((x - 0.06, x + 0.06), (y - tilt, y + tilt), VERMILLION, linewidth=1.8, zorder=4)


def _convolution(page: Page) -> None:
    cell, left, bottom = 0.145, -0.88, -0.45
    for row, column in np.ndindex(6, 6):
        color, look = INK if (row, column) in _SEVEN else "white", {"edgecolor": tint(GREY, 0.35), "linewidth": 0.5}
        page.rectangle(left + column * cell, bottom + (5 - row) * cell, cell, cell, color, **look)
    x, y, side = left + 2 * cell, bottom + 2 * cell, 3 * cell
    page.rectangle(x, y, side, side, (VERMILLION, 0.2), edgecolor=VERMILLION, linewidth=2, zorder=3)
    for number in range(3):
        look = {"edgecolor": BLUE, "linewidth": 1.2, "zorder": 2 + number}
        page.rectangle(0.27 + 0.11 * number, -0.12 - 0.17 * number, 0.42, 0.42, tint(BLUE, 0.2), **look)
    page.rectangle(0.63, -0.24, 0.1, 0.1, VERMILLION, zorder=6)
    for corner in (y, y + side):
        page.line((x + side, 0.63), (corner, -0.19), VERMILLION, linewidth=1, zorder=5)


def _batch_norm(page: Page) -> None:
    z = np.linspace(-3, 3, 61)
    bell = 0.27 * np.exp(-(z**2) / 2)
    for floor, mean, deviation in ((0.2, -0.2, 0.05), (-0.12, 0.14, 0.085), (-0.44, 0.0, 0.028)):
        for middle, centre, width, color in ((-0.5, mean - 0.5, deviation, VERMILLION), (0.52, 0.52, 0.085, BLUE)):
            page.ax.fill_between(centre + width * z, floor, floor + bell, color=tint(color, 0.3), linewidth=0)
            page.line(centre + width * z, floor + bell, color, linewidth=1.4)
            page.line((middle - 0.4, middle + 0.4), (floor, floor), color=tint(GREY, 0.6))
    for middle in (-0.5, 0.52):
        page.line((middle, middle), (-0.5, 0.55), linestyle=":")
    page.arrow((-0.08, 0), (0.12, 0), mutation_scale=10)
