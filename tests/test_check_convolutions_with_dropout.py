"""The claims of lesson 07, each with networks that pass and networks that fail."""

import keras
import numpy as np
import pytest

from mnist_lab.checks.claims.dropout import dropout_after_a_hidden_layer, dropout_rates_are_moderate
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import OUTCOME, find_lesson

CLAIMS = find_lesson("07_convolutions_with_dropout").claims[:3]
Conv, Dense, Dropout, Flatten = keras.layers.Conv2D, keras.layers.Dense, keras.layers.Dropout, keras.layers.Flatten


def image():
    return [keras.Input((784,)), keras.layers.Reshape((28, 28, 1))]


def head():
    return [Flatten(), Dense(8, activation="relu")]


def network(*layers):
    return keras.Sequential([*image(), *layers])


def answer():
    return Dense(10, activation="softmax")


def as_taught(rate=0.4):
    return network(Conv(2, 3, strides=2, activation="relu"), *head(), Dropout(rate), answer())


def spatial_too():
    drop = keras.layers.SpatialDropout2D(0.1)
    return network(Conv(2, 3, strides=2), drop, Conv(2, 3), *head(), Dropout(0.3), answer())


def two_dropouts():
    return network(Conv(2, 3, strides=2), Dropout(0.1), *head(), Dropout(0.5), answer())


def before_the_dense_layer():
    return network(Conv(2, 3, strides=2), Flatten(), Dropout(0.4), Dense(8), answer())


def activation_of_its_own():
    return network(Conv(2, 3, strides=2), *head(), Dropout(0.4), Dense(10), keras.layers.Softmax())


def no_dense_layer():
    pooled = keras.layers.GlobalAveragePooling2D()
    return network(keras.layers.SeparableConv2D(4, 3, strides=4), Dropout(0.2), pooled, answer())


def nested():
    eye = keras.Sequential([*image(), Conv(2, 3, strides=2), Flatten()])
    return keras.Sequential([keras.Input((784,)), eye, Dropout(0.25), answer()])


def functional():
    pixels = keras.Input((784,))
    seen = Conv(2, 3, strides=2)(keras.layers.Reshape((28, 28, 1))(pixels))
    return keras.Model(pixels, answer()(Dropout(0.4)(Flatten()(seen))))


class Subclassed(keras.layers.Dropout):
    """A learner's own dropout layer."""


def of_their_own():
    return network(Conv(2, 3, strides=2), *head(), Subclassed(0.4), answer())


def verdicts(model):
    evidence = Evidence(model, {}, np.zeros((0, 784)), np.zeros(0, int), np.zeros((0, 10)))
    return [claim.judge(evidence) for claim in CLAIMS]


@pytest.mark.parametrize(
    "make",
    [
        as_taught,
        spatial_too,
        two_dropouts,
        before_the_dense_layer,
        activation_of_its_own,
        no_dense_layer,
        nested,
        functional,
        of_their_own,
    ],
)
def test_a_convolutional_network_with_dropout_passes(make):
    assert [verdict.holds for verdict in verdicts(make())] == [True] * 3


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.79])
def test_other_rates_pass(rate):
    assert [verdict.holds for verdict in verdicts(as_taught(rate))] == [True] * 3


def lesson_06():
    return network(Conv(2, 3, strides=2), *head(), answer())


def lesson_05():
    return keras.Sequential([keras.Input((784,)), Dense(8), Dropout(0.25), answer()])


def on_the_answers():
    return network(Conv(2, 3, strides=2), *head(), answer(), Dropout(0.4))


def on_the_answers_too():
    return network(Conv(2, 3, strides=2), *head(), Dropout(0.4), Dense(10), Dropout(0.4), keras.layers.Softmax())


def on_the_pixels():
    return network(Dropout(0.4), Conv(2, 3, strides=2), *head(), answer())


def nothing_dropped():
    return as_taught(0.0)


def nearly_all_dropped():
    return as_taught(0.8)


def one_drops_too_much():
    return network(Conv(2, 3, strides=2), Dropout(0.9), *head(), Dropout(0.3), answer())


@pytest.mark.parametrize(
    ("make", "expected", "hint"),
    [
        (lesson_06, [True, False, False], "Found no dropout layer. Add keras.layers.Dropout"),
        (lesson_05, [False, True, True], "Found Dense, Dropout, Dense; expected the Conv2D"),
        (on_the_answers, [True, False, True], "Found dropout after the last layer"),
        (on_the_answers_too, [True, False, True], "Found dropout after the last layer"),
        (on_the_pixels, [True, False, True], "it drops pixels"),
        (nothing_dropped, [True, True, False], "0 drops nothing"),
        (nearly_all_dropped, [True, True, False], "Found the dropout rate 0.8, expected less than 0.8"),
        (one_drops_too_much, [True, True, False], "Found the dropout rates 0.9, 0.3"),
        (object, [False, False, False], "Found no layer"),
    ],
)
def test_a_wrong_network_fails_with_a_hint(make, expected, hint):
    found = verdicts(make())
    assert [verdict.holds for verdict in found] == expected
    assert any(hint in verdict.hint for verdict in found if not verdict.holds)


def test_the_lesson_checks_these_claims():
    first, *others = find_lesson("07_convolutions_with_dropout").claims
    assert first.text == "it is still a convolutional network"
    assert others == [dropout_after_a_hidden_layer, dropout_rates_are_moderate, *OUTCOME]
