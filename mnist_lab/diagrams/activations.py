"""Activation functions and their slopes."""

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, drawing, tint
from mnist_lab.plots.style import BLUE, GREY, VERMILLION

_FAR = 4.0  # beyond it the sigmoid's slope is under a fiftieth: it saturates


def sigmoid_of(z):
    """Return 1 / (1 + e^−z)."""
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    """Return the sigmoid's derivative, s (1 − s) with s = sigmoid_of(z); at most 1/4, at z = 0."""
    return sigmoid_of(z) * (1 - sigmoid_of(z))


def relu_of(z):
    """Return the larger of 0 and z."""
    return np.maximum(0, z)


def relu_slope(z):
    """Return ReLU's derivative: 1 where z is above 0, else 0."""
    return np.where(z > 0, 1.0, 0.0)


def sigmoid() -> None:
    """Draw the sigmoid 1 / (1 + e^−z) at the left and its slope at the right, from z = −8 to 8."""
    z = np.linspace(-8, 8, 321)
    with drawing(3) as figure:
        curve, slope = figure.subplots(1, 2)
        curve.plot(z, sigmoid_of(z), color=BLUE)
        curve.set(title="sigmoid: between 0 and 1", ylim=(-0.05, 1.1), yticks=(0, 0.5, 1))
        slope.plot(z, sigmoid_slope(z), color=VERMILLION)
        slope.set(title="its slope: never above 1/4", ylim=(-0.05, 1.1), yticks=(0, 0.25, 0.5, 1))
        slope.axhline(0.25, color=GREY, linewidth=1, linestyle=":")
        for ax in (curve, slope):
            _shade_saturated(ax)
            ax.set(xlim=(-8, 8), xticks=(-8, -4, 0, 4, 8), xlabel="z, the weighted sum plus bias")
        for x in (-6, 6):
            slope.text(x, 0.6, "saturated:\nalmost flat", fontsize=SMALL, ha="center", va="center")


def relu_and_sigmoid() -> None:
    """Draw ReLU and the sigmoid at the left, and the slopes of both at the right, from z = −4 to 4."""
    z = np.linspace(-4, 4, 801)
    with drawing(3) as figure:
        curve, slope = figure.subplots(1, 2)
        for ax, relu, other in ((curve, relu_of, sigmoid_of), (slope, relu_slope, sigmoid_slope)):
            ax.plot(z, relu(z), color=BLUE)
            ax.plot(z, other(z), color=VERMILLION, linestyle="--")
            ax.set(xlim=(-4, 4), xticks=(-4, -2, 0, 2, 4), xlabel="z, the weighted sum plus bias")
        curve.set(title="the functions", ylim=(-0.15, 4), yticks=(0, 1, 2, 3, 4))
        curve.text(1.6, 2.6, "ReLU  max(0, z)", color=BLUE, ha="right")
        curve.text(-3.8, 0.45, "sigmoid", color=VERMILLION)
        slope.set(title="their slopes", ylim=(-0.06, 1.25), yticks=(0, 0.25, 1))
        slope.text(1.9, 1.06, "ReLU: 0 or 1", color=BLUE)
        slope.text(-3.8, 0.27, "sigmoid: 1/4 at most", color=VERMILLION)


def _shade_saturated(ax) -> None:
    for left, right in ((-8, -_FAR), (_FAR, 8)):
        ax.axvspan(left, right, color=tint(GREY, 0.2), linewidth=0)
