"""What a check knows of one run, and what a claim says of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps

import numpy as np

from mnist_lab.checks.probabilities import probabilities_of


@dataclass(frozen=True)
class Verdict:
    """One line of a check: what is claimed, whether it holds, and else what was found and where to look."""

    claim: str
    holds: bool
    hint: str = ""


@dataclass
class Evidence:
    """What a check knows of one run.

    Attributes:
        model: the trained Keras model.
        history: per epoch, the lists that `fit` returned ("loss", "val_accuracy" …); empty without a history.
        digits: the package's own validation digits, `[n, 784]` float32.
        labels: their classes, `[n]`.
        probabilities: the model's own predictions for them, `[n, 10]`.
        extra: what else the lesson handed in, by keyword.
        kept: what claims worked out of it, for one another.
    """

    model: object
    history: dict[str, list[float]]
    digits: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    extra: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)

    @cached_property
    def held_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """The digits that the lesson handed in as held out, their classes, and which class the model reads."""
        if (dataset := self.extra.get("held_out")) is None:
            return None
        images, one_hot = (np.concatenate(part) for part in zip(*dataset.as_numpy_iterator(), strict=True))
        return images, one_hot.argmax(axis=1), probabilities_of(self.model, images).argmax(axis=1)

    @property
    def misread_measured(self) -> np.ndarray:
        """Which of the digits that the lesson is measured on are misread, `[n]` bool: those held out, or all."""
        if not self.held_out:
            return self.misread
        _, labels, read = self.held_out
        return read != labels

    @property
    def accuracy(self) -> float:
        """Share of the validation digits that the model reads rightly."""
        return 1 - float(np.mean(self.misread))

    @property
    def measured_accuracy(self) -> float:
        """Share of the digits that the lesson is measured on."""
        return 1 - float(np.mean(self.misread_measured))

    @property
    def cross_entropy(self) -> float:
        """Mean of −log of the probability given to the right class (natural logarithm)."""
        return mean_cross_entropy(self.probabilities, self.labels)

    @property
    def misread(self) -> np.ndarray:
        """Which of the validation digits are misread, `[n]` bool; all, where the model gives no list for each digit."""
        if self.probabilities.ndim != 2:
            return np.ones(len(self.labels), bool)
        return np.argmax(self.probabilities, axis=1) != self.labels


def mean_cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of −log of the probability that each digit's own class is given; a probability of 0 is finite.

    Numbers that do not add up to 1 are divided by their sum, as Keras does.
    """
    sums = probabilities.sum(axis=1)
    given = probabilities[np.arange(len(labels)), labels] / np.where(sums > 0, sums, 1)
    return float(-np.log(np.maximum(given, np.finfo(given.dtype).tiny)).mean())


Claim = Callable[[Evidence], Verdict]


def judging(fetch: Callable[[Evidence], object]) -> Callable[[str], Callable[[Callable], Claim]]:
    """Return a decorator, of a claim's text, for functions that judge what `fetch` finds: whether it holds, and a hint.

    Where `fetch` returns a text, there is nothing to judge, and the text is the hint.
    """

    def of(claim: str) -> Callable[[Callable], Claim]:
        def make(judge: Callable[[object, Evidence], tuple[bool, str]]) -> Claim:
            @wraps(judge)
            def judged(evidence: Evidence) -> Verdict:
                found = fetch(evidence)
                if isinstance(found, str):
                    return Verdict(claim, False, found)
                holds, hint = judge(found, evidence)
                return Verdict(claim, bool(holds), hint)

            return judged

        return make

    return of
