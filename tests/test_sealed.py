"""The sealed test set judges one network, the same one again, and no other."""

import keras
import numpy as np
import pytest

from mnist_lab import SealedTest, measured_runs
from mnist_lab.data.datasets import first_digits, validation_dataset

from .conftest import VALIDATION


def network(seed):
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])


@pytest.fixture
def sealed(tiny):
    return SealedTest()


def test_the_result_is_computed_on_the_test_digits(sealed):
    model = network(0)
    assert not sealed.opened
    result = sealed.open(model)
    digits, labels = first_digits(validation_dataset(), VALIDATION)
    predictions = model.predict(digits, verbose=0).argmax(axis=1)
    assert sealed.opened
    assert np.array_equal(result.digits, digits)
    assert np.array_equal(result.labels, labels)
    assert np.array_equal(result.predictions, predictions)
    assert result.correct == np.sum(predictions == labels)
    assert result.accuracy == result.correct / VALIDATION
    assert "opened" in repr(sealed)


def test_the_same_weights_get_the_same_result_again(sealed):
    model = network(0)
    result = sealed.open(model)
    copy = network(1)
    copy.set_weights(model.get_weights())
    assert sealed.open(copy) is result
    assert sealed.was_opened_for(copy)


def test_another_network_is_refused(sealed):
    sealed.open(network(0))
    with pytest.raises(RuntimeError, match=r"judged already, with \d+\.\d\d%.*the same weights"):
        sealed.open(network(1))


def test_the_same_network_is_refused_after_further_training(sealed):
    model = network(0)
    sealed.open(model)
    model.set_weights([weights + 1e-6 for weights in model.get_weights()])
    assert not sealed.was_opened_for(model)
    with pytest.raises(RuntimeError, match="seal is broken"):
        sealed.open(model)


def test_two_sealed_tests_are_independent(tiny):
    SealedTest().open(network(0))
    other = SealedTest()
    assert not other.opened
    assert other.open(network(1)).labels.shape == (VALIDATION,)


def test_measured_runs_hold_the_results_of_each_run():
    runs = measured_runs("09_honest_evaluation")
    assert (runs.curves[:, -1] == runs.accuracy).all()
    assert len(runs.seeds) == len(runs.accuracy) >= 20
    assert runs.misread.shape == (len(runs.seeds), 5_000)
    assert runs.accuracy == pytest.approx(1 - runs.misread.mean(axis=1), abs=1e-4)


@pytest.mark.parametrize("name", [("00_nothing",), ("01_dense_softmax", "never")])
def test_unmeasured_runs_raise_an_error(name):
    with pytest.raises(ValueError, match="that were measured"):
        measured_runs(name[0], **({"variant": name[1]} if name[1:] else {}))
