"""The claims of lesson 08, each with networks that pass and networks that fail."""

import keras
import numpy as np
import pytest

from mnist_lab.checks.claims import batch_norm
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import OUTCOME, find_lesson

CLAIMS = find_lesson("08_batch_normalization").claims[:4]
layers = keras.layers
Norm = layers.BatchNormalization


class Subclassed(layers.BatchNormalization):
    """A learner's own batch normalization."""


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
    "an activation layer": lambda: network(conv(), Norm(), layers.ReLU(), *flat()),
    "softmax as a layer": lambda: network(*block(conv()), *flat(layers.Dense(10), layers.Softmax()), answer=False),
    "pooling between": lambda: network(conv(), layers.MaxPooling2D(), Norm(), relu(), *flat()),
    "the pixels too": lambda: network(Norm(), *block(conv()), *flat()),
    "separable": lambda: network(*block(layers.SeparableConv2D(2, 3, use_bias=False)), *flat()),
    "a subclass": lambda: network(*block(conv(), Subclassed()), *flat()),
    "functional": functional,
    "nested": nested,
}

WRONG = {
    "none at all": (
        lambda: network(conv(True, activation="relu"), *flat(dense(True, activation="relu"))),
        {1: "Found no normalization after Conv2D(2, kernel_size=3)", 2: "Found no normalized layer"},
    ),
    "the dense layer forgotten": (
        lambda: network(*block(conv()), *flat(dense(True, activation="relu"))),
        {1: "Found no normalization after Dense(4)"},
    ),
    "one convolution forgotten": (
        lambda: network(*block(conv()), layers.Conv2D(3, 2, activation="relu"), *flat()),
        {1: "Found no normalization after Conv2D(3, kernel_size=2)"},
    ),
    "after the activation inside": (
        lambda: network(conv(activation="relu"), Norm(), *flat()),
        {1: "Found the activation relu inside Conv2D(2, kernel_size=3)"},
    ),
    "after the activation layer": (
        lambda: network(conv(), relu(), Norm(), *flat()),
        {1: "before its normalization"},
    ),
    "no activation": (
        lambda: network(conv(), Norm(), *flat()),
        {1: "Found no activation after Conv2D(2, kernel_size=3)"},
    ),
    "biases": (
        lambda: network(*block(conv(True)), *flat(*block(dense(True)))),
        {2: "Found a bias in Conv2D(2, kernel_size=3) and Dense(4)"},
    ),
    "layer normalization": (
        lambda: network(*block(conv(), layers.LayerNormalization()), *flat()),
        {1: "Found LayerNormalization after Conv2D(2, kernel_size=3), expected BatchNormalization", 2: "no normalized"},
    ),
    "group normalization": (
        lambda: network(*block(conv(), layers.GroupNormalization(2)), *flat(*block(dense()))),
        {1: "Found GroupNormalization"},
    ),
    "before the softmax": (
        lambda: network(*block(conv()), *flat(dense(), Norm(), layers.Softmax()), answer=False),
        {3: "after the last layer with weights"},
    ),
    "after the softmax": (
        lambda: network(*block(conv()), *flat(layers.Dense(10, "softmax"), Norm()), answer=False),
        {2: "Found a bias in Dense(10)", 3: "after the last layer with weights"},
    ),
    "dense only": (
        lambda: network(*flat(*block(dense()))),
        {0: "Found Reshape, Flatten, Dense, BatchNormalization, Activation, Dense; expected the Conv2D"},
    ),
    "one dense layer": (
        lambda: network(layers.Flatten()),
        {0: "expected the Conv2D layers", 1: "no hidden layer", 2: "Found no normalized layer"},
    ),
    "no layer with weights": (
        lambda: network(layers.Flatten(), answer=False),
        {0: "Found Reshape, Flatten", 1: "no hidden layer", 2: "no normalized", 3: "no layer with weights"},
    ),
    "no model": (
        lambda: None,
        {0: "Found no layer", 1: "no hidden layer", 2: "no normalized", 3: "no layer with weights"},
    ),
}


def verdicts(model):
    evidence = Evidence(model, {}, np.zeros((0, 784)), np.zeros(0, int), np.zeros((0, 10)))
    return [claim.judge(evidence) for claim in CLAIMS]


@pytest.mark.parametrize("name", GOOD)
def test_a_normalized_network_passes(name):
    assert [verdict.holds for verdict in verdicts(GOOD[name]())] == [True] * 4


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_network_fails_with_a_hint(name):
    make, hints = WRONG[name]
    found = verdicts(make())
    assert {number for number, verdict in enumerate(found) if not verdict.holds} == set(hints)
    for number, hint in hints.items():
        assert hint in found[number].hint


def test_the_lesson_checks_these_claims():
    first, *others = find_lesson("08_batch_normalization").claims
    assert first.text == "it is still a convolutional network"
    assert others == [
        batch_norm.batch_norm_before_each_activation,
        batch_norm.no_bias_before_batch_norm,
        batch_norm.no_batch_norm_after_the_last_layer,
        *OUTCOME,
    ]
