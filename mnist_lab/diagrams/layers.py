"""One dense layer: every pixel to every neuron, and what one neuron does."""

import numpy as np
from matplotlib.patches import Circle

from mnist_lab.diagrams._arguments import CLASSES, as_image
from mnist_lab.diagrams._drawing import SUBSCRIPTED, arrow, box, canvas, picture, tint, words
from mnist_lab.plots.style import BLUE, GREY

_PIXELS = {0: 3.2, 406: 2.14, 783: 1.08}  # those shown, and their height
_ELLIPSES = (2.67, 1.61)
_NEURONS = np.linspace(3.46, 0.85, CLASSES)
_OPENED = 3  # the neuron drawn large
_OUTPUTS = (0, _OPENED, 9)  # those named
_INPUT_X, _NEURON_X, _OUTPUT_X = 2.4, 3.9, 4.62
_RADIUS = 0.135


def one_layer(image) -> None:
    """Draw the layer: 784 pixels, ten neurons that each see all of them, ten probabilities; one neuron large.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink); the pixels shown take its grey.

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    with canvas(3.8) as ax:
        picture(ax, image, 0.1, 1.45, 1.45, 1.45)
        words(ax, 0.825, 1.25, "28 × 28 pixels")
        for neuron, y in enumerate(_NEURONS):
            _connect(ax, y, neuron == _OPENED)
        for pixel, y in _PIXELS.items():
            grey = np.array([[image.flat[pixel]]])
            picture(ax, grey, _INPUT_X - _RADIUS, y - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
            words(ax, _INPUT_X - 0.2, y, f"$x_{{{pixel}}}$", SUBSCRIPTED, ha="right")
        for y in _ELLIPSES:
            words(ax, _INPUT_X, y, "⋮", 14, color=GREY)
        for y in (_NEURONS[0] + _NEURONS[_OPENED]) / 2, (_NEURONS[_OPENED] + _NEURONS[-1]) / 2:
            words(ax, _OUTPUT_X, y, "⋮", 14, color=GREY)
        _open(ax)
        for neuron, y in enumerate(_NEURONS):
            strength, weight = (0.4, "bold") if neuron == _OPENED else (0.12, "normal")
            look = {"facecolor": tint(BLUE, strength), "edgecolor": BLUE, "zorder": 4}
            ax.add_patch(Circle((_NEURON_X, y), _RADIUS, **look))
            words(ax, _NEURON_X, y, f"{neuron}", 10, weight=weight, zorder=5)
            ends = (_NEURON_X + _RADIUS, y), (_OUTPUT_X - 0.16, y)
            arrow(ax, *ends, arrowstyle="-|>" if neuron in _OUTPUTS else "-", mutation_scale=9, zorder=4)
            if neuron in _OUTPUTS:
                words(ax, _OUTPUT_X, y, f"$p_{neuron}$", SUBSCRIPTED, zorder=5)
        words(ax, _INPUT_X, 0.5, "784 inputs")
        words(ax, _NEURON_X - 0.08, 0.5, "10 neurons")
        words(ax, _OUTPUT_X - 0.14, 0.4, "10 probabilities,\nsum 1", ha="left")


def _connect(ax, neuron_y: float, opened: bool) -> None:
    look = (
        {"color": BLUE, "linewidth": 1.6}
        if opened
        else {"color": tint(GREY, 0.28), "linewidth": 0.6, "antialiased": False}
    )
    for pixel_y in _PIXELS.values():
        ends = (_INPUT_X + _RADIUS, _NEURON_X - _RADIUS), (pixel_y, neuron_y)
        ax.plot(*ends, zorder=3 if opened else 2, **look)


def _open(ax) -> None:
    y, left, right, bottom, top = _NEURONS[_OPENED], 5.75, 8.9, 0.85, 3.6
    box(ax, _NEURON_X - 0.19, y - 0.165, _OUTPUT_X - _NEURON_X + 0.4, 0.33, BLUE, tint(BLUE, 0.1), zorder=3.5)
    ax.plot((_OUTPUT_X + 0.21, left), (y, y), color=BLUE, linewidth=1.2)
    box(ax, left, bottom, right - left, top - bottom, BLUE, tint(BLUE, 0.1))
    middle = (left + right) / 2
    words(ax, middle, top - 0.2, f"neuron {_OPENED}", weight="bold", color=BLUE)
    steps = (
        ("weighted sum", r"$x_0 w_0 + x_1 w_1 + \ldots + x_{783} w_{783}$"),
        ("bias", "$+\\; b$"),
        ("activation", rf"softmax: $p_{_OPENED}$"),
    )
    for number, (caption, formula) in enumerate(steps):
        floor = top - 1.02 - number * 0.81
        box(ax, left + 0.15, floor, right - left - 0.3, 0.62, tint(BLUE, 0.5))
        words(ax, middle, floor + 0.47, caption, 10)
        words(ax, middle, floor + 0.19, formula, SUBSCRIPTED)
        if number:
            arrow(ax, (middle, floor + 0.81), (middle, floor + 0.62), BLUE, mutation_scale=10)
