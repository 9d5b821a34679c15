"""Claims on dense layers and what they compute, of lessons 01 to 03; on softmax at the end, wherever a lesson asks."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from mnist_lab.checks.claims import layers
from mnist_lab.checks.evidence import Evidence, NotYet, claim
from mnist_lab.data._validation import are_probabilities
from mnist_lab.data.idx import CLASSES

_RISES = np.array([[-5, -1, 1, 5]], np.float32)  # sums between which ReLU and its relatives rise
_SUMS = np.linspace(-6, 6, 25, dtype=np.float32)[None]
_DIGITS_TRIED = 100


@claim("the network is one dense layer of ten neurons, with a softmax")
def one_dense_softmax_layer(evidence: Evidence) -> None:
    found = layers.described_layers(evidence.model)
    if found != ["Dense(10, softmax)"]:
        raise NotYet(f"Found {layers.listed(found)}; expected Dense(10, softmax) alone, in keras.Sequential.")


@claim("two or more hidden dense layers lie between the pixels and the last layer")
def has_hidden_dense_layers(evidence: Evidence) -> None:
    if (count := len(_hidden_activations(evidence))) < 2:
        found = layers.listed(layers.described_layers(evidence.model))
        raise NotYet(f"Found {found}. Hidden dense layers: {count}, expected 2 or more. Add some before the last.")


@claim("the last layer still makes ten probabilities, with a softmax")
def last_layer_is_softmax(evidence: Evidence) -> None:
    if (last := _last_layer(evidence)) != "Dense(10, softmax)":
        raise NotYet(f"The last layer is {last}, expected Dense(10, softmax): one neuron for each digit.")


@claim("each hidden layer passes its sums through the sigmoid")
def hidden_layers_use_sigmoid(evidence: Evidence) -> None:
    _check_activations(evidence, "sigmoid", _is_like_sigmoid)


@claim("each hidden layer passes its sums through ReLU, or a relative that keeps its slope")
def hidden_layers_use_relu(evidence: Evidence) -> None:
    _check_activations(evidence, "relu", _is_like_relu)


def _check_activations(evidence: Evidence, taught: str, accepts: Callable[[layers.Activation], bool]) -> None:
    activations = _hidden_activations(evidence)
    if not activations:
        raise NotYet(f'Found no hidden dense layer. Add some, each with activation="{taught}".')
    if others := [layers.activation_name(activation) for activation in activations if not accepts(activation)]:
        raise NotYet(f'Found hidden layers with the activation {", ".join(others)}. Set activation="{taught}" in each.')


def _is_like_sigmoid(activation: layers.Activation) -> bool:
    """Return whether an activation is within a tenth of the sigmoid, as straight copies of it are."""
    outputs = layers.outputs_of(activation, _SUMS)
    return outputs is not None and bool(np.abs(outputs - expit(_SUMS)).max() < 0.1)


def _is_like_relu(activation: layers.Activation) -> bool:
    """Return whether an activation rises with a slope of about 1 above 0, and with half of that or less below."""
    if layers.is_a(activation, "PReLU"):  # it has a slope for each neuron, and learns it
        return True
    if (outputs := layers.outputs_of(activation, _RISES)) is None:
        return False
    below, _, above = np.diff(outputs[0])
    return bool(3 <= above <= 5 and abs(below) <= above / 2)


def _hidden_activations(evidence: Evidence) -> list[layers.Activation]:
    found = layers.layers_and_activations(evidence.model)[:-1]
    return [activation for layer, activation in found if layers.is_a(layer, "Dense")]


@claim("ten probabilities come out, as a softmax makes them")
def outputs_ten_probabilities(evidence: Evidence) -> None:
    outputs = np.asarray(evidence.model.predict(evidence.digits[:_DIGITS_TRIED], verbose=0))
    if outputs.ndim != 2 or outputs.shape[1] != CLASSES:
        shape = ", ".join(map(str, ["digits", *outputs.shape[1:]]))
        raise NotYet(f"Found an output of shape [{shape}]; expected ten numbers for each digit.")
    if not are_probabilities(outputs):
        found = f"Found outputs that do not add up to 1. The last layer is {_last_layer(evidence)}"
        raise NotYet(f'{found}: give it activation="softmax".')


@claim("softmax is applied once: at the network's end, or inside the loss")
def softmax_is_applied_once(evidence: Evidence) -> None:
    last = _last_layer(evidence)
    in_the_network = last.endswith("softmax)")
    in_the_loss = bool(getattr(getattr(evidence.model, "loss", None), "from_logits", False))
    if in_the_network and in_the_loss:
        raise NotYet(f"Found softmax in both the loss and the last layer, {last}. Remove it from the last layer.")
    if not (in_the_network or in_the_loss):
        raise NotYet(f"Found softmax in neither the loss nor the last layer, {last}. Give the loss from_logits=True.")


def _last_layer(evidence: Evidence) -> str:
    """Return the last layer that computes something, with its activation."""
    return (layers.described_layers(evidence.model) or ["missing"])[-1]
