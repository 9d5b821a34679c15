"""Solutions of exercise 12: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("model", "step", "train", "export", "check")

_UNTRAINED = ["lowers the loss of its batch", "better than guessing"]
_NOT_EXPORTED = ["takes images as they are stored", "returns the network's probabilities"]
UNSOLVED = [*_UNTRAINED, *_NOT_EXPORTED]

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
_AS_IT_IS = 'export_folder = Path(tempfile.mkdtemp()) / "export"\nmodel.export(export_folder, verbose=False)\n'


def _filled(step=_STEP, export=_EXPORT, missing=()):
    return {"step": step, "export": export}, missing


SOLUTIONS = {
    "another optimizer, another way to export": _filled(),
    "wrong: uphill": _filled(
        step=_STEP.replace("zip(gradients,", "zip([-gradient for gradient in gradients],"), missing=_UNTRAINED
    ),
    "wrong: grey levels are not divided": _filled(
        export=_EXPORT.replace("keras.layers.Rescaling(1 / 255)", ""), missing=["returns the network's probabilities"]
    ),
    "wrong: the network as it is": _filled(export=_AS_IT_IS, missing=_NOT_EXPORTED),
}
