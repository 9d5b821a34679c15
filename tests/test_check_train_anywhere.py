"""The claims of lesson 12: a step that lowers the loss, and an export that gives the model's outputs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.anywhere import export_matches_the_model, export_takes_stored_images, step_lowers_the_loss


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


def judge(claim, model, **extra):
    return claim.judge(gather(model, {}, extra))


def test_a_step_downhill_passes_and_the_weights_are_restored(model):
    before = model.get_weights()
    assert judge(step_lowers_the_loss, model, step=step_of(model, 0.01)).holds
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        (None, "Found no function"),
        (lambda images: 0, "It raised TypeError"),
        (lambda images, one_hot: 0, "Does the step compute the gradients"),
    ],
)
def test_an_unusable_step_fails_with_a_hint(model, step, hint):
    verdict = judge(step_lowers_the_loss, model, step=step)
    assert not verdict.holds
    assert hint in verdict.hint


def test_a_step_uphill_fails(model):
    assert not judge(step_lowers_the_loss, model, step=step_of(model, -0.01)).holds


def test_an_export_that_matches_the_model_passes(model, tmp_path):
    evidence = gather(model, {}, {"export": exported(model, tmp_path / "export")})
    assert export_takes_stored_images.judge(evidence).holds
    assert export_matches_the_model.judge(evidence).holds


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"factor": 1}, "away from the network's"),
        ({"classes": lambda predictions: tf.argmin(predictions, -1)}, "100 of 100 classes are not"),
        ({"classes": lambda predictions: tf.argmax(predictions, -1)[:1]}, "expected [n, 10] and [n]"),
        ({"name": "digits"}, "Called with images [n, 28, 28], it raised"),
    ],
)
def test_an_export_that_differs_from_the_model_fails(model, tmp_path, changes, hint):
    verdict = judge(export_matches_the_model, model, export=exported(model, tmp_path / "export", **changes))
    assert not verdict.holds
    assert hint in verdict.hint


def test_an_unusable_export_fails_with_a_hint(model, tmp_path):
    model.export(tmp_path / "export", verbose=False)
    verdict = judge(export_takes_stored_images, model, export=tmp_path / "export")
    assert not verdict.holds
    assert "[None, 784]" in verdict.hint
    assert "Found no folder" in judge(export_takes_stored_images, model).hint
    tf.saved_model.save(tf.Module(), str(tmp_path / "no-signature"))
    verdict = judge(export_takes_stored_images, model, export=tmp_path / "no-signature")
    assert "expected serving_default" in verdict.hint
    (tmp_path / "empty").mkdir()
    verdict = judge(export_takes_stored_images, model, export=tmp_path / "empty")
    assert "could not be loaded" in verdict.hint
