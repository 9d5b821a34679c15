"""Claims of lesson 13: a training run that passes the clinic's tests."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab.checks.evidence import Evidence, NotYet, claim
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist

if TYPE_CHECKING:
    import tensorflow as tf

    from mnist_lab.checks.patients import Run

_AT_MOST_FROM_LN_10 = 1.0
_MEMORIZED = 0.1
_BATCHES, _CLASSES = 20, 7
_FITTING = 0.5  # of the labels: the class whose mean image is nearest is right for about 80% of the digits
_PREDICTED, _SAME_PROBABILITY = 100, 0.02


@claim("before training, its loss is about ln 10: it starts from guessing")
def starts_from_guessing(evidence: Evidence) -> None:
    from mnist_lab.checks.clinic import start

    loss = start(_run(evidence))["loss"]
    if not abs(loss - np.log(idx.CLASSES)) <= _AT_MOST_FROM_LN_10:
        advice = "Look at the scale of the pixels, and at the last layer: is its softmax applied once?"
        raise NotYet(f"Found a loss of {loss:.3g} with new weights, expected about 2.3. {advice}")


@claim("a new copy of it memorizes 32 digits")
def memorizes(evidence: Evidence) -> None:
    from mnist_lab.checks.clinic import memorize

    loss = memorize(_run(evidence))["loss"]
    if not loss <= _MEMORIZED:
        advice = "Its data are acquitted, so look at the learning rate, the loss and the layers: `lab.clinic.flow`"
        raise NotYet(f"Found a loss of {loss:.3g} after 200 steps on 32 digits, expected nearly 0. {advice}.")


@claim("its labels belong to its images")
def labels_fit_the_images(evidence: Evidence) -> None:
    """Check that most labels of a batch are the class whose mean image is nearest, whatever the scale of pixels."""
    images, labels = _first_batch(evidence)
    files = find_mnist()
    means = _mean_images(files.train_images, files.train_labels)
    images = images / max(float(images.max()), 1e-9)
    nearest = np.linalg.norm(images[:, np.newaxis] - means, axis=2).argmin(axis=1)
    fitting = float(np.mean(nearest == labels.argmax(axis=1)))
    if not fitting >= _FITTING:
        advice = "Draw a batch with its labels: `lab.clinic.look`. Where did images and labels part?"
        raise NotYet(f"Found labels that fit {fitting:.0%} of a batch's images. {advice}")


@claim("each batch holds most of the classes")
def batches_are_mixed(evidence: Evidence) -> None:
    batches = list(_training(evidence).take(_BATCHES).as_numpy_iterator())
    found = float(np.mean([len(np.unique(labels.argmax(axis=1))) for _, labels in batches]))
    if not found >= _CLASSES:
        advice = "How much does your shuffle see at once? Shuffle all of the digits"
        raise NotYet(f"Found {found:.1f} of 10 classes in a batch. {advice}.")


@claim("a digit gets the same answer alone as in company")
def company_does_not_matter(evidence: Evidence) -> None:
    digits = evidence.digits[:_PREDICTED]
    together = evidence.model.predict(digits, batch_size=len(digits), verbose=0)
    alone = evidence.model.predict(digits, batch_size=1, verbose=0)
    if not np.abs(together - alone).max() <= _SAME_PROBABILITY:
        found = f"Found probabilities that differ by up to {np.abs(together - alone).max():.2f}"
        raise NotYet(f"{found}. Let no layer predict with `training=True`.")


def _training(evidence: Evidence) -> tf.data.Dataset:
    training: Any = evidence.extra.get("training")
    if not hasattr(training, "as_numpy_iterator"):
        raise NotYet("Found no training batches. Pass them by name: check_lesson(…, training=training).")
    return training


def _first_batch(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    images, labels = next(_training(evidence).as_numpy_iterator())
    if images.ndim != 2 or labels.shape != (len(images), idx.CLASSES):
        found = f"Found images {list(images.shape)} and labels {list(labels.shape)} in a batch"
        raise NotYet(f"{found}, expected [n, {idx.PIXELS}] and one-hot [n, {idx.CLASSES}].")
    return images, labels


def _run(evidence: Evidence) -> Run:
    from mnist_lab.checks.patients import Run

    training = _training(evidence)
    _first_batch(evidence)
    if getattr(evidence.model, "optimizer", None) is None:
        raise NotYet("Found a model that isn't compiled. Compile it with a loss, an optimizer and the accuracy.")
    return Run("your run", evidence.model, training, training)


@lru_cache(maxsize=1)
def _mean_images(images: Path, labels: Path) -> np.ndarray:
    """Return the mean image of each class, `[10, 784]` from 0 to 1, over the first digits of these files."""
    pixels, classes = (part[:5_000] for part in idx.read_digits(images, labels))
    return np.stack([pixels[classes == one].reshape(-1, idx.PIXELS).mean(axis=0) / 255 for one in range(idx.CLASSES)])
