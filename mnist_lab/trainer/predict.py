"""`mnist-lab predict`: what an exported network reads in a file of instances."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from mnist_lab.trainer.instances import read_instances


def predict(instances: Path, *, model: str | None = None, export: str | None = None, as_json: bool = False) -> int:
    """Print the class and the probability of each instance.

    Args:
        instances: the file.
        model: a Keras file; it is loaded in Keras' safe mode, which runs no code that is in it.
        export: in place of it a SavedModel's folder. Loading one can run code: only for those you trust.
        as_json: print JSON, in the form in which a prediction service answers.

    Returns:
        1 where the instances or the model cannot be read, which is told; else 0.
    """
    try:
        images = read_instances(instances)
        predictions = _by_keras(model, images) if model else _by_saved_model(export, images)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    classes = predictions.argmax(axis=1)
    if as_json:
        rows = [
            {"predictions": [round(float(share), 6) for share in shares], "classes": int(read)}
            for shares, read in zip(predictions, classes, strict=True)
        ]
        print(json.dumps({"predictions": rows}))
        return 0
    table = Table("instance", "read as", "probability")
    for number, (read, shares) in enumerate(zip(classes, predictions, strict=True)):
        table.add_row(str(number), str(read), f"{shares[read]:.4f}")
    Console().print(table)
    return 0


def _by_keras(model: str, images: np.ndarray) -> np.ndarray:
    loaded = _loaded(lambda path: keras.models.load_model(path, safe_mode=True), model, "a Keras file")
    if loaded.input_shape != (None, 28, 28) or loaded.output_shape != (None, 10):
        raise ValueError(
            "Expected a model from images [n, 28, 28] to probabilities [n, 10], as `mnist-lab train` writes. Received: "
            f"{loaded.input_shape} to {loaded.output_shape}"
        )
    return loaded.predict(images, verbose=0)


def _loaded(load: Callable, path: str, expected: str):
    try:
        return load(path)
    except Exception as error:  # KeyError, BadZipFile, IndexError …: what a damaged file raises is not documented
        raise ValueError(f"{path}: expected {expected}. Received: {type(error).__name__}: {error}") from error


def _by_saved_model(export: str, images: np.ndarray) -> np.ndarray:
    loaded = _loaded(tf.saved_model.load, export, "the folder of a SavedModel")
    signature = getattr(loaded, "signatures", {}).get("serving_default")
    if signature is None:
        raise ValueError(f"Expected a SavedModel with the signature serving_default. Received: {export}")
    inputs, outputs = signature.structured_input_signature[1], signature.structured_outputs
    if list(inputs) != ["image"] or "predictions" not in outputs:
        raise ValueError(
            "Expected a SavedModel from image to predictions, as `mnist-lab train` writes. Received: one from "
            f"{', '.join(inputs)} to {', '.join(outputs)}"
        )
    return signature(image=tf.constant(images))["predictions"].numpy()
