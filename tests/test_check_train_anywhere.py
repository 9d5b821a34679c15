"""What lesson 12's check says of a step that lowers the loss, and of an export that gives the model's outputs."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.anywhere import export_matches_the_model, export_takes_stored_images, step_lowers_the_loss

from .verdicts import expect, network, small_digits, softmax_layer, without_a_loop


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """What is known of a network that was not trained."""
    keras.utils.set_random_seed(1)
    with small_digits(tmp_path_factory):
        return gather(without_a_loop(softmax_layer()))


def step_of(rate, model, from_logits=False):
    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy(from_logits)(one_hot, model(images))
        gradients = tape.gradient(loss, model.trainable_variables)
        keras.optimizers.SGD(rate).apply(gradients, model.trainable_variables)

    return step


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        (lambda model: step_of(0.01, model), None),
        (lambda model: step_of(-0.01, model), "does the optimizer get them"),
        (lambda model: None, "Found no function"),
        (lambda model: lambda images: 0, "It raised TypeError"),
        (lambda model: lambda images, one_hot: 0, "Does the step compute the gradients"),
    ],
)
def test_a_step_lowers_the_loss_and_the_weights_are_restored(known, step, hint):
    before = known.model.get_weights()
    expect(step_lowers_the_loss, replace(known, extra={"step": step(known.model)}), hint)
    assert all(map(np.array_equal, before, known.model.get_weights()))


def test_a_step_of_a_network_that_computes_logits_is_judged_by_its_probabilities(tiny):
    model = network(keras.layers.Dense(10))
    expect(step_lowers_the_loss, gather(model, {}, {"step": step_of(0.01, model, from_logits=True)}), None)


def served(name="image", factor=255, **outputs):
    """Return a function that exports a model into a folder: under another name of the images, with other outputs."""

    def export(model, folder):
        def serve(image):
            predictions = model(tf.reshape(image, [-1, 784]) / factor)
            answers = {"predictions": predictions, "classes": tf.argmax(predictions, -1)}
            return answers | {key: change(predictions) for key, change in outputs.items()}

        archive = keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint("serving_default", serve, [tf.TensorSpec((None, 28, 28), tf.float32, name=name)])
        archive.write_out(str(folder), verbose=False)

    return export


@pytest.mark.parametrize(
    ("export", "takes", "gives"),
    [
        (served(), None, None),
        (served(factor=1), None, "away from the network's"),
        (served(classes=lambda predictions: tf.argmin(predictions, -1)), None, "100 of 100 classes are not"),
        (served(classes=lambda predictions: tf.argmax(predictions, -1)[:1]), None, "expected [n, 10] and [n]"),
        (served(name="digits"), "Found the input digits [None, 28, 28]", "Called with images [n, 28, 28], it raised"),
        (lambda model, folder: model.export(folder, verbose=False), "[None, 784]", "it raised"),
        (lambda _, folder: tf.saved_model.save(tf.Module(), str(folder)), "expected serving_default", "signatures []"),
        (lambda _, folder: folder.mkdir(), "could not be loaded", "Write the export with"),
    ],
)
def test_an_export_takes_images_and_gives_what_the_model_gives(known, tmp_path, export, takes, gives):
    export(known.model, tmp_path / "export")
    of = replace(known, extra={"export": tmp_path / "export"})
    expect(export_takes_stored_images, of, takes)
    expect(export_matches_the_model, of, gives)


def test_an_export_with_other_names_for_its_outputs_fails(known, tmp_path):
    inputs = keras.Input((28, 28), name="image")
    keras.Model(inputs, known.model(keras.layers.Flatten()(inputs) / 255)).export(tmp_path / "export", verbose=False)
    expect(export_matches_the_model, replace(known, extra={"export": str(tmp_path / "export")}), "Found the outputs")


@pytest.mark.parametrize(("folder", "hint"), [(None, "Found no folder"), (3, "Found 3, expected a folder")])
def test_no_folder_gets_a_hint(known, folder, hint):
    expect(export_takes_stored_images, replace(known, extra={"export": folder}), hint)
