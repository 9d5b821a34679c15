"""The sealed test set judges one network, the same one again, and no other."""

import numpy as np
import pytest

from mnist_lab import SealedTest, measured_runs
from mnist_lab.data import datasets
from mnist_lab.data.datasets import first_digits

from .conftest import VALIDATION
from .verdicts import reader


def test_the_result_is_computed_on_the_test_digits(tiny):
    sealed, model = SealedTest(), reader()
    assert (repr(sealed), sealed.opened, sealed.result) == ("SealedTest(sealed)", False, None)
    result = sealed.open(model)
    assert (repr(sealed), sealed.opened, sealed.result) == ("SealedTest(opened)", True, result)
    digits, labels = first_digits(datasets.test_dataset(), VALIDATION)
    assert np.array_equal(result.digits, digits)
    assert np.array_equal(result.labels, labels)
    assert np.array_equal(result.predictions, model.predict(digits, verbose=0).argmax(axis=1))
    assert result.correct == np.sum(result.predictions == labels) == round(VALIDATION * result.accuracy)
    assert not SealedTest().opened, "another one is sealed as before"


def test_the_same_weights_get_the_same_result_again_and_others_are_refused(tiny):
    sealed, model = SealedTest(), reader()
    result = sealed.open(model)
    assert sealed.open(reader()) is result
    model.set_weights([weights + 1e-6 for weights in model.get_weights()])  # trained a little more
    assert not sealed.was_opened_for(model)
    with pytest.raises(RuntimeError, match=r"seal is broken.* judged already, with \d+\.\d\d%.*the same weights"):
        sealed.open(model)


def test_measured_runs_hold_the_results_of_each_run():
    runs = measured_runs("09_honest_evaluation")
    assert (runs.curves[:, -1] == runs.accuracy).all()
    assert len(runs.seeds) == len(runs.accuracy) >= 20
    assert runs.misread.shape == (len(runs.seeds), 5_000)
    assert runs.accuracy == pytest.approx(1 - runs.misread.mean(axis=1), abs=1e-4)


def test_unmeasured_runs_raise_an_error():
    with pytest.raises(ValueError, match="that were measured"):
        measured_runs("01_dense_softmax", variant="never")
