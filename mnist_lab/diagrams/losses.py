"""Two losses compared: what a confident mistake costs, and how hard it pulls."""

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, drawing, tint
from mnist_lab.plots.style import BLUE, GREY, VERMILLION

_MISTAKE = 0.02  # the probability that a confident mistake leaves to the right class
_BAND = 0.05


def cross_entropy_of(p):
    """Return −log p, for the probability p of the right class."""
    return -np.log(p)


def squared_error_of(p):
    """Return (1 − p)², the squared error of the right class's output."""
    return (1 - p) ** 2


def cross_entropy_slope(p):
    """Return |dL/dz| of −log p, for p = e^z / (e^z + e^z'), z being the right class's logit of two."""
    return 1 - p


def squared_error_slope(p):
    """Return |dL/dz| of (1 − p)², for the same p and z."""
    return 2 * (1 - p) ** 2 * p


def loss_curves() -> None:
    """Draw cross-entropy and squared error, and their slopes with respect to the logit, over p.

    p is the probability that the right one of two classes gets from softmax, p = e^z / (e^z + e^z').
    Left: −log p and (1 − p)². Right: the size of their derivatives by z, 1 − p and 2 (1 − p)² p. A confident
    mistake, p = 0.02, is marked.
    """
    p = np.linspace(0.005, 1, 200)
    with drawing(3.2) as figure:
        loss, slope = figure.subplots(1, 2)
        _draw_curves(loss, p, cross_entropy_of, squared_error_of, 4.3)
        loss.set_title("loss")
        loss.text(0.2, 2, "cross-entropy  −log p", color=BLUE)
        loss.text(0.065, 0.08, "squared error  (1 − p)²", color=VERMILLION, fontsize=10)
        _draw_curves(slope, p, cross_entropy_slope, squared_error_slope, 1.1)
        slope.set_yticks((0, 0.5, 1))
        slope.set_title("slope: how the logit moves the loss")
        slope.text(0.37, 0.7, "cross-entropy  1 − p", color=BLUE)
        slope.text(0.065, 0.35, "squared error  2 (1 − p)² p", color=VERMILLION, fontsize=10)


def _draw_curves(ax, p: np.ndarray, entropy, error, top: float) -> None:
    ax.axvspan(0, _BAND, color=tint(GREY, 0.25), linewidth=0)
    ax.text(_BAND / 2, top / 2, "confident mistake", fontsize=SMALL, rotation=90, ha="center", va="center")
    for curve, color, line in ((entropy, BLUE, "-"), (error, VERMILLION, "--")):
        height = curve(_MISTAKE)
        ax.plot(p, curve(p), color=color, linestyle=line)
        ax.plot(_MISTAKE, height, "o", color=color)
        look = {"xytext": (11, 2), "textcoords": "offset points", "color": color, "weight": "bold"}
        ax.annotate(f"{height:.2f}", (_MISTAKE, height), **look)
    ax.set(xlim=(0, 1), ylim=(0, top), xlabel="p of the right class", xticks=(_MISTAKE, 0.5, 1))
