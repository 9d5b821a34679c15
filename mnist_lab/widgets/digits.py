"""The digits that widgets show: the sample drawings, prepared as MNIST was."""

import numpy as np

from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings


def sample_digits() -> np.ndarray:
    """Return the hundred sample drawings as images, `[100, 784]` uint8 (255 is ink), ten of each class in order."""
    drawings, _ = sample_drawings()
    return np.rint([255 * preprocess_digit(drawing) for drawing in drawings]).astype(np.uint8)
