"""What a check knows of a training run, and the claims that it judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mnist_lab.checks.errors import describe_error
from mnist_lab.data._validation import as_probabilities
from mnist_lab.data.datasets import validation_dataset
from mnist_lab.results.metric_names import accuracy_name

if TYPE_CHECKING:
    import keras

Digits: TypeAlias = tuple[np.ndarray, np.ndarray]  # images [n, 784] float32, and their classes [n]


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
    """A statement about a training run."""

    text: str  # in it, "{digits}" stands for the digits that the accuracy is measured on
    check: Callable[[Evidence], None]  # raises `NotYet` where the statement does not hold

    def judge(self, evidence: Evidence) -> Verdict:
        """Return the verdict on one training run. Where the check itself fails, the claim does not hold."""
        digits = "validation digits" if evidence.extra.get("held_out") is None else "held-out digits"
        text = self.text.format(digits=digits)
        try:
            self.check(evidence)
        except Exception as error:  # a learner may hand in anything
            return Verdict(text, False, str(error) if isinstance(error, NotYet) else unusable(error))
        return Verdict(text, True)


def claim(text: str) -> Callable[[Callable[[Evidence], None]], Claim]:
    """Return a decorator that makes a function the check of the claim with this text."""
    return partial(Claim, text)


@dataclass(eq=False)
class Evidence:
    """What a check knows of a training run, with the digits that judge it.

    These are the held-out digits where a lesson hands them in, lesson 11's drawings, else the package's validation
    digits.
    """

    model: keras.Model
    history: dict[str, list[float]]  # what `fit` returned: "loss", "val_accuracy" …; empty without a history
    digits: np.ndarray  # [n, 784] float32
    labels: np.ndarray  # [n]
    probabilities: np.ndarray  # [n, 10], as the model predicts them
    extra: dict[str, Any] = field(default_factory=dict)  # what else the lesson handed in, by keyword

    @property
    def optimizer(self) -> keras.Optimizer | None:
        """The model's optimizer, without the wrapper that half-precision training puts around it."""
        optimizer = getattr(self.model, "optimizer", None)
        return getattr(optimizer, "inner_optimizer", optimizer)

    @property
    def misclassified(self) -> np.ndarray:
        """Which digits are misclassified, `[n]` bool; all, where the outputs are not a list per digit."""
        if self.probabilities.ndim != 2:
            return np.ones(len(self.labels), bool)
        return np.argmax(self.probabilities, axis=1) != self.labels

    def reported(self, which: str) -> list[float]:
        """Return the validation "accuracy" or "loss" that training reported, one for each epoch that was validated."""
        name = accuracy_name(self.history, self.model) if which == "accuracy" else which
        return [float(value) for value in self.history.get(f"val_{name}", [])]


def validation_digits() -> Digits:
    """Return the package's own validation digits and their classes."""
    ((images, one_hot),) = validation_dataset().as_numpy_iterator()
    return images, one_hot.argmax(axis=1)


def probabilities_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities `[n, 10]` float32 that a trained model gives for images `[n, 784]`."""
    return as_probabilities(model.predict(images, batch_size=1000, verbose=0))


def mean_cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of −log of the probability of each digit's true class; a probability of 0 gives a finite loss."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given, np.finfo(given.dtype).tiny)).mean())


def shown(value: object) -> str:
    """Return a value as a hint shows it: a number or a short text itself, of anything else only its type."""
    if value is None or isinstance(value, (int, float)) or (isinstance(value, str) and len(value) < 40):
        return repr(value)
    return f"an object of the type {type(value).__name__}"


def unusable(error: Exception) -> str:
    """Return the hint for a model, or anything else that was handed in, that a check cannot work with."""
    return f"Found {describe_error(error).rstrip('.')}. Compare your arguments with the lesson's call of check_lesson."
