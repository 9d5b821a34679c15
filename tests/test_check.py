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
from mnist_lab.checks.lessons import LESSONS
from mnist_lab.data._validation import as_probabilities
from mnist_lab.data.idx import MnistFileError

from .verdicts import gathered_reader, network, small_digits, softmax_layer, without_a_loop

LESSON = "01_dense_softmax"
L = keras.layers
Dense = L.Dense


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return gathered_reader(tmp_path_factory)


@pytest.fixture
def records(tmp_path, monkeypatch):
    """Return a function that returns what the checks have recorded."""
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "checks.jsonl"))
    return lambda: [json.loads(line) for line in (tmp_path / "checks.jsonl").read_text().splitlines()]


def test_a_right_solution_passes_and_each_check_is_recorded(solved, tiny, records, capsys, monkeypatch):
    callback = keras.callbacks.History()
    callback.history = solved.history
    for given in (solved.history, callback):
        check_lesson(LESSON, solved.model, given)
    lines = capsys.readouterr().out.splitlines()
    monkeypatch.delenv("MNIST_LAB_RESULTS")
    check_lesson(LESSON)
    first, second = records()
    assert first == second
    verdicts = first.pop("verdicts")
    assert lines == 2 * [f"✓ {verdict['claim']}" for verdict in verdicts]
    assert [verdict["holds"] for verdict in verdicts] == [True] * 5
    (accuracy,), (loss,) = solved.history["val_accuracy"], solved.history["val_loss"]
    assert list(first) == ["lesson", "origin", "accuracy", "loss", "evaluated", "misread", "network"]
    assert (first["lesson"], first["origin"]) == (LESSON, "other")
    assert [*first["accuracy"], *first["loss"], first["evaluated"]] == pytest.approx(
        [accuracy, loss, accuracy], abs=1e-6
    )
    assert first["misread"] == np.flatnonzero(solved.misclassified).tolist()
    assert first["network"] == ["Dense units=10 activation=softmax use_bias=True"]


def test_the_floors_of_every_lesson_are_in_order():
    for name, lesson in LESSONS.items():
        assert lesson.name == name
        learner_floor = lesson.learner_floor if lesson.trains else 0.85  # that of the drawings, for lesson 11
        assert 0.1 < learner_floor < lesson.unmeasured_floor < 1
        assert all(learner_floor < lesson.floor(origin) < 1 for origin in ("mnist", "stand-in", "other"))


def test_missing_digits_are_not_blamed_on_the_network(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path))
    with pytest.raises(MnistFileError, match="train-images"):
        check_lesson(LESSON, softmax_layer())
    assert not capsys.readouterr().out


def test_an_unknown_lesson_raises_an_error_that_lists_the_lessons():
    with pytest.raises(ValueError, match=r"no lesson '13_magic'. The lessons are: 01_dense_softmax"):
        check_lesson("13_magic")


@pytest.mark.parametrize(
    ("model", "hint"),
    [(None, "check_lesson('01_dense_softmax', model"), (object(), "Attrib"), (softmax_layer(inputs=9), "incompatible")],
)
def test_a_model_that_cannot_be_used_is_recorded_as_not_yet(model, hint, tiny, records, capsys):
    check_lesson(LESSON, model)
    (record,) = records()
    (verdict,) = record["verdicts"]
    assert not verdict["holds"]
    assert hint in verdict["hint"]
    assert capsys.readouterr().out == f"not yet: {verdict['claim']}\n    {verdict['hint']}\n"
    assert [record[key] for key in ("evaluated", "accuracy", "loss", "misread", "network")] == [None, [], [], [], []]


def test_odd_layers_outputs_and_histories_are_recorded(tiny, records):
    odd = L.Identity()
    odd.get_config = None
    convolution = L.Conv2D(10, 3, activation="softmax")
    check_lesson("06_convolutions", network(odd, L.Reshape((28, 28, 1)), convolution), {"val_accuracy": ["one"]})
    (record,) = records()
    assert (record["evaluated"], record["accuracy"]) == (0, [])
    assert [layer.split()[0] for layer in record["network"]] == ["Identity", "Reshape", "Conv2D"]


@pytest.mark.parametrize(
    ("outputs", "probabilities"),
    [
        ([0.2, 0.8], [0.2, 0.8]),
        ([-1, 1], [0.119, 0.881]),
        ([0, 1000], [0, 1]),  # logits after a ReLU
        ([0.9, 0.9], [0.5, 0.5]),  # sigmoids
    ],
)
def test_outputs_that_are_no_probabilities_are_taken_as_logits(outputs, probabilities):
    found = as_probabilities(np.array([outputs], np.float16))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [probabilities], atol=1e-3)


ODD_VALUES = [3, "text", [1, [2, 3], 4], {}, {"a": None, "b": "c"}, np.zeros((3, 10)), lambda *_: None, object]
ODD_VALUES += [{0.1: {"a": 1}, 0.2: 0.5, 0.3: np.ones(3)}]
KEYWORDS = ("schedule", "held_out", "tried", "sealed", "interval", "preprocess", "step", "export", "training")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """What is known of a good network, then of odd ones."""
    leaky, elu, own = L.LeakyReLU(), L.ELU(), lambda x: x[:, :1] * x
    networks = [
        *map(softmax_layer, (10, 7, 1)),
        *[network(Dense(20, odd), Dense(15, odd), Dense(10, "tanh")) for odd in (leaky, elu, own)],
        network(L.Reshape((28, 28, 1)), L.Conv2D(2, 1, activation=leaky), L.Flatten(), Dense(10, leaky)),
        network(L.BatchNormalization(), Dense(10, elu, kernel_initializer="zeros")),
        network(Dense(10, own, kernel_regularizer="l2"), L.Dropout(0.9), L.Softmax(axis=0)),
    ]
    with small_digits(tmp_path_factory):
        return [gather(without_a_loop(model)) for model in networks]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras', on a softmax of one output and on a lambda
@pytest.mark.parametrize("lesson", LESSONS)
def test_odd_arguments_get_hints_without_a_traceback_or_an_array(lesson, known, tiny, records, capsys, monkeypatch):
    few = [several[:3] for several in sample_drawings()]
    monkeypatch.setattr(handwriting, "sample_drawings", lambda: few)
    monkeypatch.setattr(check, "gather", lambda of, history, extra, _: replace(of, history=history, extra=extra))
    handed_in = [(known[0], value) for value in ODD_VALUES] + list(zip(known[1:], ODD_VALUES, strict=False))
    for of, value in handed_in:
        history = value if isinstance(value, dict) else {"loss": [1.0], "val_accuracy": value}
        check.check_lesson(lesson, of, history, **dict.fromkeys(KEYWORDS, value))
        printed = capsys.readouterr().out.splitlines()
        assert any(line.startswith("not yet: ") for line in printed)
        assert not [line for line in printed if re.search(r"^    .*(\{[^a-z]|array\(|<\w+[ .])", line)]
    assert len(records()) == len(handed_in)
