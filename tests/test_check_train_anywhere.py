"""The claims of lesson 12: a step that lowers the loss, and an export that answers as the network does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.anywhere import a_step_lowers_the_loss, answers_as_the_network, takes_stored_images


@pytest.fixture
def model(tiny):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])


def step_of(model, rate):
    optimizer = keras.optimizers.SGD(rate)

    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(one_hot, model(images))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


def exported(model, folder, name="image", factor=255, **outputs):
    def serve(image):
        predictions = model(tf.reshape(image, [-1, 784]) / factor)
        answers = {"predictions": predictions, "classes": tf.argmax(predictions, -1)}
        return answers | {key: change(predictions) for key, change in outputs.items()}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve, [tf.TensorSpec((None, 28, 28), tf.float32, name=name)])
    archive.write_out(str(folder), verbose=False)
    return folder


def test_a_step_downhill_is_one_and_the_model_stays_as_it_was(model):
    evidence = gather(model, {}, {"step": step_of(model, 0.01)})
    before = model.get_weights()
    assert a_step_lowers_the_loss(evidence).holds
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (None, "no function was handed in"),
        (lambda images: 0, "it raised TypeError"),
        (lambda images, one_hot: 0, "Does the step compute the gradients"),
    ],
)
def test_what_is_no_step(model, step, told):
    verdict = a_step_lowers_the_loss(gather(model, {}, {"step": step}))
    assert not verdict.holds
    assert told in verdict.hint


def test_a_step_uphill_is_none(model):
    assert not a_step_lowers_the_loss(gather(model, {}, {"step": step_of(model, -0.01)})).holds


def test_an_export_that_answers_as_the_network_does(model, tmp_path):
    evidence = gather(model, {}, {"export": exported(model, tmp_path / "export")})
    assert takes_stored_images(evidence).holds
    assert answers_as_the_network(evidence).holds


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"factor": 1}, "away from the network's"),
        ({"classes": lambda predictions: tf.argmin(predictions, -1)}, "100 of 100 classes are not"),
        ({"classes": lambda predictions: tf.argmax(predictions, -1)[:1]}, "looked for [n, 10] and [n]"),
        ({"name": "digits"}, "asked with images [n, 28, 28] it raised"),
    ],
)
def test_an_export_that_does_not(model, tmp_path, changes, told):
    verdict = answers_as_the_network(gather(model, {}, {"export": exported(model, tmp_path / "export", **changes)}))
    assert not verdict.holds
    assert told in verdict.hint


def test_other_inputs_and_no_export_at_all(model, tmp_path):
    model.export(tmp_path / "export", verbose=False)
    verdict = takes_stored_images(gather(model, {}, {"export": tmp_path / "export"}))
    assert not verdict.holds
    assert "[None, 784]" in verdict.hint
    assert "no folder was handed in" in takes_stored_images(gather(model, {})).hint
    tf.saved_model.save(tf.Module(), str(tmp_path / "mute"))
    assert "looked for serving_default" in takes_stored_images(gather(model, {}, {"export": tmp_path / "mute"})).hint
    (tmp_path / "empty").mkdir()
    assert "could not be loaded" in takes_stored_images(gather(model, {}, {"export": tmp_path / "empty"})).hint
