"""One row per lesson: its title, the accuracies it must reach, and what its check looks for."""

from dataclasses import dataclass

from mnist_lab.claims.by_hand import computed_by_hand
from mnist_lab.claims.evidence import Claim
from mnist_lab.claims.layers import one_dense_softmax_layer
from mnist_lab.claims.optimizers import plain_gradient_descent
from mnist_lab.claims.outcome import accuracy_of_at_least, better_than_guessing, honest_history
from mnist_lab.results import summary


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
    """

    name: str
    title: str
    changes: str
    learner_floor: float
    unmeasured_floor: float
    claims: tuple[Claim, ...]

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims, with the accuracy's at the end."""
        return (*self.claims, accuracy_of_at_least(self.learner_floor))

    def floor(self, origin: str) -> float:
        """Return the accuracy that the lesson as taught must reach on this data set: CI's floor."""
        measured = summary(self.name, origin=origin)
        return measured.floor if measured else self.unmeasured_floor


LESSONS = {
    lesson.name: lesson
    for lesson in (
        Lesson(
            name="01_dense_softmax",
            title="Train one dense softmax layer",
            changes="watch a network train, then read every cell of it",
            learner_floor=0.80,
            unmeasured_floor=0.88,
            claims=(
                one_dense_softmax_layer,
                plain_gradient_descent,
                better_than_guessing,
                honest_history,
                computed_by_hand,
            ),
        ),
    )
}


def find_lesson(name: str) -> Lesson:
    """Return the lesson of that name.

    Raises:
        ValueError: there is none; the message lists the names.
    """
    if name not in LESSONS:
        raise ValueError(f"There is no lesson {name!r}. The lessons are: {', '.join(LESSONS)}")
    return LESSONS[name]
