"""A hundred sample drawings in the format of `DigitPad`, made by `tools/draw_samples.py` and not by hand.

They show how a drawing is processed, but not how well a network classifies people's handwriting.
"""

from importlib.resources import files

import numpy as np
from PIL import Image

from mnist_lab.data.idx import CLASSES

SIDE, OF_EACH = 140, 10  # pixels of a drawing's height and width; drawings of a class


def sample_drawings() -> tuple[np.ndarray, np.ndarray]:
    """Return the drawings `[100, 140, 140]` uint8 (0 is paper, 255 is ink) and their classes, `[100]` int64."""
    with (files("mnist_lab.handwriting") / "sample_drawings.png").open("rb") as file, Image.open(file) as sheet:
        pixels = np.asarray(sheet)
    drawings = pixels.reshape(CLASSES, SIDE, OF_EACH, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    return drawings, np.repeat(np.arange(CLASSES), OF_EACH)
