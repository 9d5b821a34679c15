"""Check the arguments of the diagrams and give them their shape."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from mnist_lab.data._validation import are_probabilities, whole_number
from mnist_lab.data.idx import CLASSES, SIDE


def as_numbers(name: str, values: npt.ArrayLike, expected: str, fits: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Return `values` as floats; raise ValueError unless they are finite numbers, at least one, and fit."""
    array = np.asarray(values, dtype=float)
    if array.size and np.isfinite(array).all() and fits(array):
        return array
    received = f", numbers from {array.min():g} to {array.max():g}" if array.size else ""
    raise ValueError(f"{name} must be {expected}. Received: shape {list(array.shape)}{received}")


def as_named_numbers(
    kind: str, arrays: Mapping[str, npt.ArrayLike], most: int, expected: str, fits: Callable[[np.ndarray], bool]
) -> dict[str, np.ndarray]:
    """Return each of one to `most` arrays as floats; raise ValueError as `as_numbers` does."""
    whole_number(f"The number of {kind}", len(arrays), 1, most)
    return {name: as_numbers(repr(name), values, expected, fits) for name, values in arrays.items()}


def as_image(image: npt.ArrayLike) -> np.ndarray:
    """Return `image`, `[784]` or `[28, 28]`, as `[28, 28]`; raise ValueError unless it holds numbers from 0 to 1."""
    expected = "one image, [784] or [28, 28], of numbers from 0 to 1"
    array = as_numbers("image", image, expected, lambda found: _are_images(found[np.newaxis]))
    return array.reshape(SIDE, SIDE)


def as_images(name: str, images: npt.ArrayLike, count: int) -> np.ndarray:
    """Return the first `count` images as `[count, 28, 28]`; raise ValueError if there are fewer, or not from 0 to 1."""
    expected = f"[n, 784] or [n, 28, 28] numbers from 0 to 1, with n of {count} or more"
    array = as_numbers(name, images, expected, lambda found: _are_images(found) and len(found) >= count)
    return array[:count].reshape(-1, SIDE, SIDE)


def _are_images(array: np.ndarray) -> bool:
    return array.shape[1:] in ((SIDE * SIDE,), (SIDE, SIDE)) and bool(array.min() >= 0 and array.max() <= 1)


def as_probabilities(probabilities: npt.ArrayLike, most: int) -> np.ndarray:
    """Return `probabilities` as `[m, 10]`; raise ValueError if m is above `most`, or a row does not add up to 1."""

    def fits(found: np.ndarray) -> bool:
        return found.ndim == 2 and len(found) <= most and found.shape[1] == CLASSES and are_probabilities(found)

    return as_numbers("probabilities", probabilities, f"one to {most} rows of ten that add up to 1", fits)
