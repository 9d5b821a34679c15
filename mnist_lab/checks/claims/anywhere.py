"""Claims of lesson 12: a training step of your own, and an exported network that others can use."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.checks.claims.layers import float_tolerance_of
from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.evidence import Evidence, NotYet, claim, mean_cross_entropy, probabilities_of, shown
from mnist_lab.data.idx import CLASSES, SIDE

if TYPE_CHECKING:
    import tensorflow as tf

_BATCH, _EXPORT_BATCH = 128, 100
_ENDPOINT = "serving_default"  # which servers call


@claim("your own training step lowers the loss of its batch")
def step_lowers_the_loss(evidence: Evidence) -> None:
    step = evidence.extra.get("step")
    if not callable(step):
        raise NotYet("Found no function. Pass your step by name: check_lesson(…, step=step).")
    images, labels = evidence.digits[:_BATCH], evidence.labels[:_BATCH]
    weights = evidence.model.get_weights()
    try:
        before = mean_cross_entropy(probabilities_of(evidence.model, images), labels)
        step(images, np.eye(CLASSES, dtype=np.float32)[labels])
        after = mean_cross_entropy(probabilities_of(evidence.model, images), labels)
    except Exception as error:  # the learner's function may raise anything
        raise NotYet(f"It raised {describe_error(error)}. Run step(images, labels) to see why.") from error
    finally:
        evidence.model.set_weights(weights)
    if not after < before:
        advice = "Does the step compute the gradients of the loss, and does the optimizer get them with the variables?"
        raise NotYet(f"Found a loss of {before:.5f} before and {after:.5f} after. {advice}")


@claim("the exported model takes images as they are stored: rows and columns of whole grey levels")
def export_takes_stored_images(evidence: Evidence) -> None:
    _, specs = _loaded_export(evidence).signatures[_ENDPOINT].structured_input_signature
    inputs = [f"{name} {list(spec.shape)}" for name, spec in specs.items()]
    if inputs != [expected := f"image {[None, SIDE, SIDE]}"]:
        found = " and ".join(inputs) or "none"
        raise NotYet(f"Found the input {found}, expected {expected}. Change the input of what you export.")


@claim("it returns the network's probabilities, and the class")
def export_matches_the_model(evidence: Evidence) -> None:
    """Check that `predictions` are the model's probabilities, and `classes` their argmax."""
    import tensorflow as tf

    signature = _loaded_export(evidence).signatures[_ENDPOINT]
    grey = np.round(255 * evidence.digits[:_EXPORT_BATCH].reshape(-1, SIDE, SIDE)).astype(np.float32)
    try:
        outputs = {name: output.numpy() for name, output in signature(image=tf.constant(grey)).items()}
    except Exception as error:
        raise NotYet(f"Called with images [n, {SIDE}, {SIDE}], it raised {describe_error(error)}.") from error
    if not {"predictions", "classes"} <= outputs.keys():
        raise NotYet(f"Found the outputs {sorted(outputs)}, expected predictions and classes. Rename the outputs.")
    predictions, classes = outputs["predictions"], outputs["classes"]
    if predictions.shape != (_EXPORT_BATCH, CLASSES) or classes.shape != (_EXPORT_BATCH,):
        raise NotYet(f"Found the shapes {predictions.shape} and {classes.shape}, expected [n, 10] and [n].")
    difference = np.abs(predictions - evidence.probabilities[:_EXPORT_BATCH]).max()
    wrong = int(np.sum(classes != predictions.argmax(axis=1)))
    if wrong or not difference <= float_tolerance_of(evidence.model):
        found = f"Found probabilities up to {difference:.2g} away from the network's, and {wrong} of {_EXPORT_BATCH}"
        raise NotYet(f"{found} classes not the most probable ones. Does the export divide the grey levels by 255?")


@lru_cache(maxsize=1)
def _loaded_export(evidence: Evidence) -> tf.Module:
    """Return the loaded export with its endpoint; cached, since the endpoint fails once its variables are gone."""
    import tensorflow as tf

    folder = evidence.extra.get("export")
    if not isinstance(folder, (str, Path)):
        found = "no folder" if folder is None else f"{shown(folder)}, expected a folder"
        raise NotYet(f"Found {found}. Pass that of your export by name: check_lesson(…, export=folder).")
    try:
        loaded = tf.saved_model.load(str(folder))
    except Exception as error:
        found = f"{folder} could not be loaded ({describe_error(error)})"
        raise NotYet(f"{found}. Write the export with `archive.write_out(folder)`.") from error
    if _ENDPOINT not in loaded.signatures:
        raise NotYet(f"Found the endpoints {sorted(loaded.signatures)}, expected {_ENDPOINT}. Give yours this name.")
    return loaded
