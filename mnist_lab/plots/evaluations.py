"""Figures of an evaluation: runs side by side, a distribution, a confusion matrix, a reliability curve."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from mnist_lab.data._validation import are_probabilities
from mnist_lab.data.idx import CLASSES
from mnist_lab.plots.style import BLUE, GREY, INK, PALE, VERMILLION, chart, name_rows, write_near

_CONFIDENCE_EDGES = np.array([0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1])


def display_runs(
    runs: Mapping[str, Sequence[float]],
    title: str,
    *,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    paired: bool = False,
) -> None:
    """Draw the accuracies of several runs, a row for each recipe: a dot for each run, and the mean of several.

    Args:
        runs: by the recipe's name, the accuracy of each run, as a fraction.
        title: the figure's title.
        intervals: by name, the interval (lowest, highest) of the first run: a bar, and a ring around its dot.
        paired: join the first runs of all rows by a thin line, then the second runs, and so on.

    Raises:
        ValueError: there are no runs, a value is not a number from 0 to 1, or paired rows have different lengths.
    """
    rows = {name: _fractions(name, values) for name, values in runs.items()}
    bars = {name: _fractions(name, ends) for name, ends in (intervals or {}).items()}
    if not rows or not bars.keys() <= rows.keys():
        raise ValueError(f"runs must hold every name in intervals. Received: {list(rows)} and {list(bars)}")
    lengths = [len(accuracies) for accuracies in rows.values()]
    if paired and len(set(lengths)) > 1:
        raise ValueError(f"Paired rows must have the same length. Received: {lengths}")
    with chart(1.0 + 0.5 * len(rows), title) as ax:
        heights = []
        for row, (name, accuracies) in enumerate(rows.items()):
            spread = 0.15 if len(accuracies) > 1 else 0
            heights.append(row + np.linspace(-spread, spread, len(accuracies)))
            ax.plot(accuracies, heights[-1], "o", color=BLUE, markersize=5, alpha=0.7, markeredgewidth=0)
            if name in bars:
                low, high = bars[name]
                ax.barh(row, high - low, left=low, height=0.52, color=PALE, edgecolor=GREY, linewidth=0.8, zorder=1)
                ax.plot(accuracies[0], heights[-1][0], "o", markersize=9, markerfacecolor="none", color=INK)
            if spread:
                mean = accuracies.mean()
                ax.plot([mean] * 2, [row - 0.24, row + 0.24], color=INK, linewidth=2.5)
                paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
                ax.text(mean, row - 0.4, f"{100 * mean:.2f}%", ha="center", va="center", fontsize=10, bbox=paper)
        if paired:
            ax.plot(np.stack([*rows.values()]), np.stack(heights), color=GREY, linewidth=0.7, alpha=0.6, zorder=1)
        name_rows(ax, rows)
        ax.set_ylim(len(rows) - 0.45, -0.55)
        ax.use_sticky_edges = False  # a bar's end, too, keeps its distance from the chart's
        ax.margins(x=0.06)
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        ax.grid(axis="x")


def display_distribution(values: Sequence[float], title: str, *, marks: Mapping[str, float]) -> None:
    """Draw a histogram of the values, with a named line for each of the `marks`.

    Raises:
        ValueError: there are no values, or one is not finite.
    """
    array = np.asarray(values, float)
    if not array.size or not np.isfinite(array).all():
        raise ValueError(f"values must be finite numbers, at least one. Received: {array.size} values")
    counts, edges = np.histogram(array, _bin_edges(array))
    with chart(2.8, title) as ax:
        ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color=BLUE, edgecolor="white")
        ax.set(ylabel="how often", ylim=(0, counts.max() * (1.15 + 0.16 * len(marks))))
        for number, (name, value) in enumerate(marks.items()):
            height = counts.max() * (1.08 + 0.16 * (len(marks) - 1 - number))
            ax.plot([value, value], [0, height], color=VERMILLION, linestyle=("-", "--", ":")[number % 3])
            write_near(ax, (value, height), f"{name}: {value:.3g}", (5, 0), va="center")


def display_confusion(labels: np.ndarray, predictions: np.ndarray, title: str) -> None:
    """Draw a confusion matrix: how many digits of each true class (rows) got which predicted class (columns).

    The arrays are `[n]`. Correct predictions, on the diagonal, are not coloured: they would drown the errors. Beside
    each row stands its recall, the share of the class that was found; above each column its precision, the share of
    these predictions that are correct.

    Raises:
        ValueError: the arrays have different lengths, are empty, or do not hold classes.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape or labels.ndim != 1 or not labels.size:
        raise ValueError(f"labels and predictions must be [n]. Received: {labels.shape} and {predictions.shape}")
    both = np.stack([labels, predictions])
    if not np.isin(both, range(CLASSES)).all():
        raise ValueError(f"labels and predictions must be classes from 0 to 9. Received: {both.min()} to {both.max()}")
    counts = np.histogram2d(labels, predictions, CLASSES, [[0, CLASSES]] * 2)[0].astype(int)
    errors = np.where(np.eye(CLASSES, dtype=bool), 0, counts)
    with chart(5.2, title) as ax:
        ax.set_title(title, pad=24)  # above the precisions
        ax.imshow(errors, cmap="Blues", vmin=0, vmax=max(1, 1.3 * errors.max()))
        for row, column in np.argwhere(counts):
            on_dark = errors[row, column] > 0.65 * errors.max()
            color, size, weight = (GREY, 9, "normal") if row == column else ("white" if on_dark else INK, 10, "bold")
            text = str(counts[row, column])
            ax.text(column, row, text, ha="center", va="center", color=color, fontsize=size, weight=weight)
        edge = CLASSES - 0.4
        for digit, correct in enumerate(counts.diagonal()):
            recall, precision = correct / max(1, counts[digit].sum()), correct / max(1, counts[:, digit].sum())
            ax.text(edge, digit, f"{100 * recall:.1f}", va="center", fontsize=9)
            ax.text(digit, -0.85, f"{100 * precision:.1f}", ha="center", va="center", fontsize=9)
        ax.text(edge, -0.85, "recall, %", va="center", fontsize=9)
        ax.text(-0.6, -0.85, "precision, %", ha="right", va="center", fontsize=9)
        ax.set(xticks=range(CLASSES), yticks=range(CLASSES), xlabel="predicted class", ylabel="true class")
        ax.tick_params(length=0)


def display_reliability(labels: np.ndarray, probabilities: np.ndarray, title: str) -> None:
    """Draw a reliability diagram: confidence and accuracy, for groups of digits of similar confidence.

    The network's confidence is the largest of a digit's ten probabilities. For each group, a grey line shows the mean
    confidence and a dot the accuracy, with its 95% interval (Wilson's).

    Raises:
        ValueError: labels are not `[n]` or probabilities not `[n, 10]`, or the rows are not probabilities.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, float)
    if labels.ndim != 1 or probabilities.shape != (len(labels), CLASSES) or not len(labels):
        shapes = f"{labels.shape} and {probabilities.shape}"
        raise ValueError(f"labels must be [n] and probabilities [n, 10]. Received: {shapes}")
    if not are_probabilities(probabilities):
        raise ValueError("Rows must be probabilities, with a sum of 1. Received others: if logits, apply softmax.")
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    group = np.searchsorted(_CONFIDENCE_EDGES[1:-1], confidence)
    names = []
    with chart(3.6, title) as ax:
        for x, number in enumerate(np.unique(group)):
            members = group == number
            interval = binomtest(correct[members].sum(), members.sum()).proportion_ci(method="wilson")
            ax.plot([x - 0.3, x + 0.3], [confidence[members].mean()] * 2, color=GREY, linewidth=4, label="how sure")
            ax.plot([x, x], [interval.low, interval.high], color=BLUE, linewidth=2)
            ax.plot(x, correct[members].mean(), "o", color=BLUE, markersize=8, label="how often right")
            low, high = 100 * _CONFIDENCE_EDGES[number : number + 2]
            names.append(f"{low:g} to {high:g}%\n{members.sum():,} digits")
        ax.set_xticks(range(len(names)), names)
        ax.set(ylim=(-0.03, 1.05), xlim=(-0.6, len(names) - 0.4))
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        ax.tick_params(axis="x", length=0)
        ax.grid(axis="y")
        ax.legend(*(part[:2] for part in ax.get_legend_handles_labels()), loc="lower right")


def _bin_edges(array: np.ndarray) -> np.ndarray:
    """Return the edges of at most 40 bins, a multiple of the least step wide: accuracies differ by multiples of it."""
    max_bins = min(40, max(5, array.size // 25))
    steps = np.diff(np.unique(array.round(9)))
    step = steps.min() if steps.size else 1.0
    width = step * max(1, np.ceil(np.ptp(array) / step / max_bins))
    return np.arange(array.min() - step / 2, array.max() + width, width)


def _fractions(name: str, values: npt.ArrayLike) -> np.ndarray:
    array = np.asarray(values, float)
    if array.ndim != 1 or not array.size or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name!r} must be numbers from 0 to 1, at least one. Received: {values!r}")
    return array
