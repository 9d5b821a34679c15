"""A network's outputs as probabilities, whether or not its last layer is a softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

if TYPE_CHECKING:
    import keras

_BATCH = 1000


def probabilities_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities `[n, 10]` float32 that a trained Keras model gives for images `[n, 784]`.

    Outputs below 0 cannot be probabilities: they are taken as logits, and softmax is applied to them.
    """
    outputs = np.asarray(model.predict(images, batch_size=_BATCH, verbose=0), np.float32)  # float16 in half precision
    return softmax(outputs, axis=1) if (outputs < 0).any() else outputs
