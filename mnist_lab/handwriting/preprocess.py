"""A drawing made into an image as MNIST has them.

MNIST's makers scaled each digit into a box of 20×20 pixels, keeping its proportions, and moved its centre of mass to
the centre of the 28×28 image (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998, section III). In the files the longer side is 20 pixels, the centre of mass lies within half a
pixel of row and column 14, and the darkest ink is 254 or 255 (measured on the 10,000 validation digits).
"""

import numpy as np
from PIL import Image

from mnist_lab.data.idx import BOX, PIXELS, SIDE

_SMALLEST = 8  # pixels
_DECIMALS = 6  # so that whole numbers and single-precision fractions are the same drawing
_LEAST_CONTRAST = 0.1  # between paper and the strongest ink; the whole range is 1
_FAINT = 0.1  # of the strongest ink: what is weaker is paper
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def preprocess_digit(image: np.ndarray) -> np.ndarray:
    """Return a drawn digit as the networks of the lessons know digits: `[784]` float32, 0 is paper, 1 is ink.

    The paper is what most of the image's border shows, the ink what differs most from it, so dark on light and light
    on dark are the same. The digit is cut out, scaled so that its longer side is 20 pixels, and placed with its centre
    of mass at the centre, as far as it stays in the image.

    Args:
        image: grey `[height, width]` or `[height, width, 1]`, RGB `[height, width, 3]` or RGBA `[height, width, 4]`,
            8 pixels or more each way. Whole numbers from 0 to 255, or floating-point ones from 0 to 1 or to 255.

    Raises:
        TypeError: it holds no numbers.
        ValueError: another shape, a number that is out of range or none (NaN), or nothing is drawn.
    """
    ink = _ink(_grey(_in_range(image)))
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _centred(_scaled(digit)).reshape(PIXELS)


def _in_range(image: np.ndarray) -> np.ndarray:
    """Return the image with a third axis, as floating-point numbers from 0 to 1."""
    image = np.asarray(image)
    if image.dtype.kind not in "buif":
        raise TypeError(f"Expected an array of numbers. Received the type {image.dtype}.")
    flat = image.ndim == 2
    if not (flat or (image.ndim == 3 and image.shape[2] in (1, 3, 4))) or min(image.shape[:2]) < _SMALLEST:
        raise ValueError(
            f"Expected an image [height, width], or [height, width, channels] with 1, 3 or 4 channels, of {_SMALLEST} "
            f"pixels or more each way. Received the shape {list(image.shape)}. For a flat one: use `.reshape(28, 28)`."
        )
    if not np.isfinite(image).all():
        raise ValueError("Expected finite numbers. The image holds NaN or infinity.")
    least, most = image.min() + 0.0, image.max() + 0.0  # no minus zero
    highest = 1 if image.dtype.kind == "b" or (image.dtype.kind == "f" and most <= 1) else 255
    if least < 0 or most > highest:
        raise ValueError(f"Expected numbers from 0 to 255, or from 0.0 to 1.0. Received {least:g} to {most:g}.")
    numbers = np.round(image.astype(np.float64) / highest, _DECIMALS)
    return numbers[:, :, None] if flat else numbers


def _grey(image: np.ndarray) -> np.ndarray:
    """Return `[height, width]`; what is transparent becomes paper.

    Where all that is visible has one shade, it is ink, on white if it is dark, on black if it is light. Otherwise paper
    is visible too, as most of it.
    """
    if image.shape[2] == 1:
        return image[:, :, 0]
    grey = image[:, :, :3] @ _LUMA
    if image.shape[2] == 3:
        return grey
    alpha = image[:, :, 3]
    visible = grey[alpha > 0.5] if (alpha > 0.5).any() else grey[alpha == alpha.max()]
    below = np.median(visible) if np.ptp(visible) >= _LEAST_CONTRAST else float(visible.mean() < 0.5)
    return grey * alpha + below * (1 - alpha)


def _ink(grey: np.ndarray) -> np.ndarray:
    """Return how strongly each pixel is inked, from 0 to 1; faint marks are left out."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    lighter = grey - np.median(border)
    ink = max(np.clip(lighter, 0, None), np.clip(-lighter, 0, None), key=lambda side: np.square(side).sum())
    strongest = ink.max()
    if strongest < _LEAST_CONTRAST:
        raise ValueError(
            "Expected a drawn digit. The image is empty: ink and paper hardly differ. Received: "
            f"{255 * grey.min():.0f} to {255 * grey.max():.0f}, of 255. If its ink is 1 or 16, say, divide by that."
        )
    ink = ink / strongest
    return np.where(ink < _FAINT, 0, ink)


def _scaled(digit: np.ndarray) -> np.ndarray:
    height, width = digit.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    scaled = np.asarray(Image.fromarray(digit.astype(np.float32)).resize(size, Image.Resampling.HAMMING))
    return scaled / scaled.max()


def _centred(digit: np.ndarray) -> np.ndarray:
    whole = np.zeros((SIDE, SIDE), np.float32)
    place = []
    for axis in (0, 1):
        length = digit.shape[axis]
        centre = digit.sum(1 - axis) @ np.arange(length) / digit.sum()
        start = int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length))
        place.append(slice(start, start + length))
    whole[tuple(place)] = digit
    return whole
