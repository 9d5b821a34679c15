"""The claims of lessons 02 and 03: each holds for right ways and fails for wrong ones."""

import numpy as np
import pytest

from mnist_lab.checks.claims import hidden_layers, optimizers
from mnist_lab.checks.claims.layers import activation_name, described_layers
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
    verdict = hidden_layers.has_hidden_dense_layers.judge(evidence(*dense(*layers)))
    assert verdict.holds is holds
    assert holds or f"Hidden dense layers: {len(layers) - 1}" in verdict.hint


def test_layers_of_a_nested_network_are_counted():
    import keras

    inner = keras.Sequential([keras.Input((784,)), *dense((20, "sigmoid"), (12, "sigmoid"))])
    nested = evidence(inner, *dense(OUT))
    assert hidden_layers.has_hidden_dense_layers.judge(nested).holds
    assert hidden_layers.hidden_layers_use_sigmoid.judge(nested).holds


@pytest.mark.parametrize(
    ("layers", "holds"),
    [([(20, "relu"), OUT], True), ([(20, "relu"), (10, "sigmoid")], False), ([OUT, (20, "relu")], False)],
)
def test_the_last_layer_must_be_softmax(layers, holds):
    verdict = hidden_layers.last_layer_is_softmax.judge(evidence(*dense(*layers)))
    assert verdict.holds is holds
    assert holds or "The last layer is Dense(" in verdict.hint


@pytest.mark.parametrize(
    ("claim", "hidden", "holds", "hint"),
    [
        ("hidden_layers_use_sigmoid", ["sigmoid", "sigmoid"], True, ""),
        ("hidden_layers_use_sigmoid", ["sigmoid", "relu"], False, "activation relu. Set"),
        ("hidden_layers_use_sigmoid", [None], False, "activation linear. Set"),
        ("hidden_layers_use_sigmoid", [], False, "Found no hidden dense layer"),
        ("hidden_layers_use_relu", ["relu", "relu"], True, ""),
        ("hidden_layers_use_relu", ["leaky_relu", "gelu"], True, ""),
        ("hidden_layers_use_relu", ["relu", "sigmoid"], False, "activation sigmoid. Set"),
        ("hidden_layers_use_relu", ["tanh"], False, "activation tanh. Set"),
        ("hidden_layers_use_relu", [], False, "Found no hidden dense layer"),
    ],
)
def test_every_hidden_layer_must_have_the_activation(claim, hidden, holds, hint):
    layers = dense(*[(20, activation) for activation in hidden], OUT)
    verdict = getattr(hidden_layers, claim).judge(evidence(*layers))
    assert verdict.holds is holds
    assert hint in verdict.hint


def test_an_activation_layer_counts_as_the_activation():
    import keras

    layers = [keras.layers.Dense(20), keras.layers.ReLU(), keras.layers.Dense(20), keras.layers.LeakyReLU()]
    found = evidence(*layers, *dense(OUT))
    assert hidden_layers.hidden_layers_use_relu.judge(found).holds
    assert hidden_layers.has_hidden_dense_layers.judge(found).holds
    layers = [keras.layers.Dense(20), keras.layers.Activation("sigmoid")]
    assert hidden_layers.hidden_layers_use_sigmoid.judge(evidence(*layers, *dense(OUT))).holds


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
def test_the_optimizer_must_have_momentum_or_adapt_its_steps(optimizer, options, holds):
    import keras

    chosen = getattr(keras.optimizers, optimizer)(**options)
    verdict = optimizers.optimizer_is_more_than_plain_sgd.judge(evidence(*dense((20, "relu"), OUT), optimizer=chosen))
    assert verdict.holds is holds
    assert holds or f"Found the optimizer {optimizer}" in verdict.hint


@pytest.mark.parametrize("name", ["Adam", "SGD"])
def test_a_subclassed_or_wrapped_optimizer_counts_as_its_kind(name):
    import keras

    kind = getattr(keras.optimizers, name)
    for chosen in (type("Mine", (kind,), {})(), keras.optimizers.LossScaleOptimizer(kind())):
        found = evidence(*dense((20, "relu"), OUT), optimizer=chosen)
        assert optimizers.optimizer_is_more_than_plain_sgd.judge(found).holds is (name == "Adam")
        assert optimizers.optimizer_is_sgd.judge(found).holds is (name == "SGD")


def sigmoid_by_hand(sums):
    import keras

    return 1 / (1 + keras.ops.exp(-sums))


class Own:
    """A callable object, as a learner may write one."""

    def __call__(self, sums):
        import tensorflow as tf

        return tf.nn.relu(sums)


def activations():
    """Return for each name of an activation, how else it may be written."""
    import keras
    import tensorflow as tf

    layers = keras.layers
    return {
        "softmax": [tf.nn.softmax, lambda sums: tf.nn.softmax(sums), layers.Softmax(), layers.Activation("softmax")],
        "sigmoid": [
            tf.nn.sigmoid,
            sigmoid_by_hand,
            layers.Activation(tf.nn.sigmoid),
            lambda x: 0.5 + 0.5 * tf.tanh(x / 2),
        ],
        "relu": [tf.nn.relu, layers.ReLU(), Own(), lambda sums: tf.maximum(sums, 0), "relu"],
        "linear": [None, lambda sums: sums, layers.Activation("linear")],
    }


WRITTEN = [(name, number) for name, several in activations().items() for number in range(len(several))]


@pytest.mark.parametrize(("name", "number"), WRITTEN)
def test_an_activation_is_known_by_what_it_computes(name, number):
    import keras

    activation = activations()[name][number]
    assert activation_name(keras.activations.get(activation)) == name
    inside = [keras.layers.Dense(10, activation=activation)]
    assert described_layers(keras.Sequential([keras.Input((784,)), *inside])) == [f"Dense(10, {name})"]
    apart = [keras.layers.Dense(10), keras.layers.Activation(activation or "linear")]
    assert described_layers(keras.Sequential([keras.Input((784,)), *apart])) == [f"Dense(10, {name})"]
    as_lambda = [keras.layers.Dense(10), keras.layers.Lambda(keras.activations.get(activation))]
    assert name == "linear" or described_layers(keras.Sequential([keras.Input((784,)), *as_lambda])) == [
        f"Dense(10, {name})"
    ]


def test_relatives_of_relu_pass_and_others_do_not():
    import keras
    import tensorflow as tf

    def holds(activation):
        layers = [keras.layers.Dense(20, activation=activation), *dense(OUT)]
        return hidden_layers.hidden_layers_use_relu.judge(evidence(*layers)).holds

    relatives = ["relu6", "elu", "selu", "gelu", "silu", "softplus", "mish", "leaky_relu"]
    relatives += [keras.layers.LeakyReLU(), keras.layers.PReLU(), lambda sums: tf.maximum(0.1 * sums, sums)]
    assert all(map(holds, relatives))
    others = ["sigmoid", "tanh", "softmax", "softsign", "linear", "exponential", abs, lambda sums: sums[:, :1]]
    assert not any(map(holds, others))


def test_a_hint_names_an_activation():
    import keras

    layers = [keras.layers.Dense(20, keras.layers.LeakyReLU()), keras.layers.Dense(20, lambda sums: sums**2)]
    hint = hidden_layers.hidden_layers_use_sigmoid.judge(evidence(*layers, *dense(OUT))).hint
    assert "the activation leaky_relu, a function of your own." in hint
