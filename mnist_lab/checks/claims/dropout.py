"""Claims of lesson 05: where dropout stands, and how much it drops."""

from mnist_lab.checks.claims.layers import all_layers, is_of
from mnist_lab.checks.evidence import Evidence, Verdict

MOST = 0.8

_KINDS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")


def dropout_after_a_hidden_layer(evidence: Evidence) -> Verdict:
    """A dropout layer stands between two layers that have weights, and none after the last of these."""
    claim = "dropout stands after a hidden layer, and none after the output"
    layers = list(all_layers(evidence.model))
    weighted = [place for place, layer in enumerate(layers) if _has_weights(layer)]
    dropped = [place for place, layer in enumerate(layers) if _is_dropout(layer)]
    if not dropped:
        hint = "found no dropout layer. Look for keras.layers.Dropout, and put it after a hidden layer."
        return Verdict(claim, False, hint)
    first, last = (weighted[0], weighted[-1]) if weighted else (len(layers), len(layers))
    if any(place > last for place in dropped):
        hint = (
            "found dropout behind the last layer that has weights: there it strikes out answers, or turns them "
            "into others. Move it in front of that layer."
        )
        return Verdict(claim, False, hint)
    hint = "found dropout in front of all layers that have weights only: it drops pixels. Look for one between them."
    return Verdict(claim, any(first < place < last for place in dropped), hint)


def dropout_leaves_enough(evidence: Evidence) -> Verdict:
    """The rate of each dropout layer is above 0 and below 0.8."""
    claim = "it drops some of the neurons, and leaves enough of them"
    rates = dropout_rates(evidence.model)
    if not rates:
        return Verdict(claim, False, "found no dropout layer, and so no rate.")
    found = f"found {'the rates' if len(rates) > 1 else 'the rate'} {', '.join(f'{rate:g}' for rate in rates)}"
    if min(rates) <= 0:
        return Verdict(claim, False, f"{found}: a rate of 0 drops nothing. It is the share that is switched off.")
    hint = f"{found}; looked for less than {MOST:g}. The rate is the share that is switched off, not the one kept."
    return Verdict(claim, max(rates) < MOST, hint)


def dropout_rates(model) -> list[float]:
    """Return the rate of each dropout layer of a model."""
    return [layer.get_config().get("rate", 0) for layer in all_layers(model) if _is_dropout(layer)]


def _is_dropout(layer) -> bool:
    return is_of(layer, _KINDS)


def _has_weights(layer) -> bool:
    """Whether it is a dense layer, a convolution or the like; normalization has weights, too, and is none."""
    return bool(layer.trainable_weights) and "Normalization" not in type(layer).__name__
