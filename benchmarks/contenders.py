"""The networks and recipes that the benchmarks compare, each rewritten from its published description."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from tools.project import NOTEBOOKS, read


def has_torch():
    return find_spec("torch") is not None


def recipe(lesson, *cells, **settings):
    """Execute these cells of a lesson, without the lines that show figures; return the names that they define.

    The settings replace numbers of the cell `parameters`.
    """
    sources = {cell.id: cell.source for cell in read(NOTEBOOKS / f"{lesson}.ipynb").cells}
    names = {}
    for cell in ("imports", *cells):
        source = "\n".join(line for line in sources[cell].splitlines() if not line.startswith("lab."))
        exec(source, names)  # noqa: S102  our own lesson
        names |= settings if cell == "parameters" else {}
    return names


def arrays(part):
    """Return the images `[n, 784]` float32 from 0 to 1 and the classes `[n]` of "train" or "validation"."""
    files = find_mnist()
    images = idx.read_images(getattr(files, f"{part}_images")).reshape(-1, idx.PIXELS)
    return images.astype(np.float32) / np.float32(255), idx.read_labels(getattr(files, f"{part}_labels"))


def codelab_pipeline(batch_size, directory=None):
    """Return the codelab's pipeline: it decodes record by record, caches, shuffles within 5,000, and never ends."""
    import tensorflow as tf

    files = find_mnist(directory)

    def records(path, record_bytes, header_bytes):
        compression = "GZIP" if path.suffix == ".gz" else ""
        return tf.data.FixedLengthRecordDataset(str(path), record_bytes, header_bytes, compression_type=compression)

    def decode_image(record):
        return tf.reshape(tf.cast(tf.io.decode_raw(record, tf.uint8), tf.float32) / 256.0, [idx.PIXELS])

    def decode_label(record):
        return tf.one_hot(tf.reshape(tf.io.decode_raw(record, tf.uint8), []), idx.CLASSES)

    images = records(files.train_images, idx.PIXELS, 16).map(decode_image, num_parallel_calls=16)
    labels = records(files.train_labels, 1, 8).map(decode_label, num_parallel_calls=16)
    dataset = tf.data.Dataset.zip((images, labels)).cache().shuffle(5000, reshuffle_each_iteration=True).repeat()
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def keras_convnet():
    """Return the Keras documentation's "Simple MNIST convnet" (keras.io/examples/vision/mnist_convnet)."""
    import keras

    network = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return network


def torch_example():
    """Return the network of PyTorch's basic MNIST example (github.com/pytorch/examples/tree/main/mnist)."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
        nn.LogSoftmax(dim=1),
    )


def torch_cnn():
    """Return lesson 06's network, 12-24-32 and 200, for PyTorch; `padding=2` gives the sizes of Keras' "same"."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(12, 24, 6, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(24, 32, 6, stride=2, padding=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(7 * 7 * 32, 200),
        nn.ReLU(),
        nn.Linear(200, 10),
    )
