"""Figures of what was measured on real MNIST, whichever digits you use: the ladder of lessons, and two compared."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION, chart, new_figure, style, write_near
from mnist_lab.results.store import AS_TAUGHT, LONG, TESTED, measured_lessons, seeds_of, summary

_ERROR_RATES = (0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003)
_RUNGS = AS_TAUGHT, TESTED, LONG
_FIRST_WITH_TEST_DIGITS = "09"
_MAX_UPRIGHT = 8  # names that stand beside each other; more are slanted


def display_ladder(upto: str) -> None:
    """Draw the error rate of each measured lesson up to this one, fewest errors on top.

    A line marks the mean over the seeds, a pale bar their range. The lesson `upto` is highlighted. A longer training
    run of a lesson has a rung of its own. The axis is logarithmic: equal steps up divide the errors by equal factors.
    What was measured on a held-out set is left out: all were judged by the digits that are called validation digits
    until lesson 09 names them test digits, and so does the title.

    Raises:
        ValueError: no lesson up to there was measured.

    Example:
        >>> lab.display_ladder("03_relu_and_adam")
    """
    lessons = [name for name in measured_lessons() if name <= upto]
    summaries = {(name, variant): summary(name, variant=variant) for name in lessons for variant in _RUNGS}
    rungs = {rung: measured for rung, measured in summaries.items() if measured and not measured.held_out}
    if not rungs:
        raise ValueError(f"upto must name a lesson at or after a measured one. Received: {upto!r}")
    ladder, judges = ("The ladder so far", "validation") if upto < _FIRST_WITH_TEST_DIGITS else ("The ladder", "test")
    with chart(4.4, f"{ladder}: error rate on MNIST's {judges} digits, mean and range over the runs") as ax:
        for x, ((name, _), measured) in enumerate(rungs.items()):
            color, weight = (VERMILLION, "bold") if name == upto else (BLUE, "normal")
            mean, least, most = (1 - share for share in (measured.mean, measured.highest, measured.lowest))
            ax.bar(x, most - least, 0.56, bottom=least, color=color, alpha=0.25)
            ax.plot([x - 0.28, x + 0.28], [mean, mean], color=color, linewidth=3)
            write_near(ax, (x, least), f"{100 * mean:.2f}%", (0, 4), ha="center", fontsize=10, weight=weight)
        names = [name.replace("_", " ") + (", long" if variant == LONG else "") for name, variant in rungs]
        if len(names) <= _MAX_UPRIGHT:
            ax.set_xticks(range(len(names)), [fill(name, 13) for name in names])
        else:
            ax.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
        ax.tick_params(axis="x", length=0)
        ax.set(yscale="log", xlim=(-0.6, len(names) - 0.4), ylim=(0.36, 0.0022), ylabel="fewer errors  →  (log scale)")
        ax.set_yticks(_ERROR_RATES, [f"{100 * rate:g}%" for rate in _ERROR_RATES])
        ax.set_yticks([], minor=True)
        ax.grid(axis="y")


def display_paired_losses(first: str, second: str) -> None:
    """Draw the validation losses of two lessons, measured with the same seeds.

    On the left, the loss of every epoch: a thin line for each seed and a thick one for their mean, dashed for the
    second lesson. On the right, the loss of the last epoch, as `display_pairs` draws it. If no seed was measured with
    both lessons, the title says so.

    Example:
        >>> lab.display_paired_losses("06_convolutions", "07_convolutions_with_dropout")
    """
    measured = seeds_of(first), seeds_of(second)
    seeds = sorted(measured[0].keys() & measured[1].keys(), key=int)
    losses = [[entries[seed]["loss"] for seed in seeds] for entries in measured]
    names = [name.replace("_", " ") for name in (first, second)]
    with style():
        figure = new_figure(9, 3.8)
        left, right = figure.subplots(1, 2)
        if not seeds:
            figure.suptitle("Validation loss on MNIST: no seed was measured with both lessons yet")
            return
        last = np.array([[curve[-1] for curve in curves] for curves in losses])
        figure.suptitle(f"Validation loss on MNIST: {_fell(last)}")
        _draw_curves(left, losses, names)
        _draw_pairs(right, last, names)
        right.set_title("last epoch, by seed (black: it rose)")


def display_pairs(values: Mapping[str, Sequence[float]], title: str) -> None:
    """Draw two lists of numbers, by name, as pairs of dots: the first number of each list, the second, and so on.

    The line of a pair is grey if the number fell from the first list to the second, and black if it didn't; a bar marks
    each list's mean. The title goes on with how many fell.

    Raises:
        ValueError: there aren't two lists of equally many finite numbers.

    Example:
        >>> lab.display_pairs({"without dropout": [0.22, 0.19], "with dropout": [0.18, 0.2]}, "Validation loss")
    """
    pairs = [np.asarray(numbers, float) for numbers in values.values()]
    shapes = [list(numbers.shape) for numbers in pairs]
    if len(pairs) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1 or not all(map(_finite, pairs)):
        raise ValueError(f"values must hold two lists of equally many finite numbers. Received: shapes {shapes}")
    both = np.stack(pairs)
    with chart(3.2, f"{title}: {_fell(both)}") as ax:
        _draw_pairs(ax, both, list(values))


def _finite(numbers: np.ndarray) -> bool:
    return bool(numbers.size and np.isfinite(numbers).all())


def _fell(pairs: np.ndarray) -> str:
    return f"in {np.sum(pairs[1] < pairs[0])} of {pairs.shape[1]} pairs it fell"


def _draw_curves(ax: Axes, losses: list[list[list[float]]], names: list[str]) -> None:
    for curves, name, color, line in zip(losses, names, (BLUE, VERMILLION), ("-", "--"), strict=True):
        epochs = min(len(curve) for curve in curves)
        values = np.array([curve[:epochs] for curve in curves])
        ax.plot(np.arange(1, epochs + 1), values.T, color=color, alpha=0.25, linewidth=0.7)
        ax.plot(np.arange(1, epochs + 1), values.mean(axis=0), line, color=color, linewidth=2.5, label=name)
    ax.set(xlabel="epochs", title="every epoch")
    ax.set_ylim(bottom=0)
    ax.locator_params("x", integer=True)
    ax.grid(axis="y")
    ax.legend(loc="lower left", fontsize=9)


def _draw_pairs(ax: Axes, pairs: np.ndarray, names: list[str]) -> None:
    for before, after in pairs.T:
        color, width = (GREY, 1.0) if after < before else (INK, 2.2)
        ax.plot((0, 1), (before, after), color=color, linewidth=width, zorder=1)
    for x, numbers, color, out, side in ((0, pairs[0], BLUE, -1, "right"), (1, pairs[1], VERMILLION, 1, "left")):
        ax.plot([x] * len(numbers), numbers, "o", color=color, markersize=5)
        mean = numbers.mean()
        ax.plot([x - 0.12, x + 0.12], [mean, mean], color=INK, linewidth=3, zorder=3)
        write_near(ax, (x + 0.12 * out, mean), f"{mean:.3g}", (5 * out, 0), ha=side, va="center", weight="bold")
    ax.set_xlim(-0.75, 1.75)
    ax.set_xticks((0, 1), [fill(name, 18) for name in names])
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")
