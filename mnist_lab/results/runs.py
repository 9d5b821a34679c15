"""What was measured of a lesson, run by run, for the reader to work on."""

from dataclasses import dataclass

import numpy as np

from mnist_lab.results.store import AS_TAUGHT, seeds_of

VALIDATION_DIGITS = 10_000


@dataclass(frozen=True)
class Runs:
    """Runs of one recipe on MNIST, each with a seed of its own.

    Attributes:
        seeds: the seeds, in rising order, `[runs]`.
        accuracy: the share of the digits that training was validated on, after the last epoch, `[runs]`.
        misread: which of these digits each run misread, `[runs, n]` bool; `n` is the largest number of them.
        curves: that share after each epoch, `[runs, epochs]`.
    """

    seeds: np.ndarray
    accuracy: np.ndarray
    misread: np.ndarray
    curves: np.ndarray

    def __len__(self) -> int:
        return len(self.seeds)


def measured_runs(lesson: str, *, variant: str = AS_TAUGHT) -> Runs:
    """Return the runs of a lesson on real MNIST that this package was published with, whichever digits are used now.

    Args:
        lesson: its notebook's name, "05_dropout" for instance.
        variant: which of its recipes, where it has several.

    Raises:
        ValueError: nothing was measured under that name.
    """
    entries = seeds_of(lesson, variant=variant)
    if not entries:
        raise ValueError(f"Expected a lesson and a variant that were measured. Received: {lesson!r}, {variant!r}")
    digits = max(entry.get("held_out", VALIDATION_DIGITS) for entry in entries.values())
    misread = np.zeros((len(entries), digits), bool)
    for row, entry in zip(misread, entries.values(), strict=True):
        row[entry["misread"]] = True
    curves = np.array([entry["accuracy"] for entry in entries.values()])
    return Runs(np.array([int(seed) for seed in entries]), curves[:, -1], misread, curves)
