"""What a network reads: its outputs as probabilities, whether or not its last layer is a softmax."""

import numpy as np
from scipy.special import softmax

_AT_A_TIME = 1000
_SAME_SUM = 1e-3


def probabilities_of(model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities `[n, 10]` float32 that a trained Keras model gives for images `[n, 784]`.

    Outputs below 0 cannot be probabilities; they are taken for logits, and softmax is applied to them. Others are
    divided by their sum where it is not 1, as Keras' cross-entropy does.
    """
    outputs = np.asarray(model.predict(images, batch_size=_AT_A_TIME, verbose=0))
    if (outputs < 0).any():
        return softmax(outputs, axis=1)
    sums = outputs.sum(axis=1, keepdims=True)
    if np.allclose(sums, 1, atol=_SAME_SUM):
        return outputs
    return np.where(sums > 0, outputs / np.where(sums > 0, sums, 1), 1 / outputs.shape[1]).astype(outputs.dtype)
