"""The claims of lesson 09: chosen on held-out digits, tested once, reported with an interval."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import binomtest

from mnist_lab import SealedTest
from mnist_lab.checks.check import check_lesson, gather
from mnist_lab.checks.claims.honesty import accuracy_is_reported_with_an_interval
from mnist_lab.checks.claims.outcome import accuracy_of_at_least
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import find_lesson
from mnist_lab.data.datasets import holdout_dataset, training_dataset, validation_dataset

from .conftest import write_tiny

CLAIMS = find_lesson("09_honest_evaluation").claims


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
    return [claim.judge(gather(model, history, extra)) for claim in CLAIMS]


def holds(model, history, extra):
    return [verdict.holds for verdict in verdicts(model, history, extra)]


def test_the_lessons_own_solution_passes(solved):
    assert holds(*solved) == [True] * 4


def test_an_unsolved_exercise_gets_hints_on_what_to_hand_in(solved):
    model, history, extra = solved
    found = verdicts(
        model, history, {"held_out": extra["held_out"], "tried": {}, "sealed": SealedTest(), "interval": None}
    )
    assert [verdict.holds for verdict in found] == [True, False, False, False]
    hints = " ".join(verdict.hint for verdict in found[1:])
    assert "Found 0 rates, expected 3" in hints
    assert "Found an unused test set" in hints
    assert "expected two numbers" in hints
    assert holds(model, history, {}) == [False] * 4


def test_validation_on_the_test_digits_fails(solved):
    model, history, extra = solved
    (verdict, *_) = verdicts(model, history, extra | {"held_out": validation_dataset()})
    assert not verdict.holds
    assert "test digits in the held-out set" in verdict.hint


def test_a_single_test_digit_in_the_held_out_set_fails(solved):
    model, history, extra = solved
    ((images, labels),) = extra["held_out"].as_numpy_iterator()
    ((others, other_labels),) = validation_dataset().as_numpy_iterator()
    mixed = np.concatenate([images, others[7:8]]), np.concatenate([labels, other_labels[7:8]])
    assert not holds(model, history, extra | {"held_out": tf.data.Dataset.from_tensors(mixed)})[0]


def test_the_same_accuracy_with_another_loss_fails(solved):
    model, history, extra = solved
    other = history.history | {"val_loss": [1.0, history.history["val_loss"][-1] + 0.01]}
    assert holds(model, history.history, extra)[0]
    assert not holds(model, other, extra)[0]


def test_validation_on_other_digits_than_those_handed_in_fails(solved):
    _, _, extra = solved
    model, history = train(0.25, validation_dataset())
    (verdict, *_) = verdicts(model, history, extra)
    assert not verdict.holds
    assert "on the 60 digits handed in it is" in verdict.hint


def test_training_without_validation_fails(solved):
    model, _, extra = solved
    (verdict, *_) = verdicts(model, {"loss": [1.0]}, extra)
    assert "no val_accuracy" in verdict.hint


def test_another_dropout_rate_than_the_best_fails(solved):
    model, history, extra = solved
    verdict = verdicts(model, history, extra | {"tried": extra["tried"] | {0.0: 0.99}})[1]
    assert not verdict.holds
    assert "Found the dropout rate 0.25, but 0 did best" in verdict.hint


def test_no_dropout_counts_as_a_rate_of_zero(solved):
    _, _, extra = solved
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    assert holds(model, {"val_accuracy": [0.5]}, extra | {"tried": {0: 0.5, 0.25: 0.4, 0.5: 0.3}})[1]


def test_either_of_two_equally_good_rates_passes(solved):
    model, history, extra = solved
    assert holds(model, history, extra | {"tried": extra["tried"] | {0.0: extra["tried"][0.25]}})[1]


@pytest.mark.parametrize("shares", [(0.0, 1.0, 0.0), (0.1, 0.99, 0.2)])
def test_made_up_accuracies_fail(solved, shares):
    model, history, extra = solved
    assert not holds(model, history, extra | {"tried": dict(zip((0.0, 0.25, 0.5), shares, strict=True))})[1]


def test_the_record_lists_the_misclassified_held_out_digits(solved, tmp_path, monkeypatch):
    model, history, extra = solved
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    check_lesson("09_honest_evaluation", model, history, **extra)
    record = json.loads((tmp_path / "record").read_text())
    assert record["held_out"] == 60
    assert 1 - len(record["misread"]) / 60 == pytest.approx(record["accuracy"][-1], abs=1e-5)


def test_the_held_out_accuracy_is_compared_with_the_floor(solved):
    evidence = gather(*solved)
    accuracy = evidence.history["val_accuracy"][-1]
    verdict = accuracy_of_at_least(accuracy - 1e-3).judge(evidence)
    assert verdict.holds
    assert "digits held out" in verdict.claim
    assert not accuracy_of_at_least(accuracy + 1e-3).judge(evidence).holds
    assert "validation digits" in accuracy_of_at_least(0).judge(gather(*solved[:2])).claim


def test_further_training_after_the_test_fails(solved):
    model, history, extra = solved
    model.set_weights([weights + 1e-3 for weights in model.get_weights()])
    assert not holds(model, history, extra)[2]


@pytest.mark.parametrize("right", [9500, 9780, 9850])
@pytest.mark.parametrize(("method", "level", "near"), [("exact", 0.95, 1), ("wilsoncc", 0.95, 1), ("wilson", 0.92, 0)])
def test_intervals_of_another_method_pass_and_of_another_level_fail(right, method, level, near):
    labels = (np.arange(10_000) >= right).astype(int)  # all are classified as 0
    interval = binomtest(right, 10_000).proportion_ci(level, method=method)
    evidence = Evidence(None, {}, None, labels, np.eye(10)[np.zeros(10_000, int)], {"interval": interval})
    assert accuracy_is_reported_with_an_interval.judge(evidence).holds == near


def test_both_ends_of_the_interval_are_compared(solved):
    model, history, extra = solved
    low, high = extra["interval"]
    for interval in ((low, 1), (0, high)):
        assert not holds(model, history, extra | {"interval": interval})[3]


@pytest.mark.parametrize("interval", [(0.1, 0.2, 0.3), 0.97, ("a", "b"), (0, 1), (np.nan, np.nan)])
def test_a_wrong_interval_fails(solved, interval):
    model, history, extra = solved
    assert not holds(model, history, extra | {"interval": interval})[3]
