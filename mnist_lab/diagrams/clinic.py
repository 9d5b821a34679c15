"""The clinic of lesson 13: the patients' loss curves, and a card of symptoms, tests, causes and cures."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from mnist_lab.diagrams._drawing import SMALL, new_page, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREY, INK, VERMILLION
from mnist_lab.results.experiments import measured_values

_CEILING = 4.5  # of the charts; cross-entropy
_DARK_GREEN = "#00654A"  # legible in small letters

# For each patient: the symptom, the tests that tell it from the others, the cause and the cure. A name in braces is a
# value of the experiment "13-patients", its mean over the runs; `lowest` is that of the loss on memorized digits.
_CARD: dict[str, tuple[str, tuple[tuple[str, str], ...], str, str]] = {
    "A1": (
        "Flat at 2.3",
        (("memorize", "still {memorized:.1f} on 32 digits"), ("flow", "gradients like the control's")),
        "Learning rate\n1,000 times\ntoo small",
        "Try five rates,\n100 steps each",
    ),
    "A2": (
        "Flat at 2.3",
        (("memorize", "passes: the data are left"), ("look", "labels don't fit the digits")),
        "Labels belong\nto other digits",
        "Pair first, then\nsplit and shuffle",
    ),
    "A3": (
        "Off the chart, then\nflat at 2.3",
        (("memorize", "fails, at {memorized:.1f}"), ("flow", "neurons dead after training")),
        "Learning rate\n300 times\ntoo large",
        "A lower rate",
    ),
    "B1": (
        "{val_accuracy:.0%} right, loss\nstuck above 1.46",
        (("memorize", "stops at {lowest:.2f}, which is"), ("", "ln(e + 9) − 1")),
        "Softmax, twice",
        "One softmax",
    ),
    "B2": (
        "Learns, but jumpy\nand not so well",
        (("start", "{start:.0f} in place of 2.3"), ("look", "pixels up to 255")),
        "Grey levels, not\ndivided by 255",
        "Divide inside\nthe network",
    ),
    "C1": (
        "Training {accuracy:.0%},\nvalidation {val_accuracy:.0%}",
        (("look", "1 to 5 classes in a batch"),),
        "Sorted file, small\nshuffle buffer",
        "Shuffle all of it",
    ),
    "C2": (
        "Validation {val_accuracy:.0%},\nbeats the control",
        (("fresh", "{fresh:.0%} of new digits"), ("permuted", "{permuted:.0%} of shuffled labels")),
        "Copies of digits\nin both sets",
        "Split first, then\nmake copies",
    ),
    "C3": (
        "Validation {val_accuracy:.0%},\nnonsense in use",
        (("twice", "other company,"), ("", "other answers")),
        "Batch norm in\ntraining mode",
        "Running averages\nwhen predicting",
    ),
}


def clinic_card() -> None:
    """Draw a card with a row for each patient of the clinic: its curves, symptom, deciding tests, cause and cure.

    The numbers are means over the stored runs of the experiment "13-patients".
    """
    top, row, columns = 7.6, 0.82, (0.2, 1.66, 3.2, 6.14, 7.58)
    with new_page(top) as page:
        page.write(columns[0], top - 0.3, "When nothing raises an error", 16, ha="left", weight="bold")
        page.write(8.85, top - 0.32, "eight training runs, and how to tell them apart", 10, ha="right", color=GREY)
        for x, head in zip(columns, ("Losses", "Symptom", "Tests that tell", "Cause", "Cure"), strict=True):
            page.write(x, top - 0.72, head, 11, ha="left", weight="bold", color=BLUE)
        for number, (name, (symptom, tests, cause, cure)) in enumerate(_CARD.items()):
            middle = top - 0.9 - row * (number + 0.5)
            fill = tint(BLUE, 0.06) if number % 2 == 0 else "white"
            page.rectangle(0.08, middle - row / 2, 8.84, row, fill, zorder=0)
            page.write(columns[0], middle, name, 12, ha="left", weight="bold")
            bounds = (columns[0] + 0.36, middle - row / 2 + 0.09, 0.98, row - 0.18)
            draw_losses(page.ax.inset_axes(bounds, transform=page.ax.transData), name, small=True)
            means = _means(name)
            cell: dict[str, Any] = {"size": 9.5, "ha": "left", "linespacing": 1.3}
            page.write(columns[1], middle, symptom.format(**means), **cell)
            for line, (test, finding) in enumerate(tests):
                y = middle - 0.05 + 0.2 * ((len(tests) - 1) / 2 - line)
                page.write(columns[2], y, test, **cell, va="baseline", weight="bold", color=BLUE)
                page.write(columns[2] + 0.84, y, finding.format(**means), **cell, va="baseline")
            page.write(columns[3], middle, cause, **cell, weight="bold")
            page.write(columns[4], middle, cure, **cell, color=_DARK_GREEN)


def _means(name: str) -> dict[str, float]:
    values = measured_values("13-patients", patient=name)
    means = {key: float(array.mean()) for key, array in values.items() if array.ndim == 1 and array.dtype != object}
    return means | {"lowest": float(values["memorized"].min())}


def loss_charts() -> None:
    """Draw a small chart for each patient: its training and validation loss, and the healthy run's, dashed."""
    with styled_figure(4.5) as figure:
        for number, (ax, name) in enumerate(zip(figure.subplots(2, 4, sharey=True).flat, _CARD, strict=True)):
            draw_losses(ax, name)
            if number % 4 == 0:
                ax.set_ylabel("loss")
            if number >= 4:
                ax.set_xlabel("epochs")
        first = figure.axes[0]
        first.text(0.6, 2.75, "training", color=VERMILLION, fontsize=10)
        first.text(1.6, 1.72, "validation", color=BLUE, fontsize=10, weight="bold")
        first.text(0.9, 0.38, "a healthy run", color=GREY, fontsize=10)


def draw_losses(ax: Axes, name: str, *, small: bool = False) -> None:
    """Draw a patient's losses into a chart, thin for training and thick for validation, over those of a healthy run.

    A `small` chart has no title and no ticks.
    """
    (healthy,), (run,) = (_runs(patient) for patient in ("healthy", name))
    last = len(run["val_losses"])
    ax.plot(healthy["epochs"], healthy["losses"], color=GREY, linewidth=1.2, linestyle=(0, (3, 2)))
    ax.plot(run["epochs"], run["losses"], color=VERMILLION, linewidth=1)
    ax.plot(range(1, last + 1), run["val_losses"], "o-", color=BLUE, linewidth=2, markersize=2 if small else 4)
    ax.set(xlim=(0, last + 0.12), ylim=(0, _CEILING))
    if small:
        ax.set(xticks=(), yticks=())
        return
    ax.set(xticks=range(last + 1), yticks=range(5))
    ax.grid(axis="y")
    ax.set_title(name, weight="bold")
    ax.set_title(f"validation {100 * run['val_accuracy']:.0f}%", loc="right", fontsize=10, color=INK)
    if run["losses"][0] > _CEILING:
        ax.annotate("off the chart", (0.04, _CEILING), (0.5, _CEILING - 0.45), fontsize=SMALL, color=VERMILLION)


def _runs(name: str) -> list[dict[str, Any]]:
    """Return the stored runs of a patient, each with its curves."""
    values = measured_values("13-charts", patient=name)
    return [dict(zip(values, run, strict=True)) for run in zip(*values.values(), strict=True)]
