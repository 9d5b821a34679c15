import json

import keras
import numpy as np
import pytest

from mnist_lab.checks.check import check_lesson, gather, judge
from mnist_lab.checks.claims.outcome import accuracy_of_at_least
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import LESSONS, find_lesson
from mnist_lab.data.datasets import first_digits, training_dataset, validation_dataset

from .conftest import write_tiny

LESSON = "01_dense_softmax"
Dense, Input = keras.layers.Dense, keras.Input


def train(layers, optimizer=None, epochs=12, validation=None):
    """Train on the small digits, whose class one bright row of pixels gives away."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([Input((784,)), *layers])
    model.compile(optimizer or keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    data = training_dataset(20)
    history = model.fit(
        data, validation_data=validation or validation_dataset(), epochs=epochs, verbose=0, shuffle=False
    )
    return model, history


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_LAB_DATA", str(write_tiny(tmp_path_factory.mktemp("tiny"))))
        return train([Dense(10, activation="softmax")])


@pytest.fixture
def solved(tiny, trained):
    """A solved lesson: its model and history, trained once on the same small digits that `tiny` names."""
    return trained


def by_hand(model, n=100):
    X, _ = first_digits(validation_dataset(), n)
    W, b = model.get_weights()
    exponentials = np.exp(X @ W + b)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def lines_of(capsys):
    return [line for line in capsys.readouterr().out.splitlines() if not line.startswith("    ")]


def holds(model, history, **evidence):
    return [verdict.holds for verdict in judge(find_lesson(LESSON), gather(model, history, evidence))]


def test_solved_as_in_the_lesson(solved, capsys):
    check_lesson(LESSON, *solved, by_hand=by_hand(solved[0]))
    lines = lines_of(capsys)
    assert len(lines) == 6
    assert all(line.startswith("✓ ") for line in lines)


@pytest.mark.parametrize("softmax", [keras.layers.Softmax, lambda: keras.layers.Activation("softmax")])
def test_solved_in_another_right_way(tiny, capsys, softmax):
    layers = [keras.layers.Reshape((28, 28)), keras.layers.Flatten(), Dense(10, kernel_initializer="zeros"), softmax()]
    model, history = train(layers, keras.optimizers.SGD(0.3, momentum=0.5), epochs=20)
    logits = first_digits(validation_dataset(), 7)[0] @ model.get_weights()[0] + model.get_weights()[1]
    stable = np.exp(logits - logits.max(axis=1, keepdims=True))
    check_lesson(LESSON, model, history, by_hand=stable / stable.sum(axis=1, keepdims=True))
    assert all(line.startswith("✓ ") for line in lines_of(capsys))


def test_unsolved_every_line_says_not_yet_with_a_hint(tiny, capsys):
    model, _ = train([Dense(30, "sigmoid"), Dense(10, "softmax")], keras.optimizers.Adam(10.0), epochs=1)
    check_lesson(LESSON, model, {"loss": [5.0], "val_accuracy": [0.99]})
    said = capsys.readouterr().out.splitlines()
    assert [line[:8] for line in said[::2]] == ["not yet:"] * 6
    assert all(line.startswith("    ") for line in said[1::2])
    assert "found Dense(30, sigmoid), Dense(10, softmax); looked for Dense(10, softmax)" in said[1]


def test_a_network_with_another_layer_is_told(tiny):
    assert holds(*train([Dense(10, "relu"), Dense(10, "softmax")]))[0] is False
    assert holds(*train([Dense(10, "sigmoid")]))[0] is False


def test_another_optimizer_is_told(tiny):
    assert holds(*train([Dense(10, "softmax")], keras.optimizers.Adam()))[1] is False


def test_validation_data_swapped_for_training_data_is_noticed(tiny):
    model, history = train(
        [Dense(10, "softmax")], keras.optimizers.SGD(0.001), epochs=1, validation=training_dataset(300)
    )
    assert holds(model, history)[3] is False


def test_the_history_of_another_model_is_noticed(solved):
    _, other = train([Dense(10, "softmax")], keras.optimizers.SGD(0.001), epochs=1)
    assert holds(solved[0], other)[3] is False


def test_a_network_that_did_not_learn_is_told(tiny):
    model, history = train([Dense(10, "softmax")], keras.optimizers.SGD(1e-9), epochs=1)
    assert holds(model, history)[-1] is False
    model.set_weights([-weights for weights in train([Dense(10, "softmax")])[0].get_weights()])
    assert holds(model, history)[2] is False


def test_a_training_of_no_epoch_is_told(tiny):
    model, history = train([Dense(10, "softmax")], epochs=0)
    verdicts = judge(find_lesson(LESSON), gather(model, history))
    assert "at least one epoch" in verdicts[3].hint


@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda p: None, "by_hand=..."),
        (lambda p: p[:, :9], r"shape [100, 9]"),
        (lambda p: p[0], r"shape [10]"),
        (lambda p: p / p.sum(), "not to 1"),
        (lambda p: np.roll(p, 1, axis=0), "greatest difference"),
        (lambda p: np.tile(p, (2, 1)), "shape [200, 10]"),
    ],
)
def test_wrong_probabilities_get_a_hint(solved, spoil, hint):
    model, history = solved
    verdicts = judge(find_lesson(LESSON), gather(model, history, {"by_hand": spoil(by_hand(model))}))
    assert not verdicts[4].holds
    assert hint in verdicts[4].hint


STAGES = {
    "add the bias": lambda X, W, b: X @ W,
    "take the exponential": lambda X, W, b: X @ W + b,
    "divide each row": lambda X, W, b: np.exp(X @ W + b),
    "the bias b is missing": lambda X, W, b: np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("hint", STAGES)
def test_on_the_way_to_the_probabilities_the_next_step_is_named(solved, hint):
    model, history = solved
    X, _ = first_digits(validation_dataset(), 30)
    by_hand = STAGES[hint](X, *model.get_weights())
    verdict = judge(find_lesson(LESSON), gather(model, history, {"by_hand": by_hand}))[4]
    assert not verdict.holds
    assert hint in verdict.hint


def test_rounded_probabilities_are_not_said_to_miss_their_sum(solved):
    model, history = solved
    verdict = judge(find_lesson(LESSON), gather(model, history, {"by_hand": by_hand(model).round(2)}))[4]
    assert "greatest difference" in verdict.hint


def test_without_a_model_the_call_is_explained(capsys):
    check_lesson(LESSON)
    assert "check_lesson('01_dense_softmax', model, history)" in capsys.readouterr().out


def test_without_a_history_the_check_goes_on(solved):
    assert holds(solved[0], None)[:4] == [True, True, True, False]


def test_an_unknown_lesson_lists_the_known_ones(tiny):
    with pytest.raises(ValueError, match=r"no lesson '13_magic'. The lessons are: 01_dense_softmax"):
        check_lesson("13_magic", object())


def test_what_a_check_found_is_recorded(solved, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "checks.jsonl"))
    for _ in range(2):
        check_lesson(LESSON, *solved, by_hand=by_hand(solved[0]))
    first, second = map(json.loads, (tmp_path / "checks.jsonl").read_text().splitlines())
    assert first == second
    assert first["lesson"] == LESSON
    assert first["origin"] == "other"
    assert len(first["accuracy"]) == len(first["loss"]) == 12
    assert len(first["misread"]) == round(100 * (1 - first["evaluated"]))
    assert [verdict["holds"] for verdict in first["verdicts"]] == [True] * 6


def test_accuracy_is_the_share_of_right_readings():
    labels = np.array([1, 2, 3, 4])
    evidence = Evidence(None, {}, None, labels, np.eye(10)[[1, 2, 3, 5]])
    assert evidence.accuracy == 0.75
    assert evidence.misread.tolist() == [False, False, False, True]
    assert evidence.measured_accuracy == 0.75
    assert accuracy_of_at_least(0.75)(evidence).holds
    assert not accuracy_of_at_least(0.76)(evidence).holds


def test_every_lesson_has_floors_that_make_sense():
    for name, lesson in LESSONS.items():
        assert lesson.name == name
        assert 0.1 < lesson.learner_floor < lesson.unmeasured_floor < 1
        for origin in ("mnist", "stand-in"):
            assert lesson.learner_floor < lesson.floor(origin) < 1


def network(inputs=784, outputs=10):
    model = keras.Sequential([Input((inputs,)), Dense(outputs, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


KEYWORDS = ("by_hand", "schedule", "held_out", "tried", "sealed", "interval", "preprocess", "step", "export")
ODD_NETWORKS = {
    "no network": object(),
    "other inputs": network(inputs=100),
    "seven outputs": network(outputs=7),
    "one output": network(outputs=1),
    "a good one": network(),
}
ODD_VALUES = [3, "text", [1, [2, 3], 4], {}, {"a": None, "b": "c", "d": 1}, np.zeros((3, 10)), lambda *_: None, object]


HANDED_IN = [(odd, 3) for odd in ODD_NETWORKS] + [("a good one", value) for value in ODD_VALUES]


@pytest.mark.parametrize("lesson", LESSONS)
def test_whatever_is_handed_in_there_is_a_line_and_no_traceback(lesson, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    judged = 0
    for odd, value in HANDED_IN:
        history = value if isinstance(value, dict) else {"val_accuracy": value}
        check_lesson(lesson, ODD_NETWORKS[odd], history, **dict.fromkeys(KEYWORDS, value))
        told = lines_of(capsys)
        assert any(line.startswith("not yet") for line in told)
        judged += len(told) > 1
    assert len((tmp_path / "recorded").read_text().splitlines()) == judged >= len(ODD_VALUES)


class OfTheirOwn(keras.layers.Layer):
    """A layer that cannot be written down: Keras' own get_config raises for it."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def test_a_layer_that_cannot_be_written_down_is_recorded_by_its_name(solved, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    model = keras.Sequential([Input((784,)), OfTheirOwn(lambda x: x), Dense(10, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    check_lesson(LESSON, model, solved[1], by_hand=None)
    recorded = json.loads((tmp_path / "recorded").read_text())
    assert recorded["network"] == ["OfTheirOwn", "Dense units=10 activation=softmax use_bias=True"]


def test_a_network_that_answers_with_images_misreads_all(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    layers = [keras.layers.Reshape((28, 28, 1)), keras.layers.Conv2D(10, 3, activation="softmax")]
    check_lesson("06_convolutions", keras.Sequential([Input((784,)), *layers]))
    assert "found an output of shape [digits, 26, 26, 10]" in capsys.readouterr().out
    assert json.loads((tmp_path / "recorded").read_text())["evaluated"] == 0


def test_outputs_that_do_not_add_up_to_one_do_not_lower_the_cross_entropy():
    outputs = np.full((2, 10), 3.0)
    assert Evidence(None, {}, None, np.array([0, 1]), outputs).cross_entropy == pytest.approx(np.log(10))
    assert np.isfinite(Evidence(None, {}, None, np.array([0, 1]), 0 * outputs).cross_entropy)
