"""The claims of lesson 09: chosen on digits held out, judged once, reported with an interval."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import binomtest

from mnist_lab import SealedTest
from mnist_lab.checks.check import check_lesson, gather
from mnist_lab.checks.claims.honesty import (
    judged_once,
    rate_chosen_on_them,
    reported_with_an_interval,
    validated_on_held_out_digits,
)
from mnist_lab.checks.claims.outcome import accuracy_of_at_least
from mnist_lab.checks.evidence import Evidence
from mnist_lab.data.datasets import holdout_dataset, training_dataset, validation_dataset

from .conftest import write_tiny

CLAIMS = (validated_on_held_out_digits, rate_chosen_on_them, judged_once, reported_with_an_interval)


def train(rate, validation):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(10, "relu"), keras.layers.Dropout(rate), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    data = training_dataset(20, holdout=60)
    return model, model.fit(data, validation_data=validation, epochs=2, shuffle=False, verbose=0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_LAB_DATA", str(write_tiny(tmp_path_factory.mktemp("tiny"))))
        return train(0.25, holdout_dataset(60))


@pytest.fixture
def solved(tiny, trained):
    """What a solved exercise hands in: model, history, and the rest by keyword."""
    tried, held_out = {}, holdout_dataset(60)
    model, history = keras.models.clone_model(trained[0]), trained[1]
    model.set_weights(trained[0].get_weights())
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    sealed = SealedTest()
    result = sealed.open(model)
    interval = binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="wilson")
    tried[0.25] = history.history["val_accuracy"][-1]
    tried |= {0.0: tried[0.25] - 0.02, 0.5: tried[0.25] - 0.01}
    return model, history, {"held_out": held_out, "tried": tried, "sealed": sealed, "interval": interval}


def verdicts(model, history, extra):
    return [claim(gather(model, history, extra)) for claim in CLAIMS]


def holds(model, history, extra):
    return [verdict.holds for verdict in verdicts(model, history, extra)]


def test_solved_as_in_the_lesson(solved):
    assert holds(*solved) == [True] * 4


def test_nothing_done_says_what_to_hand_in(solved):
    model, history, extra = solved
    found = verdicts(
        model, history, {"held_out": extra["held_out"], "tried": {}, "sealed": SealedTest(), "interval": None}
    )
    assert [verdict.holds for verdict in found] == [True, False, False, False]
    hints = " ".join(verdict.hint for verdict in found[1:])
    assert "found 0 rates, looked for 3" in hints
    assert "the seal is unbroken" in hints
    assert "looked for two numbers" in hints
    assert holds(model, history, {}) == [False] * 4


def test_watched_on_the_test_digits(solved):
    model, history, extra = solved
    (verdict, *_) = verdicts(model, history, extra | {"held_out": validation_dataset()})
    assert not verdict.holds
    assert "digits of the test among those held out" in verdict.hint


def test_one_test_digit_among_those_held_out_is_found(solved):
    model, history, extra = solved
    ((images, labels),) = extra["held_out"].as_numpy_iterator()
    ((others, other_labels),) = validation_dataset().as_numpy_iterator()
    mixed = np.concatenate([images, others[7:8]]), np.concatenate([labels, other_labels[7:8]])
    assert not holds(model, history, extra | {"held_out": tf.data.Dataset.from_tensors(mixed)})[0]


def test_an_accuracy_that_agrees_by_chance(solved):
    model, history, extra = solved
    other = history.history | {"val_loss": [1.0, history.history["val_loss"][-1] + 0.01]}
    assert holds(model, history.history, extra)[0]
    assert not holds(model, other, extra)[0]


def test_watched_on_other_digits_than_those_handed_in(solved):
    _, _, extra = solved
    model, history = train(0.25, validation_dataset())
    (verdict, *_) = verdicts(model, history, extra)
    assert not verdict.holds
    assert "of the 60 digits handed in the network reads" in verdict.hint


def test_no_validation_at_all(solved):
    model, _, extra = solved
    (verdict, *_) = verdicts(model, {"loss": [1.0]}, extra)
    assert "no val_accuracy" in verdict.hint


def test_another_rate_than_the_best(solved):
    model, history, extra = solved
    verdict = verdicts(model, history, extra | {"tried": extra["tried"] | {0.0: 0.99}})[1]
    assert not verdict.holds
    assert "found the rate 0.25 in the network, but 0 did best" in verdict.hint


def test_no_dropout_counts_as_the_rate_zero(solved):
    _, _, extra = solved
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    assert holds(model, {"val_accuracy": [0.5]}, extra | {"tried": {0: 0.5, 0.25: 0.4, 0.5: 0.3}})[1]


def test_of_two_rates_that_did_equally_well_either_will_do(solved):
    model, history, extra = solved
    assert holds(model, history, extra | {"tried": extra["tried"] | {0.0: extra["tried"][0.25]}})[1]


@pytest.mark.parametrize("shares", [(0.0, 1.0, 0.0), (0.1, 0.99, 0.2)])
def test_figures_that_nobody_measured(solved, shares):
    model, history, extra = solved
    assert not holds(model, history, extra | {"tried": dict(zip((0.0, 0.25, 0.5), shares, strict=True))})[1]


def test_the_record_holds_the_misread_digits_of_those_held_out(solved, tmp_path, monkeypatch):
    model, history, extra = solved
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    check_lesson("09_honest_evaluation", model, history, **extra)
    record = json.loads((tmp_path / "record").read_text())
    assert record["held_out"] == 60
    assert 1 - len(record["misread"]) / 60 == pytest.approx(record["accuracy"][-1], abs=1e-5)


def test_the_accuracy_that_counts_is_that_of_the_digits_held_out(solved):
    evidence = gather(*solved)
    share = evidence.history["val_accuracy"][-1]
    verdict = accuracy_of_at_least(share - 1e-3)(evidence)
    assert verdict.holds
    assert "digits held out" in verdict.claim
    assert not accuracy_of_at_least(share + 1e-3)(evidence).holds
    assert "validation digits" in accuracy_of_at_least(0)(gather(*solved[:2])).claim


def test_trained_on_after_the_seal(solved):
    model, history, extra = solved
    model.set_weights([weights + 1e-3 for weights in model.get_weights()])
    assert not holds(model, history, extra)[2]


@pytest.mark.parametrize("right", [9500, 9780, 9850])
@pytest.mark.parametrize(("method", "level", "near"), [("exact", 0.95, 1), ("wilsoncc", 0.95, 1), ("wilson", 0.92, 0)])
def test_other_intervals_are_near_enough_at_ten_thousand_digits(right, method, level, near):
    labels = (np.arange(10_000) >= right).astype(int)  # all are read as 0
    interval = binomtest(right, 10_000).proportion_ci(level, method=method)
    evidence = Evidence(None, {}, None, labels, np.eye(10)[np.zeros(10_000, int)], {"interval": interval})
    assert reported_with_an_interval(evidence).holds == near


def test_both_ends_of_the_interval_count(solved):
    model, history, extra = solved
    low, high = extra["interval"]
    for interval in ((low, 1), (0, high)):
        assert not holds(model, history, extra | {"interval": interval})[3]


@pytest.mark.parametrize("interval", [(0.1, 0.2, 0.3), 0.97, ("a", "b"), (0, 1), (np.nan, np.nan)])
def test_what_is_no_such_interval(solved, interval):
    model, history, extra = solved
    assert not holds(model, history, extra | {"interval": interval})[3]
