"""Check the arguments of the diagrams and give them their shape."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.data._validation import are_probabilities
from mnist_lab.data.idx import CLASSES, SIDE

_SHAPES = (SIDE * SIDE,), (SIDE, SIDE)


def as_numbers(name: str, values: Any, expected: str, fits: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Return `values` as floats; raise ValueError unless they are finite numbers, at least one, and fit."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be {expected}. Received: {values!r}") from None
    if array.size and np.isfinite(array).all() and fits(array):
        return array
    received = f", numbers from {array.min():g} to {array.max():g}" if array.size else ""
    raise ValueError(f"{name} must be {expected}. Received: shape {list(array.shape)}{received}")


def as_image(image: npt.ArrayLike) -> np.ndarray:
    """Return `image` as `[28, 28]`; raise ValueError unless it is one image of numbers from 0 to 1."""
    expected = "one image, [784] or [28, 28], of numbers from 0 to 1"
    array = as_numbers("image", image, expected, lambda found: found.shape in _SHAPES and _are_from_0_to_1(found))
    return array.reshape(SIDE, SIDE)


def as_images(name: str, images: npt.ArrayLike, count: int) -> np.ndarray:
    """Return the first `count` images as `[count, 28, 28]`; raise ValueError if there are fewer, or not from 0 to 1."""

    def fits(found: np.ndarray) -> bool:
        return found.shape[1:] in _SHAPES and len(found) >= count and _are_from_0_to_1(found)

    expected = f"[n, 784] or [n, 28, 28] numbers from 0 to 1, with n of {count} or more"
    return as_numbers(name, images, expected, fits)[:count].reshape(-1, SIDE, SIDE)


def as_probabilities(probabilities: Any, most: int) -> np.ndarray:
    """Return `probabilities` as `[m, 10]`; raise ValueError if m is above `most`, or a row does not add up to 1."""

    def fits(found: np.ndarray) -> bool:
        return found.shape in [(rows, CLASSES) for rows in range(1, most + 1)] and are_probabilities(found)

    return as_numbers("probabilities", probabilities, f"one to {most} rows of ten that add up to 1", fits)


def _are_from_0_to_1(array: np.ndarray) -> bool:
    return bool(array.min() >= 0 and array.max() <= 1)
