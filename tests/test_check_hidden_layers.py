"""The claims of lessons 02 and 03: each holds for what was taught, for another right way, and fails for a wrong one."""

import numpy as np
import pytest

from mnist_lab.checks.claims import hidden_layers, optimizers
from mnist_lab.checks.evidence import Evidence


def evidence(*layers, optimizer="sgd"):
    import keras

    model = keras.Sequential([keras.Input(shape=(784,)), *layers])
    model.compile(optimizer=optimizer, loss="categorical_crossentropy")
    return Evidence(model, {}, np.zeros((1, 784)), np.zeros(1), np.full((1, 10), 0.1))


def dense(*described):
    import keras

    return [keras.layers.Dense(units, activation=activation) for units, activation in described]


OUT = (10, "softmax")


@pytest.mark.parametrize(
    ("layers", "holds"),
    [
        ([(200, "sigmoid"), (60, "sigmoid"), OUT], True),
        ([(20, "sigmoid"), (12, "sigmoid"), (11, "sigmoid"), OUT], True),
        ([(200, "sigmoid"), OUT], False),
        ([OUT], False),
    ],
)
def test_hidden_layers_are_counted(layers, holds):
    verdict = hidden_layers.hidden_dense_layers(evidence(*dense(*layers)))
    assert verdict.holds is holds
    assert f"hidden dense layers: {len(layers) - 1}" in verdict.hint


def test_layers_of_a_network_inside_the_network_count_too():
    import keras

    inner = keras.Sequential([keras.Input((784,)), *dense((20, "sigmoid"), (12, "sigmoid"))])
    nested = evidence(inner, *dense(OUT))
    assert hidden_layers.hidden_dense_layers(nested).holds
    assert hidden_layers.sigmoid_inside(nested).holds


@pytest.mark.parametrize(
    ("layers", "holds"),
    [([(20, "relu"), OUT], True), ([(20, "relu"), (10, "sigmoid")], False), ([OUT, (20, "relu")], False)],
)
def test_softmax_stays_last(layers, holds):
    verdict = hidden_layers.softmax_stays_last(evidence(*dense(*layers)))
    assert verdict.holds is holds
    assert "the last layer is Dense(" in verdict.hint


@pytest.mark.parametrize(
    ("claim", "hidden", "holds", "hint"),
    [
        ("sigmoid_inside", ["sigmoid", "sigmoid"], True, ""),
        ("sigmoid_inside", ["sigmoid", "relu"], False, "are relu; looked"),
        ("sigmoid_inside", [None], False, "are linear; looked"),
        ("sigmoid_inside", [], False, "found no hidden dense layer"),
        ("relu_inside", ["relu", "relu"], True, ""),
        ("relu_inside", ["leaky_relu", "gelu"], True, ""),
        ("relu_inside", ["relu", "sigmoid"], False, "are sigmoid; looked"),
        ("relu_inside", ["tanh"], False, "are tanh; looked"),
        ("relu_inside", [], False, "found no hidden dense layer"),
    ],
)
def test_the_activations_of_hidden_layers(claim, hidden, holds, hint):
    layers = dense(*[(20, activation) for activation in hidden], OUT)
    verdict = getattr(hidden_layers, claim)(evidence(*layers))
    assert verdict.holds is holds
    assert hint in verdict.hint


def test_an_activation_may_be_a_layer_of_its_own():
    import keras

    layers = [keras.layers.Dense(20), keras.layers.ReLU(), keras.layers.Dense(20), keras.layers.LeakyReLU()]
    found = evidence(*layers, *dense(OUT))
    assert hidden_layers.relu_inside(found).holds
    assert hidden_layers.hidden_dense_layers(found).holds
    layers = [keras.layers.Dense(20), keras.layers.Activation("sigmoid")]
    assert hidden_layers.sigmoid_inside(evidence(*layers, *dense(OUT))).holds


@pytest.mark.parametrize(
    ("optimizer", "options", "holds"),
    [
        ("Adam", {}, True),
        ("AdamW", {}, True),
        ("RMSprop", {}, True),
        ("Adagrad", {}, True),
        ("Adadelta", {}, True),
        ("Ftrl", {}, True),
        ("SGD", {"momentum": 0.9}, True),
        ("SGD", {}, False),
        ("SGD", {"learning_rate": 0.5}, False),
    ],
)
def test_momentum_or_adapted_steps(optimizer, options, holds):
    import keras

    chosen = getattr(keras.optimizers, optimizer)(**options)
    verdict = optimizers.more_than_plain_descent(evidence(*dense((20, "relu"), OUT), optimizer=chosen))
    assert verdict.holds is holds
    assert f"found the optimizer {optimizer}" in verdict.hint


@pytest.mark.parametrize("name", ["Adam", "SGD"])
def test_an_optimizer_of_ones_own_or_in_a_wrapper_counts_as_what_it_is(name):
    import keras

    kind = getattr(keras.optimizers, name)
    for chosen in (type("Mine", (kind,), {})(), keras.optimizers.LossScaleOptimizer(kind())):
        found = evidence(*dense((20, "relu"), OUT), optimizer=chosen)
        assert optimizers.more_than_plain_descent(found).holds is (name == "Adam")
        assert optimizers.plain_gradient_descent(found).holds is (name == "SGD")
