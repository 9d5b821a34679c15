"""Two lessons compared seed by seed: did the change between them lower the validation loss?"""

from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from mnist_lab.plots.charts import write_near
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION, new_figure, style
from mnist_lab.results.store import seeds_of


def display_paired_losses(first: str, second: str) -> None:
    """Draw the validation losses of two lessons, measured with the same seeds.

    The chart on the left shows the loss of every epoch: a thin line for each seed and a thick one for their mean. The
    chart on the right shows the loss of the last epoch: a pair of dots for each seed, joined by a solid line if the
    loss fell from the first lesson to the second and by a dashed line otherwise, and a bar for each mean. The title
    counts the pairs whose loss fell. All numbers are measured on real MNIST and come from results.json, whichever
    digits you use. If no seed was measured with both lessons, the title says so.

    Args:
        first: a lesson, by its notebook's name, for example "06_convolutions".
        second: the lesson to compare it with.
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
        fell = np.sum(last[1] < last[0])
        figure.suptitle(f"Validation loss on MNIST: in {fell} of {len(seeds)} pairs it fell")
        _draw_curves(left, losses, names)
        _draw_pairs(right, last, names)


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


def _draw_pairs(ax: Axes, last: np.ndarray, names: list[str]) -> None:
    for before, after in last.T:
        color, line = (GREY, "-") if after < before else (VERMILLION, "--")
        ax.plot((0, 1), (before, after), line, color=color, linewidth=1, marker="o", markersize=4)
    for x, mean, side, shift in zip((0, 1), last.mean(axis=1), ("right", "left"), (-26, 26), strict=True):
        ax.plot([x - 0.12, x + 0.12], [mean, mean], color=INK, linewidth=3, zorder=3)
        write_near(ax, (x, mean), f"{mean:.4f}", (shift, 0), ha=side, va="center", weight="bold")
    ax.set(xlim=(-0.75, 1.75), title="last epoch, by seed (dashed: it rose)")
    ax.set_xticks((0, 1), [fill(name, 18) for name in names])
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")
