"""`mnist-lab predict`: classify the digits in a file of instances with a trained network."""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from mnist_lab.data._validation import are_probabilities, as_probabilities
from mnist_lab.trainer.instances import read_instances


def predict(instances: Path, model: str, *, as_json: bool = False) -> int:
    """Print the predicted class of each instance and its probability.

    The model is a Keras file, loaded in Keras' safe mode, which runs none of the code in it. JSON has the form of a
    prediction service's answer. Return 1 if the instances or the model cannot be read, which is reported; else 0.
    """
    try:
        predictions = _as_probabilities(_outputs(model, read_instances(instances)))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    classes = predictions.argmax(axis=1)
    if as_json:
        pairs = zip(predictions.astype(float).round(6).tolist(), classes.tolist(), strict=True)
        print(json.dumps({"predictions": [{"predictions": row, "classes": number} for row, number in pairs]}))
        return 0
    print("instance  predicted class  probability")
    for number, (predicted, probability) in enumerate(zip(classes, predictions.max(axis=1), strict=True)):
        print(f"{number:<8}  {predicted:<15}  {probability:.4f}")
    return 0


def _as_probabilities(outputs: np.ndarray) -> np.ndarray:
    if not np.isfinite(outputs).all():
        raise ValueError("Expected finite outputs. The network returns NaN or infinity: its training may have diverged")
    if not are_probabilities(outputs):
        told = "The network's outputs are not probabilities: they are negative or do not add up to 1"
        print(f"{told}, so softmax was applied.", file=sys.stderr)
    return as_probabilities(outputs)


def _outputs(model: str, images: np.ndarray) -> np.ndarray:
    try:
        loaded = keras.models.load_model(model, safe_mode=True)
    except Exception as error:  # KeyError, BadZipFile, IndexError …: the errors for a damaged file are not documented
        raise ValueError(f"{model}: expected a Keras file. Received: {type(error).__name__}: {error}") from error
    if loaded.input_shape != (None, 28, 28) or loaded.output_shape != (None, 10):
        expected = "a model from images [n, 28, 28] to probabilities [n, 10], as `mnist-lab train` writes"
        raise ValueError(f"Expected {expected}. Received: {loaded.input_shape} to {loaded.output_shape}")
    return loaded.predict(images, verbose=0)
