"""Claims on hidden dense layers and their activation functions."""

import re

from mnist_lab.checks.claims.layers import described_layers
from mnist_lab.checks.evidence import Evidence, NotYet, claim

MIN_HIDDEN = 2
RELU_LIKE = {
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "softplus", "mish", "squareplus",
}  # fmt: skip


@claim("hidden dense layers stand between the pixels and the last layer, more than one")
def has_hidden_dense_layers(evidence: Evidence) -> None:
    """Check that at least two dense layers come before the last layer."""
    layers = described_layers(evidence.model)
    count = len(_hidden_activations(layers))
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
    """Check that every hidden dense layer has the sigmoid as its activation."""
    _check_activations(evidence, "sigmoid", {"sigmoid", "hard_sigmoid"})


@claim("each hidden layer passes its sums through ReLU, or a relative that keeps its slope")
def hidden_layers_use_relu(evidence: Evidence) -> None:
    """Check that every hidden dense layer has ReLU, or a relative of it that does not saturate for large sums."""
    _check_activations(evidence, "relu", RELU_LIKE)


def _check_activations(evidence: Evidence, taught: str, accepted: set[str]) -> None:
    activations = _hidden_activations(described_layers(evidence.model))
    if not activations:
        raise NotYet(f'Found no hidden dense layer. Add some, each with activation="{taught}".')
    if others := [name for name in activations if name not in accepted]:
        raise NotYet(f'Found hidden layers with the activation {", ".join(others)}. Set activation="{taught}" in each.')


def _hidden_activations(described: list[str]) -> list[str]:
    """Return the activations of the dense layers before the last layer, from `described_layers`."""
    found = [re.fullmatch(r"Dense\(\d+, (.+)\)", layer) for layer in described[:-1]]
    return [layer[1] for layer in found if layer]
