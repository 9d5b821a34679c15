"""The lessons' networks and schedules, as the experiments vary them."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data.datasets import first_digits, training_dataset, validation_dataset

PIXELS, CLASSES = 28 * 28, 10
LOSS = "categorical_crossentropy"
Decay = Callable[[int], float]


def dense(
    hidden: Sequence[int] = (200, 60),
    activation: str = "relu",
    *,
    initializer: str = "glorot_uniform",
    dropout: float = 0,
) -> keras.Sequential:
    """Return the dense network of lessons 01 to 05, with dropout after each hidden layer if a rate is given."""
    layers = []
    for neurons in hidden:
        layers.append(keras.layers.Dense(neurons, activation=activation, kernel_initializer=initializer))
        layers += [keras.layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([keras.Input(shape=(PIXELS,)), *layers, keras.layers.Dense(CLASSES, activation="softmax")])


def convolutional(*, normalized: bool = False, dropout: float = 0, spatial: float = 0) -> keras.Sequential:
    """Return the network of lesson 06, of lesson 07 with `dropout`, of 08 if `normalized`; `spatial` drops channels."""

    def hidden(kind: type[keras.layers.Layer], *arguments: int, **keywords: object) -> list[keras.layers.Layer]:
        if not normalized:
            return [kind(*arguments, activation="relu", **keywords)]
        norm = keras.layers.BatchNormalization(center=True, scale=False)
        return [kind(*arguments, use_bias=False, **keywords), norm, keras.layers.Activation("relu")]

    layers = [keras.Input(shape=(PIXELS,)), keras.layers.Reshape((28, 28, 1))]
    for filters, size, strides in ((12, 3, 1), (24, 6, 2), (32, 6, 2)):
        layers += hidden(keras.layers.Conv2D, filters, kernel_size=size, strides=strides, padding="same")
        layers += [keras.layers.SpatialDropout2D(spatial)] if spatial else []
    layers += [keras.layers.Flatten(), *hidden(keras.layers.Dense, 200)]
    layers += [keras.layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([*layers, keras.layers.Dense(CLASSES, activation="softmax")])


def decay(first: float, factor: float) -> Decay:
    """Return the learning rate of an epoch: `first` in epoch 0, then `factor` times that of the epoch before."""
    return lambda epoch: first * factor**epoch


def fit(
    network: keras.Model,
    training: tf.data.Dataset,
    epochs: int,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    *,
    rate: Decay | None = None,
    validation: tf.data.Dataset | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Compile and train; return the history, validated on the 10,000 digits after every epoch if they are given."""
    network.compile(optimizer, LOSS, metrics=["accuracy"])
    schedule = [keras.callbacks.LearningRateScheduler(rate)] if rate else []
    chosen = [*schedule, *callbacks]
    fitted = network.fit(
        training, validation_data=validation, epochs=epochs, shuffle=False, verbose=0, callbacks=chosen
    )
    return fitted.history


def evaluated(network: keras.Model, data: tf.data.Dataset | None = None) -> dict[str, float]:
    """Return the loss and accuracy on the 10,000 validation digits, or on other data."""
    return network.evaluate(data or validation_dataset(), verbose=0, return_dict=True)


def last(history: dict[str, list[float]]) -> dict[str, float]:
    """Return what stands at the end of a history."""
    return {name: values[-1] for name, values in history.items() if name != "learning_rate"}


def batch(size: int = 128) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the first training batch."""
    return next(iter(training_dataset(size)))


def part(count: int, size: int = 128) -> tf.data.Dataset:
    """Return the first training digits of a shuffled epoch, the same in every epoch, in whole batches."""
    return training_dataset(size).take(count // size).cache()


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return training digits `[count, 784]` and their classes, others with each seed."""
    return first_digits(training_dataset(128), count)


def size(tensor: tf.Tensor) -> float:
    """Return the root of the mean square."""
    return float(tf.sqrt(tf.reduce_mean(tf.square(tensor))))


def kernel_gradients(network: keras.Model, images: tf.Tensor, labels: tf.Tensor) -> list[tf.Tensor]:
    """Return the gradient of the mean loss for the weights of each dense layer or convolution."""
    kernels = [layer.kernel for layer in network.layers if hasattr(layer, "kernel")]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(labels, network(images)))
    return tape.gradient(loss, kernels)


def relative_gradients(network: keras.Model, images: tf.Tensor, labels: tf.Tensor) -> list[float]:
    """Return, for each layer with weights, the size of their gradient divided by their own size."""
    kernels = [layer.kernel for layer in network.layers if hasattr(layer, "kernel")]
    gradients = kernel_gradients(network, images, labels)
    return [size(gradient) / size(kernel) for gradient, kernel in zip(gradients, kernels, strict=True)]
