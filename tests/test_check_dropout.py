"""The claims of lesson 05: where dropout comes, and how much it drops."""

import keras
import pytest

from mnist_lab.checks.claims.dropout import dropout_after_a_hidden_layer, dropout_rates_are_moderate
from mnist_lab.checks.claims.learning_rate import learning_rate_decays, training_used_the_schedule
from mnist_lab.checks.evidence import Evidence, NotYet
from mnist_lab.checks.lessons import find_lesson

Activation, BatchNormalization = keras.layers.Activation, keras.layers.BatchNormalization
Dense, Dropout = keras.layers.Dense, keras.layers.Dropout


class Renamed(Dropout):
    """A learner's own layer, made from Keras'."""


def stacked(*layers):
    return keras.Sequential([keras.Input((28 * 28,)), *layers])


def as_taught(rate=0.25):
    hidden = [Dense(20, "relu"), Dropout(rate), Dense(6, "relu"), Dropout(rate)]
    return stacked(*hidden, Dense(10, "softmax"))


def verdicts(model):
    evidence = Evidence(model, {}, None, None, None)
    return dropout_after_a_hidden_layer.judge(evidence), dropout_rates_are_moderate.judge(evidence)


def holds(model):
    return [verdict.holds for verdict in verdicts(model)]


def functional():
    inputs = keras.Input((28 * 28,))
    hidden = Dropout(0.4)(Dense(20, "relu")(inputs))
    return keras.Model(inputs, Dense(10, "softmax")(hidden))


RIGHT = {
    "as taught": as_taught,
    "after one layer only": lambda: stacked(Dense(20, "relu"), Dense(6, "relu"), Dropout(0.1), Dense(10, "softmax")),
    "on the pixels as well": lambda: stacked(Dropout(0.2), Dense(20, "relu"), Dropout(0.5), Dense(10, "softmax")),
    "before an activation layer": lambda: stacked(
        Dense(20), Dropout(0.3), Activation("relu"), Dense(10), Activation("softmax")
    ),
    "other kinds": lambda: stacked(
        Dense(20, "selu"), keras.layers.AlphaDropout(0.1), Dense(6, "relu"), Renamed(0.2), Dense(10, "softmax")
    ),
    "of channels": lambda: stacked(
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(2, 5, 4, activation="relu"),
        keras.layers.SpatialDropout2D(0.3),
        keras.layers.Flatten(),
        Dense(10, "softmax"),
    ),
    "nested": lambda: stacked(keras.Sequential([Dense(20, "relu"), Dropout(0.25)]), Dense(10, "softmax")),
    "functional": functional,
}


@pytest.mark.parametrize("name", RIGHT)
def test_dropout_after_a_hidden_layer_passes(name):
    assert holds(RIGHT[name]()) == [True, True]


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        (lambda: stacked(Dense(20, "relu"), Dense(10, "softmax")), "Found no dropout layer"),
        (lambda: stacked(Dropout(0.2), Dense(20, "relu"), Dense(10, "softmax")), "it drops pixels"),
        (lambda: stacked(Dense(20, "relu"), Dense(10, "softmax"), Dropout(0.2)), "it drops outputs"),
        (lambda: stacked(Dense(20, "relu"), Dense(10), Dropout(0.2), Activation("softmax")), "it drops outputs"),
        (
            lambda: stacked(Dense(20, "relu"), Dropout(0.2), Dense(10, "softmax"), Dropout(0.2)),
            "it drops outputs",
        ),
        (lambda: stacked(Dropout(0.2), BatchNormalization(), Dropout(0.2), Dense(10, "softmax")), "it drops pixels"),
        (lambda: stacked(Dropout(0.2)), "it drops pixels"),
    ],
)
def test_dropout_only_before_or_after_the_hidden_layers_fails(model, hint):
    position, _ = verdicts(model())
    assert not position.holds
    assert hint in position.hint


@pytest.mark.parametrize(
    ("rate", "hint"),
    [
        (0.0, "Found the dropout rates 0, 0, expected more than 0"),
        (0.8, "expected less than 0.8"),
        (0.95, "not to keep"),
    ],
)
def test_a_rate_that_drops_nothing_or_nearly_everything_fails(rate, hint):
    position, amount = verdicts(as_taught(rate))
    assert position.holds
    assert not amount.holds
    assert hint in amount.hint


@pytest.mark.parametrize("model", [None, keras.Sequential(), keras.Sequential([Dropout(0.2), Dense(3)]), object()])
def test_odd_models_get_a_hint(model):
    with pytest.raises(NotYet, match="Found"):
        dropout_after_a_hidden_layer.check(Evidence(model, {}, None, None, None))
    assert "Error" not in verdicts(model)[1].hint


def test_the_lesson_also_checks_the_learning_rate():
    assert find_lesson("05_dropout").claims[2:4] == (learning_rate_decays, training_used_the_schedule)
