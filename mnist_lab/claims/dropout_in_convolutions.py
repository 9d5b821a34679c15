"""The claim of lesson 07 that is its own: with dropout added, the network still reads by convolutions."""

from mnist_lab.claims.evidence import Evidence, Verdict


def still_convolutional(evidence: Evidence) -> Verdict:
    """At least one layer is a convolution, in a network inside the network too."""
    claim = "it is still a convolutional network"
    layers = _all_layers(evidence.model)
    found = ", ".join(type(layer).__name__ for layer in layers if type(layer).__name__ != "InputLayer") or "no layer"
    hint = f"found {found}; looked for Conv2D. Keep the convolutions of the lesson before, and add dropout to them."
    return Verdict(claim, any(_is_convolution(layer) for layer in layers), hint)


def _all_layers(model) -> list:
    """Return the layers in order, those of nested models in place of these."""
    layers = []
    for layer in getattr(model, "layers", None) or []:
        layers += _all_layers(layer) if getattr(layer, "layers", None) else [layer]
    return layers


def _is_convolution(layer) -> bool:
    return any("Conv" in kind.__name__ for kind in type(layer).__mro__)
