"""The centre of mass of images: MNIST's makers moved it to the centre of each image."""

import numpy as np


def centres_of_mass(images: np.ndarray) -> np.ndarray:
    """Return the row and the column of the centre of mass of each of the images `[n, height, width]`: `[n, 2]`."""
    rows, columns = (np.arange(length)[:, None] for length in images.shape[1:])
    moments = np.concatenate([images.sum(2) @ rows, images.sum(1) @ columns], axis=1)
    return moments / images.sum((1, 2))[:, None]
