"""Softmax: logits, their exponentials, divided by their sum."""

import numpy as np

from mnist_lab.diagrams._arguments import CLASSES, as_logits
from mnist_lab.diagrams._drawing import drawing, tint
from mnist_lab.plots.style import BLUE, GREY, INK

_LARGEST_EXPONENT = 700  # the exponential of 710 is no longer a float


def softmax(logits) -> None:
    """Draw ten logits, their exponentials, and those divided by their sum; the largest is dark and labelled.

    Args:
        logits: `[10]` float. Where the exponentials are too large for a float, their bars are right in proportion
            and no number is written.

    Raises:
        ValueError: `logits` is of another shape, or holds a number that is not finite.
    """
    logits = as_logits(logits)
    fits = logits.max() <= _LARGEST_EXPONENT
    exponentials = np.exp(logits if fits else logits - logits.max())
    total = exponentials.sum()
    panels = (
        ("logits", logits, "", True),
        ("their exponentials", exponentials, f"sum = {_number(total, 4)}" if fits else "too large for a float", fits),
        ("divided by the sum: probabilities", exponentials / total, "sum = 1", True),
    )
    with drawing(2.8) as figure:
        for ax, (title, values, note, numbered) in zip(figure.subplots(1, 3), panels, strict=True):
            _bars(ax, values, numbered)
            ax.set_title(title)
            ax.text(0.98, 0.97, note, transform=ax.transAxes, ha="right", va="top", color=INK)


def _bars(ax, values: np.ndarray, numbered: bool) -> None:
    largest = int(values.argmax())
    colors = [BLUE if number == largest else tint(BLUE, 0.35) for number in range(CLASSES)]
    bars = ax.bar(range(CLASSES), values, color=colors)
    bars[largest].set(edgecolor=INK, linewidth=1.5)
    up = values[largest] >= 0
    ax.annotate(
        _number(values[largest], 3) if numbered else "",
        (largest, values[largest]),
        xytext=(0, 3 if up else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if up else "top",
        weight="bold",
    )
    ax.axhline(0, color=GREY, linewidth=0.8)
    low, high = min(values.min(), 0), max(values.max(), 0)
    room = 0.3 * (high - low or 1)
    ax.set(ylim=(low - (room if low < 0 else 0), high + room), xlabel="class")
    ax.set_xticks(range(CLASSES))
    ax.get_xticklabels()[largest].set(weight="bold", color=INK)
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)


def _number(value: float, digits: int) -> str:
    text = f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−")
