"""Printed digits: a first test for a network that has only seen handwriting."""

import numpy as np

from mnist_lab.data import glyphs, idx
from mnist_lab.data._validation import whole_number

FACES = ("DejaVuSans.ttf", "DejaVuSerif.ttf")  # the stand-in uses neither


def printed_digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `n` upright digits, scaled and centred as MNIST's: 0 to 9 in one typeface, 0 to 9 in another, and again.

    They are `[n, 784]` float32 in [0, 1] (1 is ink), their labels `[n]` int64, the same on every machine.
    """
    n = whole_number("n", n)
    fields = glyphs.distance_fields(FACES)
    images = glyphs.render(
        fields,
        np.arange(len(fields)),
        warp=lambda y, x: np.stack(np.broadcast_arrays(y[:, :, None], x[:, None, :])),
        pen=np.zeros(len(fields)),
    )
    chosen = np.arange(n) % len(images)
    return images.reshape(-1, idx.PIXELS).astype(np.float32)[chosen], chosen % idx.CLASSES
