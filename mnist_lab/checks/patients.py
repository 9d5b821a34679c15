"""The patients of the clinic: training runs that raise no error, each made by the lines that `opened` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.augmentation import random_affine
from mnist_lab.data.find import find_mnist
from mnist_lab.data.splits import split

HOLDOUT = 5_000
_DIGITS = 25_000  # to train and validate on

_HEALTHY = {
    "scale": "images, unseen = images / 255, unseen / 255",
    "data": """
validation = tf.data.Dataset.from_tensor_slices((images[:5_000], labels[:5_000])).batch(100)
training = tf.data.Dataset.from_tensor_slices((images[5_000:], labels[5_000:])).shuffle(20_000).batch(128)""",
    "model": """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, activation="relu"),
        keras.layers.Dense(60, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)""",
    "compile": 'model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])',
    "fit": """
history = model.fit(
    training, validation_data=validation, epochs=3, shuffle=False, verbose=0, callbacks=callbacks
)""",
}

_CHANGES: dict[str, dict[str, str]] = {
    "healthy": {},
    "A1": {"compile": _HEALTHY["compile"].replace('"adam"', "keras.optimizers.Adam(1e-6)")},
    "A2": {
        "data": """
validation = tf.data.Dataset.from_tensor_slices((images[:5_000], labels[1:5_001])).batch(100)
training = tf.data.Dataset.from_tensor_slices((images[5_000:-1], labels[5_001:])).shuffle(20_000).batch(128)"""
    },
    "A3": {"compile": _HEALTHY["compile"].replace('"adam"', "keras.optimizers.Adam(0.3)")},
    "B1": {
        "model": """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, activation="relu"),
        keras.layers.Dense(60, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
        keras.layers.Softmax(),
    ]
)"""
    },
    "B2": {"scale": ""},
    "C1": {
        "data": """
validation = tf.data.Dataset.from_tensor_slices((images[:5_000], labels[:5_000])).batch(100)
order = 5_000 + np.argsort(labels[5_000:].argmax(axis=1))
training = tf.data.Dataset.from_tensor_slices((images[order], labels[order])).shuffle(1_000).batch(128)""",
    },
    "C2": {
        "data": """
images, labels = np.tile(images[:1_000], (25, 1)), np.tile(labels[:1_000], (25, 1))
images = random_affine(images, seed=np.random.randint(1_000_000, size=2), degrees=5, shift=1)"""
        + _HEALTHY["data"],
        "fit": _HEALTHY["fit"].replace("epochs=3", "epochs=5"),
    },
    "C3": {
        "model": """
class BatchNorm(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=True, mask=mask)

model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, use_bias=False),
        BatchNorm(),
        keras.layers.Activation("relu"),
        keras.layers.Dense(60, use_bias=False),
        BatchNorm(),
        keras.layers.Activation("relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)"""
    },
    "no softmax": {"model": _HEALTHY["model"].replace('Dense(10, activation="softmax")', "Dense(10)")},
    "biases −3": {
        "model": """
minus_three = keras.initializers.Constant(-3.0)
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, activation="relu", bias_initializer=minus_three),
        keras.layers.Dense(60, activation="relu", bias_initializer=minus_three),
        keras.layers.Dense(10, activation="softmax"),
    ]
)"""
    },
    "dropout left on": {
        "model": """
class Dropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)

model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, activation="relu"),
        Dropout(0.5),
        keras.layers.Dense(60, activation="relu"),
        Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
)"""
    },
}

NAMES = tuple(_CHANGES)

# Who waits in exercise 13, under a name that doesn't tell.
BEDS = {
    "bed 1": "dropout left on",
    "bed 2": "A2",
    "bed 3": "healthy",
    "bed 4": "no softmax",
    "bed 5": "B1",
    "bed 6": "biases −3",
}


class Run:
    """A training run to examine.

    Attributes:
        name: what the clinic calls it.
        model: the compiled network.
        training: the batches it trains on, images `[n, 784]` and one-hot labels `[n, 10]`, both float32.
        validation: the batches it's validated on, likewise.
        unseen: digits held out from both: images `[n, 784]`, scaled as its own are, and classes `[n]`.
    """

    model: keras.Model
    training: tf.data.Dataset
    validation: tf.data.Dataset
    unseen: tuple[np.ndarray, np.ndarray]

    def __init__(self, name: str, model: keras.Model, training: tf.data.Dataset, validation: tf.data.Dataset):
        self.name, self.model, self.training, self.validation = name, model, training, validation

    def untrained(self) -> keras.Model:
        """Return a copy of the network, compiled alike, with weights drawn anew as they're drawn before training."""
        copy = keras.models.clone_model(self.model)
        copy.compile_from_config(self.model.get_compile_config())
        return copy

    def predict(self, images: np.ndarray, batch_size: int = HOLDOUT) -> np.ndarray:
        """Return the class predicted for each image, `[n]`.

        Args:
            images: `[n, 784]`, scaled as `validation` is.
            batch_size: how many images the network gets at a time.
        """
        return self.model.predict(images, batch_size=batch_size, verbose=0).argmax(axis=1)

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}({self.name!r})"


class Patient(Run):
    """A training run that's made by a few lines of code; it isn't trained before `train`.

    To cure it, replace its `model`, or its `training` and `validation`, and train it.
    """

    def __init__(self, name: str, *, permuted: bool = False):
        """Run the lines that make this patient's data and network; if `permuted`, on labels in random order."""
        if name not in _CHANGES and name not in BEDS:
            names = ", ".join(map(repr, [*_CHANGES, *BEDS]))
            raise ValueError(f"name must be one of {names}. Received: {name!r}")
        changes = _CHANGES[BEDS.get(name, name)]
        self._lines = {part: lines.strip("\n") for part, lines in (_HEALTHY | changes).items()}
        images, labels, unseen, classes = _digits()
        made = _run(
            "\n".join(lines for part, lines in self._lines.items() if part != "fit"),
            images=images,
            labels=tf.random.shuffle(labels).numpy() if permuted else labels,
            unseen=unseen,
        )
        super().__init__(name, made["model"], made["training"], made["validation"])
        self.unseen = made["unseen"], classes

    def train(self, callbacks: Sequence[keras.callbacks.Callback] = ()) -> keras.callbacks.History:
        """Train `model` on `training` for as many epochs as the patient's chart shows; return what `fit` returns.

        A second call goes on where the first ended.
        """
        names = {"model": self.model, "training": self.training, "validation": self.validation}
        return _run(self._lines["fit"], **names, callbacks=list(callbacks))["history"]

    def opened(self) -> None:
        """Print the lines that made this patient.

        They were given `images` `[25000, 784]`, grey levels from 0 to 255, `labels` `[25000, 10]`, one-hot, and the
        grey levels of 5,000 `unseen` digits.
        """
        print("\n".join(filter(None, self._lines.values())))


def patient(name: str) -> Patient:
    """Return a patient, not yet trained; what's random about it follows `set_seed`.

    Args:
        name: "healthy"; "A1", "A2", "A3", "B1", "B2", "C1", "C2" or "C3"; "no softmax", "biases −3" or
            "dropout left on"; or one of exercise 13's six, "bed 1" to "bed 6", who are some of these in disguise.

    Raises:
        ValueError: there's no patient of that name, or there are fewer than 30,000 training digits.
        MnistFileError: a file of digits is missing or damaged.

    Example:
        >>> lab.set_seed(0)
        >>> sick = lab.clinic.patient("A1")
        >>> history = sick.train()
        >>> lab.clinic.start(sick)
        >>> sick.opened()
    """
    return Patient(name)


def admit(model: keras.Model, training: tf.data.Dataset, validation: tf.data.Dataset, name: str = "your run") -> Run:
    """Return a training run of your own, ready to be examined. Nothing is copied or trained.

    `twice` and `fresh` use its validation digits, since there's nobody else who holds digits out.

    Args:
        model: a compiled `keras.Sequential`, with "accuracy" as its metric.
        training: batches of images `[n, 784]` and one-hot labels `[n, 10]`.
        validation: likewise.
        name: what findings call it.

    Example:
        >>> lab.clinic.memorize(lab.clinic.admit(model, training, validation))
    """
    run = Run(name, model, training, validation)
    images, labels = (np.concatenate(part) for part in zip(*validation.as_numpy_iterator(), strict=True))
    run.unseen = images, labels.argmax(axis=1)
    return run


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return what the patients' lines are given: 25,000 training digits.

    They are images `[25000, 784]`, grey levels from 0 to 255, and one-hot labels `[25000, 10]`, both float32.
    """
    return _digits()[:2]


def _digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what a patient is made of: images and one-hot labels, and images and classes held out; grey levels."""
    files = find_mnist()
    images, labels = idx.read_digits(files.train_images, files.train_labels)
    if len(labels) < _DIGITS + HOLDOUT:
        raise ValueError(
            f"The clinic needs {_DIGITS + HOLDOUT:,} training digits. Received: {len(labels):,}, in {files.folder}. "
            "Name a folder with more of them in MNIST_LAB_DATA."
        )
    kept, held_out = split(len(labels), HOLDOUT, seed=0)
    kept = kept[:_DIGITS]
    one_hot = np.eye(idx.CLASSES, dtype=np.float32)[labels[kept]]
    return images[kept].astype(np.float32), one_hot, images[held_out].astype(np.float32), labels[held_out]


def _run(lines: str, **names: Any) -> dict[str, Any]:
    """Execute a patient's lines, with these names; return all names there are then."""
    names |= {"keras": keras, "np": np, "random_affine": random_affine, "tf": tf}
    exec(lines, names)  # noqa: S102  the lines above, and nothing else
    return names
