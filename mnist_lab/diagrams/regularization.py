"""Dropout and batch normalization."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from mnist_lab.diagrams._drawing import SMALL, Options, canvas, styled_figure, tint, write
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

_LAYER_SIZES = (3, 4, 4, 2)  # inputs, two hidden layers, outputs
_LAYER_STEP = 0.72  # inches from layer to layer
_DROPOUT_RATE = 0.25
_ACTIVE: Options = {"edgecolor": BLUE, "facecolor": tint(BLUE, 0.35)}
_DROPPED: Options = {"edgecolor": VERMILLION, "facecolor": "white", "linestyle": (0, (2, 1.5))}


def dropout() -> None:
    """Draw a network three times: in two training steps, each with different neurons dropped, and predicting.

    Here exactly a quarter of each hidden layer is dropped, which is the average case: Keras decides for each neuron
    independently. Dropped neurons are dashed, crossed out and without connections.
    """
    rng = np.random.default_rng(0)
    panels = (
        (0.35, "training, one digit", choose_dropped(rng)),
        (3.35, "training, the next digit", choose_dropped(rng)),
        (6.35, "predicting", [np.zeros(count, bool) for count in _LAYER_SIZES]),
    )
    with canvas(2.6) as ax:
        for left, title, dropped in panels:
            _draw_network(ax, left, dropped)
            middle = left + 1.5 * _LAYER_STEP
            write(ax, middle, 2.4, title, 12)
            training = any(layer.any() for layer in dropped)
            note = f"survivors × 1 / (1 − {_DROPOUT_RATE:g})" if training else "all of them, as they are"
            write(ax, middle, 0.25, note, color=INK)


def choose_dropped(rng: np.random.Generator) -> list[np.ndarray]:
    """Return for each layer a mask of the dropped neurons: a quarter of each hidden layer."""
    dropped = []
    for layer, count in enumerate(_LAYER_SIZES):
        mask = np.zeros(count, bool)
        if 0 < layer < len(_LAYER_SIZES) - 1:
            mask[rng.choice(count, round(_DROPOUT_RATE * count), replace=False)] = True
        dropped.append(mask)
    return dropped


def _draw_network(ax: Axes, left: float, dropped: list[np.ndarray]) -> None:
    centres = [
        [(left + layer * _LAYER_STEP, y) for y in 0.5 + 1.75 * (np.arange(count) + 0.5) / count]
        for layer, count in enumerate(_LAYER_SIZES)
    ]
    columns = [list(zip(*column, strict=True)) for column in zip(centres, dropped, strict=True)]
    for before, after in pairwise(columns):
        for start, start_is_dropped in before:
            for end, end_is_dropped in after:
                if not (start_is_dropped or end_is_dropped):
                    ax.plot(*zip(start, end, strict=True), color=tint(GREY, 0.55), linewidth=0.7, zorder=1)
    for column in columns:
        for (x, y), is_dropped in column:
            ax.add_patch(Circle((x, y), 0.13, zorder=2, **(_DROPPED if is_dropped else _ACTIVE)))
            if is_dropped:
                write(ax, x, y, "×", SMALL + 2, color=VERMILLION, weight="bold", zorder=3)


EPSILON = 0.001  # Keras' default
_NEURONS = ((BLUE, "o", "A"), (VERMILLION, "s", "B"), (GREEN, "^", "C"))  # colour, marker, name


def random_sums() -> np.ndarray:
    """Return random weighted sums of three neurons for a batch of 24 digits, `[24, 3]`."""
    return np.random.default_rng(4).normal((-8, 5, 0.5), (1.5, 3.5, 0.4), (24, 3))


def normalize(sums: np.ndarray) -> np.ndarray:
    """Return (x − mean) / sqrt(variance + ε), with mean and variance over the batch, axis 0."""
    return (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + EPSILON)


def batch_normalization() -> None:
    """Draw three neurons' weighted sums for one batch: unchanged, normalized, shifted by `beta`, and after ReLU."""
    sums = random_sums()
    normalized = normalize(sums)
    shifted = normalized + np.array([0.8, -0.6, 0.1])
    steps = (
        ("1  weighted sums", "one dot: one digit of the batch", sums),
        ("2  normalized", "− mean, ÷ standard deviation", normalized),
        ("3  centred anew", "+ a learned centre each", shifted),
        ("4  ReLU", "negative becomes 0", np.maximum(shifted, 0)),
    )
    with styled_figure(3.1) as figure:
        for step, (ax, (title, caption, values)) in enumerate(zip(figure.subplots(1, 4), steps, strict=True)):
            ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            for neuron, (color, marker, _) in enumerate(_NEURONS):
                _draw_neuron(ax, neuron, values[:, neuron], color, marker, mean=step < 3)
            ax.set(xlim=(-0.6, 2.6), xticks=range(3), xticklabels=[name for *_, name in _NEURONS])
            ax.set_ylim(*((-15, 15) if step == 0 else (-3.6, 3.6)))
            ax.set_yticks((-10, 0, 10) if step == 0 else (-2, 0, 2))
            ax.tick_params(axis="x", length=0)
            if step == 0:
                ax.text(0.5, sums[:, 0].mean(), "mean", fontsize=SMALL, va="center")
            ax.set_title(title, weight="bold")
            ax.set_xlabel(caption, fontsize=SMALL)


def _draw_neuron(ax: Axes, neuron: int, values: np.ndarray, color: str, marker: str, mean: bool) -> None:
    x = neuron + np.linspace(-0.26, 0.26, len(values))
    ax.plot(x, values, marker, color=color, markersize=3.4, markeredgewidth=0, alpha=0.75)
    if mean:
        ax.hlines(values.mean(), neuron - 0.4, neuron + 0.4, color=INK, linewidth=1.6)
