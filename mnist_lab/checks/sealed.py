"""A test set that is looked at once: after everything was chosen, by the one network that was chosen."""

import hashlib
from dataclasses import dataclass

import numpy as np

from mnist_lab.checks.probabilities import probabilities_of
from mnist_lab.data.datasets import validation_dataset


@dataclass(frozen=True)
class TestResult:
    """What a network made of the sealed digits.

    Attributes:
        digits: the images, `[n, 784]` float32.
        labels: their classes, `[n]` int64.
        probabilities: what the network gave each class, `[n, 10]` float32.
    """

    __test__ = False  # pytest takes what is called Test… for a test

    digits: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray

    @property
    def predictions(self) -> np.ndarray:
        """The class that the network gave the largest probability, `[n]` int64."""
        return np.argmax(self.probabilities, axis=1)

    @property
    def correct(self) -> int:
        """How many digits it read rightly."""
        return int(np.sum(self.predictions == self.labels))

    @property
    def accuracy(self) -> float:
        """The share of them."""
        return self.correct / len(self.labels)


class SealedTest:
    """MNIST's 10,000 test digits under a seal: they judge one network, and no second one.

    Example:
        >>> sealed = lab.SealedTest()
        >>> result = sealed.open(model)
        >>> result.accuracy
    """

    def __init__(self):
        """Seal the digits of `find_mnist()`."""
        self._weights, self._result = None, None

    @property
    def opened(self) -> bool:
        """Whether a network was judged."""
        return self._result is not None

    def open(self, model) -> TestResult:
        """Break the seal for a trained Keras model; for the same weights once more, return the same result.

        Raises:
            RuntimeError: another network was judged before: its result stands.
        """
        if self.opened and not self.was_opened_for(model):
            raise RuntimeError(
                f"The seal is broken: a network was judged already, with {100 * self._result.accuracy:.2f} %. Expected "
                "the same weights again. Who tries a second network on the same digits chooses by them. Report the "
                "first result; for a new choice you need new digits."
            )
        if not self.opened:
            ((digits, one_hot),) = validation_dataset().as_numpy_iterator()
            self._result = TestResult(digits, one_hot.argmax(axis=1), probabilities_of(model, digits))
            self._weights = _fingerprint(model)
        return self._result

    def was_opened_for(self, model) -> bool:
        """Whether the seal was broken for a model with exactly these weights."""
        return self.opened and self._weights == _fingerprint(model)

    def __repr__(self) -> str:
        return f"SealedTest({'opened' if self.opened else 'sealed'})"


def _fingerprint(model) -> str:
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(str(weights.shape).encode() + weights.tobytes())
    return digest.hexdigest()
