"""The claims of lesson 08, each with networks that pass and networks that do not."""

import keras
import numpy as np
import pytest

from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import find_lesson

from .solutions.lesson_08 import EXPECTED, SOLUTIONS

CLAIMS = find_lesson("08_batch_normalization").claims[:4]
layers = keras.layers
Norm = layers.BatchNormalization


class Own(layers.BatchNormalization):
    """A batch normalization of the learner's own."""


def conv(bias=False, **options):
    return layers.Conv2D(2, 3, strides=4, use_bias=bias, **options)


def dense(bias=False, **options):
    return layers.Dense(4, use_bias=bias, **options)


def relu():
    return layers.Activation("relu")


def block(layer, norm=None):
    return [layer, norm or Norm(scale=False), relu()]


def network(*several, answer=True):
    model = keras.Sequential([keras.Input((784,)), layers.Reshape((28, 28, 1)), *several])
    if answer:
        model.add(layers.Dense(10, activation="softmax"))
    return model


def flat(*several):
    return [layers.Flatten(), *several]


def functional():
    pixels = keras.Input((784,))
    seen = relu()(Norm()(conv()(layers.Reshape((28, 28, 1))(pixels))))
    return keras.Model(pixels, layers.Dense(10, activation="softmax")(layers.Flatten()(seen)))


def nested():
    eye = keras.Sequential([keras.Input((28, 28, 1)), conv(), Norm(), relu()])
    return network(eye, *flat(*block(dense())))


GOOD = {
    "as taught": lambda: network(*block(conv()), *flat(*block(dense()), layers.Dropout(0.3))),
    "with scale": lambda: network(*block(conv(), Norm()), *flat(*block(dense()))),
    "another momentum": lambda: network(*block(conv(), Norm(momentum=0.9)), *flat()),
    "no hidden dense layer": lambda: network(*block(conv()), *block(conv()), layers.GlobalAveragePooling2D()),
    "another activation": lambda: network(conv(), Norm(), layers.LeakyReLU(), *flat()),
    "an activation of one's own layer": lambda: network(conv(), Norm(), layers.ReLU(), *flat()),
    "softmax as a layer": lambda: network(*block(conv()), *flat(layers.Dense(10), layers.Softmax()), answer=False),
    "pooling between": lambda: network(conv(), layers.MaxPooling2D(), Norm(), relu(), *flat()),
    "the pixels too": lambda: network(Norm(), *block(conv()), *flat()),
    "separable": lambda: network(*block(layers.SeparableConv2D(2, 3, use_bias=False)), *flat()),
    "a class of one's own": lambda: network(*block(conv(), Own()), *flat()),
    "functional": functional,
    "nested": nested,
}

WRONG = {
    "none at all": (
        lambda: network(conv(True, activation="relu"), *flat(dense(True, activation="relu"))),
        {1: "found none behind Conv2D(2, kernel_size=3)", 2: "no layer is normalized yet"},
    ),
    "the dense layer forgotten": (
        lambda: network(*block(conv()), *flat(dense(True, activation="relu"))),
        {1: "found none behind Dense(4)"},
    ),
    "one convolution forgotten": (
        lambda: network(*block(conv()), layers.Conv2D(3, 2, activation="relu"), *flat()),
        {1: "found none behind Conv2D(3, kernel_size=2)"},
    ),
    "behind the activation inside": (
        lambda: network(conv(activation="relu"), Norm(), *flat()),
        {1: 'found activation="relu" inside Conv2D(2, kernel_size=3)'},
    ),
    "behind the activation's layer": (
        lambda: network(conv(), relu(), Norm(), *flat()),
        {1: "in front of its normalization"},
    ),
    "no activation": (
        lambda: network(conv(), Norm(), *flat()),
        {1: "found no activation behind Conv2D(2, kernel_size=3)"},
    ),
    "biases": (
        lambda: network(*block(conv(True)), *flat(*block(dense(True)))),
        {2: "found a bias in Conv2D(2, kernel_size=3) and Dense(4)"},
    ),
    "layer normalization": (
        lambda: network(*block(conv(), layers.LayerNormalization()), *flat()),
        {1: "found LayerNormalization behind Conv2D(2, kernel_size=3). It normalizes each image by itself", 2: "yet"},
    ),
    "group normalization": (
        lambda: network(*block(conv(), layers.GroupNormalization(2)), *flat(*block(dense()))),
        {1: "found GroupNormalization"},
    ),
    "before the softmax": (
        lambda: network(*block(conv()), *flat(dense(), Norm(), layers.Softmax()), answer=False),
        {3: "behind the last layer that learns"},
    ),
    "behind the softmax": (
        lambda: network(*block(conv()), *flat(layers.Dense(10, "softmax"), Norm()), answer=False),
        {2: "found a bias in Dense(10)", 3: "behind the last layer that learns"},
    ),
    "dense only": (
        lambda: network(*flat(*block(dense()))),
        {0: "found Reshape, Flatten, Dense, BatchNormalization, Activation, Dense; looked for the Conv2D"},
    ),
    "one dense layer": (
        lambda: network(layers.Flatten()),
        {0: "looked for the Conv2D layers", 1: "no hidden layer", 2: "no layer is normalized yet"},
    ),
    "nothing that learns": (
        lambda: network(layers.Flatten(), answer=False),
        {0: "found Reshape, Flatten", 1: "no hidden layer", 2: "yet", 3: "no layer that learns"},
    ),
    "no model": (lambda: None, {0: "found no layer", 1: "no hidden layer", 2: "yet", 3: "no layer that learns"}),
}


def verdicts(model):
    evidence = Evidence(model, {}, np.zeros((0, 784)), np.zeros(0, int), np.zeros((0, 10)))
    return [claim(evidence) for claim in CLAIMS]


@pytest.mark.parametrize("name", GOOD)
def test_right_in_several_ways(name):
    assert [verdict.holds for verdict in verdicts(GOOD[name]())] == [True] * 4


@pytest.mark.parametrize("name", WRONG)
def test_wrong_ones_get_a_hint(name):
    make, hints = WRONG[name]
    said = verdicts(make())
    assert {place for place, verdict in enumerate(said) if not verdict.holds} == set(hints)
    for place, hint in hints.items():
        assert hint in said[place].hint


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_exercises_variants_are_judged_as_expected(name):
    held = {}
    exec(SOLUTIONS[name]["model"], held)
    not_yet = [verdict.claim for verdict in verdicts(held["model"]) if not verdict.holds]
    assert len(not_yet) == len(EXPECTED[name])
    assert all(part in claim for part, claim in zip(EXPECTED[name], not_yet, strict=True))


def test_the_lesson_asks_for_these_claims():
    lesson = find_lesson("08_batch_normalization")
    assert [claim.__name__ for claim in lesson.claims] == [
        "is_still_convolutional",
        "normalized_before_the_activation",
        "no_bias_where_normalized",
        "none_at_the_answer",
        "better_than_guessing",
        "honest_history",
    ]
