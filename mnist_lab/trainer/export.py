"""The trained network for others: one Keras file, and a SavedModel that a server can answer with."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.trainer import network
from mnist_lab.trainer.settings import Settings


def whole_network(settings: Settings, values: list[np.ndarray]) -> keras.Model:
    """Return a model that takes `image`, `[n, 28, 28]` with pixels from 0 to 255, and gives probabilities `[n, 10]`.

    Args:
        settings: the sizes.
        values: those of the trained network's variables, in its order.
    """
    trained = network.build(settings)
    for variable, value in zip(trained.variables, values, strict=True):
        variable.assign(value)
    image = keras.Input(shape=(28, 28), name="image")
    pixels = keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(image))
    return keras.Model(image, keras.layers.Softmax(name="predictions")(trained(pixels)))


def export(model: keras.Model, keras_file: str, folder: str) -> None:
    """Write the whole network as a Keras file and as a SavedModel.

    The SavedModel's signature `serving_default` takes `image` and gives `predictions` `[n, 10]` and `classes` `[n]`.

    Args:
        model: as of `whole_network`.
        keras_file: where the Keras file goes.
        folder: where the SavedModel goes.
    """
    with tempfile.TemporaryDirectory() as local:
        path = Path(local, "model.keras")
        model.save(path)
        tf.io.gfile.makedirs(keras_file.rpartition("/")[0])
        tf.io.gfile.copy(str(path), keras_file, overwrite=True)

    def serve(image):
        predictions = model(image, training=False)
        return {"predictions": predictions, "classes": tf.argmax(predictions, axis=-1)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, "image")])
    archive.write_out(folder, verbose=False)
