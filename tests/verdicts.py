"""Networks that nobody trained, and what a claim says of them."""

from contextlib import contextmanager

import keras
import numpy as np
import pytest

from mnist_lab.checks.check import gather
from mnist_lab.checks.evidence import Evidence
from mnist_lab.data.datasets import validation_dataset

from .conftest import write_tiny


@contextmanager
def small_digits(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_LAB_DATA", str(write_tiny(tmp_path_factory.mktemp("tiny"))))
        yield


def without_a_loop(model):
    """Return the model with a quick `predict`: Keras takes a tenth of a second to set up its loop over batches."""
    model.predict = lambda images, batch_size=None, verbose=0: model(images).numpy()
    return model


def compiled(model, optimizer="sgd", loss="categorical_crossentropy"):
    """Return the model, compiled to run without a graph: for the few digits of a test that is quicker."""
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=True)
    return model


def network(*layers, inputs=784, **options):
    return compiled(keras.Sequential([keras.Input((inputs,)), *layers]), **options)


def softmax_layer(outputs=10, **options):
    return network(keras.layers.Dense(outputs, "softmax"), **options)


def reader(*layers, **options):
    """Return a network that reads the small digits but for the nines: it sums up the rows that give them away."""
    model = network(*layers, keras.layers.Dense(10, "softmax"), **options)
    weights = np.zeros((28, 28, 10))
    for digit in range(9):
        weights[2 * digit + 4, :, digit] = 0.1
    model.layers[-1].set_weights([weights.reshape(784, 10), np.linspace(-0.2, 0.2, 10)])
    return model


def history_of(model, dataset):
    found = model.evaluate(dataset, verbose=0, return_dict=True)
    return {"loss": [1.0], "val_accuracy": [found["accuracy"]], "val_loss": [found["loss"]]}


def gathered_reader(tmp_path_factory):
    with small_digits(tmp_path_factory):
        model = reader()
        return gather(model, history_of(model, validation_dataset()))


def evidence(model=None, history=None, digits=None, labels=None, probabilities=None, **extra):
    return Evidence(model, history or {}, digits, labels, probabilities, extra)


def expect(claim, of, hint):
    """Assert that the claim holds where `hint` is None, and else that it does not, and has these words in its hint."""
    verdict = claim.judge(of)
    assert verdict.holds == (hint is None), verdict
    assert (hint or "") in verdict.hint, verdict
