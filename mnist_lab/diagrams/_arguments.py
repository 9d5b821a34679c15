"""Check the arguments of the diagrams and give them their shape."""

import numpy as np
import numpy.typing as npt

from mnist_lab.data.idx import CLASSES, SIDE


def as_numbers(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Return `values` as an array of floats; raise ValueError if they are not numbers."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers. Received: {values!r}") from None


def as_image(image: npt.ArrayLike) -> np.ndarray:
    """Return `image` as `[28, 28]`; raise ValueError unless it is one image of numbers from 0 to 1."""
    array = as_numbers("image", image)
    if array.shape not in ((SIDE * SIDE,), (SIDE, SIDE)):
        raise ValueError(f"image must have shape [784] or [28, 28]. Received: {list(array.shape)}")
    return _check_0_to_1("image", array).reshape(SIDE, SIDE)


def as_images(name: str, images: npt.ArrayLike, count: int) -> np.ndarray:
    """Return the first `count` images as `[count, 28, 28]`; raise ValueError if there are fewer, or not from 0 to 1."""
    array = as_numbers(name, images)
    if array.shape[1:] not in ((SIDE * SIDE,), (SIDE, SIDE)) or len(array) < count:
        expected = f"[n, 784] or [n, 28, 28] with n of {count} or more"
        raise ValueError(f"{name} must have shape {expected}. Received: {list(array.shape)}")
    return _check_0_to_1(name, array[:count]).reshape(-1, SIDE, SIDE)


def as_logits(logits: npt.ArrayLike) -> np.ndarray:
    """Return `logits` as `[10]`; raise ValueError unless they are ten finite numbers."""
    array = as_numbers("logits", logits)
    if array.shape != (CLASSES,):
        raise ValueError(f"logits must have shape [10]. Received: {list(array.shape)}")
    if not np.isfinite(array).all():
        raise ValueError(f"logits must be finite numbers. Received: {array.tolist()}")
    return array


def as_probabilities(probabilities: npt.ArrayLike) -> np.ndarray:
    """Return `probabilities` as an array; raise ValueError unless its last axis holds ten that add up to 1."""
    array = as_numbers("probabilities", probabilities)
    if array.shape[-1:] != (CLASSES,):
        raise ValueError(f"probabilities must have ten values for each image. Received: shape {list(array.shape)}")
    _check_0_to_1("probabilities", array)
    sums = array.sum(axis=-1)
    if (np.abs(sums - 1) > 1e-2).any():  # half precision rounds each of them
        raise ValueError(f"probabilities must add up to 1 for each image. Received sums: {sums.tolist()}")
    return array


def _check_0_to_1(name: str, array: np.ndarray) -> np.ndarray:
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name} must lie between 0 and 1. Received: {array.min():g} to {array.max():g}")
    return array
