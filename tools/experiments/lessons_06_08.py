"""Experiments of the convolutional networks: deaths, shuffled pixels, dropout, batch normalization."""

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data.datasets import training_dataset, validation_dataset
from tools.experiments import Values, experiment, grid
from tools.experiments import recipes as r

LESSON_07, LESSON_08 = r.decay(0.005, 0.6), r.decay(0.01, 0.666)


@experiment("06-deaths", *grid(rate=(0.01,)), seeds=60)
def deaths(seed: int, rate: float) -> Values:
    """Lesson 06's network after one epoch at another learning rate: dead if it does no better than guessing."""
    history = r.fit(
        r.convolutional(), training_dataset(), 1, keras.optimizers.Adam(rate), validation=validation_dataset()
    )
    return {"accuracy": history["val_accuracy"][0]}


@experiment("06-shuffled-pixels", *grid(network=("dense", "convolutional"), shuffled=(False, True)))
def shuffled_pixels(seed: int, network: str, shuffled: bool) -> Values:
    """Validation accuracy after two epochs on 15,000 digits, with all images' pixels in order or shuffled alike."""
    order = np.random.default_rng(seed).permutation(r.PIXELS) if shuffled else np.arange(r.PIXELS)

    def reorder(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(images, order, axis=1), labels

    chosen = r.dense() if network == "dense" else r.convolutional()
    r.fit(chosen, r.part(15_000).map(reorder), 2)
    return {"accuracy": r.evaluated(chosen, validation_dataset().map(reorder))["accuracy"]}


@experiment("06-moved", *grid(network=("dense", "convolutional")))
def moved(seed: int, network: str) -> Values:
    """Validation accuracy of lesson 04's and lesson 06's recipe on digits three pixels further right."""
    chosen, epochs, rate = (r.dense(), 10, 0.01) if network == "dense" else (r.convolutional(), 6, 0.005)
    r.fit(chosen, training_dataset(), epochs, rate=r.decay(rate, 0.6))

    def move(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = tf.reshape(images, (-1, 28, 28))
        return tf.reshape(tf.pad(rows, ((0, 0), (0, 0), (3, 0)))[:, :, :28], (-1, r.PIXELS)), labels

    return {"accuracy": r.evaluated(chosen, validation_dataset().map(move))["accuracy"]}


@experiment("07-few-digits", *grid(dropout=(0.0, 0.4)))
def few_digits(seed: int, dropout: float) -> Values:
    """Lesson 07's network on 2,048 digits for 20 epochs, with and without dropout."""
    network = r.convolutional(dropout=dropout)
    training = r.part(2_048)
    r.fit(network, training, 20)
    return r.evaluated(network) | {"training_loss": r.evaluated(network, training)["loss"]}


@experiment("07-placement", *grid(dropout=(0.0, 0.4), spatial=(0.1,)))
def placement(seed: int, dropout: float, spatial: float) -> Values:
    """Lesson 07's recipe with dropout of whole channels after each convolution, alone or beside the dense layer's."""
    network = r.convolutional(dropout=dropout, spatial=spatial)
    return r.last(r.fit(network, training_dataset(), 6, rate=LESSON_07, validation=validation_dataset()))


@experiment("08-alone")
def alone(seed: int) -> Values:
    """Batch normalization alone, all else as in lesson 07; its averages are refreshed once, after the first epoch."""
    network = r.convolutional(normalized=True, dropout=0.4)
    refreshed: list[float] = []

    def refresh(epoch: int, logs: dict) -> None:
        if epoch == 0:
            before = network.get_weights()
            for images, _ in training_dataset().take(100):
                network(images, training=True)
            refreshed.append(r.evaluated(network)["accuracy"])
            network.set_weights(before)

    callback = keras.callbacks.LambdaCallback(on_epoch_end=refresh)
    history = r.fit(
        network, training_dataset(), 6, rate=LESSON_07, validation=validation_dataset(), callbacks=[callback]
    )
    return r.last(history) | {"curve": history["val_accuracy"], "refreshed_accuracy": refreshed[0]}


@experiment("08-schedule-alone")
def schedule_alone(seed: int) -> Values:
    """Lesson 08's schedule, batch size and dropout without batch normalization, ten epochs."""
    network = r.convolutional(dropout=0.3)
    history = r.fit(network, training_dataset(64), 10, rate=LESSON_08, validation=validation_dataset())
    return r.last(history) | {"curve": history["val_accuracy"]}


@experiment("08-large-rate", *grid(normalized=(False, True)))
def large_rate(seed: int, normalized: bool) -> Values:
    """Training accuracy over the last 60 of 120 steps at a learning rate of 0.1, and sums by layer at three moments."""
    network = r.convolutional(normalized=normalized, dropout=0.4)
    history = r.fit(network, training_dataset().take(60), 2, keras.optimizers.Adam(0.1))
    return {"accuracy": history["accuracy"][-1]}
