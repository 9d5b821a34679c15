"""Check arguments: whole numbers (NumPy's integers are accepted, True and 3.0 are not) and probabilities."""

from numbers import Integral

import numpy as np


def are_probabilities(outputs: np.ndarray) -> bool:
    """Return whether each row of a network's outputs `[n, classes]` is a distribution: none below 0, their sum 1."""
    sums = np.sum(outputs, axis=-1, dtype=np.float64)
    return bool(np.min(outputs) >= 0 and np.max(np.abs(sums - 1)) < 0.01)  # in half precision, sums are that far off


def as_probabilities(outputs: np.ndarray) -> np.ndarray:
    """Return a network's outputs `[n, classes]` as float32 probabilities: softmax is applied unless they are such."""
    outputs = np.asarray(outputs, np.float32)  # half precision holds no large exponentials
    if are_probabilities(outputs):
        return outputs
    exponentials = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def whole_number(name: str, value: object, least: int = 1, most: int | None = None) -> int:
    """Return `value` as an int, or raise a ValueError if it is not a whole number from `least` to `most`."""
    if not isinstance(value, bool) and isinstance(value, Integral):
        number = int(value)
        if number >= least and (most is None or number <= most):
            return number
    wanted = f"whole number from {least:,} to {most:,}" if most is not None else "positive whole number"
    raise ValueError(f"{name} must be a {wanted}. Received: {value!r}")
