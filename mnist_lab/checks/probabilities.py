"""What a network reads: its outputs as probabilities, whether or not its last layer is a softmax."""

import numpy as np
from scipy.special import softmax

_AT_A_TIME = 1000


def probabilities_of(model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities `[n, 10]` float32 that a trained Keras model gives for images `[n, 784]`.

    Outputs below 0 cannot be probabilities; they are taken for logits, and softmax is applied to them.
    """
    outputs = np.asarray(model.predict(images, batch_size=_AT_A_TIME, verbose=0))
    return softmax(outputs, axis=1) if (outputs < 0).any() else outputs
