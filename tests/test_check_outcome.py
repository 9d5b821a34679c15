"""What the checks say of what training reported, and of how a network was chosen, tested and reported."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import binomtest

from mnist_lab import SealedTest
from mnist_lab.checks.check import check_lesson, gather
from mnist_lab.checks.claims.outcome import (
    accuracy_is_reported_with_an_interval,
    accuracy_of_at_least,
    better_than_guessing,
    history_matches_the_model,
    was_reported,
)
from mnist_lab.checks.lessons import find_lesson
from mnist_lab.data.datasets import holdout_dataset, training_dataset, validation_dataset

from .verdicts import compiled, evidence, expect, history_of, reader, small_digits, softmax_layer, without_a_loop

CLAIMS = find_lesson("09_honest_evaluation").claims


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What is known of a network, with the accuracy and the loss that `fit` reports of it."""
    with small_digits(tmp_path_factory):
        model = reader()
        return gather(model, history_of(model, validation_dataset()))


@pytest.mark.parametrize(
    ("history", "hint"),
    [
        (lambda a, b: {"val_accuracy": [a]}, None),
        (lambda a, b: {"val_acc": [a]}, None),
        (
            lambda a, b: {"val_categorical_accuracy": [0.2, a], "val_loss": [2, 0.1]},
            None,
        ),  # the last, whatever its loss
        (lambda a, b: {"val_accuracy": [a, 0.3], "val_loss": [b, 2.0]}, None),  # an earlier epoch
        (lambda a, b: {"val_accuracy": [a, 0.3], "val_loss": [b + 0.1, 2.0]}, "no epoch fits"),  # by chance
        (lambda a, b: {"val_accuracy": [a - 0.05], "val_loss": [b]}, "validation_data the validation set"),
        (lambda a, b: {"val_accuracy": [a - 0.05]}, "Weights changed after the last validation, by an average of your"),
        (lambda a, b: {"val_accuracy": [0.5, 0.3], "val_loss": [b, b], "loss": [1.0] * 4}, "no epoch fits"),
        (lambda a, b: {"val_loss": [b]}, "no val_accuracy"),
        (lambda a, b: {}, "at least one epoch"),
    ],
)
def test_the_history_must_be_of_this_model_and_these_digits(measured, history, hint):
    reported = measured.history["val_accuracy"][0], measured.history["val_loss"][0]
    expect(history_matches_the_model, replace(measured, history=history(*reported)), hint)


def test_the_cross_entropy_is_below_that_of_guessing(measured):
    expect(better_than_guessing, measured, None)
    wrong = replace(measured, labels=(measured.labels + 1) % 10)
    expect(better_than_guessing, wrong, "expected less than 2.3, that of guessing")
    impossible = evidence(labels=np.array([0, 1]), probabilities=np.eye(10)[[1, 0]])
    expect(better_than_guessing, impossible, "Found a cross-entropy of 708")


RUINED = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 if epoch < 1 else float("nan"))
STOPPED = keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)
HITS = keras.metrics.CategoricalAccuracy(name="hits")


@pytest.mark.parametrize(
    ("callbacks", "compiling", "fitting"),
    [
        ([RUINED, STOPPED], {}, {}),
        ([], {"optimizer": keras.optimizers.SGD(0.001)}, {"validation_freq": 2}),
        ([], {"optimizer": keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)}, {}),
        ([], {"metrics": ["mse", HITS]}, {}),
    ],
    ids=["early stopping", "every second epoch", "averaged", "a metric's own name"],
)
def test_an_honest_run_passes(tiny, callbacks, compiling, fitting):
    model, options = reader(**compiling), {"epochs": 3, "shuffle": False, "verbose": 0, "callbacks": callbacks}
    history = model.fit(training_dataset(100), validation_data=validation_dataset(), **options, **fitting)
    accuracies = history.history.get("val_accuracy") or history.history["val_hits"]
    assert (accuracies[-1] < max(accuracies) - 0.1) == (RUINED in callbacks)
    expect(history_matches_the_model, gather(model, history), None)


def test_whole_numbers_as_labels_pass_and_a_missing_loss_is_made_up_for(measured):
    earlier = {key: [*values, 2.0] for key, values in measured.history.items()}
    uncompiled = keras.Sequential(measured.model.layers)
    expect(history_matches_the_model, replace(measured, model=uncompiled, history=earlier), None)
    sparse = compiled(uncompiled, loss="sparse_categorical_crossentropy")
    expect(history_matches_the_model, replace(measured, model=sparse, history=earlier), None)


@pytest.mark.parametrize(
    ("averaged", "epochs", "accuracy", "loss", "holds"),
    [
        (False, 2, 0.9712, 0.111, False),  # every epoch was validated, and none fits
        (True, 2, 0.9712, 0.111, True),
        (False, 5, 0.9712, 0.111, True),  # some epochs were not validated
        (False, 5, 0.9950, 0.050, False),
        (False, 5, 0.9300, 0.111, False),
        (True, 2, 0.9712, 0.190, False),
        (False, 2, 0.9604, 0.1303, True),  # an earlier epoch, on another device
        (False, 2, 0.9604, 0.1503, False),  # the accuracy alone
        (False, 2, 0.9690, 0.1100, False),
    ],
)
def test_what_training_reported_fits_the_final_weights(averaged, epochs, accuracy, loss, holds):
    model = softmax_layer(inputs=4, optimizer=keras.optimizers.Adam(use_ema=averaged))
    history = {"loss": [0.1] * epochs, "val_accuracy": [0.9600, 0.9700], "val_loss": [0.130, 0.120]}
    assert was_reported(evidence(model, history), accuracy, lambda: loss) is holds


@pytest.mark.parametrize(("reported", "hint"), [(0.97, None), (0.971, "Training reported an accuracy of 0.9710")])
def test_a_digit_on_the_edge_may_change_its_class_on_another_device(reported, hint):
    labels = np.arange(10_000) % 10
    probabilities = np.eye(10)[np.where(np.arange(10_000) < 303, labels - 1, labels)]
    of = evidence(softmax_layer(inputs=4), {"val_accuracy": [reported]}, None, labels, probabilities)
    expect(history_matches_the_model, of, hint)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """What is known of a solved exercise of lesson 09."""
    with small_digits(tmp_path_factory):
        model, sealed, held_out = without_a_loop(reader(keras.layers.Dropout(0.25))), SealedTest(), holdout_dataset(60)
        history, result, of = history_of(model, held_out), sealed.open(model), gather(model)
    reached, interval = history["val_accuracy"][0], binomtest(result.correct, 100).proportion_ci(0.95, method="wilson")
    tried = {0.0: reached - 0.02, 0.25: reached, 0.5: reached - 0.01}
    extra = {"held_out": held_out, "tried": tried, "sealed": sealed, "interval": interval}
    return replace(of, history=history, extra=extra)


def with_a_test_digit(held_out):
    """Return the held-out digits and one of the test digits among them."""
    (own,), (others,) = held_out.as_numpy_iterator(), validation_dataset().as_numpy_iterator()
    return tf.data.Dataset.from_tensors(tuple(np.concatenate([a, b[7:8]]) for a, b in zip(own, others, strict=True)))


HELD_OUT, CHOSEN, TESTED, INTERVAL = range(4)


@pytest.mark.parametrize(
    ("changes", "hints"),
    [
        (lambda e: {}, {}),
        (lambda e: dict.fromkeys(e), {HELD_OUT: "no held-out", CHOSEN: "0 rates", TESTED: "unused", INTERVAL: "None"}),
        (lambda e: {"sealed": SealedTest(), "interval": 0.97}, {TESTED: "Found an unused test set", INTERVAL: "0.97"}),
        (lambda e: {"held_out": validation_dataset()}, {HELD_OUT: "test digits in the held-out set"}),
        (lambda e: {"held_out": with_a_test_digit(e["held_out"])}, {HELD_OUT: "test digits in the held-out set"}),
        (lambda e: {"held_out": holdout_dataset(50)}, {HELD_OUT: "on the 50 digits handed in it is"}),
        (lambda e: {"tried": e["tried"] | {0.0: 0.999}}, {CHOSEN: "Found the dropout rate 0.25, but 0 did best"}),
        (lambda e: {"tried": e["tried"] | {0.0: e["tried"][0.25]}}, {}),  # two did equally well
        (lambda e: {"tried": {0.0: 0.0, 0.25: 1.0, 0.5: 0.0}}, {CHOSEN: "Found 0.0, 1.0, 0.0, expected the held-out"}),
        (lambda e: {"tried": {0.0: "high", 0.25: np.ones(2), 0.5: 0.5}}, {CHOSEN: "Found 'high', an object of the"}),
        (lambda e: {"tried": {0.0: 0.1, 0.25: 0.99, 0.5: 0.2}}, {CHOSEN: "Found an accuracy of 0.9900 for"}),
        (lambda e: {"interval": (e["interval"][0], 1)}, {INTERVAL: "which is no 95% interval"}),
        (lambda e: {"interval": (0, e["interval"][1])}, {INTERVAL: "which is no 95% interval"}),
        (lambda e: {"interval": (np.nan, np.nan)}, {INTERVAL: "Found nan to nan"}),
        (lambda e: {"interval": (0.1, 0.2, 0.3)}, {INTERVAL: "expected two numbers"}),
        (lambda e: {"interval": ("a", "b")}, {INTERVAL: "expected two numbers"}),
    ],
)  # fmt: skip
def test_a_network_is_chosen_tested_and_reported_honestly(solved, tiny, changes, hints):
    of = replace(solved, extra=solved.extra | changes(solved.extra))
    for number, claim in enumerate(CLAIMS):
        expect(claim, of, hints.get(number))


def test_what_is_reported_must_be_of_the_held_out_digits_and_of_this_network(solved):
    other = solved.history | {"val_loss": [solved.history["val_loss"][0] + 0.01]}  # the same accuracy by chance
    expect(CLAIMS[HELD_OUT], replace(solved, history=other), "no epoch fits")
    expect(CLAIMS[HELD_OUT], replace(solved, history={"loss": [1.0]}), "no val_accuracy")
    expect(CLAIMS[CHOSEN], replace(solved, history={"loss": [1.0]}), "but 0.0000 in the history")
    expect(CLAIMS[TESTED], replace(solved, model=reader()), None)
    expect(CLAIMS[TESTED], replace(solved, model=softmax_layer()), "used on other weights")


def test_no_dropout_counts_as_a_rate_of_zero():
    of = evidence(softmax_layer(), {"val_accuracy": [0.5]}, tried={0: 0.5, 0.25: 0.4, 0.5: 0.3})
    expect(CLAIMS[CHOSEN], of, None)


def test_the_held_out_digits_are_recorded_and_judged(solved, tiny, tmp_path, monkeypatch):
    accuracy = solved.history["val_accuracy"][0]
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    check_lesson("09_honest_evaluation", solved.model, solved.history, **solved.extra)
    record = json.loads((tmp_path / "record").read_text())
    assert record["held_out"] == 60
    assert record["evaluated"] == pytest.approx(accuracy) == 1 - len(record["misread"]) / 60
    assert "digits held out" in accuracy_of_at_least(0).judge(solved).claim
    assert "validation digits" in accuracy_of_at_least(0).judge(replace(solved, extra={})).claim
    expect(accuracy_of_at_least(accuracy - 1e-3), solved, None)
    expect(accuracy_of_at_least(accuracy + 1e-3), solved, "Train for all epochs")


@pytest.mark.parametrize("right", [9500, 9780, 9850])
@pytest.mark.parametrize(
    ("method", "level", "hint"),
    [("exact", 0.95, None), ("wilsoncc", 0.95, None), ("wilson", 0.92, "no 95%"), ("wilson", 0.97, "no 95%")],
)
def test_intervals_of_another_method_pass_and_of_another_level_fail(right, method, level, hint):
    labels = (np.arange(10_000) >= right).astype(int)  # all are classified as 0
    interval = binomtest(right, 10_000).proportion_ci(level, method=method)
    of = evidence(None, {}, None, labels, np.eye(10)[np.zeros(10_000, int)], interval=interval)
    expect(accuracy_is_reported_with_an_interval, of, hint)
