"""A test set that judges a single network, after everything about that network was chosen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.checks.evidence import probabilities_of
from mnist_lab.data.datasets import test_dataset

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TestResult:
    """A network's predictions for the test digits."""

    __test__ = False  # pytest would collect a class named Test…

    digits: np.ndarray  # the images, [n, 784] float32
    labels: np.ndarray  # their classes, [n] int64
    predictions: np.ndarray  # the classes that the network predicts, [n] int64

    @property
    def correct(self) -> int:
        """The number of correctly classified digits."""
        return int(np.sum(self.predictions == self.labels))

    @property
    def accuracy(self) -> float:
        """The share of correctly classified digits."""
        return self.correct / len(self.labels)


class SealedTest:
    """MNIST's 10,000 test digits, sealed: they judge one network and refuse a second one.

    Example:
        >>> sealed = lab.SealedTest()
        >>> result = sealed.open(model)
        >>> result.accuracy
    """

    def __init__(self) -> None:
        """Seal the test digits of `find_mnist()`."""
        self._weights = ""
        self._result: TestResult | None = None

    @property
    def result(self) -> TestResult | None:
        """The result of the network that the test set was used on, or None: reading it doesn't open the seal."""
        return self._result

    @property
    def opened(self) -> bool:
        """Whether the test set was already used on a network."""
        return self._result is not None

    def open(self, model: keras.Model) -> TestResult:
        """Return the test result of a trained Keras model; the same weights get the same result again.

        Raises:
            RuntimeError: the test set was already used on another network.
        """
        if self._result is None:
            ((digits, one_hot),) = test_dataset().as_numpy_iterator()
            predictions = probabilities_of(model, digits).argmax(axis=1)
            self._result = TestResult(digits, one_hot.argmax(axis=1), predictions)
            self._weights = _fingerprint(model)
        elif not self.was_opened_for(model):
            raise RuntimeError(
                f"The seal is broken: a network was judged already, with {self._result.accuracy:.2%}. Expected the "
                "same weights again. Trying a second network turns the test set into a validation set. Report the "
                "first result; to choose again, you need new digits."
            )
        return self._result

    def was_opened_for(self, model: keras.Model) -> bool:
        """Return whether the test set was used on a model with exactly these weights."""
        return self._weights == _fingerprint(model)

    def __repr__(self) -> str:
        return f"SealedTest({'opened' if self.opened else 'sealed'})"


def _fingerprint(model: keras.Model) -> str:
    return hashlib.sha256(b"".join(weights.tobytes() for weights in model.get_weights())).hexdigest()
