"""What the checks say of networks: of the lessons' own, of others that put the same idea to work, and of wrong ones."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.claims.dense import hidden_layers_use_relu, hidden_layers_use_sigmoid, softmax_is_applied_once
from mnist_lab.checks.claims.layers import activation_name, described_layers
from mnist_lab.checks.lessons import LESSONS

from .verdicts import compiled, evidence, expect, network

DIGITS = np.random.default_rng(0).random((3, 784), "float32")
COUNTS = {"01": 1, "02": 3, "03": 3, "05": 2, "06": 3, "07": 3, "08": 4}  # the first claims are on the network alone
CLAIMS = {name[:2]: lesson.claims[: COUNTS[name[:2]]] for name, lesson in LESSONS.items() if name[:2] in COUNTS}

L = keras.layers
Activation, Conv, Dense, Drop, Flat, Norm = L.Activation, L.Conv2D, L.Dense, L.Dropout, L.Flatten, L.BatchNormalization
Layers, Mean = L.LayerNormalization, L.GlobalAveragePooling2D
Pool, Shape, Softmax = L.MaxPooling2D, L.Reshape, L.Softmax
dense = partial(Dense, 4, use_bias=False)
OwnDropout, OwnNorm = type("OwnDropout", (Drop,), {}), type("OwnNorm", (Norm,), {})


class OwnModel(keras.Model):
    """A model whose layers do not know their shapes."""

    def __init__(self, strides=2):
        super().__init__()
        self.inner = keras.Sequential([Shape((28, 28, 1)), Conv(2, 3, strides), Conv(2, 3), Flat(), out()])

    def call(self, pixels):
        return self.inner(pixels)


def out(activation="softmax"):
    return Dense(10, activation)


def hidden(*activations):
    return network(*[Dense(20, activation) for activation in activations], out())


def image(*layers, shape=(28, 28, 1)):
    return network(Shape(shape), *layers)


def flat(*layers):
    return [Flat(), *layers, out()]


def block(layer, norm=None):
    return [layer, norm or Norm(scale=False), Activation("relu")]


def conv(activation=None, use_bias=False):
    return Conv(2, 3, strides=4, activation=activation, use_bias=use_bias)


def same(strides):
    return [Conv(2, 3, strides, padding="same"), Conv(2, 3, padding="same")]


def seen(*layers):
    return image(Conv(2, 3, 2), Conv(2, 3), *layers)


def two_branches():
    pixels = keras.Input((784,))
    picture = Shape((28, 28, 1))(pixels)
    seen = L.Concatenate()([Conv(2, size, strides=2, padding="same")(picture) for size in (3, 5)])
    return compiled(keras.Model(pixels, keras.ops.softmax(Dense(10)(Flat()(seen)))))


RIGHT = {
    "01 as taught": lambda: network(out()),
    "01 reshaped, softmax apart": lambda: network(Shape((28, 28)), Flat(), Dense(10), Softmax()),
    "02 as taught": lambda: hidden("sigmoid", "sigmoid"),
    "02 nested": lambda: network(network(Dense(9, "sigmoid"), Dense(9, "sigmoid")), out()),
    "02 activation layers": lambda: network(Dense(9), Activation("sigmoid"), Dense(9, tf.nn.sigmoid), out()),
    "03 activation layers": lambda: network(Dense(20), L.ReLU(), Dense(20), L.LeakyReLU(), out()),
    "05 on the pixels as well": lambda: network(Drop(0.2), Dense(9, "relu"), Drop(0.5), out()),
    "05 before an activation layer": lambda: network(Dense(9), Drop(0.3), Activation("relu"), Dense(10), Softmax()),
    "05 other kinds": lambda: network(Dense(9), L.AlphaDropout(0.1), Dense(6), OwnDropout(0.2), out()),
    "06 as taught": lambda: image(Conv(2, 3, padding="same"), Conv(3, 6, 2, "same"), Conv(4, 6, 2, "same"), *flat()),
    "06 average pooling at the end": lambda: image(Conv(2, 3), Conv(3, 3), L.AveragePooling2D(2), *flat()),
    "06 global average": lambda: image(Conv(2, 3, 2), Conv(3, 3), Conv(10, 1), Mean(), Softmax()),
    "06 a filter in two steps": lambda: image(Conv(2, (1, 5)), Conv(2, (5, 1)), Pool(), *flat()),
    "06 separable": lambda: image(L.SeparableConv2D(2, 3, strides=2), L.DepthwiseConv2D(3), *flat()),
    "06 one pixel in between": lambda: image(Conv(2, 3, 2), Conv(2, 1), Conv(2, 3), *flat()),
    "06 two branches": two_branches,
    "06 subclassed": OwnModel,
    "07 a high rate": lambda: seen(*flat(Drop(0.79))),
    "07 no dense layer": lambda: image(L.SeparableConv2D(4, 3, strides=4), Drop(0.2), Mean(), out()),
    "08 as taught": lambda: image(*block(conv()), *flat(*block(dense()), Drop(0.3))),
    "08 no hidden dense layer": lambda: image(*block(conv()), *block(conv()), Mean(), out()),
    "08 another activation": lambda: image(conv(), Norm(), L.LeakyReLU(), *flat()),
    "08 softmax apart": lambda: image(*block(conv()), Flat(), Dense(10), Softmax()),
    "08 pooling between": lambda: image(conv(), Pool(), Norm(), Activation("relu"), *flat()),
    "08 a subclass": lambda: image(*block(conv(), OwnNorm()), *flat()),
    "08 nested": lambda: image(keras.Sequential([keras.Input((28, 28, 1)), *block(conv())]), *flat(*block(dense()))),
}

# The hints, by the number of the claim that does not hold.
WRONG = {
    "01 a hidden layer": (lambda: hidden("relu"), {0: "Found Dense(20, relu), Dense(10, softmax); expected"}),
    "01 no layer": (lambda: keras.Sequential(), {0: "Found no layer"}),
    "02 one hidden layer": (lambda: hidden("sigmoid"), {0: "Hidden dense layers: 1"}),
    "02 none": (lambda: network(out()), {0: "Hidden dense layers: 0", 2: "Found no hidden dense layer"}),
    "02 gelu apart": (lambda: network(Dense(9), Activation("gelu"), Dense(9), out()), {2: "activation gelu, linear."}),
    "02 for twenty neurons": (lambda: hidden("sigmoid", lambda sums: sums @ tf.eye(20)), {2: "function of your own"}),
    "02 names": (lambda: hidden(L.LeakyReLU(), lambda x: x**2), {2: "activation LeakyReLU, a function of your own."}),
    "03 softmax first": (lambda: network(out(), Dense(9, "relu"), Dense(9, "relu")), {1: "Dense(9, relu)", 2: "soft"}),
    "03 one sigmoid": (lambda: hidden("relu", "sigmoid"), {2: "activation sigmoid. Set"}),
    "05 none": (lambda: hidden("relu"), {0: "Found no dropout layer", 1: "Found no dropout layer"}),
    "05 on the pixels": (lambda: network(Drop(0.2), Dense(9, "relu"), out()), {0: "it drops pixels"}),
    "05 on the answers": (lambda: network(Dense(9, "relu"), out(), Drop(0.2)), {0: "it drops outputs"}),
    "05 before the softmax": (lambda: network(Dense(9), Dense(10), Drop(0.2), Softmax()), {0: "it drops outputs"}),
    "05 around a norm": (lambda: network(Drop(0.2), Norm(), Drop(0.2), out()), {0: "it drops pixels"}),
    "05 not built": (lambda: keras.Sequential([Drop(0.2), Dense(3)]), {0: "it drops pixels"}),
    "06 dense": (lambda: hidden("relu", "relu"), {0: "Found Dense(20), Dense(20), Dense(10); expected Conv2D", 1: ""}),
    "06 a line": (lambda: image(L.Conv1D(2, 3), *flat(), shape=(784, 1)), {0: "above which. Use Conv2D", 1: "no conv"}),
    "06 one column": (lambda: image(*same(2), *flat(), shape=(784, 1, 1)), {0: "an image of 784 × 1: a line"}),
    "06 a single one": (lambda: image(Conv(2, 3, 2), *flat()), {0: "Found a single convolution"}),
    "06 one and one pixel": (lambda: image(Conv(2, 3, 2), Conv(2, 1), *flat()), {0: "a filter of a single pixel"}),
    "06 always as large": (lambda: image(*same(1), *flat()), {1: "Found 784 positions at first and 784 at the fewest"}),
    "06 hardly smaller": (lambda: image(Conv(2, 3), Conv(2, 3), *flat()), {1: "784 positions at first and 576 at"}),
    "06 averaged at once": (lambda: image(*same(1), Conv(10, 1), Mean(), Softmax()), {1: "strides=2"}),
    "06 subclassed, as large": (lambda: OwnModel(1), {1: "no strides and no pooling"}),
    "06 sigmoid at the end": (lambda: seen(Flat(), out("sigmoid")), {2: "The last layer is Dense(10, sigmoid): give"}),
    "06 two numbers": (lambda: seen(Flat(), Dense(2, "softmax")), {2: "shape [digits, 2]; expected ten numbers"}),
    "06 images": (lambda: image(Conv(2, 3, 2), Conv(10, 3, activation="softmax")), {2: "[digits, 11, 11, 10]"}),
    "06 no layer": (lambda: keras.Sequential(), {0: "Found no layer", 1: "Found no convolution", 2: ""}),
    "07 lesson 05": (lambda: network(Dense(8), Drop(0.2), out()), {0: "Found Dense(8), Dropout, Dense(10); expected"}),
    "07 nothing dropped": (lambda: seen(*flat(Drop(0.0))), {2: "Found the dropout rate 0, expected more than 0"}),
    "07 nearly all dropped": (lambda: seen(*flat(Drop(0.8))), {2: "Found the dropout rate 0.8, expected less"}),
    "07 one drops too much": (lambda: seen(Drop(0.9), *flat(Dense(8), Drop(0.3))), {2: "rates 0.9, 0.3, expected"}),
    "08 none at all": (lambda: image(Conv(2, 3), *flat(Dense(4, "relu"))), {1: "Found no normalization", 2: "Found n"}),
    "08 the dense layer forgotten": (lambda: image(*block(conv()), *flat(Dense(4))), {1: "after Dense(4). Expected"}),
    "08 an activation inside": (lambda: image(conv(activation="relu"), Norm(), *flat()), {1: "relu inside Conv2D(2,"}),
    "08 after the activation": (lambda: image(conv(), L.ReLU(), Norm(), *flat()), {1: "before its normalization"}),
    "08 no activation": (lambda: image(conv(), Norm(), *flat()), {1: "Found no activation after Conv2D(2"}),
    "08 biases": (lambda: image(*block(conv(use_bias=True)), *flat(*block(Dense(4)))), {2: "size=3) and Dense(4). S"}),
    "08 layer normalization": (lambda: image(*block(conv(), Layers()), *flat()), {1: "LayerNormalization", 2: ""}),
    "08 before the softmax": (lambda: image(*block(conv()), Flat(), dense(), Norm(), Softmax()), {3: "after the last"}),
    "08 after the softmax": (lambda: image(*block(conv()), *flat(), Norm()), {2: "a bias in Dense(10)", 3: "the last"}),
    "08 after the softmax, another": (lambda: image(*block(conv()), *flat(), Layers()), {3: "It rescales the logits"}),
    "08 dense only": (lambda: image(*flat(*block(dense()))), {0: "Found Reshape, Flatten, Dense(4), BatchNormaliz"}),
    "08 no layer with weights": (lambda: image(Flat()), {0: "Found Reshape", 1: "no hidden", 2: "", 3: "no layer w"}),
    "08 no model": (lambda: None, {0: "Found no layer", 1: "no hidden", 2: "no normalized", 3: "no layer with weigh"}),
}


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_a_right_network_passes_and_a_wrong_one_gets_its_hints_and_no_others(name):
    make, hints = (RIGHT[name], {}) if name in RIGHT else WRONG[name]
    of = evidence(make(), digits=DIGITS)
    for number, claim in enumerate(CLAIMS[name[:2]]):
        expect(claim, of, hints.get(number))


LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
GIVEN = "categorical_crossentropy"  # probabilities


@pytest.mark.parametrize(
    ("last", "loss", "hint"),
    [("softmax", GIVEN, None), (None, LOGITS, None), ("softmax", LOGITS, "in both"), ("sigmoid", GIVEN, "in neither")],
)
def test_softmax_must_be_applied_exactly_once(last, loss, hint):
    expect(softmax_is_applied_once, evidence(network(out(last), loss=loss)), hint)


OWN = type("Own", (), {"__call__": lambda self, sums: tf.nn.relu(sums)})  # a callable object
WRITTEN = [
    ("softmax", lambda sums: tf.nn.softmax(sums)), ("softmax", Softmax()), ("softmax", Activation("softmax")),
    ("sigmoid", tf.nn.sigmoid), ("sigmoid", Activation(tf.nn.sigmoid)),
    ("sigmoid", lambda sums: 0.5 + 0.5 * tf.tanh(sums / 2)), ("relu", L.ReLU()), ("relu", OWN()), ("relu", "relu"),
    ("relu", lambda sums: tf.maximum(sums, 0)), ("linear", None), ("linear", lambda sums: sums),
]  # fmt: skip


@pytest.mark.parametrize(("name", "activation"), WRITTEN)
def test_an_activation_is_known_by_what_it_computes(name, activation):
    function = keras.activations.get(activation)
    assert activation_name(function) == name
    assert activation_name(None) == "linear"
    several = [[out(activation)], [Dense(10), Activation(activation or "linear")]]
    for layers in several + ([[Dense(10), L.Lambda(function)]] if name != "linear" else []):
        assert described_layers(network(*layers)) == [f"Dense(10, {name})"]


RELATIVES = ["elu", "selu", "gelu", "silu", "softplus", "mish", "leaky_relu", L.LeakyReLU(), L.PReLU()]
OTHERS = ["sigmoid", "tanh", "softmax", "softsign", "linear", "exponential", abs, lambda sums: sums[:, :1]]


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (hidden_layers_use_relu, RELATIVES, OTHERS),
        (hidden_layers_use_sigmoid, ["hard_sigmoid"], ["relu", "tanh", "softplus"]),
    ],
)
def test_relatives_of_an_activation_pass_and_others_do_not(claim, right, wrong):
    for activation in right + wrong:
        hint = "in each." if activation in wrong else None
        expect(claim, evidence(network(Dense(20, activation=activation), out())), hint)
