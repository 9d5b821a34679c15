"""Claims on hidden dense layers and their activation functions."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from scipy.special import expit

from mnist_lab.checks.claims.layers import (
    activation_name,
    described_layers,
    has_class,
    layers_and_activations,
    outputs_of,
)
from mnist_lab.checks.evidence import Evidence, NotYet, claim

Activation: TypeAlias = Callable[[Any], Any] | None

MIN_HIDDEN = 2
RISES = np.array([[-5, -1, 1, 5]], np.float32)  # sums between which an activation is judged


@claim("hidden dense layers stand between the pixels and the last layer, more than one")
def has_hidden_dense_layers(evidence: Evidence) -> None:
    """Check that at least two dense layers come before the last layer."""
    layers = described_layers(evidence.model)
    count = len(_hidden_activations(evidence))
    if count < MIN_HIDDEN:
        raise NotYet(
            f"Found {', '.join(layers) or 'no layer'}. Hidden dense layers: {count}, expected {MIN_HIDDEN} or more. "
            "Add them before the last entry of the list that keras.Sequential receives, with commas between them."
        )


@claim("the last layer still makes ten probabilities, by softmax")
def last_layer_is_softmax(evidence: Evidence) -> None:
    """Check that the last layer is dense, with ten neurons and softmax."""
    last = (described_layers(evidence.model) or ["missing"])[-1]
    if last != "Dense(10, softmax)":
        raise NotYet(f"The last layer is {last}, expected Dense(10, softmax): one neuron for each digit.")


@claim("each hidden layer passes its sums through the sigmoid")
def hidden_layers_use_sigmoid(evidence: Evidence) -> None:
    """Check that every hidden dense layer has the sigmoid as its activation, or a coarse copy of it."""
    _check_activations(evidence, "sigmoid", _is_like_sigmoid)


@claim("each hidden layer passes its sums through ReLU, or a relative that keeps its slope")
def hidden_layers_use_relu(evidence: Evidence) -> None:
    """Check that every hidden dense layer has ReLU, or a relative of it that does not saturate for large sums."""
    _check_activations(evidence, "relu", _is_like_relu)


def _check_activations(evidence: Evidence, taught: str, accepts: Callable[[Activation], bool]) -> None:
    activations = _hidden_activations(evidence)
    if not activations:
        raise NotYet(f'Found no hidden dense layer. Add some, each with activation="{taught}".')
    if others := [activation_name(activation) for activation in activations if not accepts(activation)]:
        raise NotYet(f'Found hidden layers with the activation {", ".join(others)}. Set activation="{taught}" in each.')


def _is_like_sigmoid(activation: Activation) -> bool:
    """Return whether an activation is within a tenth of the sigmoid, as straight copies of it are."""
    sums = np.linspace(-6, 6, 25, dtype=np.float32)[None]
    outputs = outputs_of(activation, sums)
    return outputs is not None and outputs.shape == sums.shape and np.abs(outputs - expit(sums)).max() < 0.1


def _is_like_relu(activation: Activation) -> bool:
    """Return whether an activation rises with a slope of about 1 above 0, and with half of that or less below."""
    if has_class(activation, {"PReLU"}):  # it has a slope for each neuron, and learns it
        return True
    outputs = outputs_of(activation, RISES)
    if outputs is None or outputs.shape != RISES.shape:
        return False
    below, _, above = np.diff(outputs[0])
    return bool(3 <= above <= 5 and abs(below) <= above / 2)


def _hidden_activations(evidence: Evidence) -> list[Activation]:
    """Return the activation of each dense layer before the last layer."""
    found = layers_and_activations(evidence.model)[:-1]
    return [activation for layer, activation in found if has_class(layer, {"Dense"})]
