"""Claims of lesson 05: where dropout comes, and how much it drops."""

from mnist_lab.checks.claims.layers import Layer, all_layers, has_class
from mnist_lab.checks.evidence import Evidence, NotYet, claim

RATE_LIMIT = 0.8

_DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")


@claim("dropout stands after a hidden layer, and none after the output")
def dropout_after_a_hidden_layer(evidence: Evidence) -> None:
    """Check that a dropout layer comes between two layers with weights, and none after the last of these."""
    layers = list(all_layers(evidence.model))
    weighted = [index for index, layer in enumerate(layers) if _has_weights(layer)]
    dropouts = [index for index, layer in enumerate(layers) if _is_dropout(layer)]
    if not dropouts:
        raise NotYet("Found no dropout layer. Add keras.layers.Dropout after a hidden layer.")
    first, last = (weighted[0], weighted[-1]) if weighted else (len(layers), len(layers))
    if max(dropouts) > last:
        raise NotYet("Found dropout after the last layer with weights: it drops outputs. Move it before that layer.")
    if not any(first < index < last for index in dropouts):
        raise NotYet("Found dropout only before the first layer with weights: it drops pixels. Add one after it.")


@claim("it drops some of the neurons, and leaves enough of them")
def dropout_rates_are_moderate(evidence: Evidence) -> None:
    """Check that the rate of each dropout layer is above 0 and below 0.8."""
    rates = dropout_rates(evidence)
    if not rates:
        raise NotYet("Found no dropout layer, and so no rate. Add keras.layers.Dropout first.")
    found = f"Found the dropout {'rates' if len(rates) > 1 else 'rate'} {', '.join(f'{rate:g}' for rate in rates)}"
    if min(rates) <= 0:
        raise NotYet(f"{found}, expected more than 0. The rate is the share of neurons to switch off; 0 drops nothing.")
    if not max(rates) < RATE_LIMIT:
        raise NotYet(f"{found}, expected less than {RATE_LIMIT:g}. The rate is the share to switch off, not to keep.")


def dropout_rates(evidence: Evidence) -> list[float]:
    """Return the rate of each dropout layer of the model."""
    return [layer.get_config().get("rate", 0) for layer in all_layers(evidence.model) if _is_dropout(layer)]


def _is_dropout(layer: Layer) -> bool:
    return has_class(layer, _DROPOUTS)


def _has_weights(layer: Layer) -> bool:
    """Return whether a layer has trainable weights and is no normalization."""
    return bool(layer.trainable_weights) and "Normalization" not in type(layer).__name__
