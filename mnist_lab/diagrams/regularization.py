"""Dropout and batch normalization, in training."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from mnist_lab.diagrams._drawing import SMALL, canvas, drawing, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

_LAYER_SIZES = (3, 4, 4, 2)  # inputs, two hidden layers, outputs
_DROPOUT_RATE = 0.25
_FIGURE_HEIGHT, _NEURON_RADIUS = 2.6, 0.13
_ACTIVE = {"edgecolor": BLUE, "facecolor": tint(BLUE, 0.35)}
_DROPPED = {"edgecolor": VERMILLION, "facecolor": "white", "linestyle": (0, (2, 1.5))}
_LEFTS = (0.35, 3.35, 6.35)
_LAYER_STEP, _BOTTOM, _NETWORK_HEIGHT = 0.72, 0.5, 1.75


def dropout() -> None:
    """Draw a network three times: at two digits in training, each with other neurons dropped, and when it predicts.

    In each hidden layer a quarter of the neurons is dropped here, so that the drawing shows the mean case; Keras
    decides for each neuron by itself. The neurons dropped are drawn dashed, crossed out and without their connections.
    """
    rng = np.random.default_rng(0)
    nobody = [np.zeros(count, bool) for count in _LAYER_SIZES]
    with canvas(_FIGURE_HEIGHT) as ax:
        for left, title, dropped in zip(
            _LEFTS,
            ("training, one digit", "training, the next digit", "predicting"),
            (choose_dropped(rng), choose_dropped(rng), nobody),
            strict=True,
        ):
            _draw_network(ax, left, dropped)
            middle = left + 1.5 * _LAYER_STEP
            words(ax, middle, 2.4, title, 12)
            anyone = any(layer.any() for layer in dropped)
            scaled = f"survivors × 1 / (1 − {_DROPOUT_RATE:g})" if anyone else "all of them, as they are"
            words(ax, middle, 0.25, scaled, 11, color=INK)


def choose_dropped(rng: np.random.Generator) -> list[np.ndarray]:
    """Return for each layer which neurons are dropped: a quarter of each hidden layer."""
    dropped = []
    for place, count in enumerate(_LAYER_SIZES):
        mask = np.zeros(count, bool)
        if 0 < place < len(_LAYER_SIZES) - 1:
            mask[rng.choice(count, round(_DROPOUT_RATE * count), replace=False)] = True
        dropped.append(mask)
    return dropped


def _draw_network(ax: Axes, left: float, dropped: list[np.ndarray]) -> None:
    places = [
        [(left + layer * _LAYER_STEP, y) for y in _BOTTOM + _NETWORK_HEIGHT * (np.arange(count) + 0.5) / count]
        for layer, count in enumerate(_LAYER_SIZES)
    ]
    for here, there, off_here, off_there in zip(places, places[1:], dropped, dropped[1:], strict=False):
        for start, no_start in zip(here, off_here, strict=True):
            for end, no_end in zip(there, off_there, strict=True):
                if not (no_start or no_end):
                    ax.plot(*zip(start, end, strict=True), color=tint(GREY, 0.55), linewidth=0.7, zorder=1)
    for column, off in zip(places, dropped, strict=True):
        for (x, y), is_off in zip(column, off, strict=True):
            ax.add_patch(Circle((x, y), _NEURON_RADIUS, zorder=2, **(_DROPPED if is_off else _ACTIVE)))
            if is_off:
                words(ax, x, y, "×", SMALL + 2, color=VERMILLION, weight="bold", zorder=3)


EPSILON = 0.001  # Keras' own

_BATCH_SIZE = 24
_MEANS, _STANDARD_DEVIATIONS = (-8.0, 5.0, 0.5), (1.5, 3.5, 0.4)  # of the three neurons' weighted sums
_SHIFTS = (0.8, -0.6, 0.1)
_NEURONS = ((BLUE, "o", "A"), (VERMILLION, "s", "B"), (GREEN, "^", "C"))


def random_sums(seed: int) -> np.ndarray:
    """Return invented weighted sums of three neurons for a batch of 24 digits, `[24, 3]`."""
    noise = np.random.default_rng(seed).standard_normal((_BATCH_SIZE, 3))
    return np.array(_MEANS) + noise * np.array(_STANDARD_DEVIATIONS)


def normalize(sums: np.ndarray) -> np.ndarray:
    """Return (x − mean) / sqrt(variance + ε), the mean and the variance taken over the batch, axis 0."""
    return (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + EPSILON)


def batch_normalization(seed: int = 4) -> None:
    """Draw three neurons' sums for one batch: as they come, normalized, centred anew, and after ReLU.

    Args:
        seed: other invented numbers.
    """
    sums = random_sums(seed)
    level = normalize(sums)
    centred = level + np.array(_SHIFTS)
    steps = (
        ("1  weighted sums", "one dot: one digit of the batch", sums),
        ("2  normalized", "− mean, ÷ standard deviation", level),
        ("3  centred anew", "+ a learned centre each", centred),
        ("4  ReLU", "negative becomes 0", np.maximum(centred, 0)),
    )
    with drawing(3.1) as figure:
        for place, (ax, (title, caption, values)) in enumerate(zip(figure.subplots(1, 4), steps, strict=True)):
            ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            for neuron, (color, mark, _) in enumerate(_NEURONS):
                _draw_neuron(ax, neuron, values[:, neuron], color, mark, mean=place < 3)
            ax.set(xlim=(-0.6, 2.6), xticks=range(3), xticklabels=[name for *_, name in _NEURONS])
            ax.set_ylim(*((-15, 15) if place == 0 else (-3.6, 3.6)))
            ax.set_yticks((-10, 0, 10) if place == 0 else (-2, 0, 2))
            ax.tick_params(axis="x", length=0)
            if place == 0:
                ax.text(0.5, sums[:, 0].mean(), "mean", fontsize=SMALL, va="center")
            ax.set_title(title, weight="bold")
            ax.set_xlabel(caption, fontsize=SMALL)


def _draw_neuron(ax, neuron: int, values: np.ndarray, color: str, mark: str, mean: bool) -> None:
    places = neuron + np.linspace(-0.26, 0.26, len(values))
    ax.plot(places, values, mark, color=color, markersize=3.4, markeredgewidth=0, alpha=0.75)
    if mean:
        ax.hlines(values.mean(), neuron - 0.4, neuron + 0.4, color=INK, linewidth=1.6)
