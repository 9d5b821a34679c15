"""The measured runs of a lesson as arrays, for learners to work with."""

from dataclasses import dataclass

import numpy as np

from mnist_lab.results.store import AS_TAUGHT, seeds_of

VALIDATION_DIGITS = 10_000


@dataclass(frozen=True)
class Runs:
    """Runs of one recipe on MNIST, each with a different seed.

    Attributes:
        seeds: the seeds, in ascending order, `[runs]`.
        accuracy: the accuracy on the validation or held-out digits after the last epoch, `[runs]`.
        misread: which of these digits each run misclassified, `[runs, n]` bool; `n` is their largest number in a run.
        curves: the accuracy after each epoch, `[runs, epochs]`.
    """

    seeds: np.ndarray
    accuracy: np.ndarray
    misread: np.ndarray
    curves: np.ndarray

    def __len__(self) -> int:
        return len(self.seeds)


def measured_runs(lesson: str, *, variant: str = AS_TAUGHT) -> Runs:
    """Return the runs of a lesson on real MNIST that are published with this package, whichever digits you use.

    Args:
        lesson: the lesson's notebook name, for example "05_dropout".
        variant: which of the lesson's recipes, if it has several.

    Raises:
        ValueError: nothing was measured under that name.
    """
    entries = seeds_of(lesson, variant=variant)
    if not entries:
        raise ValueError(f"lesson and variant must name runs that were measured. Received: {lesson!r}, {variant!r}")
    digits = max(entry.get("held_out", VALIDATION_DIGITS) for entry in entries.values())
    misread = np.zeros((len(entries), digits), bool)
    for row, entry in zip(misread, entries.values(), strict=True):
        row[entry["misread"]] = True
    curves = np.array([entry["accuracy"] for entry in entries.values()])
    return Runs(np.array([int(seed) for seed in entries]), curves[:, -1], misread, curves)
