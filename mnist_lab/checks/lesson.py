"""What is known of a lesson: a row of `lessons.LESSONS`."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mnist_lab.checks.claims.outcome import accuracy_of_at_least
from mnist_lab.checks.evidence import Claim, Evidence
from mnist_lab.results.store import summary


@dataclass(frozen=True)
class Lesson:
    """A lesson's row.

    Attributes:
        name: its notebook's name without the ending.
        title: as at the head of the notebook.
        changes: what it changes, in a few words.
        learner_floor: the accuracy below which the lesson's idea cannot be at work, for a learner's own variant.
        unmeasured_floor: what our own recipe must reach as long as it was not measured over seeds.
        claims: what its check looks for, in this order; the learner's floor comes last.
        figures: what is measured of its network besides the accuracy, by name.
    """

    name: str
    title: str
    changes: str
    learner_floor: float
    unmeasured_floor: float
    claims: tuple[Claim, ...]
    figures: Callable[[Evidence], dict[str, float]] | None = None

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims, with the accuracy's at the end."""
        return (*self.claims, accuracy_of_at_least(self.learner_floor))

    def floor(self, origin: str) -> float:
        """Return the accuracy that the lesson as taught must reach on this data set: CI's floor."""
        measured = summary(self.name, origin=origin)
        return measured.floor if measured else self.unmeasured_floor

    def ceiling(self, origin: str) -> float:
        """Return the accuracy above which the lesson no longer is what was measured on this data set."""
        measured = summary(self.name, origin=origin)
        return measured.ceiling if measured else 1

    def losses(self, origin: str) -> tuple[float, float]:
        """Return the validation losses between which the lesson is what was measured on this data set."""
        measured = summary(self.name, origin=origin)
        return measured.losses if measured else (0, math.inf)
