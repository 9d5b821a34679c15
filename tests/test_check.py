"""check_lesson: what it prints and records, of right networks, of wrong ones and of whatever else is handed in."""

import json
import re
from dataclasses import replace

import keras
import numpy as np
import pytest

from mnist_lab import sample_drawings
from mnist_lab.checks import check
from mnist_lab.checks.check import check_lesson, gather
from mnist_lab.checks.claims import handwriting
from mnist_lab.checks.claims.dense import softmax_computed_by_hand
from mnist_lab.checks.claims.outcome import accuracy_of_at_least
from mnist_lab.checks.lessons import LESSONS
from mnist_lab.data._validation import as_probabilities
from mnist_lab.data.datasets import validation_dataset
from mnist_lab.data.idx import MnistFileError

from .verdicts import evidence, expect, history_of, network, reader, small_digits, softmax_layer, without_a_loop

LESSON = "01_dense_softmax"
L = keras.layers
Dense = L.Dense


def softmax(sums):
    return np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """What is known of a right network."""
    with small_digits(tmp_path_factory):
        model = reader()
        return gather(model, history_of(model, validation_dataset()))


def sums_of(solved):
    W, b = solved.model.layers[-1].get_weights()
    return solved.digits[:100] @ W, b


@pytest.fixture
def records(tmp_path, monkeypatch):
    """Return a function that returns what the checks have recorded."""
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "checks.jsonl"))
    return lambda: [json.loads(line) for line in (tmp_path / "checks.jsonl").read_text().splitlines()]


def test_a_right_solution_passes_and_each_check_is_recorded(solved, tiny, records, capsys):
    callback = keras.callbacks.History()
    callback.history = solved.history
    sums, b = sums_of(solved)
    for given in (solved.history, callback):
        check_lesson(LESSON, solved.model, given, by_hand=softmax(sums + b))
    lines = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in lines] == ["✓ "] * 12
    first, second = records()
    assert first == second
    assert list(first) == ["lesson", "origin", "accuracy", "loss", "evaluated", "misread", "network", "verdicts"]
    assert (first["lesson"], first["origin"]) == (LESSON, "other")
    assert first["accuracy"] == [pytest.approx(first["evaluated"])]
    assert first["loss"] == [pytest.approx(solved.history["val_loss"][0], abs=1e-6)]
    assert len(first["misread"]) == round(100 * (1 - first["evaluated"]))
    assert first["network"] == ["Dense units=10 activation=softmax use_bias=True"]
    assert [(f"✓ {verdict['claim']}", verdict["holds"]) for verdict in first["verdicts"]] == [
        (line, True) for line in lines[:6]
    ]


def test_every_claim_that_does_not_hold_has_a_hint(tiny, capsys):
    model = network(Dense(30, "sigmoid"), Dense(10, "softmax", kernel_initializer="zeros"), optimizer="adam")
    check_lesson(LESSON, model, {"loss": [5.0], "val_accuracy": [0.99]})
    printed = capsys.readouterr().out.splitlines()
    assert [line[:8] for line in printed[::2]] == ["not yet:"] * 6
    assert all(line.startswith("    ") for line in printed[1::2])
    assert "Found Dense(30, sigmoid), Dense(10, softmax); expected Dense(10, softmax)" in printed[1]


@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda sums, b: softmax(sums + b), None),
        (lambda sums, b: softmax(sums + b - 5).tolist(), None),
        (lambda sums, b: None, "by_hand=..."),
        (lambda sums, b: softmax(sums + b)[:, :9], "shape [100, 9]"),
        (lambda sums, b: softmax(sums + b)[0], "shape [10]"),
        (lambda sums, b: np.tile(softmax(sums + b), (2, 1)), "shape [200, 10]"),
        (lambda sums, b: softmax(sums + b) / 100, "not to 1"),
        (lambda sums, b: np.roll(softmax(sums + b), 1, axis=0), "away from the model's"),
        (lambda sums, b: softmax(sums + b).round(2), "away from the model's"),
        (lambda sums, b: sums, "add the bias"),
        (lambda sums, b: sums + b, "take the exponential"),
        (lambda sums, b: np.exp(sums + b), "divide each row"),
        (lambda sums, b: np.exp(sums), "the exponentials of X @ W: the bias b is missing"),
        (lambda sums, b: softmax(sums), "softmax(X @ W): the bias b is missing"),
    ],
)
def test_softmax_by_hand_gets_its_next_step_as_a_hint(solved, spoil, hint):
    expect(softmax_computed_by_hand, replace(solved, extra={"by_hand": spoil(*sums_of(solved))}), hint)


def test_a_hidden_layer_is_no_softmax_by_hand(tiny):
    of = gather(network(Dense(9), Dense(10, "softmax")), None, {"by_hand": np.full((5, 10), 0.1)})
    expect(softmax_computed_by_hand, of, "away from the model's")


def test_the_accuracy_is_compared_with_the_floor(tmp_path):
    of = evidence(labels=np.array([1, 2, 3, 4]), probabilities=np.eye(10)[[1, 2, 3, 5]])
    assert of.misclassified.tolist() == [False, False, False, True]
    expect(accuracy_of_at_least(0.75), of, None)
    expect(accuracy_of_at_least(0.76), of, "Found an accuracy of 0.7500, expected 0.76 or more")


def test_the_floors_of_every_lesson_are_in_order():
    for name, lesson in LESSONS.items():
        assert lesson.name == name
        assert 0.1 < lesson.learner_floor < lesson.unmeasured_floor < 1
        assert all(lesson.learner_floor < lesson.floor(origin) < 1 for origin in ("mnist", "stand-in", "other"))


def test_missing_digits_are_not_blamed_on_the_network(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path))
    with pytest.raises(MnistFileError, match="train-images"):
        check_lesson(LESSON, softmax_layer())
    assert not capsys.readouterr().out


def test_an_unknown_lesson_raises_an_error_that_lists_the_lessons(tiny):
    with pytest.raises(ValueError, match=r"no lesson '13_magic'. The lessons are: 01_dense_softmax"):
        check_lesson("13_magic", object())


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        (None, "Found no model. Train a network, then pass it: check_lesson('01_dense_softmax', model, history)."),
        (object(), "Found AttributeError"),
        (softmax_layer(inputs=100), "incompatible"),
    ],
)
def test_a_model_that_cannot_be_used_is_recorded_as_not_yet(model, hint, tiny, records, capsys):
    check_lesson(LESSON, model)
    (record,) = records()
    (verdict,) = record["verdicts"]
    assert not verdict["holds"]
    assert hint in verdict["hint"]
    assert capsys.readouterr().out == f"not yet: {verdict['claim']}\n    {verdict['hint']}\n"
    assert record["evaluated"] is None
    assert [record[key] for key in ("accuracy", "loss", "misread", "network")] == [[], [], [], []]


class WithoutConfig(L.Layer):
    """A layer for which Keras' own get_config raises."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def test_a_layer_without_config_is_recorded_by_its_class_name(tiny, records):
    check_lesson(LESSON, reader(WithoutConfig(lambda x: x)), {"val_accuracy": ["one"]})
    (record,) = records()
    assert record["network"] == ["WithoutConfig", "Dense units=10 activation=softmax use_bias=True"]
    assert record["accuracy"] == []


def test_a_network_that_outputs_images_misclassifies_every_digit(tiny, records, capsys):
    check_lesson("06_convolutions", network(L.Reshape((28, 28, 1)), L.Conv2D(10, 3, activation="softmax")))
    assert "Found an output of shape [digits, 26, 26, 10]" in capsys.readouterr().out
    assert records()[0]["evaluated"] == 0


def lines(*several):
    return np.array(several, np.float32)


@pytest.mark.parametrize(
    ("outputs", "probabilities"),
    [
        (lines([0.2, 0.8], [1, 0]), lines([0.2, 0.8], [1, 0])),
        (lines([0.2, 0.8], [1, 0]).astype(np.float16), lines([0.2, 0.8], [1, 0])),
        (lines([-1, 1], [2, 2]), softmax(lines([-1, 1], [2, 2]))),
        (lines([0, 1000], [0, 0]), lines([0, 1], [0.5, 0.5])),  # logits after a ReLU
        (lines([0.9, 0.9], [0.5, 0.5]), softmax(lines([0.9, 0.9], [0.5, 0.5]))),  # sigmoids
    ],
)
def test_outputs_that_are_no_probabilities_are_taken_as_logits(outputs, probabilities):
    found = as_probabilities(outputs)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, probabilities, atol=1e-3)


ODD_VALUES = [3, "text", [1, [2, 3], 4], {}, {"a": None, "b": "c", "d": 1}, np.zeros((3, 10)), lambda *_: None, object]
ODD_VALUES += [{0.1: {"a": 1}, 0.2: 0.5, 0.3: np.ones(3)}]
KEYWORDS = ("by_hand", "schedule", "held_out", "tried", "sealed", "interval", "preprocess", "step", "export")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """What is known of a good network, then of odd ones; gathered once."""
    leaky, elu, own = L.LeakyReLU(), L.ELU(), lambda x: x[:, :1] * x
    networks = [
        softmax_layer(),
        softmax_layer(7),
        softmax_layer(1),
        *[network(Dense(20, odd), Dense(15, odd), Dense(10, "tanh")) for odd in (leaky, elu, own)],
        network(L.Reshape((28, 28, 1)), L.Conv2D(2, 1, activation=leaky), L.Flatten(), Dense(10, leaky)),
        network(L.BatchNormalization(), Dense(10, elu, kernel_initializer="zeros")),
        network(Dense(10, own, kernel_regularizer="l2"), L.Dropout(0.9), L.Softmax(axis=0)),
    ]
    with small_digits(tmp_path_factory):
        return [gather(without_a_loop(model)) for model in networks]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras', on a softmax of one output and on a lambda
@pytest.mark.parametrize("lesson", LESSONS)
def test_odd_arguments_get_hints_without_a_traceback_a_dict_or_an_array(
    lesson, known, tiny, records, capsys, monkeypatch
):
    few = [several[:3] for several in sample_drawings()]
    monkeypatch.setattr(handwriting, "sample_drawings", lambda: few)
    monkeypatch.setattr(check, "gather", lambda of, history, extra: replace(of, history=history, extra=extra))
    handed_in = [(known[0], value) for value in ODD_VALUES] + list(zip(known[1:], ODD_VALUES, strict=False))
    for of, value in handed_in:
        history = value if isinstance(value, dict) else {"loss": [1.0], "val_accuracy": value}
        check.check_lesson(lesson, of, history, **dict.fromkeys(KEYWORDS, value))
        printed = capsys.readouterr().out.splitlines()
        assert any(line.startswith("not yet: ") for line in printed)
        assert not [line for line in printed if re.search(r"^    .*(\{[^a-z]|array\(|<\w+[ .])", line)]
    assert len(records()) == len(handed_in)
