"""Export the trained network: as one Keras file, and as a SavedModel for a prediction server."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data.files import write_whole
from mnist_lab.trainer import network
from mnist_lab.trainer.settings import Settings


def export(settings: Settings, values: list[np.ndarray]) -> None:
    """Write the network as a Keras file and as a SavedModel, with these values of its variables.

    Both map `image`, `[n, 28, 28]` from 0 to 255, to probabilities `[n, 10]`; the SavedModel to `classes` `[n]`, too.
    """
    trained = network.build(settings)
    for variable, value in zip(trained.variables, values, strict=True):
        variable.assign(value)
    image = keras.Input(shape=(28, 28), name="image")
    pixels = keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(image))
    model = keras.Model(image, keras.layers.Softmax(name="predictions")(trained(pixels)))
    with tempfile.TemporaryDirectory() as local:
        path = Path(local, "model.keras")
        model.save(path)
        write_whole(settings.in_job("model.keras"), path.read_bytes())

    def serve(image: tf.Tensor) -> dict[str, tf.Tensor]:
        predictions = model(image, training=False)
        return {"predictions": predictions, "classes": tf.argmax(predictions, axis=-1)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, "image")])
    archive.write_out(settings.folder("export"), verbose=False)
