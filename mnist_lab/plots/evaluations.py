"""Pictures of an evaluation: runs beside each other, a distribution, a confusion matrix, a reliability curve."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import binomtest

from mnist_lab.data.idx import CLASSES
from mnist_lab.plots.style import BLUE, GREY, INK, PALE, VERMILLION, new_figure, style

_ROW_INCHES = 0.5
_EDGES = (0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)


def display_runs(
    runs: Mapping[str, Sequence[float]],
    title: str,
    *,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    paired: bool = False,
) -> None:
    """Draw the accuracies of several runs, a row for each recipe: a dot for each run, a line for the mean of several.

    Args:
        runs: by the recipe's name, the accuracy of each run, as fractions of 1.
        title: what is shown.
        intervals: by name, the interval (lowest, highest) of the row's first run: a bar behind the dots, of which the
            first is ringed then.
        paired: join the first runs of all rows by a thin line, the second ones, and so on.

    Raises:
        ValueError: there is nothing to draw, it holds something other than numbers from 0 to 1, or rows to be paired
            are of different lengths.
    """
    rows = {name: _fractions(name, values) for name, values in runs.items()}
    bars = {name: _fractions(name, ends) for name, ends in (intervals or {}).items()}
    if not rows or not bars.keys() <= rows.keys():
        raise ValueError(f"runs must name every interval. Received: {list(rows)}, and intervals of {list(bars)}")
    if paired and len({len(accuracies) for accuracies in rows.values()}) > 1:
        raise ValueError(f"Paired rows must be of one length. Received: {[len(values) for values in rows.values()]}")
    with style():
        ax = new_figure(9, 1.0 + _ROW_INCHES * len(rows)).subplots()
        places = {}
        for place, (name, accuracies) in enumerate(rows.items()):
            if name in bars:
                low, high = bars[name]
                ax.barh(place, high - low, left=low, height=0.7, color=PALE, edgecolor=GREY, linewidth=0.8, zorder=1)
            places[name] = place + np.linspace(-0.2, 0.2, len(accuracies)) if len(accuracies) > 1 else [place]
            ax.plot(accuracies, places[name], "o", color=BLUE, markersize=5, alpha=0.7, markeredgewidth=0)
            if name in bars:
                ax.plot(accuracies[0], places[name][0], "o", markersize=9, markerfacecolor="none", color=INK)
            if len(accuracies) > 1:
                ax.plot([accuracies.mean()] * 2, [place - 0.32, place + 0.32], color=INK, linewidth=2.5)
        if paired:
            ax.plot(list(rows.values()), list(places.values()), color=GREY, linewidth=0.7, alpha=0.6, zorder=1)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.set(title=title, ylim=(len(rows) - 0.45, -0.55))
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        ax.tick_params(axis="y", length=0)
        _leave_room(ax, np.concatenate([*rows.values(), *bars.values()]))
        ax.grid(axis="x")


def display_distribution(values: Sequence[float], title: str, *, marks: Mapping[str, float]) -> None:
    """Draw how often which value occurs, and some values that stand out as named lines.

    Args:
        values: any number of finite numbers.
        title: what they are.
        marks: by their names, numbers to mark.

    Raises:
        ValueError: there are no values, or one is not finite.
    """
    array = np.asarray(values, float)
    if not array.size or not np.isfinite(array).all():
        raise ValueError(f"values must be finite numbers, at least one. Received: {array.size} values")
    with style():
        ax = new_figure(9, 2.8).subplots()
        counts, _, _ = ax.hist(array, bins=_bins(array), color=BLUE, edgecolor="white")
        ax.set(title=title, ylabel="how often", ylim=(0, counts.max() * (1.15 + 0.16 * len(marks))))
        for number, (name, value) in enumerate(marks.items()):
            height = counts.max() * (1.08 + 0.16 * (len(marks) - 1 - number))
            ax.plot([value, value], [0, height], color=VERMILLION, linestyle=("-", "--", ":")[number % 3])
            ax.annotate(f"{name}: {value:.3g}", (value, height), xytext=(5, 0), textcoords="offset points", va="center")


def display_confusion(labels: np.ndarray, predictions: np.ndarray, title: str) -> None:
    """Draw a confusion matrix: of the digits of each class (rows), how many were read as which (columns).

    The right ones, on the diagonal, are written and not coloured: they would drown the errors.

    Args:
        labels: the true classes `[n]`, 0 to 9.
        predictions: the classes that were read, `[n]`.
        title: what is shown.

    Raises:
        ValueError: the two are of different lengths, empty, or no classes.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape or labels.ndim != 1 or not labels.size:
        raise ValueError(
            f"labels and predictions must be lists of one length. Received: {labels.shape} and {predictions.shape}"
        )
    for classes in (labels, predictions):
        if classes.dtype.kind not in "ui" or not ((classes >= 0) & (classes < CLASSES)).all():
            raise ValueError(f"labels and predictions must be whole numbers from 0 to 9. Received: {classes!r}")
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (labels, predictions), 1)
    errors = np.where(np.eye(CLASSES, dtype=bool), 0, counts)
    with style():
        ax = new_figure(9, 5).subplots()
        ax.imshow(errors, cmap="Blues", vmin=0, vmax=max(1, 1.3 * errors.max()))
        for row, column in np.ndindex(counts.shape):
            if counts[row, column]:
                right = row == column
                look = {"color": GREY, "fontsize": 9} if right else {"color": INK, "fontsize": 10, "weight": "bold"}
                ax.text(column, row, str(counts[row, column]), ha="center", va="center", **look)
        ax.set(xticks=range(CLASSES), yticks=range(CLASSES), xlabel="read as", ylabel="true class", title=title)
        ax.tick_params(length=0)


def display_reliability(labels: np.ndarray, probabilities: np.ndarray, title: str) -> None:
    """Draw how sure a network is and how often it is right, for groups of digits of which it is about equally sure.

    A digit's group is that of the largest of its probabilities. A grey line is the mean of these, a dot the share of
    the group that was read rightly, with its 95 % interval (Wilson's).

    Args:
        labels: the true classes `[n]`.
        probabilities: `[n, 10]`.
        title: what is shown.

    Raises:
        ValueError: the two do not fit.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, float)
    if labels.ndim != 1 or probabilities.shape != (len(labels), CLASSES) or not len(labels):
        raise ValueError(
            f"labels must be [n] and probabilities [n, 10]. Received: {labels.shape} and {probabilities.shape}"
        )
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    group = np.clip(np.searchsorted(_EDGES, sure, side="left"), 1, len(_EDGES) - 1)
    names = []
    with style():
        ax = new_figure(9, 3.6).subplots()
        for place, number in enumerate(np.unique(group)):
            chosen = group == number
            interval = binomtest(int(right[chosen].sum()), int(chosen.sum())).proportion_ci(method="wilson")
            ax.plot([place - 0.3, place + 0.3], [sure[chosen].mean()] * 2, color=GREY, linewidth=4, label="how sure")
            ax.plot([place, place], [interval.low, interval.high], color=BLUE, linewidth=2)
            ax.plot(place, right[chosen].mean(), "o", color=BLUE, markersize=8, label="how often right")
            low, high = (f"{100 * edge:g}" for edge in _EDGES[number - 1 : number + 1])
            names.append(f"{low} to {high} %\n{chosen.sum():,} digits")
        ax.set_xticks(range(len(names)), names)
        ax.set(title=title, ylim=(-0.03, 1.05), xlim=(-0.6, len(names) - 0.4))
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        ax.tick_params(axis="x", length=0)
        ax.grid(axis="y")
        ax.legend(*(part[:2] for part in ax.get_legend_handles_labels()), loc="lower right")


def _leave_room(ax, shown: np.ndarray) -> None:
    """Set the limits of the axis of shares so that nothing shown touches its ends."""
    room = 0.06 * np.ptp(shown) or 0.005
    ax.set_xlim(shown.min() - room, shown.max() + room)


def _bins(array: np.ndarray) -> np.ndarray:
    """Return the edges of bins of which each holds as many of the values that can occur as the next one.

    Shares of n digits differ by multiples of 1 / n; bins of another width would hold now two of them, now one.
    """
    at_most = min(40, max(5, array.size // 25))
    steps = np.diff(np.unique(array.round(9)))
    step = steps.min(initial=np.inf)
    if not np.isfinite(step):
        return np.linspace(array[0] - 0.5, array[0] + 0.5, at_most + 1)
    width = step * np.ceil(np.ptp(array) / step / at_most)
    return np.arange(array.min() - step / 2, array.max() + width, width)


def _fractions(name: str, values) -> np.ndarray:
    array = np.asarray(values, float)
    if array.ndim != 1 or not array.size or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name!r} must be numbers from 0 to 1, at least one. Received: {values!r}")
    return array
