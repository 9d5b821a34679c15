"""What the checks say of what training reported, and of how a network was chosen, tested and reported."""

import json
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import binomtest

from mnist_lab import SealedTest
from mnist_lab.checks import evidence as evidence_module
from mnist_lab.checks.check import check_lesson, gather
from mnist_lab.checks.claims import outcome
from mnist_lab.checks.lessons import LESSONS
from mnist_lab.data.datasets import holdout_dataset, training_dataset, validation_dataset

from . import verdicts
from .verdicts import compiled, evidence, expect, history_of, reader, softmax_layer

CLAIMS = LESSONS["09_honest_evaluation"].claims


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return verdicts.gathered_reader(tmp_path_factory)


@pytest.mark.parametrize(
    ("history", "hint"),
    [
        (lambda a, b: {"val_accuracy": [0.2, a], "val_loss": [2, 0.1]}, None),  # the last, whatever its loss
        (lambda a, b: {"val_accuracy": [a, 0.3], "val_loss": [b, 2.0]}, None),  # an earlier epoch
        (lambda a, b: {"val_accuracy": [a, 0.3], "val_loss": [b + 0.1, 2.0]}, "no epoch fits"),  # by chance
        (lambda a, b: {"val_accuracy": [a - 0.05]}, "If the weights changed later, validate once more"),
        (lambda a, b: {"val_accuracy": [0.5, 0.3], "val_loss": [b, b], "loss": [1.0] * 4}, "no epoch fits"),
        (lambda a, b: {"val_loss": [b]}, "no val_accuracy"),
        (lambda a, b: {}, "at least one epoch"),
    ],
)
def test_the_history_must_be_of_this_model_and_these_digits(measured, history, hint):
    reported = measured.history["val_accuracy"][0], measured.history["val_loss"][0]
    expect(outcome.history_matches_the_model, replace(measured, history=history(*reported)), hint)


class AlwaysDropping(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


def test_a_network_that_drops_at_inference_is_noticed_although_its_accuracy_fits(measured):
    dropping = keras.Sequential([AlwaysDropping(0.3), *measured.model.layers])
    of = replace(measured, model=dropping, probabilities=dropping.predict(measured.digits, verbose=0))
    history = {"val_accuracy": [1 - float(np.mean(of.misclassified))]}
    expect(outcome.history_matches_the_model, replace(of, history=history), "two different predictions")


def test_the_cross_entropy_is_below_that_of_guessing(measured):
    expect(outcome.better_than_guessing, measured, None)
    wrong = replace(measured, labels=(measured.labels + 1) % 10)
    expect(outcome.better_than_guessing, wrong, "expected less than 2.3. Check that the labels")
    impossible = evidence(labels=np.array([0, 1]), probabilities=np.eye(10)[[1, 0]])
    expect(outcome.better_than_guessing, impossible, "Found a cross-entropy of 708")


ADAM = keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)
RUINED = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 if epoch < 1 else float("nan"))
STOPPED = keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)


@pytest.mark.parametrize(
    ("optimizer", "fitting"),
    [("sgd", {"callbacks": [RUINED, STOPPED]}), (keras.optimizers.SGD(0.001), {"validation_freq": 2}), (ADAM, {})],
)
def test_an_honest_run_passes(tiny, optimizer, fitting):
    model, options = reader(optimizer=optimizer), {"epochs": 3, "shuffle": False, "verbose": 0, **fitting}
    history = model.fit(training_dataset(100), validation_data=validation_dataset(), **options)
    accuracies = history.history["val_accuracy"]
    assert (accuracies[-1] < max(accuracies) - 0.1) == (optimizer == "sgd")
    expect(outcome.history_matches_the_model, gather(model, history), None)


def test_whole_numbers_as_labels_pass_and_a_missing_loss_is_made_up_for(measured):
    earlier = {key: [*values, 2.0] for key, values in measured.history.items()}
    uncompiled = keras.Sequential(measured.model.layers)
    expect(outcome.history_matches_the_model, replace(measured, model=uncompiled, history=earlier), None)
    sparse = compiled(uncompiled, loss="sparse_categorical_crossentropy")
    expect(outcome.history_matches_the_model, replace(measured, model=sparse, history=earlier), None)


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
    ],
)
def test_what_training_reported_fits_the_final_weights(averaged, epochs, accuracy, loss, holds):
    model = softmax_layer(inputs=4, optimizer=keras.optimizers.Adam(use_ema=averaged))
    history = {"loss": [0.1] * epochs, "val_accuracy": [0.9600, 0.9700], "val_loss": [0.130, 0.120]}
    assert outcome.was_reported(evidence(model, history), accuracy, lambda: loss) is holds


def test_a_digit_on_the_edge_may_change_its_class_on_another_device():
    probabilities = np.eye(10)[np.arange(10_000) // 9_700]  # 9,700 zeros
    model = SimpleNamespace(predict=lambda images, **_: probabilities[: len(images)])
    for reported, hint in ((0.97, None), (0.9704, None), (0.971, "0.9710 in the last epoch")):
        of = evidence(model, {"val_accuracy": [reported]}, np.zeros((10_000, 1)), np.zeros(10_000, int), probabilities)
        expect(outcome.history_matches_the_model, of, hint)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """What is known of a solved exercise of lesson 09."""
    with verdicts.small_digits(tmp_path_factory):
        model = verdicts.without_a_loop(reader(keras.layers.Dropout(0.25)))
        sealed, held_out = SealedTest(), holdout_dataset(60)
        history, result = history_of(model, held_out), sealed.open(model)
        of = gather(model, history, {"held_out": held_out})
    reached, interval = history["val_accuracy"][0], binomtest(result.correct, 100).proportion_ci(0.95, method="wilson")
    tried = {0.0: reached - 0.02, 0.25: reached, 0.5: reached - 0.01}
    extra = {"held_out": held_out, "tried": tried, "sealed": sealed, "interval": interval}
    return replace(of, extra=extra)


HELD_OUT, CHOSEN, TESTED, INTERVAL = range(4)


@pytest.mark.parametrize(
    ("changes", "hints"),
    [
        (lambda e: {}, {}),
        (lambda e: dict.fromkeys(e), {HELD_OUT: "no held-out", CHOSEN: "0 rates", TESTED: "unused", INTERVAL: "None"}),
        (lambda e: {"sealed": SealedTest(), "interval": 0.97}, {TESTED: "Found an unused test set", INTERVAL: "0.97"}),
        (lambda e: {"sealed": SealedTest()}, {TESTED: "an unused test set", INTERVAL: "Found no test result that"}),
        (lambda e: {"tried": e["tried"] | {0.0: 0.999}}, {CHOSEN: "Found the dropout rate 0.25, but 0 did best"}),
        (lambda e: {"tried": e["tried"] | {0.0: e["tried"][0.25]}}, {}),  # two did equally well
        (lambda e: {"tried": e["tried"] | {0.0: e["tried"][0.25] + 0.1}}, {}),  # 60 digits can't tell them apart
        (lambda e: {"tried": {0.1: 0.9, 0.2: 0.8, 0.3: 0.7}}, {CHOSEN: "Found the dropout rate 0.25, but 0.1 did"}),
        (lambda e: {"tried": {0.0: 0.0, 0.25: 1.0, 0.5: 0.0}}, {CHOSEN: "Found 0.0, 1.0, 0.0, expected the held-out"}),
        (lambda e: {"tried": {0.0: "high", 0.25: np.ones(2), 0.5: 0.5}}, {CHOSEN: "Found 'high', an object of the"}),
        (lambda e: {"tried": {0.0: 0.1, 0.25: 0.99, 0.5: 0.2}}, {CHOSEN: "Found an accuracy of 0.9900 for"}),
        (lambda e: {"interval": (e["interval"][0], 1)}, {INTERVAL: "which is no 95% interval"}),
        (lambda e: {"interval": (np.nan, np.nan)}, {INTERVAL: "Found nan to nan"}),
        (lambda e: {"interval": (0.1, 0.2, 0.3)}, {INTERVAL: "Found 0.1 and 0.2 and 0.3, expected two numbers"}),
        (lambda e: {"interval": (None, None)}, {INTERVAL: "Found None and None"}),
    ],
)  # fmt: skip
def test_a_network_is_chosen_tested_and_reported_honestly(solved, tiny, changes, hints):
    of = replace(solved, extra=solved.extra | changes(solved.extra))
    for number, claim in enumerate(CLAIMS):
        expect(claim, of, hints.get(number))


@pytest.mark.parametrize(
    ("others", "hint"),
    [
        (lambda held_out: validation_dataset(), "Found 100 digits in the held-out set that are no training digits"),
        (lambda held_out: held_out.concatenate(validation_dataset()), "Found 100 digits"),
        (lambda held_out: holdout_dataset(50), "on 50 digits, "),
        (lambda held_out: held_out.map(lambda images, labels: (images, keras.ops.argmax(labels, axis=1))), None),
    ],
)
def test_the_held_out_digits_are_training_digits_and_those_that_training_was_validated_on(solved, tiny, others, hint):
    held_out = others(solved.extra["held_out"])
    expect(CLAIMS[HELD_OUT], gather(solved.model, solved.history, {"held_out": held_out}), hint)
    tested = history_of(solved.model, validation_dataset())
    expect(CLAIMS[HELD_OUT], gather(solved.model, tested, solved.extra), "test digits don't choose, they only judge")


def test_what_is_reported_must_be_of_the_held_out_digits_and_of_this_network(solved, tiny):
    other = solved.history | {"val_loss": [solved.history["val_loss"][0] + 0.01]}  # the same accuracy by chance
    expect(CLAIMS[HELD_OUT], replace(solved, history=other), "no epoch fits")
    expect(CLAIMS[HELD_OUT], replace(solved, history={"loss": [1.0]}), "no val_accuracy")
    expect(CLAIMS[CHOSEN], replace(solved, history={"loss": [1.0]}), "but 0.0000 in the history")
    tried = {0: 0.5, 0.25: 0.4, 0.5: 0.3}
    without_dropout = evidence(softmax_layer(), {"val_accuracy": [0.5]}, labels=solved.labels, tried=tried)
    expect(CLAIMS[CHOSEN], without_dropout, None)
    expect(CLAIMS[TESTED], replace(solved, model=reader()), None)
    expect(CLAIMS[TESTED], replace(solved, model=softmax_layer()), "used on other weights")


def test_the_held_out_digits_are_recorded_and_judged(solved, tiny, tmp_path, monkeypatch):
    accuracy = solved.history["val_accuracy"][0]
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    check_lesson("09_honest_evaluation", solved.model, solved.history, **solved.extra)
    record = json.loads((tmp_path / "record").read_text())
    assert [verdict["holds"] for verdict in record["verdicts"]] == [True] * 4 + [False]  # the floor is for real digits
    assert record["held_out"] == 60
    assert record["evaluated"] == pytest.approx(accuracy) == 1 - len(record["misread"]) / 60
    assert "held-out digits" in outcome.accuracy_of_at_least(0).judge(solved).claim
    assert "validation digits" in outcome.accuracy_of_at_least(0).judge(replace(solved, extra={})).claim
    expect(outcome.accuracy_of_at_least(accuracy - 1e-3), solved, None)
    expect(outcome.accuracy_of_at_least(accuracy + 1e-3), solved, "Train for all epochs")


def test_no_check_with_held_out_digits_reads_the_test_digits(solved, tiny, monkeypatch, capsys):
    monkeypatch.setattr(evidence_module, "validation_dataset", lambda: pytest.fail("the test digits were read"))
    check_lesson("09_honest_evaluation", solved.model, solved.history, **solved.extra)
    assert capsys.readouterr().out.count("✓") == 4
    check_lesson("09_honest_evaluation", solved.model, solved.history)
    assert "Found no held-out digits. Pass the dataset by name" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("held_out", "found"),
    [
        (3, "Found 3 as held_out (AttributeError"),
        (tf.data.Dataset.from_tensors(np.zeros((4, 784))), "as held_out (ValueError"),
        (tf.data.Dataset.from_tensors((np.zeros((4, 28, 28)), np.zeros((4, 10)))), "images [4, 28, 28] and labels [4"),
    ],
)
def test_held_out_digits_that_cannot_be_used_get_a_hint(solved, tiny, held_out, found, capsys):
    check_lesson("09_honest_evaluation", solved.model, solved.history, held_out=held_out)
    printed = capsys.readouterr().out
    assert "not yet: the model classifies digits" in printed
    assert found in printed
    assert "such as lab.holdout_dataset(HOLDOUT)" in printed


@pytest.mark.parametrize("right", [9500, 9850])
@pytest.mark.parametrize(("method", "level", "hint"), [("exact", 0.95, None), ("wilson", 0.92, "no 95%")])
def test_intervals_of_another_method_pass_and_of_another_level_fail(right, method, level, hint):
    sealed = SimpleNamespace(result=SimpleNamespace(correct=right, labels=range(10_000)))
    interval = binomtest(right, 10_000).proportion_ci(level, method=method)
    of = evidence(sealed=sealed, interval=interval)
    expect(outcome.accuracy_is_reported_with_an_interval, of, hint)
