"""Turn a drawing into an image like MNIST's.

MNIST's makers scaled each digit into a box of 20×20 pixels, keeping its proportions, and moved its centre of mass to
the centre of the 28×28 image (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998, section III).
"""

import numpy as np
from PIL import Image

from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, PIXELS, SIDE

_SMALLEST, _DECIMALS = 8, 6  # pixels; so that whole numbers and single-precision fractions give the same drawing
_MIN_CONTRAST, _FAINT = 0.1, 0.1  # between paper and the strongest ink (of 1); of the latter: weaker pixels are paper
_CARD = 0.7  # of the box around what is visible: ink alone fills less
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def preprocess_digit(image: np.ndarray) -> np.ndarray:
    """Return a drawn digit in the form of the lessons' digits: `[784]` float32, 0 is paper, 1 is ink.

    Paper is the shade of most of the image's border, and ink the shade that differs most from it, so dark on light and
    light on dark give the same result. The digit is cut out, scaled so that its longer side is 20 pixels, and centred
    by its centre of mass, as far as it stays inside the image.

    Args:
        image: `[height, width]` or `[height, width, channels]` with 1 (grey), 3 (RGB) or 4 channels (RGBA), at least 8
            pixels high and wide. Numbers from 0 to 255 (as uint16 also to 65,535), or floats from 0 to 1.

    Raises:
        TypeError: the image does not hold numbers.
        ValueError: the image has another shape, is empty, or holds NaN or a number that is out of range.
    """
    ink = _ink(grey_on_paper(_in_range(image)))
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    cut_out = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32))
    scale = BOX / max(cut_out.size)
    width, height = (max(1, round(side * scale)) for side in cut_out.size)
    digit = np.asarray(cut_out.resize((width, height), Image.Resampling.HAMMING))
    centred = np.zeros((SIDE, SIDE), np.float32)
    offsets = np.round(SIDE / 2 - centres_of_mass(digit[None])[0], 3)  # rounding errors move no digit that lies halfway
    starts = np.rint(offsets).astype(int)
    top, left = np.clip(starts, 0, (SIDE - height, SIDE - width))
    centred[top : top + height, left : left + width] = digit / digit.max()
    return centred.reshape(PIXELS)


def _in_range(image: np.ndarray) -> np.ndarray:
    """Return the image with a channel axis, as floats from 0 to 1."""
    image = np.asarray(image)
    if image.dtype.kind not in "buif":
        raise TypeError(f"Expected an array of numbers. Received the type {image.dtype}.")
    channels = np.atleast_3d(image)
    if image.ndim not in (2, 3) or channels.shape[2] not in (1, 3, 4) or min(image.shape[:2]) < _SMALLEST:
        raise ValueError(
            "Expected an image [height, width], or [height, width, channels] with 1, 3 or 4 channels, at least "
            f"{_SMALLEST} pixels high and wide. Received the shape {list(image.shape)}. "
            "If the image is flat, use `.reshape(28, 28)`."
        )
    if not np.isfinite(image).all():
        raise ValueError("Expected finite numbers. The image holds NaN or infinity.")
    least, most = image.min() + 0.0, image.max() + 0.0  # no minus zero
    highest = 65_535 if image.dtype == np.uint16 and most > 255 else 255
    if image.dtype.kind == "b" or (image.dtype.kind == "f" and most <= 1):
        highest = 1
    if least < 0 or most > highest:
        received = f"Received {least:g} to {most:g}. If the image has 16 bits, divide it by 257."
        raise ValueError(f"Expected numbers from 0 to 255, or from 0.0 to 1.0. {received}")
    return np.round(channels.astype(np.float64) / highest, _DECIMALS)


def grey_on_paper(image: np.ndarray) -> np.ndarray:
    """Return an image `[height, width, channels]` from 0 to 1 as grey `[height, width]`; transparency becomes paper.

    If all visible pixels have one shade, or are dark and fill less of the box around them than a card would, they are
    ink: on white if they are dark, on black if they are light. Otherwise paper is visible too: most of them show it.
    """
    if image.shape[2] == 1:
        return image[:, :, 0]
    grey = image[:, :, :3] @ _LUMA
    if image.shape[2] == 3:
        return grey
    alpha = image[:, :, 3]
    visible = alpha > 0.5 if (alpha > 0.5).any() else alpha == alpha.max()
    shades = grey[visible]
    most = np.median(shades)
    box_height, box_width = (np.ptp(np.flatnonzero(visible.any(axis))) + 1 for axis in (1, 0))
    shows_paper = most >= 0.5 or visible.sum() > _CARD * box_height * box_width
    paper = most if shows_paper and np.ptp(shades) >= _MIN_CONTRAST else float(shades.mean() < 0.5)
    return grey * alpha + paper * (1 - alpha)


def _ink(grey: np.ndarray) -> np.ndarray:
    """Return how strongly each pixel is inked, from 0 to 1, without faint marks."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    lighter = grey - np.median(border)
    ink = max(np.clip(lighter, 0, None), np.clip(-lighter, 0, None), key=lambda side: np.square(side).sum())
    strongest = ink.max()
    if strongest < _MIN_CONTRAST:
        raise ValueError(
            "Expected a drawn digit. The image is empty: ink and paper hardly differ. Received: "
            f"{255 * grey.min():.0f} to {255 * grey.max():.0f}, of 255. If ink is 1 or 16 in the image, divide by that."
        )
    ink = ink / strongest
    return np.where(ink < _FAINT, 0, ink)
