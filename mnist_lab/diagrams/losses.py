"""Losses: the cross-entropy of a one-hot label, and how it compares with the squared error."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.diagrams._arguments import CLASSES, as_probabilities
from mnist_lab.diagrams._drawing import SMALL, Options, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

Curve = Callable[[npt.ArrayLike], np.ndarray]

_MISTAKE = 0.02  # the true class's probability when a network is confident and wrong


def cross_entropy_of(p: npt.ArrayLike) -> np.ndarray:
    """Return −log p for the probability p of the true class."""
    return -np.log(p)


def squared_error_of(p: npt.ArrayLike) -> np.ndarray:
    """Return (1 − p)², the squared error of the true class's output."""
    return (1 - np.asarray(p)) ** 2


def cross_entropy_slope(p: npt.ArrayLike) -> np.ndarray:
    """Return |dL/dz| of −log p, for p = e^z / (e^z + e^z') where z is the logit of the true one of two classes."""
    return 1 - np.asarray(p)


def squared_error_slope(p: npt.ArrayLike) -> np.ndarray:
    """Return |dL/dz| of (1 − p)² for the same p and z."""
    return 2 * (1 - np.asarray(p)) ** 2 * np.asarray(p)


def loss_curves() -> None:
    """Draw cross-entropy and squared error, and their slopes with respect to the logit, over p.

    p is the probability that softmax gives to the true one of two classes, p = e^z / (e^z + e^z').
    The left panel shows −log p and (1 − p)², the right one the absolute values of their derivatives with respect
    to z, 1 − p and 2 (1 − p)² p. Dots mark a confident mistake, p = 0.02.
    """
    p = np.linspace(0.005, 1, 200)
    with styled_figure(3.2) as figure:
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


def _draw_curves(ax: Axes, p: np.ndarray, cross_entropy: Curve, squared_error: Curve, top: float) -> None:
    band = 0.05
    ax.axvspan(0, band, color=tint(GREY, 0.25), linewidth=0)
    ax.text(band / 2, top / 2, "confident mistake", fontsize=SMALL, rotation=90, ha="center", va="center")
    for curve, color, linestyle in ((cross_entropy, BLUE, "-"), (squared_error, VERMILLION, "--")):
        height = float(curve(_MISTAKE))
        ax.plot(p, curve(p), color=color, linestyle=linestyle)
        ax.plot(_MISTAKE, height, "o", color=color)
        ax.annotate(
            f"{height:.2f}",
            (_MISTAKE, height),
            xytext=(11, 2),
            textcoords="offset points",
            color=color,
            weight="bold",
        )
    ax.set(xlim=(0, 1), ylim=(0, top), xlabel="p of the right class", xticks=(_MISTAKE, 0.5, 1))


def cross_entropy(probabilities: npt.ArrayLike, label: int) -> None:
    """Draw the one-hot label above the predicted probabilities, and the loss, −log of the label's probability.

    Args:
        probabilities: `[10]` float that add up to 1, as softmax returns them.
        label: the true class, 0 to 9.

    Raises:
        ValueError: `probabilities` has another shape or does not add up to 1, or `label` is not a class.
    """
    probabilities = as_probabilities(probabilities)
    if probabilities.shape != (CLASSES,):
        raise ValueError(f"probabilities must have shape [10]. Received: {list(probabilities.shape)}")
    if isinstance(label, bool) or label not in range(CLASSES):
        raise ValueError(f"label must be a class, 0 to 9. Received: {label!r}")
    label = int(label)
    one_hot = np.eye(CLASSES)[label]
    with styled_figure(3.3) as figure:
        axes = figure.subplot_mosaic([["one_hot", "sum"], ["predicted", "sum"]], width_ratios=(1.4, 1))
        _draw_bars(axes["one_hot"], one_hot, label, GREEN, "one-hot label", f"{one_hot[label]:.0f}")
        _draw_bars(
            axes["predicted"], probabilities, label, BLUE, "probabilities", _format_probability(probabilities[label])
        )
        axes["predicted"].set_xlabel("class")
        _write_sum(axes["sum"], probabilities[label])


def cross_entropy_loss(probability: float) -> float:
    """Return −log of the probability that the network gave the true class, infinity for 0."""
    return float(0 - np.log(probability)) if probability > 0 else np.inf


def _draw_bars(ax: Axes, values: np.ndarray, label: int, color: str, title: str, note: str) -> None:
    ax.axvspan(label - 0.5, label + 0.5, color=tint(GREEN, 0.18), linewidth=0)
    bars = ax.bar(range(CLASSES), values, color=tint(color, 0.45))
    bars[label].set(color=color, edgecolor=INK, linewidth=1.2)
    ax.text(label, 1.05, note, ha="center", va="bottom", weight="bold")
    ax.set(title=title, xlim=(-0.6, CLASSES - 0.4), ylim=(0, 1.3))
    ax.set_xticks(range(CLASSES))
    ax.get_xticklabels()[label].set(weight="bold", color=INK)
    ax.set_yticks((0, 1))
    ax.spines["left"].set_visible(False)
    ax.tick_params(length=0)


def _write_sum(ax: Axes, probability: float) -> None:
    ax.set_axis_off()
    lines: tuple[tuple[float, str, Options], ...] = (
        (0.86, "cross-entropy", {"weight": "bold"}),
        (0.7, "= −Σ label × log(probability)", {}),
        (0.48, f"= −1 × log({_format_probability(probability)})", {"fontsize": 13}),
        (0.36, "the nine other labels are 0", {"fontsize": 10, "color": GREY}),
        (0.14, f"= {cross_entropy_loss(probability):.2f}".replace("inf", "∞"), {"fontsize": 18, "weight": "bold"}),
    )
    for y, text, look in lines:
        ax.text(0.08, y, text, va="center", **{"fontsize": 12, **look})


def _format_probability(probability: float) -> str:
    if probability >= 0.01 or probability == 0:
        return f"{probability:.2f}"
    if probability < 1e-6:
        return f"{probability:.0e}"
    return np.format_float_positional(probability, precision=1, fractional=False, trim="-")
