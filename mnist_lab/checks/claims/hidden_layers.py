"""Claims on hidden dense layers and their activation functions."""

import re

from mnist_lab.checks.claims.layers import described_layers
from mnist_lab.checks.evidence import Evidence, Verdict

FEWEST_HIDDEN = 2
RELU_LIKE = {
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "softplus", "mish", "squareplus",
}  # fmt: skip


def hidden_dense_layers(evidence: Evidence) -> Verdict:
    """At least two dense layers stand before the last one."""
    claim = "hidden dense layers stand between the pixels and the last layer, more than one"
    found = described_layers(evidence.model)
    count = len(hidden_activations(found))
    hint = (
        f"found {', '.join(found) or 'no layer'}: hidden dense layers: {count}. Looked for {FEWEST_HIDDEN} or more "
        "before the last one: more entries in the list that keras.Sequential receives, with commas between them."
    )
    return Verdict(claim, count >= FEWEST_HIDDEN, hint)


def softmax_stays_last(evidence: Evidence) -> Verdict:
    """The last layer is dense, with ten neurons and softmax."""
    claim = "the last layer still makes ten probabilities, by softmax"
    last = (described_layers(evidence.model) or ["no layer"])[-1]
    hint = f"the last layer is {last}; looked for Dense(10, softmax): one neuron for each digit."
    return Verdict(claim, last == "Dense(10, softmax)", hint)


def sigmoid_inside(evidence: Evidence) -> Verdict:
    """Every hidden dense layer has the sigmoid as its activation."""
    claim = "each hidden layer passes its sums through the sigmoid"
    activations = hidden_activations(described_layers(evidence.model))
    others = [name for name in activations if name not in ("sigmoid", "hard_sigmoid")]
    hint = _hint(activations, others, '"sigmoid"')
    return Verdict(claim, bool(activations) and not others, hint)


def relu_inside(evidence: Evidence) -> Verdict:
    """Every hidden dense layer has ReLU, or a relative of it that does not saturate for large sums."""
    claim = "each hidden layer passes its sums through ReLU, or a relative that keeps its slope"
    activations = hidden_activations(described_layers(evidence.model))
    others = [name for name in activations if name not in RELU_LIKE]
    hint = _hint(activations, others, '"relu"')
    return Verdict(claim, bool(activations) and not others, hint)


def hidden_activations(described: list[str]) -> list[str]:
    """Return the activations of the dense layers before the last layer, from `described_layers`."""
    found = [re.fullmatch(r"Dense\(\d+, (.+)\)", layer) for layer in described[:-1]]
    return [layer[1] for layer in found if layer]


def _hint(activations: list[str], others: list[str], wanted: str) -> str:
    if not activations:
        return f"found no hidden dense layer; looked for some, each with activation={wanted}."
    return f"among the hidden layers' activations are {', '.join(others)}; looked for activation={wanted} in each."
