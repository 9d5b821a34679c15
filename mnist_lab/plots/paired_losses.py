"""Two lessons compared seed by seed: did the change between them lower the validation loss?"""

from textwrap import fill

import numpy as np

from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION, new_figure, style
from mnist_lab.results.store import seeds_of

_SIZE = (9, 3.8)


def display_paired_losses(first: str, second: str) -> None:
    """Draw the validation losses of two lessons, measured with the same seeds.

    At the left the loss of every epoch, a thin line for each seed and a thick one for their mean. At the right that
    of the last epoch: a pair of dots for each seed, joined by a line, solid where the loss fell from the first lesson
    to the second and dashed where it did not; a bar for each mean. The title counts the pairs that fell. All figures
    are of real MNIST, from results.json, whichever digits this run uses. Where no seed was measured with both, the
    figure says so in words.

    Args:
        first: a lesson, by its notebook's name, "06_convolutions" for instance.
        second: the lesson that it is compared with.

    Raises:
        ValueError: both are the same lesson.
    """
    if first == second:
        raise ValueError(f"first and second must be two lessons. Received: {first!r} twice")
    measured = seeds_of(first), seeds_of(second)
    seeds = sorted(measured[0].keys() & measured[1].keys(), key=int)
    losses = [[entries[seed]["loss"] for seed in seeds] for entries in measured]
    names = [name.replace("_", " ") for name in (first, second)]
    with style():
        figure = new_figure(*_SIZE)
        left, right = figure.subplots(1, 2)
        if seeds:
            last = np.array([[curve[-1] for curve in curves] for curves in losses])
            fell = int((last[1] < last[0]).sum())
            figure.suptitle(f"Validation loss on MNIST: in {fell} of {len(seeds)} pairs it fell", color=INK)
            _draw_curves(left, losses, names)
            _draw_pairs(right, last, names)
        else:
            figure.suptitle("Validation loss on MNIST: no seed was measured with both lessons yet", color=INK)
            for ax, name, entries in zip((left, right), names, measured, strict=True):
                ax.set_axis_off()
                told = f"{name}\nmeasured with {len(entries) or 'no'} {'seed' if len(entries) == 1 else 'seeds'}"
                ax.text(0.5, 0.5, told, ha="center", va="center", color=INK, transform=ax.transAxes)


def _draw_curves(ax, losses: list[list[list[float]]], names: list[str]) -> None:
    for curves, name, color, line in zip(losses, names, (BLUE, VERMILLION), ("-", "--"), strict=True):
        epochs = min(len(curve) for curve in curves)
        numbers = np.array([curve[:epochs] for curve in curves])
        ax.plot(np.arange(1, epochs + 1), numbers.T, color=color, alpha=0.25, linewidth=0.7)
        ax.plot(np.arange(1, epochs + 1), numbers.mean(axis=0), line, color=color, linewidth=2.5, label=name)
    ax.set(xlabel="epochs", title="every epoch")
    ax.set_ylim(bottom=0)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(axis="y")
    ax.legend(loc="lower left", fontsize=9)


def _draw_pairs(ax, last: np.ndarray, names: list[str]) -> None:
    for before, after in last.T:
        look = {"color": GREY} if after < before else {"color": VERMILLION, "linestyle": "--"}
        ax.plot((0, 1), (before, after), linewidth=1, marker="o", markersize=4, **look)
    for place, mean, side in zip((0, 1), last.mean(axis=1), ("right", "left"), strict=True):
        ax.plot([place - 0.12, place + 0.12], [mean, mean], color=INK, linewidth=3, zorder=3)
        shift = (-26 if side == "right" else 26, 0)
        look = {"textcoords": "offset points", "ha": side, "va": "center", "weight": "bold", "color": INK}
        ax.annotate(f"{mean:.4f}", (place, mean), xytext=shift, **look)
    ax.set(
        xlim=(-0.75, 1.75),
        xticks=(0, 1),
        xticklabels=[fill(name, 18) for name in names],
        title="last epoch, by seed (dashed: it rose)",
    )
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")
