"""The claims of lesson 08: batch normalization behind every layer that learns, but for the one that answers."""

from itertools import pairwise

from mnist_lab.checks.claims.layers import all_layers, as_written, is_convolution, is_of
from mnist_lab.checks.evidence import Evidence, Verdict

_BATCH_NORM = {"BatchNormalization"}
_OTHER_NORMS = {"LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"}
_ACTIVATIONS = {"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"}
_NEXT = "Behind the layer comes BatchNormalization, behind that the activation"


def normalized_before_the_activation(evidence: Evidence) -> Verdict:
    """Behind every layer with weights but the last comes batch normalization, and only then its activation."""
    claim = "batch normalization stands behind every layer that learns but the last, before its activation"
    stretches = _stretches(evidence.model)[:-1]
    if not stretches:
        return Verdict(claim, False, "found no hidden layer that learns: no convolution, no dense layer to normalize.")
    for stretch in stretches:
        problem = _problem(stretch)
        if problem:
            return Verdict(claim, False, problem)
    return Verdict(claim, True)


def no_bias_where_normalized(evidence: Evidence) -> Verdict:
    """No layer that batch normalization follows has a bias of its own."""
    claim = "where batch normalization follows, the layer has no bias of its own"
    normalized = [stretch for stretch in _stretches(evidence.model) if _index(stretch, _BATCH_NORM) is not None]
    if not normalized:
        hint = "no layer is normalized yet. Where one is, use_bias=False: a constant would be subtracted again."
        return Verdict(claim, False, hint)
    biased = [stretch[0] for stretch in normalized if getattr(stretch[0], "use_bias", False)]
    found = " and ".join(map(as_written, biased))
    hint = (
        f"found a bias in {found}, which batch normalization follows. It subtracts the mean, and any constant with it: "
        "say use_bias=False. Its own centre does the bias's work."
    )
    return Verdict(claim, not biased, hint)


def none_at_the_answer(evidence: Evidence) -> Verdict:
    """No batch normalization stands behind the last layer with weights."""
    claim = "the softmax layer itself is not normalized"
    stretches = _stretches(evidence.model)
    if not stretches:
        return Verdict(claim, False, "found no layer that learns, so none that could answer with softmax.")
    hint = (
        "found batch normalization behind the last layer that learns. It would take the logits' sizes from them, and "
        "with these how sure the network is. Leave the last layer as it was."
    )
    return Verdict(claim, _index(stretches[-1], _BATCH_NORM | _OTHER_NORMS) is None, hint)


def _problem(stretch: list) -> str:
    """Say what is wrong with a layer and what follows it up to the next one that learns; "" if nothing is."""
    layer = stretch[0]
    norm = _index(stretch, _BATCH_NORM)
    if norm is None:
        other = _index(stretch, _OTHER_NORMS)
        if other is None:
            return f"found none behind {as_written(layer)}. {_NEXT}; use a pair of these for each hidden layer."
        return (
            f"found {type(stretch[other]).__name__} behind {as_written(layer)}. It normalizes each image by itself, "
            "a good way too, much used elsewhere. This lesson is about the batch: looked for BatchNormalization."
        )
    if _own_activation(layer) != "linear":
        return (
            f'found activation="{_own_activation(layer)}" inside {as_written(layer)}, so it acts before normalization. '
            f"{_NEXT}, as a layer of its own: keras.layers.Activation."
        )
    activation = _index(stretch, _ACTIVATIONS)
    if activation is None:
        return f'found no activation behind {as_written(layer)} and its normalization. {_NEXT}, Activation("relu") say.'
    if activation < norm:
        return f"found the activation of {as_written(layer)} in front of its normalization. {_NEXT}."
    return ""


def _stretches(model) -> list[list]:
    """Cut the layers into stretches, each of one that learns and all that follows it up to the next."""
    layers = list(all_layers(model))
    starts = [place for place, layer in enumerate(layers) if is_convolution(layer) or is_of(layer, {"Dense"})]
    return [layers[start:end] for start, end in pairwise([*starts, len(layers)])]


def _index(stretch: list, kinds: set[str]) -> int | None:
    """Return the place of the first layer of one of these kinds."""
    return next((place for place, layer in enumerate(stretch) if is_of(layer, kinds)), None)


def _own_activation(layer) -> str:
    """Name the activation that a layer applies itself, "linear" where none."""
    activation = getattr(layer, "activation", None)
    return "linear" if activation is None else getattr(activation, "__name__", type(activation).__name__)
