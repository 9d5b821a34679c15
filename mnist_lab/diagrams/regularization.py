"""Dropout and batch normalization."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, Page, new_page, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

_LAYER_SIZES = (3, 4, 4, 2)  # inputs, two hidden layers, outputs


def dropout() -> None:
    """Draw a network three times: in two training steps, each with different neurons dropped, and predicting.

    Here exactly a quarter of each hidden layer is dropped, which is the average case: Keras decides for each neuron
    independently. Dropped neurons are dashed, crossed out and without connections.
    """
    first, second = np.random.default_rng(0).choice(4, (2, 2))
    training = "survivors × 1 / (1 − 0.25)"
    with new_page(2.6) as page:
        for left, title, note, dropped in (
            (0.35, "training, one digit", training, (None, *first, None)),
            (3.35, "training, the next digit", training, (None, *second, None)),
            (6.35, "predicting", "all of them, as they are", (None,) * 4),
        ):
            _draw_network(page, left, dropped)
            page.write(left + 1.08, 2.4, title, 12)
            page.write(left + 1.08, 0.25, note, color=INK)


def _draw_network(page: Page, left: float, dropped: Sequence[int | None]) -> None:
    """Draw the layers from left to right; `dropped` holds the number of a dropped neuron of each, None for none."""
    layers = []
    for layer, (size, dropped_neuron) in enumerate(zip(_LAYER_SIZES, dropped, strict=True)):
        x, ys = left + layer * 0.72, 0.5 + 1.75 * (np.arange(size) + 0.5) / size
        layers.append([(x, y) for neuron, y in enumerate(ys) if neuron != dropped_neuron])
        for neuron, y in enumerate(ys):
            if neuron == dropped_neuron:
                page.circle(x, y, 0.13, VERMILLION, "white", linestyle=(0, (2, 1.5)), zorder=2)
                page.write(x, y, "×", SMALL + 2, color=VERMILLION, weight="bold", zorder=3)
            else:
                page.circle(x, y, 0.13, BLUE, tint(BLUE, 0.35), zorder=2)
    for before, after in pairwise(layers):
        page.connect(before, after, color=tint(GREY, 0.55), linewidth=0.7)


def batch_normalization() -> None:
    """Draw three neurons' weighted sums for one batch: unchanged, normalized, shifted by `beta`, and after ReLU."""
    sums = np.random.default_rng(4).normal((-8, 5, 0.5), (1.5, 3.5, 0.4), (24, 3))  # a batch of 24 digits
    normalized = (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + 0.001)  # Keras' epsilon
    shifted = normalized + np.array([0.8, -0.6, 0.1])
    steps = (
        ("1  weighted sums", "one dot: one digit of the batch", sums, 15, (-10, 0, 10)),
        ("2  normalized", "− mean, ÷ standard deviation", normalized, 3.6, (-2, 0, 2)),
        ("3  centred anew", "+ a learned centre each", shifted, 3.6, (-2, 0, 2)),
        ("4  ReLU", "negative becomes 0", np.maximum(shifted, 0), 3.6, (-2, 0, 2)),
    )
    with styled_figure(3.1) as figure:
        panels = figure.subplots(1, 4)
        panels[0].text(0.5, sums[:, 0].mean(), "mean", fontsize=SMALL, va="center")
        for ax, (title, caption, values, reach, ticks) in zip(panels, steps, strict=True):
            ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            for neuron, (color, marker) in enumerate(((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"))):
                x = neuron + np.linspace(-0.26, 0.26, len(values))
                ax.plot(x, values[:, neuron], marker, color=color, markersize=3.4, markeredgewidth=0, alpha=0.75)
                if ax is not panels[3]:
                    ax.hlines(values[:, neuron].mean(), neuron - 0.4, neuron + 0.4, color=INK, linewidth=1.6)
            ax.set(xlim=(-0.6, 2.6), xticks=range(3), xticklabels="ABC", ylim=(-reach, reach), yticks=ticks)
            ax.tick_params(axis="x", length=0)
            ax.set_title(title, weight="bold")
            ax.set_xlabel(caption, fontsize=SMALL)
