"""The ladder: the measured accuracy of each lesson so far, over seeds."""

import numpy as np

from mnist_lab.plots.charts import chart, name_rows, write_near
from mnist_lab.plots.style import BLUE, VERMILLION
from mnist_lab.results.store import AS_TAUGHT, LONG, measured_lessons, seeds_of, summary

_ERRORS = (0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.003)


def display_ladder(upto: str) -> None:
    """Draw the validation accuracy of each measured lesson up to this one: a dot for each seed, a line for the mean.

    A lesson with an additional, longer training run has a second rung for it. The axis counts errors, and each of its
    steps roughly halves them. All numbers are measured on real MNIST and come from results.json, whichever digits you
    use. Lessons that were measured on a held-out set are left out.

    Args:
        upto: the last lesson to show, by its notebook's name, for example "03_relu_and_adam"; it is highlighted.

    Raises:
        ValueError: no lesson up to there was measured.
    """
    lessons = [name for name in measured_lessons() if name <= upto]
    summaries = {(name, variant): summary(name, variant=variant) for name in lessons for variant in (AS_TAUGHT, LONG)}
    rungs = {rung: measured for rung, measured in summaries.items() if measured and not measured.held_out}
    if not rungs:
        raise ValueError(f"upto must name a lesson at or after a measured one. Received: {upto!r}")
    title = "The ladder so far: validation accuracy on MNIST, a dot for each run"
    with chart(0.9 + 0.36 * len(rungs), title) as ax:
        for y, ((name, variant), measured) in enumerate(rungs.items()):
            color, weight = (VERMILLION, "bold") if name == upto else (BLUE, "normal")
            errors = [1 - entry["accuracy"][-1] for entry in seeds_of(name, variant=variant).values()]
            jitter = np.linspace(-0.16, 0.16, len(errors))
            ax.plot(errors, y + jitter, "o", color=color, alpha=0.35, markersize=4, markeredgewidth=0)
            ax.plot([1 - measured.mean] * 2, [y - 0.3, y + 0.3], color=color, linewidth=2.5)
            write_near(ax, (min(errors), y), f"{100 * measured.mean:.2f} %", (9, 0), va="center", weight=weight)
        name_rows(ax, (name.replace("_", " ") + (", long" if variant == LONG else "") for name, variant in rungs))
        ax.set(xscale="log", xlim=(0.36, 0.002))
        ax.set_xticks(_ERRORS, [f"{100 * (1 - error):g} %" for error in _ERRORS])
        ax.set_xticks([], minor=True)
        ax.grid(axis="x")
