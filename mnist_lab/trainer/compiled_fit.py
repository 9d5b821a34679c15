"""Train a Keras model with a whole epoch in one compiled call: on a GPU `fit` waits for Python, and this does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from mnist_lab.data._validation import whole_number

if TYPE_CHECKING:
    import keras


def compiled_fit(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int = 128,
    epochs: int = 1,
    validation_data: tf.data.Dataset | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> keras.callbacks.History:
    """Train a compiled model as `fit` does, one call of a `tf.function` for each epoch, and return its history.

    All images and labels are on the device, MNIST's as bytes in 47 MB. On a GPU, XLA compiles the loop over the steps,
    which takes seconds in each call of this function; on a CPU, XLA would be slower and stays off.

    An epoch takes each image once, in an order that `lab.set_seed` repeats; those that do not fill the last batch are
    left out. Callbacks are called around epochs, never within one: `LearningRateScheduler` and `EarlyStopping` work,
    `PlotTraining` draws a point for each epoch. `sample_weight`, `class_weight` and several devices are not supported.

    Args:
        model: compiled, with or without metrics.
        images: `[n, …]`, as the model takes them; uint8 from 0 to 255 become float32 from 0 to 1 on the way in.
        labels: `[n, …]`, as the model's loss takes them.
        batch_size: images a step, at most `n`.
        epochs: passes over the images.
        validation_data: what `model.evaluate` is given after each epoch.
        callbacks: Keras' callbacks.

    Raises:
        ValueError: the model is not compiled, or images and labels differ in number, or a number is impossible.

    Example:
        >>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> history = lab.compiled_fit(model, images, labels, epochs=2, validation_data=lab.validation_dataset())
    """
    import keras

    if not model.compiled:
        raise ValueError("Expected a compiled model. Call `model.compile(optimizer=…, loss=…)` first.")
    if len(images) != len(labels):
        raise ValueError(f"Expected a label for each image. Received: {len(images):,} images, {len(labels):,} labels")
    batch_size, epochs = whole_number("batch_size", batch_size, most=len(images)), whole_number("epochs", epochs)
    steps = len(images) // batch_size
    watching = keras.callbacks.CallbackList(list(callbacks), add_history=True, model=model, epochs=epochs, steps=steps)
    train_epoch = _compiled_epoch(model, tf.constant(images), tf.constant(labels), (steps, batch_size))
    model.stop_training = False
    watching.on_train_begin()
    for epoch in range(epochs):
        watching.on_epoch_begin(epoch)
        model.reset_metrics()
        train_epoch(tf.random.shuffle(tf.range(len(images))))
        logs = {name: float(value) for name, value in model.get_metrics_result().items()}
        if validation_data is not None:
            validated = model.evaluate(validation_data, verbose=0, return_dict=True)
            logs |= {f"val_{name}": value for name, value in validated.items()}
        watching.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    watching.on_train_end()
    return model.history


def _compiled_epoch(
    model: keras.Model, images: tf.Tensor, labels: tf.Tensor, shape: tuple[int, int]
) -> Callable[[tf.Tensor], None]:
    """Return a function of an order of the images, `[n]` int32, that trains an epoch of `shape`: steps, batch size."""
    steps, batch_size = shape

    def batch(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        some = tf.gather(images, rows)
        return tf.cast(some, tf.float32) / 255 if some.dtype == tf.uint8 else some, tf.gather(labels, rows)

    some_images, some_labels = batch(tf.range(batch_size))
    outputs = model(some_images, training=False)
    model.optimizer.build(model.trainable_variables)  # it, loss and metrics cannot create variables in a compiled loop
    model.compute_loss(some_images, some_labels, outputs, training=False)
    model.compute_metrics(some_images, some_labels, outputs)

    @tf.function(jit_compile=bool(tf.config.list_physical_devices("GPU")), autograph=False)
    def train_epoch(order: tf.Tensor) -> None:
        rows = tf.reshape(order[: steps * batch_size], shape)

        def step(number: tf.Tensor) -> tuple[tf.Tensor]:
            model.train_step(batch(rows[number]))
            return (number + 1,)

        tf.while_loop(lambda number: number < steps, step, [tf.constant(0)])

    return train_epoch.get_concrete_function(tf.TensorSpec(images.shape[:1], tf.int32))
