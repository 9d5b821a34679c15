"""A whole epoch in one call trains as `fit` does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mnist_lab as lab
from mnist_lab.data import idx

from .conftest import TRAINING


@pytest.fixture
def digits(tiny):
    return idx.read_digits(lab.find_mnist().train_images, lab.find_mnist().train_labels)


def network(optimizer="adam"):
    lab.set_seed(3)
    hidden = [keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.1)]
    model = keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def test_each_image_is_seen_once_an_epoch_except_those_that_fill_no_batch():
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), "mae")  # each image moves a weight of its own by 0.1
    lab.compiled_fit(model, np.eye(12, dtype=np.float32), np.ones((12, 1), np.float32), batch_size=5)
    assert sorted(model.get_weights()[0].ravel()) == pytest.approx([0] * 2 + [0.1] * 10)


def test_an_epoch_is_what_train_on_batch_does_with_the_same_batches(digits, monkeypatch):
    images, labels = digits
    monkeypatch.setattr(tf.random, "shuffle", lambda order: order[::-1])
    ours, theirs = network(), network()
    lab.compiled_fit(ours, images, labels, batch_size=50, epochs=2)
    for _ in range(2):
        for rows in np.split(np.arange(TRAINING)[::-1], TRAINING // 50):
            theirs.train_on_batch(images[rows] / np.float32(255), labels[rows])
    assert int(ours.optimizer.iterations.numpy()) == 2 * TRAINING // 50
    for value, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-5)


def test_schedules_and_callbacks_of_epochs_work(digits):
    images, labels = digits
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=0, mode="max", min_delta=99)
    curves = lab.PlotTraining(sample_rate=1, zoom=1)
    validation = tf.data.Dataset.from_tensors((images[:50] / np.float32(255), labels[:50]))
    options = {"epochs": 9, "validation_data": validation, "callbacks": [schedule, stop, curves]}
    history = lab.compiled_fit(network("sgd"), images, labels, **options).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
    assert history["learning_rate"] == pytest.approx([0.1, 0.05])
    assert curves.history["training"]["loss"] == pytest.approx(history["loss"])
    decaying = network(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)))
    lab.compiled_fit(decaying, images, labels, batch_size=30)
    assert float(decaying.optimizer.learning_rate) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": np.zeros(5, np.int32)}, "a label for each image. Received: 300 images, 5 labels"),
        ({"batch_size": 301}, "batch_size must be a whole number from 1 to 300. Received: 301"),
        ({"epochs": 0}, "epochs must be a positive whole number. Received: 0"),
        ({"model": keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])}, "a compiled model"),
    ],
)
def test_what_does_not_fit_is_refused(digits, change, says):
    given = {"model": network(), "images": digits[0], "labels": digits[1], **change}
    with pytest.raises(ValueError, match=says):
        lab.compiled_fit(**given)
