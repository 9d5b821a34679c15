"""Arguments of the drawings, checked and given their shape."""

import numpy as np

from mnist_lab.data.idx import CLASSES, SIDE


def as_numbers(name: str, values) -> np.ndarray:
    """Return `values` as an array of floats; raise ValueError if they are none."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers. Received: {values!r}") from None


def as_image(image) -> np.ndarray:
    """Return `image` as `[28, 28]`; raise ValueError unless it is one image of numbers from 0 to 1."""
    array = as_numbers("image", image)
    if array.shape not in ((SIDE * SIDE,), (SIDE, SIDE)):
        raise ValueError(f"image must be of shape [784] or [28, 28]. Received: {list(array.shape)}")
    return _from_0_to_1("image", array).reshape(SIDE, SIDE)


def as_images(name: str, images, fewest: int) -> np.ndarray:
    """Return `images` as `[n, 28, 28]`; raise ValueError unless they are `fewest` or more, from 0 to 1."""
    array = as_numbers(name, images)
    if array.shape[1:] not in ((SIDE * SIDE,), (SIDE, SIDE)) or len(array) < fewest:
        expected = f"[n, 784] or [n, 28, 28] with n of {fewest} or more"
        raise ValueError(f"{name} must be of shape {expected}. Received: {list(array.shape)}")
    return _from_0_to_1(name, array[:fewest]).reshape(-1, SIDE, SIDE)


def as_logits(logits) -> np.ndarray:
    """Return `logits` as `[10]`; raise ValueError unless they are ten finite numbers."""
    array = as_numbers("logits", logits)
    if array.shape != (CLASSES,):
        raise ValueError(f"logits must be of shape [10]. Received: {list(array.shape)}")
    if not np.isfinite(array).all():
        raise ValueError(f"logits must be finite numbers. Received: {array.tolist()}")
    return array


def as_probabilities(probabilities) -> np.ndarray:
    """Return `probabilities` as an array; raise ValueError unless its last axis holds ten that add to 1."""
    array = as_numbers("probabilities", probabilities)
    if array.shape[-1:] != (CLASSES,):
        raise ValueError(f"probabilities must be ten for each image. Received: shape {list(array.shape)}")
    _from_0_to_1("probabilities", array)
    sums = array.sum(axis=-1)
    if (np.abs(sums - 1) > 1e-3).any():
        raise ValueError(f"probabilities must add to 1 for each image. Received sums: {sums.tolist()}")
    return array


def _from_0_to_1(name: str, array: np.ndarray) -> np.ndarray:
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name} must lie between 0 and 1. Received: {array.min():g} to {array.max():g}")
    return array
