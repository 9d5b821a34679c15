"""The measured runs of a lesson as arrays, for learners to work with."""

from dataclasses import dataclass

import numpy as np

from mnist_lab.results.store import MISCLASSIFIED, Variant, run_name, seeds_of

VALIDATION_DIGITS = 10_000


@dataclass(frozen=True)
class Runs:
    """The results of training runs of the same recipe; each seed is a run's row."""

    seeds: np.ndarray  # [runs] int64
    accuracy: np.ndarray  # [runs], after the last epoch
    misread: np.ndarray | None  # [runs, digits] bool, the misclassified digits; None but in lessons 09 and 10
    curves: np.ndarray  # [runs, epochs], the accuracy after each epoch


def measured_runs(lesson: str, *, variant: str = "as taught") -> Runs:
    """Return the runs of a lesson on real MNIST that are published with this package, whichever digits you use.

    Args:
        lesson: the lesson's notebook name, for example "05_dropout".
        variant: which of the lesson's recipes, if it has several, for example "RATE=0".

    Raises:
        ValueError: nothing was measured under that name.
    """
    recipe = Variant.from_name(variant)
    entries = seeds_of(lesson, variant=recipe)
    if not entries:
        raise ValueError(f"lesson and variant must name runs that were measured. Received: {lesson!r}, {variant!r}")
    digits = max(entry.get("held_out", VALIDATION_DIGITS) for entry in entries.values())
    names = [run_name("mnist", lesson, recipe, seed) for seed in entries]
    with np.load(MISCLASSIFIED) as packed:
        kept = names[0] in packed
        misread = np.array([np.unpackbits(packed[name], count=digits) for name in names], bool) if kept else None
    curves = np.array([entry["accuracy"] for entry in entries.values()])
    return Runs(np.array([int(seed) for seed in entries]), curves[:, -1], misread, curves)
