"""Four training runs to diagnose, for exercise 07: each has a pair of loss curves, and digits to measure it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from mnist_lab.data import idx
from mnist_lab.data.datasets import scale
from mnist_lab.data.find import find_mnist

Digits = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # images [n, 784], one-hot labels [n, 10]

_MANY, _FEW, _MEASURED = 10_000, 500, 2_000
_LEAN = 0.4  # pixels sideways for each row above the middle


@dataclass(frozen=True)
class CurvePair:
    """A trained network, the losses that `fit` reported, and three sets of digits: images and one-hot labels."""

    model: keras.Model
    history: dict[str, list[float]]  # "loss" and "val_loss"
    training: Digits
    validation: Digits
    held_out: Digits  # drawn from where the training digits come from; the network never saw them


def curve_pairs() -> dict[str, CurvePair]:
    """Train four networks, in about ten seconds, and return them by name: "A", "B", "C" and "D".

    All have the same layers. Why do the two curves of each lie as they do? The name is all that you're told.

    Raises:
        MnistFileError: a file of digits is missing or damaged.

    Example:
        >>> runs = lab.curve_pairs()
        >>> lab.compare_curves(runs["A"].history, "A")
    """
    files = find_mnist()
    images, labels = _read(files.train_images, files.train_labels)
    unseen, their_labels = _read(files.validation_images, files.validation_labels)
    every = max(1, len(unseen) // _MEASURED)
    validation = unseen[::every], their_labels[::every]
    many, few = min(_MANY, len(labels) // 2), min(_FEW, len(labels) // 6)
    held_out = images[many : many + _MEASURED], labels[many : many + _MEASURED]
    leaning = _leaning(validation[0]), validation[1]

    def run(count: int, epochs: int, rate: float, optimizer: keras.Optimizer, validated: Digits) -> CurvePair:
        model = keras.Sequential(
            [
                keras.Input(shape=(idx.PIXELS,)),
                keras.layers.Dense(100, activation="relu"),
                keras.layers.Dropout(rate),
                keras.layers.Dense(idx.CLASSES, activation="softmax"),
            ]
        )
        model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
        training = images[:count], labels[:count]
        found = model.fit(*training, batch_size=100, epochs=epochs, validation_data=validated, verbose=0).history
        return CurvePair(model, {name: found[name] for name in ("loss", "val_loss")}, training, validated, held_out)

    return {
        "A": run(few, 40, 0.0, keras.optimizers.Adam(), validation),
        "B": run(many, 6, 0.0, keras.optimizers.SGD(0.01), validation),
        "C": run(many, 6, 0.0, keras.optimizers.Adam(), leaning),
        "D": run(many, 6, 0.8, keras.optimizers.Adam(), validation),
    }


def _read(images: Path, labels: Path) -> Digits:
    pixels, classes = idx.read_digits(images, labels)
    return scale(pixels.reshape(-1, idx.PIXELS)).numpy(), np.eye(idx.CLASSES, dtype=np.float32)[classes]


def _leaning(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return images `[n, 784]` whose digits lean to the right, as some people write."""
    rows = images.reshape(-1, idx.SIDE, idx.SIDE).swapaxes(0, 1)
    moved = [np.roll(row, round((idx.SIDE / 2 - y) * _LEAN), axis=1) for y, row in enumerate(rows)]
    return np.stack(moved, axis=1).reshape(images.shape)
