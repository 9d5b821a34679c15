"""Cross-entropy: of ten probabilities, the one that the label picks counts."""

import numpy as np

from mnist_lab.diagrams._arguments import CLASSES, as_probabilities
from mnist_lab.diagrams._drawing import drawing, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK

_HEAD = 1.05  # above every bar


def cross_entropy(probabilities, label: int) -> None:
    """Draw the one-hot label over the predicted probabilities, and the loss, −log of the label's probability.

    Args:
        probabilities: `[10]` float that add to 1, as softmax gives them.
        label: the true class, 0 to 9.

    Raises:
        ValueError: `probabilities` is of another shape or does not add to 1, or `label` is no class.
    """
    probabilities = as_probabilities(probabilities)
    if probabilities.shape != (CLASSES,):
        raise ValueError(f"probabilities must be of shape [10]. Received: {list(probabilities.shape)}")
    if isinstance(label, bool) or label not in range(CLASSES):
        raise ValueError(f"label must be a class, 0 to 9. Received: {label!r}")
    label = int(label)
    one_hot = np.eye(CLASSES)[label]
    with drawing(3.3) as figure:
        axes = figure.subplot_mosaic([["one_hot", "sum"], ["predicted", "sum"]], width_ratios=(1.4, 1))
        _bars(axes["one_hot"], one_hot, label, GREEN, "one-hot label", f"{one_hot[label]:.0f}")
        _bars(axes["predicted"], probabilities, label, BLUE, "probabilities", _number(probabilities[label]))
        axes["predicted"].set_xlabel("class")
        _write_sum(axes["sum"], probabilities[label])


def loss_of(probability: float) -> float:
    """Return −log of the probability that the network gave the right class; infinite at 0."""
    return float(0 - np.log(probability)) if probability > 0 else np.inf


def _bars(ax, values: np.ndarray, label: int, color, title: str, note: str) -> None:
    ax.axvspan(label - 0.5, label + 0.5, color=tint(GREEN, 0.18), linewidth=0)
    bars = ax.bar(range(CLASSES), values, color=tint(color, 0.45))
    bars[label].set(color=color, edgecolor=INK, linewidth=1.2)
    ax.text(label, _HEAD, note, ha="center", va="bottom", weight="bold")
    ax.set(title=title, xlim=(-0.6, CLASSES - 0.4), ylim=(0, 1.3))
    ax.set_xticks(range(CLASSES))
    ax.get_xticklabels()[label].set(weight="bold", color=INK)
    ax.set_yticks((0, 1))
    ax.spines["left"].set_visible(False)
    ax.tick_params(length=0)


def _write_sum(ax, probability: float) -> None:
    ax.set_axis_off()
    lines = (
        (0.86, "cross-entropy", {"weight": "bold"}),
        (0.7, "= −Σ label × log(probability)", {}),
        (0.48, f"= −1 × log({_number(probability)})", {"fontsize": 13}),
        (0.36, "the nine other labels are 0", {"fontsize": 10, "color": GREY}),
        (0.14, f"= {loss_of(probability):.2f}".replace("inf", "∞"), {"fontsize": 18, "weight": "bold"}),
    )
    for y, text, look in lines:
        ax.text(0.08, y, text, va="center", **{"fontsize": 12, **look})


def _number(probability: float) -> str:
    if probability >= 0.01 or probability == 0:
        return f"{probability:.2f}"
    if probability < 1e-6:
        return f"{probability:.0e}"
    return np.format_float_positional(probability, precision=1, fractional=False, trim="-")
