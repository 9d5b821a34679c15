"""Batch normalization: what it computes for each neuron of a batch, and what that does to a network's layers."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import SMALL, drawing, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION

EPSILON = 0.001  # Keras' own

_BATCH = 24
_MEANS, _SPREADS = (-8.0, 5.0, 0.5), (1.5, 3.5, 0.4)  # of the three neurons' weighted sums
_CENTRES = (0.8, -0.6, 0.1)
_LOOKS = ((BLUE, "o", "A"), (VERMILLION, "s", "B"), (GREEN, "^", "C"))

_LAYERS = 4
_DRAWN = 12


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


def sums_by_layer(rows: Mapping[str, Sequence]) -> None:
    """Draw how the values of the neurons are spread, for the four layers of one to three networks.

    A line is one neuron (or one channel) of up to 12 in each layer: a dot at its mean, one standard deviation to
    either side. Behind the lines stands the histogram of all values of the layer. A row has one scale.

    Args:
        rows: for each name, the values in its four layers, each `[batch, …, neurons]`.

    Raises:
        ValueError: there are none or more than three rows, a row has not four layers, or a value is no number.
    """
    if not 1 <= len(rows) <= 3:
        raise ValueError(f"rows must be one to three. Received: {len(rows)}")
    layers = {name: [_by_neuron(name, values) for values in row] for name, row in rows.items()}
    units = ["channels" if np.ndim(values) > 2 else "neurons" for values in next(iter(rows.values()))]
    for name, row in layers.items():
        if len(row) != _LAYERS:
            raise ValueError(f"The row {name!r} must hold four layers. Received: {len(row)}")
    with drawing(0.6 + 1.15 * len(rows)) as figure:
        grid = figure.subplots(len(rows), _LAYERS, squeeze=False)
        for axes, (name, row), color in zip(grid, layers.items(), (PURPLE, VERMILLION, BLUE), strict=False):
            widest = max(1e-6, *(np.quantile(np.abs(values), 0.995) for values in row))
            for ax, values in zip(axes, row, strict=True):
                _draw_layer(ax, values, widest, color)
            axes[0].set_ylabel(name, fontsize=SMALL + 1, rotation=0, ha="right", va="center")
        for number, (ax, values, unit) in enumerate(zip(grid[0], next(iter(layers.values())), units, strict=True), 1):
            ax.set_title(f"layer {number}: {values.shape[1]} {unit}", fontsize=11)


def _by_neuron(name: str, values) -> np.ndarray:
    array = as_numbers(name, values)
    if array.ndim < 2 or not array.size or not np.isfinite(array).all():
        raise ValueError(f"{name!r} must hold finite numbers, [batch, …, neurons]. Received: {list(array.shape)}")
    return array.reshape(-1, array.shape[-1])


def mean_and_spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the neurons drawn, from `[n, neurons]`: 12, evenly chosen, or all."""
    chosen = np.linspace(0, values.shape[1] - 1, min(_DRAWN, values.shape[1])).astype(int)
    return values[:, chosen].mean(axis=0), values[:, chosen].std(axis=0)


def _draw_layer(ax, values: np.ndarray, widest: float, color: str) -> None:
    counts, edges = np.histogram(values, 60, (-widest, widest))
    ax.stairs(counts / max(1, counts.max()), edges, fill=True, color=tint(color, 0.28), linewidth=0)
    means, spreads = mean_and_spread(values)
    heights = np.linspace(0.94, 0.06, len(means))
    ax.hlines(heights, means - spreads, means + spreads, color=color, linewidth=1.3)
    ax.plot(means, heights, "o", color=INK, markersize=2.6)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlim=(-widest, widest), ylim=(0, 1.05), yticks=())
    ax.locator_params(axis="x", nbins=3)
    ax.spines.left.set_visible(False)
