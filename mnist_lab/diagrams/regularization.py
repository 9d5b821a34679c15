"""Dropout: which neurons of a small network are switched off while it trains, and that none is when it predicts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from mnist_lab.diagrams._drawing import SMALL, canvas, tint, words
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION

LAYERS = (3, 4, 4, 2)  # inputs, two hidden layers, outputs
_RATE = 0.25
_HEIGHT, _RADIUS = 2.6, 0.13
_ON = {"edgecolor": BLUE, "facecolor": tint(BLUE, 0.35)}
_OFF = {"edgecolor": VERMILLION, "facecolor": "white", "linestyle": (0, (2, 1.5))}
_LEFTS = (0.35, 3.35, 6.35)
_ACROSS, _LOWEST, _TALLEST = 0.72, 0.5, 1.75


def dropout() -> None:
    """Draw a network three times: at two digits in training, each with other neurons dropped, and when it predicts.

    In each hidden layer a quarter of the neurons is dropped here, so that the drawing shows the mean case; Keras
    decides for each neuron by itself. The neurons dropped are drawn dashed, crossed out and without their connections.
    """
    rng = np.random.default_rng(0)
    nobody = [np.zeros(count, bool) for count in LAYERS]
    with canvas(_HEIGHT) as ax:
        for left, title, dropped in zip(
            _LEFTS,
            ("training, one digit", "training, the next digit", "predicting"),
            (drop(rng), drop(rng), nobody),
            strict=True,
        ):
            _draw_network(ax, left, dropped)
            middle = left + 1.5 * _ACROSS
            words(ax, middle, 2.4, title, 12)
            anyone = any(layer.any() for layer in dropped)
            scaled = f"survivors × 1 / (1 − {_RATE:g})" if anyone else "all of them, as they are"
            words(ax, middle, 0.25, scaled, 11, color=INK)


def drop(rng: np.random.Generator) -> list[np.ndarray]:
    """Return for each layer which neurons are dropped: a quarter of each hidden layer."""
    dropped = []
    for place, count in enumerate(LAYERS):
        mask = np.zeros(count, bool)
        if 0 < place < len(LAYERS) - 1:
            mask[rng.choice(count, round(_RATE * count), replace=False)] = True
        dropped.append(mask)
    return dropped


def _draw_network(ax: Axes, left: float, dropped: list[np.ndarray]) -> None:
    places = [
        [(left + layer * _ACROSS, y) for y in _LOWEST + _TALLEST * (np.arange(count) + 0.5) / count]
        for layer, count in enumerate(LAYERS)
    ]
    for here, there, off_here, off_there in zip(places, places[1:], dropped, dropped[1:], strict=False):
        for start, no_start in zip(here, off_here, strict=True):
            for end, no_end in zip(there, off_there, strict=True):
                if not (no_start or no_end):
                    ax.plot(*zip(start, end, strict=True), color=tint(GREY, 0.55), linewidth=0.7, zorder=1)
    for column, off in zip(places, dropped, strict=True):
        for (x, y), is_off in zip(column, off, strict=True):
            ax.add_patch(Circle((x, y), _RADIUS, zorder=2, **(_OFF if is_off else _ON)))
            if is_off:
                words(ax, x, y, "×", SMALL + 2, color=VERMILLION, weight="bold", zorder=3)
