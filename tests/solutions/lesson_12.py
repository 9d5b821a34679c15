"""Ways to solve the exercise of lesson 12, right and wrong, by the cells they replace."""

JUDGED = ("model", "step", "train", "export", "check")

_STEP = """
optimizer = keras.optimizers.Adam(0.01)
loss_of = keras.losses.CategoricalCrossentropy()


def step(images, one_hot):
    with tf.GradientTape() as tape:
        loss = loss_of(one_hot, model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss
"""
_EXPORT = """
inputs = keras.Input(shape=(28, 28), name="image")
pixels = keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(inputs))
whole = keras.Model(inputs, model(pixels))


def serve(image):
    predictions = whole(image, training=False)
    return {"classes": tf.argmax(predictions, -1), "predictions": predictions}


export_folder = Path(tempfile.mkdtemp()) / "somewhere"
archive = keras.export.ExportArchive()
archive.track(whole)
archive.add_endpoint("serving_default", serve, [tf.TensorSpec((None, 28, 28), tf.float32, name="image")])
archive.write_out(str(export_folder), verbose=False)
"""

SOLUTIONS = {
    "another optimizer, another way to export": {"step": _STEP, "export": _EXPORT},
    "wrong: gradients that are not applied": {
        "step": _STEP.replace("    optimizer.apply_gradients(zip(gradients, model.trainable_variables))\n", ""),
        "export": _EXPORT,
    },
    "wrong: uphill": {
        "step": _STEP.replace("zip(gradients,", "zip([-gradient for gradient in gradients],"),
        "export": _EXPORT,
    },
    "wrong: grey levels are not divided": {
        "step": _STEP,
        "export": _EXPORT.replace(
            "keras.layers.Rescaling(1 / 255)(keras.layers.Flatten()(inputs))", "keras.layers.Flatten()(inputs)"
        ),
    },
    "wrong: another name for the images": {
        "step": _STEP,
        "export": _EXPORT.replace('tf.float32, name="image"', 'tf.float32, name="digits"'),
    },
    "wrong: the network as it is": {
        "step": _STEP,
        "export": 'export_folder = Path(tempfile.mkdtemp()) / "export"\nmodel.export(export_folder, verbose=False)\n',
    },
}

_UNTRAINED = ["lowers the loss of the batch"]
EXPECTED = {
    "another optimizer, another way to export": [],
    "wrong: gradients that are not applied": [*_UNTRAINED, "below that of guessing"],
    "wrong: uphill": [*_UNTRAINED, "below that of guessing"],
    "wrong: grey levels are not divided": ["gives the probabilities"],
    "wrong: another name for the images": ["takes images as they are stored", "gives the probabilities"],
    "wrong: the network as it is": ["takes images as they are stored", "gives the probabilities"],
    "unsolved": [
        *_UNTRAINED,
        "takes images as they are stored",
        "gives the probabilities",
        "below that of guessing",
    ],
}
