"""What lesson 12's check says of a step that lowers the loss, and of an export that gives the model's outputs."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.anywhere import export_matches_the_model, export_takes_stored_images, step_lowers_the_loss

from .verdicts import expect, small_digits, softmax_layer, without_a_loop


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    keras.utils.set_random_seed(1)
    with small_digits(tmp_path_factory):
        return gather(without_a_loop(softmax_layer()))


def step_of(model, rate=0.01):
    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(one_hot, model(images))
        keras.optimizers.SGD(rate).apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        (step_of, None),
        (lambda model: step_of(model, -0.01), "does the optimizer get them"),
        (lambda model: None, "Found no function"),
        (lambda model: lambda images: 0, "It raised TypeError"),
    ],
)
def test_a_step_lowers_the_loss_and_the_weights_are_restored(known, step, hint):
    before = known.model.get_weights()
    expect(step_lowers_the_loss, replace(known, extra={"step": step(known.model)}), hint)
    assert all(map(np.array_equal, before, known.model.get_weights()))


def served(factor=255, classes=lambda predictions: tf.argmax(predictions, -1), predicted="predictions"):
    """Return a function that exports a model into a folder."""

    def export(model, folder):
        def serve(image):
            predictions = model(tf.reshape(image, [-1, 784]) / factor)
            return {predicted: predictions, "classes": classes(predictions)}

        archive = keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint("serving_default", serve, [tf.TensorSpec((None, 28, 28), tf.float32, name="image")])
        archive.write_out(str(folder), verbose=False)

    return export


@pytest.mark.parametrize(
    ("export", "takes", "gives"),
    [
        (served(), None, None),
        (served(factor=1), None, "away from the network's"),
        (served(classes=lambda predictions: tf.argmin(predictions, -1)), None, "100 of 100 classes not"),
        (served(classes=lambda predictions: tf.argmax(predictions, -1)[:1]), None, "expected [n, 10] and [n]"),
        (served(predicted="output_0"), None, "Found the outputs ['classes', 'output_0'], expected predictions"),
        (lambda model, folder: model.export(folder, verbose=False), "[None, 784]", "it raised"),
        (lambda _, folder: tf.saved_model.save(tf.Module(), str(folder)), "expected serving_default", "endpoints []"),
        (lambda _, folder: folder.mkdir(), "could not be loaded", "Write the export with"),
    ],
)
def test_an_export_takes_images_and_gives_what_the_model_gives(known, tmp_path, export, takes, gives):
    export(known.model, tmp_path / "export")
    of = replace(known, extra={"export": str(tmp_path / "export")})
    expect(export_takes_stored_images, of, takes)
    expect(export_matches_the_model, of, gives)


def test_no_folder_gets_a_hint(known):
    expect(export_takes_stored_images, known, "Found no folder")
    expect(export_takes_stored_images, replace(known, extra={"export": 3}), "Found 3, expected a folder")
