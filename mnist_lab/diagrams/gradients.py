"""What becomes of gradients and activations from layer to layer."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import drawing
from mnist_lab.plots.style import BLUE, GREEN, PURPLE, VERMILLION

_LOOKS = ((BLUE, "o", "-"), (GREEN, "s", "--"), (VERMILLION, "D", "-."), (PURPLE, "^", ":"))


def gradients_by_layer(ratios: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's gradient on a logarithmic axis.

    Args:
        ratios: for each network, by its name, the RMS (root of the mean of the squares) of each layer's gradient
            divided by the RMS of its weights; the first layer first, all above 0.

    Raises:
        ValueError: there are no or more than four networks, or a ratio is not above 0.
    """
    _draw_by_layer(ratios, "gradient of a layer, relative to its weights")


def activations_by_layer(sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's outputs on a logarithmic axis.

    Args:
        sizes: for each network, by its name, the RMS of each layer's outputs; the first layer first, all above 0.

    Raises:
        ValueError: there are no or more than four networks, or a size is not above 0.
    """
    _draw_by_layer(sizes, "size of a layer's outputs")


def _draw_by_layer(curves: Mapping[str, Sequence[float]], title: str) -> None:
    if not 1 <= len(curves) <= len(_LOOKS):
        raise ValueError(f"Expected one to {len(_LOOKS)} networks. Received: {len(curves)}")
    with drawing(3.2) as figure:
        ax = figure.subplots()
        for (name, values), (color, mark, line) in zip(curves.items(), _LOOKS, strict=False):
            sizes = as_numbers(name, values)
            if sizes.ndim != 1 or not len(sizes) or not (sizes > 0).all():
                raise ValueError(f"{name} must be numbers above 0, one a layer. Received: {values!r}")
            layers = np.arange(1, len(sizes) + 1)
            ax.plot(layers, sizes, color=color, marker=mark, markersize=5, linestyle=line, label=name)
        deepest = max(len(values) for values in curves.values())
        ax.set_yscale("log")
        ax.set(xlim=(0.6, deepest + 0.4), xlabel="layer, counted from the pixels", title=title)
        ax.set_xticks(range(1, deepest + 1))
        ax.grid(axis="y")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
