"""Printed digits: a first test for a network that has only seen handwriting."""

import numpy as np

from mnist_lab.data import glyphs, idx
from mnist_lab.data._validation import whole_number

FACES = ("DejaVuSans.ttf", "DejaVuSerif.ttf")  # the stand-in uses neither


def printed_digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `n` upright digits, scaled and centred as MNIST's: 0 to 9 in one typeface, 0 to 9 in another, and again.

    Returns:
        digits `[n, 784]` float32 in [0, 1] (1 is ink) and labels `[n]` int64, the same on every machine.

    Raises:
        ValueError: `n` is not a positive whole number.
    """
    n = whole_number("n", n)
    fields = glyphs.distance_fields(FACES)
    glyph = np.arange(len(fields))

    def no_warp(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.stack(np.broadcast_arrays(y[:, :, None], x[:, None, :]))

    images = glyphs.render(fields, glyph, no_warp, pen=np.zeros(len(glyph)))
    chosen = np.arange(n) % len(images)
    return images.reshape(-1, idx.PIXELS).astype(np.float32)[chosen], chosen % idx.CLASSES
