"""Batch normalization: what it computes for each neuron of a batch, and what that does to a network's layers."""

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, drawing
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

EPSILON = 0.001  # Keras' own

_BATCH = 24
_MEANS, _SPREADS = (-8.0, 5.0, 0.5), (1.5, 3.5, 0.4)  # of the three neurons' weighted sums
_CENTRES = (0.8, -0.6, 0.1)
_LOOKS = ((BLUE, "o", "A"), (VERMILLION, "s", "B"), (GREEN, "^", "C"))


def weighted_sums(seed: int) -> np.ndarray:
    """Return invented weighted sums of three neurons for a batch of 24 digits, `[24, 3]`."""
    noise = np.random.default_rng(seed).standard_normal((_BATCH, 3))
    return np.array(_MEANS) + noise * np.array(_SPREADS)


def normalized(sums: np.ndarray) -> np.ndarray:
    """Return (x − mean) / sqrt(variance + ε), the mean and the variance taken over the batch, axis 0."""
    return (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + EPSILON)


def batch_normalization(seed: int = 4) -> None:
    """Draw three neurons' sums for one batch: as they come, normalized, centred anew, and after ReLU.

    Args:
        seed: other invented numbers.
    """
    sums = weighted_sums(seed)
    level = normalized(sums)
    centred = level + np.array(_CENTRES)
    steps = (
        ("1  weighted sums", "one dot: one digit of the batch", sums),
        ("2  normalized", "− mean, ÷ standard deviation", level),
        ("3  centred anew", "+ a learned centre each", centred),
        ("4  ReLU", "negative becomes 0", np.maximum(centred, 0)),
    )
    with drawing(3.1) as figure:
        for place, (ax, (title, caption, values)) in enumerate(zip(figure.subplots(1, 4), steps, strict=True)):
            ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            for neuron, (color, mark, _) in enumerate(_LOOKS):
                _draw_neuron(ax, neuron, values[:, neuron], color, mark, mean=place < 3)
            ax.set(xlim=(-0.6, 2.6), xticks=range(3), xticklabels=[name for *_, name in _LOOKS])
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
