"""Numbers with a sign as colours: blue above zero, vermillion below, white at zero."""

import numpy as np
from matplotlib.colors import to_rgb

from mnist_lab.plots.style import BLUE, VERMILLION


def signed(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Return `values` as RGB, `[..., 3]`: full blue at `largest` and above, full vermillion at −`largest` and below.

    `largest` is the largest size among the values unless it is given.
    """
    largest = largest or float(np.abs(values).max()) or 1.0
    strength = np.clip(np.abs(values) / largest, 0, 1)[..., np.newaxis]
    hue = np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(VERMILLION))
    return 1 - strength * (1 - hue)
