"""Losses: the cross-entropy of a one-hot label, and how it compares with the squared error."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES
from mnist_lab.diagrams._arguments import as_probabilities
from mnist_lab.diagrams._drawing import SMALL, draw_class_bars, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION


def loss_curves() -> None:
    """Draw cross-entropy and squared error, and their slopes with respect to the logit, over p.

    p is the probability that softmax gives to the true one of two classes, p = e^z / (e^z + e^z').
    The left panel shows −log p and (1 − p)², the right one the absolute values of their derivatives with respect
    to z, 1 − p and 2 (1 − p)² p. Dots mark a confident mistake, p = 0.02.
    """
    p = np.linspace(0.005, 1, 200)
    with styled_figure(3.2) as figure:
        loss, slope = figure.subplots(1, 2)
        for ax, top, entropy, error in (
            (loss, 4.3, lambda p: -np.log(p), lambda p: (1 - p) ** 2),
            (slope, 1.1, lambda p: 1 - p, lambda p: 2 * (1 - p) ** 2 * p),
        ):
            ax.axvspan(0, 0.05, color=tint(GREY, 0.25), linewidth=0)
            ax.text(0.025, top / 2, "confident mistake", fontsize=SMALL, rotation=90, ha="center", va="center")
            for curve, color, linestyle in ((entropy, BLUE, "-"), (error, VERMILLION, "--")):
                ax.plot(p, curve(p), color=color, linestyle=linestyle)
                height, look = curve(0.02), {"color": color, "weight": "bold"}
                ax.plot(0.02, height, "o", color=color)
                ax.annotate(f"{height:.2f}", (0.02, height), xytext=(11, 2), textcoords="offset points", **look)
            ax.set(xlim=(0, 1), ylim=(0, top), xlabel="p of the right class", xticks=(0.02, 0.5, 1))
        loss.set_title("loss")
        loss.text(0.2, 2, "cross-entropy  −log p", color=BLUE)
        loss.text(0.065, 0.08, "squared error  (1 − p)²", color=VERMILLION, fontsize=10)
        slope.set(title="slope: how the logit moves the loss", yticks=(0, 0.5, 1))
        slope.text(0.37, 0.7, "cross-entropy  1 − p", color=BLUE)
        slope.text(0.065, 0.35, "squared error  2 (1 − p)² p", color=VERMILLION, fontsize=10)


def cross_entropy(probabilities: npt.ArrayLike, label: int) -> None:
    """Draw the one-hot label above the predicted probabilities, and the loss, −log of the label's probability.

    Args:
        probabilities: `[10]` float that add up to 1, as softmax returns them.
        label: the true class, 0 to 9.
    """
    predicted = as_probabilities([probabilities], most=1)[0]
    label = whole_number("label", label, 0, CLASSES - 1)
    probability, one_hot = _format(predicted[label]), np.eye(CLASSES)[label]
    with styled_figure(3.3) as figure:
        axes = figure.subplot_mosaic([["one_hot", "sum"], ["predicted", "sum"]], width_ratios=(1.4, 1))
        _draw_bars(axes["one_hot"], one_hot, label, GREEN, "one-hot label", "1")
        _draw_bars(axes["predicted"], predicted, label, BLUE, "probabilities", probability)
        axes["predicted"].set_xlabel("class")
        axes["sum"].set_axis_off()
        with np.errstate(divide="ignore"):
            loss = f"{0 - np.log(predicted[label]):.2f}".replace("inf", "∞")
        for y, text, size, weight, color in (
            (0.86, "cross-entropy", 12, "bold", INK),
            (0.7, "= −Σ label × log(probability)", 12, "normal", INK),
            (0.48, f"= −1 × log({probability})", 13, "normal", INK),
            (0.36, "the nine other labels are 0", 10, "normal", GREY),
            (0.14, f"= {loss}", 18, "bold", INK),
        ):
            axes["sum"].text(0.08, y, text, va="center", fontsize=size, weight=weight, color=color)


def _draw_bars(ax: Axes, values: np.ndarray, label: int, color: str, title: str, note: str) -> None:
    ax.axvspan(label - 0.5, label + 0.5, color=tint(GREEN, 0.18), linewidth=0)
    draw_class_bars(ax, values, label, color, 0.45, 1.2)
    ax.text(label, 1.05, note, ha="center", va="bottom", weight="bold")
    ax.set(title=title, xlim=(-0.6, CLASSES - 0.4), ylim=(0, 1.3), yticks=(0, 1))
    ax.spines["left"].set_visible(False)


def _format(probability: float) -> str:
    if probability >= 0.01 or probability == 0:
        return f"{probability:.2f}"
    if probability < 1e-6:
        return f"{probability:.0e}"
    return np.format_float_positional(probability, precision=1, fractional=False, trim="-")
