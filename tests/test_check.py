import json
import re

import keras
import numpy as np
import pytest

from mnist_lab.checks.check import check_lesson, gather, judge
from mnist_lab.checks.claims.outcome import accuracy_of_at_least, history_matches_the_model, was_reported
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import LESSONS, find_lesson
from mnist_lab.data.datasets import first_digits, training_dataset, validation_dataset
from mnist_lab.data.idx import MnistFileError

from .conftest import write_tiny

LESSON = "01_dense_softmax"
Dense, Input = keras.layers.Dense, keras.Input


def train(layers, optimizer=None, epochs=12, validation=None):
    """Train on the small digits, whose class is shown by a bright row of pixels."""
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
    """A solved lesson: its model and history, trained once on the digits of `tiny`."""
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


def test_the_lessons_own_solution_passes(solved, capsys):
    check_lesson(LESSON, *solved, by_hand=by_hand(solved[0]))
    lines = lines_of(capsys)
    assert len(lines) == 6
    assert all(line.startswith("✓ ") for line in lines)


@pytest.mark.parametrize("softmax", [keras.layers.Softmax, lambda: keras.layers.Activation("softmax")])
def test_another_correct_solution_passes(tiny, capsys, softmax):
    layers = [keras.layers.Reshape((28, 28)), keras.layers.Flatten(), Dense(10, kernel_initializer="zeros"), softmax()]
    model, history = train(layers, keras.optimizers.SGD(0.3, momentum=0.5), epochs=20)
    logits = first_digits(validation_dataset(), 7)[0] @ model.get_weights()[0] + model.get_weights()[1]
    stable = np.exp(logits - logits.max(axis=1, keepdims=True))
    check_lesson(LESSON, model, history, by_hand=stable / stable.sum(axis=1, keepdims=True))
    assert all(line.startswith("✓ ") for line in lines_of(capsys))


def test_every_claim_that_does_not_hold_has_a_hint(tiny, capsys):
    model, _ = train([Dense(30, "sigmoid"), Dense(10, "softmax")], keras.optimizers.Adam(10.0), epochs=1)
    check_lesson(LESSON, model, {"loss": [5.0], "val_accuracy": [0.99]})
    printed = capsys.readouterr().out.splitlines()
    assert [line[:8] for line in printed[::2]] == ["not yet:"] * 6
    assert all(line.startswith("    ") for line in printed[1::2])
    assert "Found Dense(30, sigmoid), Dense(10, softmax); expected Dense(10, softmax)" in printed[1]


def test_another_network_than_one_dense_softmax_layer_fails(tiny):
    assert holds(*train([Dense(10, "relu"), Dense(10, "softmax")]))[0] is False
    assert holds(*train([Dense(10, "sigmoid")]))[0] is False


def test_another_optimizer_fails(tiny):
    assert holds(*train([Dense(10, "softmax")], keras.optimizers.Adam()))[1] is False


def test_validation_on_training_data_fails(tiny):
    model, history = train(
        [Dense(10, "softmax")], keras.optimizers.SGD(0.001), epochs=1, validation=training_dataset(300)
    )
    assert holds(model, history)[3] is False


def test_the_history_of_another_model_fails(solved):
    _, other = train([Dense(10, "softmax")], keras.optimizers.SGD(0.001), epochs=1)
    assert holds(solved[0], other)[3] is False


def test_a_network_that_did_not_learn_fails(tiny):
    model, history = train([Dense(10, "softmax")], keras.optimizers.SGD(1e-9), epochs=1)
    assert holds(model, history)[-1] is False
    model.set_weights([-weights for weights in train([Dense(10, "softmax")])[0].get_weights()])
    assert holds(model, history)[2] is False


def test_training_for_no_epoch_fails(tiny):
    model, history = train([Dense(10, "softmax")], epochs=0)
    verdicts = judge(find_lesson(LESSON), gather(model, history))
    assert "at least one epoch" in verdicts[3].hint


@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda p: None, "by_hand=..."),
        (lambda p: p[:, :9], "shape [100, 9]"),
        (lambda p: p[0], "shape [10]"),
        (lambda p: p / p.sum(), "not to 1"),
        (lambda p: np.roll(p, 1, axis=0), "away from the model's"),
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
def test_an_unfinished_softmax_gets_its_next_step_as_a_hint(solved, hint):
    model, history = solved
    X, _ = first_digits(validation_dataset(), 30)
    by_hand = STAGES[hint](X, *model.get_weights())
    verdict = judge(find_lesson(LESSON), gather(model, history, {"by_hand": by_hand}))[4]
    assert not verdict.holds
    assert hint in verdict.hint


def test_rounded_probabilities_get_no_hint_about_their_sum(solved):
    model, history = solved
    verdict = judge(find_lesson(LESSON), gather(model, history, {"by_hand": by_hand(model).round(2)}))[4]
    assert "away from the model's" in verdict.hint


def test_a_call_without_a_model_prints_how_to_call_it(capsys):
    check_lesson(LESSON)
    assert "check_lesson('01_dense_softmax', model, history)" in capsys.readouterr().out


def test_without_a_history_the_other_claims_are_judged(solved):
    assert holds(solved[0], None)[:4] == [True, True, True, False]


def test_missing_digits_are_not_blamed_on_the_network(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path))
    with pytest.raises(MnistFileError, match="train-images"):
        check_lesson(LESSON, network())
    assert not capsys.readouterr().out


def test_an_unknown_lesson_raises_an_error_that_lists_the_lessons(tiny):
    with pytest.raises(ValueError, match=r"no lesson '13_magic'. The lessons are: 01_dense_softmax"):
        check_lesson("13_magic", object())


def test_each_check_appends_its_findings_to_the_record(solved, tmp_path, monkeypatch):
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


def test_accuracy_is_the_share_of_correctly_classified_digits():
    labels = np.array([1, 2, 3, 4])
    evidence = Evidence(None, {}, None, labels, np.eye(10)[[1, 2, 3, 5]])
    assert evidence.accuracy == 0.75
    assert evidence.misclassified.tolist() == [False, False, False, True]
    assert evidence.measured_accuracy == 0.75
    assert accuracy_of_at_least(0.75).judge(evidence).holds
    assert not accuracy_of_at_least(0.76).judge(evidence).holds


def test_the_floors_of_every_lesson_are_in_order():
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
def test_odd_arguments_are_reported_as_not_yet_without_a_traceback(lesson, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    for odd, value in HANDED_IN:
        history = value if isinstance(value, dict) else {"val_accuracy": value}
        check_lesson(lesson, ODD_NETWORKS[odd], history, **dict.fromkeys(KEYWORDS, value))
        assert "\nnot yet: " in "\n" + capsys.readouterr().out
    assert len((tmp_path / "recorded").read_text().splitlines()) == len(HANDED_IN)


class WithoutConfig(keras.layers.Layer):
    """A layer for which Keras' own get_config raises."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def test_a_layer_without_config_is_recorded_by_its_class_name(solved, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    model = keras.Sequential([Input((784,)), WithoutConfig(lambda x: x), Dense(10, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    check_lesson(LESSON, model, solved[1], by_hand=None)
    recorded = json.loads((tmp_path / "recorded").read_text())
    assert recorded["network"] == ["WithoutConfig", "Dense units=10 activation=softmax use_bias=True"]


def test_a_network_that_outputs_images_misclassifies_every_digit(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    layers = [keras.layers.Reshape((28, 28, 1)), keras.layers.Conv2D(10, 3, activation="softmax")]
    check_lesson("06_convolutions", keras.Sequential([Input((784,)), *layers]))
    assert "Found an output of shape [digits, 26, 26, 10]" in capsys.readouterr().out
    assert json.loads((tmp_path / "recorded").read_text())["evaluated"] == 0


def test_outputs_that_do_not_add_up_to_one_are_normalized_in_the_cross_entropy():
    outputs = np.full((2, 10), 3.0)
    assert Evidence(None, {}, None, np.array([0, 1]), outputs).cross_entropy == pytest.approx(np.log(10))
    assert np.isfinite(Evidence(None, {}, None, np.array([0, 1]), 0 * outputs).cross_entropy)


@pytest.mark.parametrize("odd", ["no network", "other inputs", None])
def test_the_earliest_not_yet_is_recorded_too(odd, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "recorded"))
    check_lesson(LESSON, odd and ODD_NETWORKS[odd])
    record = json.loads((tmp_path / "recorded").read_text())
    (verdict,) = record["verdicts"]
    assert not verdict["holds"]
    assert capsys.readouterr().out == f"not yet: {verdict['claim']}\n    {verdict['hint']}\n"
    assert verdict["hint"].startswith("Found ")
    assert record["evaluated"] is None
    assert [record[key] for key in ("accuracy", "loss", "misread", "network")] == [[], [], [], []]


def train_with(*callbacks, optimizer=None, metrics=("accuracy",), epochs=6, **options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([Input((784,)), Dense(10, "softmax")])
    model.compile(optimizer or keras.optimizers.SGD(0.05), "categorical_crossentropy", metrics=list(metrics))
    options = {"validation_data": validation_dataset(), "epochs": epochs, "verbose": 0, "shuffle": False} | options
    return model, model.fit(training_dataset(20), callbacks=list(callbacks), **options)


def history_verdict(model, history):
    return history_matches_the_model.judge(gather(model, history))


def test_weights_of_an_earlier_epoch_pass(tiny):
    ruined = keras.callbacks.LearningRateScheduler(lambda epoch: 0.05 if epoch < 2 else float("nan"))
    stopping = keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)
    model, history = train_with(ruined, stopping)
    accuracies = history.history["val_accuracy"]
    assert accuracies[-1] < max(accuracies) - 0.1
    assert history_verdict(model, history).holds
    by_chance = history.history | {"val_loss": [loss + 0.1 for loss in history.history["val_loss"]]}
    assert not history_verdict(model, by_chance).holds


@pytest.mark.parametrize(
    ("callbacks", "options"),
    [
        ([], {"validation_freq": 2, "epochs": 12}),
        ([], {"validation_freq": 2, "epochs": 13}),
        ([], {"optimizer": keras.optimizers.Adam(use_ema=True, ema_momentum=0.9), "epochs": 12}),
        ([keras.callbacks.SwapEMAWeights()], {"optimizer": keras.optimizers.Adam(use_ema=True, ema_momentum=0.9)}),
    ],
)
def test_final_weights_that_no_epoch_measured_pass(tiny, callbacks, options):
    assert history_verdict(*train_with(*callbacks, **options)).holds


def test_a_history_with_gaps_or_of_averaged_weights_must_still_be_near(solved, tiny):
    model, _ = solved
    _, other = train_with(optimizer=keras.optimizers.SGD(0.001), validation_freq=2, epochs=3)
    assert not history_verdict(model, other).holds
    model, history = train_with(optimizer=keras.optimizers.Adam(use_ema=True, ema_momentum=0.9), epochs=12)
    assert not history_verdict(model, history.history | {"val_accuracy": [0.5] * 12}).holds
    assert not history_verdict(model, history.history | {"val_accuracy": [0.985] * 12, "val_loss": [1e-6] * 12}).holds


def test_weights_averaged_by_hand_fail_with_their_cause_as_a_hint(tiny):
    model, history = train_with()
    model.set_weights([weights * 0 for weights in model.get_weights()])
    assert "average of your own" in history_verdict(model, history).hint


@pytest.mark.parametrize("metric", ["acc", "categorical_accuracy", keras.metrics.CategoricalAccuracy(name="hits")])
def test_the_accuracy_may_have_another_name(tiny, metric):
    model, history = train_with(metrics=["mse", metric])
    assert "val_accuracy" not in history.history
    assert history_verdict(model, history).holds


def odd_models():
    """Networks, each for a reason that its hint has to tell."""
    layers = keras.layers
    odd = layers.LeakyReLU(), layers.ELU(), lambda x: x[:, :1] * x
    for activation in odd:
        yield [Dense(20, activation), Dense(15, activation), Dense(10, "tanh")]
    yield [layers.Reshape((28, 28, 1)), layers.Conv2D(2, 1, activation=odd[0]), layers.Flatten(), Dense(10, odd[0])]
    yield [layers.BatchNormalization(), Dense(10, odd[1], kernel_initializer="zeros")]
    yield [Dense(10, odd[2], kernel_regularizer="l2"), layers.Dropout(0.9), layers.Softmax(axis=0)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_hint_shows_a_dict_or_an_array(lesson, tiny, capsys):
    values = [{0.1: {"a": 1}, 0.2: 0.5, 0.3: np.ones(3)}, {"a": None, "b": 1, "c": 2}, np.ones((3, 2)), 3]
    for number, layers in enumerate(odd_models()):
        model = keras.Sequential([Input((784,)), *layers])
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        for value in (values[number % 2], values[2 + number % 2]):
            check_lesson(lesson, model, {"loss": [1.0], "val_accuracy": [0.5]}, **dict.fromkeys(KEYWORDS, value))
    hints = [line for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert hints
    assert not [hint for hint in hints if re.search(r"\{[^a-z]|array\(|<\w+[ .]", hint)]


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
    model = network()
    model.compile(keras.optimizers.Adam(use_ema=averaged), "categorical_crossentropy")
    history = {"loss": [0.1] * epochs, "val_accuracy": [0.9600, 0.9700], "val_loss": [0.130, 0.120]}
    evidence = Evidence(model, history, None, None, None)
    assert was_reported(evidence, accuracy, lambda: loss) is holds


def test_a_digit_on_the_edge_may_change_its_class_on_another_device():
    labels = np.arange(10_000) % 10
    probabilities = np.eye(10)[np.where(np.arange(10_000) < 303, labels - 1, labels)]
    evidence = Evidence(network(), {"loss": [1], "val_accuracy": [0.97]}, None, labels, probabilities)
    assert history_matches_the_model.judge(evidence).holds
    evidence.history["val_accuracy"] = [0.971]
    assert not history_matches_the_model.judge(evidence).holds
