"""`mnist-lab predict`: classify the digits in a file of instances with an exported network."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from mnist_lab.data._validation import are_probabilities, as_probabilities
from mnist_lab.trainer.instances import read_instances


def predict(instances: Path, *, model: str | None = None, export: str | None = None, as_json: bool = False) -> int:
    """Print the predicted class of each instance and its probability, with the model or with the export.

    Where the network's outputs are no probabilities, softmax is applied to them, and standard error says so.

    Args:
        instances: the file.
        model: a Keras file; it is loaded in Keras' safe mode, which runs none of the code in it.
        export: a SavedModel's folder. Loading it can run code, so load only what you trust.
        as_json: print JSON, in the form of a prediction service's answer.

    Returns:
        1 if the instances or the network cannot be read, which is reported; else 0.
    """
    try:
        images = read_instances(instances)
        if model:
            predictions = _predict_by_keras(model, images)
        elif export:
            predictions = _predict_by_saved_model(export, images)
        else:
            raise ValueError("Expected a Keras file or the folder of a SavedModel. Received: neither")
        predictions = _as_probabilities(predictions)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    classes = predictions.argmax(axis=1)
    if as_json:
        rows = [
            {"predictions": [round(float(p), 6) for p in probabilities], "classes": int(predicted)}
            for probabilities, predicted in zip(predictions, classes, strict=True)
        ]
        print(json.dumps({"predictions": rows}))
        return 0
    table = Table("instance", "predicted class", "probability")
    for number, (predicted, probabilities) in enumerate(zip(classes, predictions, strict=True)):
        table.add_row(str(number), str(predicted), f"{probabilities[predicted]:.4f}")
    Console(markup=False, emoji=False).print(table)
    return 0


def _as_probabilities(outputs: np.ndarray) -> np.ndarray:
    if not np.isfinite(outputs).all():
        raise ValueError("Expected finite outputs. The network returns NaN or infinity: its training may have diverged")
    if not are_probabilities(outputs):
        print(
            "The network's outputs are not probabilities: they are negative or do not add up to 1, so softmax was "
            "applied.",
            file=sys.stderr,
        )
    return as_probabilities(outputs)


def _predict_by_keras(model: str, images: np.ndarray) -> np.ndarray:
    loaded = _load(lambda path: keras.models.load_model(path, safe_mode=True), model, "a Keras file")
    if loaded.input_shape != (None, 28, 28) or loaded.output_shape != (None, 10):
        raise ValueError(
            "Expected a model from images [n, 28, 28] to probabilities [n, 10], as `mnist-lab train` writes. Received: "
            f"{loaded.input_shape} to {loaded.output_shape}"
        )
    return loaded.predict(images, verbose=0)


def _load(load: Callable[[str], Any], path: str, expected: str) -> Any:
    try:
        return load(path)
    except Exception as error:  # KeyError, BadZipFile, IndexError …: the errors for a damaged file are not documented
        raise ValueError(f"{path}: expected {expected}. Received: {type(error).__name__}: {error}") from error


def _predict_by_saved_model(export: str, images: np.ndarray) -> np.ndarray:
    loaded = _load(tf.saved_model.load, export, "the folder of a SavedModel")
    signature = getattr(loaded, "signatures", {}).get("serving_default")
    if signature is None:
        raise ValueError(f"Expected a SavedModel with the signature serving_default. Received: {export}")
    inputs, outputs = signature.structured_input_signature[1], signature.structured_outputs
    if list(inputs) != ["image"] or "predictions" not in outputs:
        raise ValueError(
            "Expected a SavedModel from image to predictions, as `mnist-lab train` writes. Received: one from "
            f"{', '.join(inputs)} to {', '.join(outputs)}"
        )
    shapes = tuple(inputs["image"].shape), tuple(outputs["predictions"].shape)
    if shapes != ((None, 28, 28), (None, 10)):
        raise ValueError(
            "Expected a SavedModel from images [n, 28, 28] to predictions [n, 10]. Received: "
            f"{shapes[0]} to {shapes[1]}"
        )
    return signature(image=tf.constant(images))["predictions"].numpy()
