"""The claim of lesson 07 that is its own: with dropout added, the network still reads by convolutions."""

from mnist_lab.claims.evidence import Evidence, Verdict
from mnist_lab.claims.layers import all_layers, is_convolution


def still_convolutional(evidence: Evidence) -> Verdict:
    """At least one layer is a convolution, in a network inside the network too."""
    claim = "it is still a convolutional network"
    layers = list(all_layers(evidence.model))
    found = ", ".join(type(layer).__name__ for layer in layers) or "no layer"
    hint = f"found {found}; looked for Conv2D. Keep the convolutions of the lesson before, and add dropout to them."
    return Verdict(claim, any(map(is_convolution, layers)), hint)
