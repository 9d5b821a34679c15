"""Export the trained network: as one Keras file, and as a SavedModel for a prediction server."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.trainer import network
from mnist_lab.trainer.settings import Settings


def export_model(settings: Settings, values: list[np.ndarray]) -> keras.Model:
    """Return a model that maps `image`, `[n, 28, 28]` with pixels from 0 to 255, to probabilities `[n, 10]`.

    Args:
        settings: the sizes of the network.
        values: the values of the trained network's variables, in its order.
    """
    trained = network.build(settings)
    for variable, value in zip(trained.variables, values, strict=True):
        variable.assign(value)
    image = keras.Input(shape=(28, 28), name="image")
    pixels = keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(image))
    return keras.Model(image, keras.layers.Softmax(name="predictions")(trained(pixels)))


def export(model: keras.Model, keras_file: str, folder: str) -> None:
    """Write the model as a Keras file and as a SavedModel.

    The SavedModel's signature `serving_default` maps `image` to `predictions` `[n, 10]` and `classes` `[n]`.

    Args:
        model: the model that `export_model` returned.
        keras_file: the path of the Keras file.
        folder: the folder of the SavedModel.
    """
    with tempfile.TemporaryDirectory() as local:
        path = Path(local, "model.keras")
        model.save(path)
        tf.io.gfile.makedirs(keras_file.rpartition("/")[0])
        tf.io.gfile.copy(str(path), keras_file, overwrite=True)

    def serve(image: tf.Tensor) -> dict[str, tf.Tensor]:
        predictions = model(image, training=False)
        return {"predictions": predictions, "classes": tf.argmax(predictions, axis=-1)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, "image")])
    archive.write_out(folder, verbose=False)
