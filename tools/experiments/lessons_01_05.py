"""Experiments of the dense networks: vanishing gradients, revival, noise, overfitting."""

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data.datasets import first_digits, training_dataset, validation_dataset
from tools.experiments import Values, experiment, grid
from tools.experiments import recipes as r

PLAIN = "sgd"


@experiment("01-batch-sizes", *grid(batch_size=(16, 128, 2048)))
def batch_sizes(seed: int, batch_size: int) -> Values:
    """Lesson 01's network after ten epochs with other batch sizes."""
    return r.last(r.fit(r.dense(()), training_dataset(batch_size), 10, PLAIN, validation=validation_dataset()))


@experiment("01-rates", *grid(rate=(0.01, 0.1, 0.5, 5.0)))
def rates(seed: int, rate: float) -> Values:
    """Lesson 01's network after ten epochs at other learning rates."""
    optimizer = keras.optimizers.SGD(rate)
    return r.last(r.fit(r.dense(()), training_dataset(), 10, optimizer, validation=validation_dataset()))


@experiment("01-seen")
def seen(seed: int) -> Values:
    """Lesson 01's network after its ten epochs: accuracy on the digits it learned from, and on validation digits."""
    network = r.dense(())
    r.fit(network, training_dataset(), 10, PLAIN)
    return {
        "training": r.evaluated(network, training_dataset())["accuracy"],
        "validation": r.evaluated(network)["accuracy"],
    }


_TWO_EPOCHS = ((16, 0.01), (128, 0.01), (2048, 0.01), (2048, 0.16))


@experiment("01-two-epochs", *[{"batch_size": size, "rate": rate} for size, rate in _TWO_EPOCHS], seeds=5)
def two_epochs(seed: int, batch_size: int, rate: float) -> Values:
    """Lesson 01's network after two epochs, as in task 01.4."""
    network = r.dense(())
    r.fit(network, training_dataset(batch_size), 2, keras.optimizers.SGD(rate))
    return r.evaluated(network)


@experiment("01-templates", *grid(templates=("means", "trained")), seeds=5)
def templates(seed: int, templates: str) -> Values:
    """Mean images with the bias of the nearest mean, as in task 01.1, or what training found; and errors of 4 and 9."""
    if templates == "means":
        digits, labels = first_digits(training_dataset(), 59_904)
        W = np.stack([digits[labels == each].mean(axis=0, dtype=np.float64) for each in range(10)], axis=1)
        b = -(W**2).sum(axis=0) / 2
    else:
        network = r.dense(())
        r.fit(network, training_dataset(), 10, PLAIN)
        W, b = network.get_weights()
    images, classes = first_digits(validation_dataset(), 10_000)
    answers = (images @ W + b).argmax(axis=1)
    confused = np.isin(classes, (4, 9)) & np.isin(answers, (4, 9)) & (answers != classes)
    return {
        "accuracy": float(np.mean(answers == classes)),
        "accuracy_without_bias": float(np.mean((images @ W).argmax(axis=1) == classes)),
        "fours_and_nines": int(confused.sum()),
    }


@experiment("02-gradients", *grid(depth=tuple(range(1, 12)), activation=("sigmoid", "relu")))
def gradients(seed: int, depth: int, activation: str) -> Values:
    """The gradient of each layer relative to its weights before training: `depth` − 1 hidden layers of 60 neurons."""
    return {"relative": r.relative_gradients(r.dense((60,) * (depth - 1), activation), *r.batch())}


@experiment("02-first-layer", *grid(hidden=("none", "200-60 sigmoid", "200-60 relu")))
def first_layer(seed: int, hidden: str) -> Values:
    """The same of lesson 01's, 02's and 03's networks."""
    network = r.dense(()) if hidden == "none" else r.dense(activation=hidden.split()[1])
    return {"relative": r.relative_gradients(network, *r.batch())}


@experiment("02-rates", *grid(rate=(0.01, 0.1, 0.5, 2.0, 5.0, 20.0)))
def sigmoid_rates(seed: int, rate: float) -> Values:
    """Lesson 02's network after ten epochs at other learning rates."""
    optimizer = keras.optimizers.SGD(rate)
    return r.last(
        r.fit(r.dense(activation="sigmoid"), training_dataset(), 10, optimizer, validation=validation_dataset())
    )


class FirstLayerFast(keras.optimizers.SGD):
    """SGD at 0.5 for the first layer, and at 0.01 for all others."""

    def apply(self, grads: list[tf.Tensor], trainable_variables: list[keras.Variable] | None = None) -> None:
        """Take one step, with the gradients of the first layer's weights and biases fifty times as large."""
        super().apply(
            [gradient * (50 if number < 2 else 1) for number, gradient in enumerate(grads)], trainable_variables
        )


@experiment("02-first-layer-fast")
def first_layer_fast(seed: int) -> Values:
    """Lesson 02's network after ten epochs, with a learning rate of 0.5 for its first layer alone."""
    network = r.dense(activation="sigmoid")
    return r.last(r.fit(network, training_dataset(), 10, FirstLayerFast(0.01), validation=validation_dataset()))


@experiment("02-ten-layers", *grid(rate=(0.01, 0.5, 2.0)))
def ten_layers(seed: int, rate: float) -> Values:
    """Ten layers with sigmoids, nine of 60 neurons, after five epochs of SGD."""
    network = r.dense((60,) * 9, "sigmoid")
    return r.last(r.fit(network, training_dataset(), 5, keras.optimizers.SGD(rate), validation=validation_dataset()))


@experiment("02-saturation", *grid(factor=(1.0, 10.0)))
def saturation(seed: int, factor: float) -> Values:
    """Sums and slopes of lesson 02's first layer before training, and with weights ten times as large."""
    network, (images, _) = r.dense(activation="sigmoid"), r.batch()
    sums = images @ (factor * network.layers[0].kernel)
    slopes = tf.sigmoid(sums) * (1 - tf.sigmoid(sums))
    return {
        "sums": r.size(sums),
        "slope": float(tf.reduce_mean(slopes)),
        "below_a_tenth": float(tf.reduce_mean(tf.cast(slopes < 0.025, float))),
    }


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.01),
    "sgd-0.1": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    "adam": lambda: keras.optimizers.Adam(0.001),
}


@experiment("03-table", *grid(activation=("sigmoid", "relu"), optimizer=tuple(OPTIMIZERS)))
def table(seed: int, activation: str, optimizer: str) -> Values:
    """Validation accuracy of 200-60 after three epochs; all but `sgd-0.1` have the default learning rates of Keras."""
    network = r.dense(activation=activation)
    history = r.fit(network, training_dataset(), 3, OPTIMIZERS[optimizer](), validation=validation_dataset())
    return {"accuracy": history["val_accuracy"][-1], "loss": history["val_loss"][-1]}


@experiment("03-relu-alone")
def relu_alone(seed: int) -> Values:
    """Lesson 03's network with SGD in place of Adam, ten epochs."""
    return r.last(r.fit(r.dense(), training_dataset(), 10, PLAIN, validation=validation_dataset()))


@experiment("03-twenty-sigmoids", *grid(optimizer=("sgd", "adam")))
def twenty_sigmoids(seed: int, optimizer: str) -> Values:
    """Twenty hidden sigmoid layers of 60 neurons after three epochs."""
    network = r.dense((60,) * 20, "sigmoid")
    r.fit(network, training_dataset(), 3, OPTIMIZERS[optimizer]())
    return r.evaluated(network)


@experiment("03-twenty", *grid(initializer=("glorot_uniform", "he_normal"), optimizer=("sgd", "adam")))
def twenty(seed: int, initializer: str, optimizer: str) -> Values:
    """Twenty hidden ReLU layers of 60 neurons after one epoch, by initialization."""
    network = r.dense((60,) * 20, initializer=initializer)
    r.fit(network, training_dataset(), 1, OPTIMIZERS[optimizer]())
    return r.evaluated(network)


@experiment("03-zero", *grid(optimizer=("sgd", "adam")))
def zero(seed: int, optimizer: str) -> Values:
    """Lesson 03's network with all weights zero, after three epochs."""
    network = r.dense()
    network.set_weights([np.zeros_like(weights) for weights in network.get_weights()])
    r.fit(network, training_dataset(), 3, OPTIMIZERS[optimizer]())
    return r.evaluated(network)


@experiment("03-plateau")
def plateau(seed: int) -> Values:
    """The size of the gradient along lesson 02's training, on 6,000 digits, before the first and after each epoch."""
    network = r.dense(activation="sigmoid")
    images, labels = next(iter(training_dataset(6000)))
    norms: list[float] = []

    def note() -> None:
        norms.append(float(tf.linalg.global_norm(r.kernel_gradients(network, images, labels))))

    note()
    noted = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: note())
    history = r.fit(network, training_dataset(), 10, PLAIN, callbacks=[noted])
    return {"norm": norms, "loss": history["loss"]}


@experiment("04-scatter", *grid(epochs=(0, 3), batch_size=(32, 128, 512)))
def scatter(seed: int, epochs: int, batch_size: int) -> Values:
    """Gradients of 100 batches for all weights: the length of their mean, and the RMS distance from it.

    The network is lesson 03's, before training and after three epochs.
    """
    network = r.dense()
    if epochs:
        r.fit(network, training_dataset(), epochs)
    each = []
    for images, labels in training_dataset(batch_size).take(100):
        gradients = r.kernel_gradients(network, images, labels)
        each.append(np.concatenate([gradient.numpy().ravel() for gradient in gradients]))
    mean = np.mean(each, axis=0)
    off = [np.linalg.norm(gradient - mean) for gradient in each]
    return {"signal": np.linalg.norm(mean), "scatter": np.sqrt(np.mean(np.square(off)))}


@experiment("04-rates", *grid(rate=(0.001, 0.01)), seeds=20)
def constant_rates(seed: int, rate: float) -> Values:
    """Lesson 04's network with a constant learning rate."""
    optimizer = keras.optimizers.Adam(rate)
    history = r.fit(r.dense(), training_dataset(), 10, optimizer, validation=validation_dataset())
    return r.last(history) | {"curve": history["val_accuracy"]}


@experiment("04-gentle")
def gentle(seed: int) -> Values:
    """Lesson 04's network and decay, starting from Adam's default rate."""
    return r.last(r.fit(r.dense(), training_dataset(), 10, rate=r.decay(0.001, 0.6), validation=validation_dataset()))


@experiment("04-third-layer", *grid(hidden=("200-60", "200-100-60"), epochs=(5,)))
def third_layer(seed: int, hidden: str, epochs: int) -> Values:
    """Lesson 04's recipe over five epochs, with two and with three hidden layers."""
    network = r.dense([int(neurons) for neurons in hidden.split("-")])
    return r.last(r.fit(network, training_dataset(), epochs, rate=r.decay(0.01, 0.6), validation=validation_dataset()))


@experiment("05-shuffled-labels")
def shuffled_labels(seed: int) -> Values:
    """1,000 digits with shuffled labels, 30 epochs in batches of 25: accuracy on them, and on validation."""
    images, classes = r.digits(1_000)
    labels = keras.utils.to_categorical(np.random.default_rng(seed).permutation(classes), 10)
    network = r.dense()
    network.compile("adam", r.LOSS, metrics=["accuracy"])
    network.fit(images, labels, batch_size=25, epochs=30, verbose=0)
    return {
        "training_accuracy": network.evaluate(images, labels, verbose=0)[1],
        "validation_accuracy": r.evaluated(network)["accuracy"],
    }


@experiment("05-amounts", *grid(count=(500, 5_000, 60_000)))
def amounts(seed: int, count: int) -> Values:
    """Lesson 04's network after 1,000 steps on few and on all digits, with Adam's default rate."""
    learned = training_dataset() if count == 60_000 else training_dataset().unbatch().take(count).cache().batch(128)
    network = r.dense()
    network.compile("adam", r.LOSS, metrics=["accuracy"])
    network.fit(learned.repeat().take(1_000), shuffle=False, verbose=0)
    found = {"training": r.evaluated(network, learned), "validation": r.evaluated(network)}
    return {f"{data}_{name}": value for data, numbers in found.items() for name, value in numbers.items()}


@experiment("05-few-digits", *grid(dropout=(0.0, 0.25, 0.5)))
def few_digits(seed: int, dropout: float) -> Values:
    """500 digits, the same in every epoch, for 30 epochs in batches of 50, with and without dropout."""
    few = training_dataset().unbatch().take(500).cache().batch(50)
    return r.last(r.fit(r.dense(dropout=dropout), few, 30, validation=validation_dataset()))


@experiment("05-wide", *grid(dropout=(0.0, 0.25, 0.5)))
def wide(seed: int, dropout: float) -> Values:
    """512-512 with and without dropout, ten epochs at 0.001 · 0.7^epoch."""
    network = r.dense((512, 512), dropout=dropout)
    history = r.fit(network, training_dataset(), 10, rate=r.decay(0.001, 0.7), validation=validation_dataset())
    return r.last(history) | {"training_without_dropout": r.evaluated(network, training_dataset())["loss"]}


@experiment("05-early", *grid(dropout=(0.0, 0.25)))
def early(seed: int, dropout: float) -> Values:
    """Training loss of the first epoch as reported, and measured again after it, with dropout off."""
    network = r.dense(dropout=dropout)
    history = r.fit(network, training_dataset(), 1, rate=r.decay(0.01, 0.6), validation=validation_dataset())
    return {
        "reported": history["loss"][0],
        "again": r.evaluated(network, training_dataset())["loss"],
        "validation": history["val_loss"][0],
    }
