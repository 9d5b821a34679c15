"""A network of dense layers, each fed by the one before."""

from collections.abc import Sequence

from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY

_HEIGHT = 3.0
_TALLEST, _LOWEST = 1.9, 0.5
_MIDDLE = 1.6


def stacked_layers(sizes: Sequence[int] = (784, 200, 60, 10), activation: str = "sigmoid") -> None:
    """Draw dense layers from left to right, the numbers of their outputs, and the weights between them.

    Args:
        sizes: inputs first, then the neurons of each layer; three to six whole numbers above 0.
        activation: the name of the hidden layers' activation function; the last layer's is softmax.

    Raises:
        ValueError: `sizes` are not such numbers.
    """
    if not 3 <= len(sizes) <= 6 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"sizes must be three to six whole numbers above 0. Received: {sizes!r}")
    last = len(sizes) - 1
    with canvas(_HEIGHT) as ax:
        step = 8.0 / len(sizes)
        for place, size in enumerate(sizes):
            x = 0.5 + step * (place + 0.5)
            height = _LOWEST + (_TALLEST - _LOWEST) * (size / max(sizes)) ** 0.4
            color = GREY if place == 0 else GREEN if place == last else BLUE
            box(ax, x - 0.35, _MIDDLE - height / 2, 0.7, height, edge=color, fill=tint(color, 0.15), linewidth=1.8)
            words(ax, x, _MIDDLE, f"{size:,}", 13, weight="bold")
            role = "pixels" if place == 0 else "softmax" if place == last else activation
            words(ax, x, 0.35, role, 12, color=color)
            if place:
                arrow(ax, (x - step + 0.42, _MIDDLE), (x - 0.42, _MIDDLE))
                middle = x - step / 2
                shape(ax, middle, _MIDDLE + 0.22, f"[{sizes[place - 1]}, {size}]", SMALL)
                words(ax, middle, _MIDDLE - 0.22, "weights", SMALL, color=GREY)
        if last > 1:
            left, right = 0.5 + step * 1.1, 0.5 + step * (last - 0.1)
            words(ax, (left + right) / 2, _HEIGHT - 0.2, "hidden layers", 12, color=BLUE)
