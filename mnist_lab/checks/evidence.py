"""What a check knows of a training run, and the claims that it judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.probabilities import probabilities_of
from mnist_lab.results.metric_names import accuracy_name

if TYPE_CHECKING:
    import keras

T = TypeVar("T")


class NotYet(Exception):
    """A claim does not hold. The message is the hint: what was found, what was expected, what to do next."""


@dataclass(frozen=True)
class Verdict:
    """One line of a check: the claim, whether it holds, and a hint where it does not."""

    claim: str
    holds: bool
    hint: str = ""


@dataclass(frozen=True)
class Claim:
    """A statement about a training run. `check` returns where it holds and raises `NotYet` where it does not.

    In `text`, "{digits}" stands for the digits that the accuracy is measured on.
    """

    text: str
    check: Callable[[Evidence], None]

    def judge(self, evidence: Evidence) -> Verdict:
        """Return the verdict on one training run. Where the check itself fails, the claim does not hold."""
        text = self.text.format(digits=evidence.measured_on)
        try:
            self.check(evidence)
        except NotYet as hint:
            return Verdict(text, False, str(hint))
        except Exception as error:  # a learner may hand in anything
            return Verdict(text, False, unusable(error))
        return Verdict(text, True)


def claim(text: str) -> Callable[[Callable[[Evidence], None]], Claim]:
    """Return a decorator that makes a function the check of the claim with this text."""
    return partial(Claim, text)


@dataclass
class Evidence:
    """What a check knows of a training run.

    Attributes:
        model: the trained Keras model.
        history: per epoch, the lists that `fit` returned ("loss", "val_accuracy" …); empty without a history.
        digits: the package's own validation digits, `[n, 784]` float32.
        labels: their classes, `[n]`.
        probabilities: the model's own predictions for them, `[n, 10]`.
        extra: what else the lesson handed in, by keyword.
        fetched: the results of functions decorated with `once`.
    """

    model: keras.Model
    history: dict[str, list[float]]
    digits: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    extra: dict[str, Any] = field(default_factory=dict)
    fetched: dict[Callable, Any] = field(default_factory=dict)

    @cached_property
    def held_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """The held-out digits that the lesson handed in, their classes, and the classes that the model predicts."""
        if (dataset := self.extra.get("held_out")) is None:
            return None
        images, one_hot = (np.concatenate(part) for part in zip(*dataset.as_numpy_iterator(), strict=True))
        return images, one_hot.argmax(axis=1), probabilities_of(self.model, images).argmax(axis=1)

    @property
    def optimizer(self) -> keras.Optimizer | None:
        """The model's optimizer, without the wrapper that half-precision training puts around it."""
        optimizer = getattr(self.model, "optimizer", None)
        return getattr(optimizer, "inner_optimizer", optimizer)

    @property
    def measured_on(self) -> str:
        """What to call the digits that the lesson's accuracy is measured on."""
        return "validation digits" if self.extra.get("held_out") is None else "digits held out"

    @property
    def misclassified(self) -> np.ndarray:
        """Which validation digits are misclassified, `[n]` bool; all, where the outputs are not a list per digit."""
        if self.probabilities.ndim != 2:
            return np.ones(len(self.labels), bool)
        return np.argmax(self.probabilities, axis=1) != self.labels

    @property
    def measured_misclassified(self) -> np.ndarray:
        """Which of the digits that the accuracy is measured on are misclassified, `[n]` bool."""
        if self.held_out is None:
            return self.misclassified
        _, labels, predictions = self.held_out
        return predictions != labels

    @property
    def accuracy(self) -> float:
        """The accuracy on the validation digits."""
        return 1 - float(np.mean(self.misclassified))

    @property
    def measured_accuracy(self) -> float:
        """The accuracy on the held-out digits if the lesson handed some in, else on the validation digits."""
        return 1 - float(np.mean(self.measured_misclassified))

    @property
    def cross_entropy(self) -> float:
        """The mean cross-entropy on the validation digits (natural logarithm)."""
        return mean_cross_entropy(self.probabilities, self.labels)


def reported(evidence: Evidence, which: str) -> list[float]:
    """Return the validation "accuracy" or "loss" that training reported, one for each epoch that was validated."""
    name = accuracy_name(evidence.history, evidence.model) if which == "accuracy" else which
    values = evidence.history.get(f"val_{name}", [])
    return [float(value) for value in values]


def once(fetch: Callable[[Evidence], T]) -> Callable[[Evidence], T]:
    """Decorate a function of the evidence to run only once on it: later calls get the same result or `NotYet`."""

    @wraps(fetch)
    def fetch_once(evidence: Evidence) -> T:
        if fetch not in evidence.fetched:
            try:
                evidence.fetched[fetch] = fetch(evidence)
            except NotYet as hint:
                evidence.fetched[fetch] = hint
        if isinstance(evidence.fetched[fetch], NotYet):
            raise evidence.fetched[fetch]
        return evidence.fetched[fetch]

    return fetch_once


def mean_cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of −log of the probability of each digit's true class; a probability of 0 gives a finite loss.

    Numbers that do not add up to 1 are divided by their sum, as Keras does.
    """
    sums = probabilities.sum(axis=1)
    given = probabilities[np.arange(len(labels)), labels] / np.where(sums > 0, sums, 1)
    return float(-np.log(np.maximum(given, np.finfo(given.dtype).tiny)).mean())


def is_number(value: object) -> bool:
    """Return whether a value is a single number, NumPy's included."""
    return isinstance(value, (int, float, np.number))


def shown(value: object) -> str:
    """Return a value as a hint shows it: a number or a short text itself, of anything else only its type."""
    if value is None or is_number(value) or (isinstance(value, str) and len(value) < 40):
        return str(value) if is_number(value) else repr(value)
    return f"an object of the type {type(value).__name__}"


def unusable(error: Exception) -> str:
    """Return the hint for a model, or anything else that was handed in, that a check cannot work with."""
    return (
        f"Found {describe_error(error).rstrip('.')}. Compare your arguments with the lesson's own call of check_lesson."
    )
