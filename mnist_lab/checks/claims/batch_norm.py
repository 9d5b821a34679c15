"""Claims of lesson 08: batch normalization after every layer with weights except the output layer."""

from itertools import pairwise

from mnist_lab.checks.claims.layers import (
    Layer,
    activation_inside,
    activation_name,
    all_layers,
    as_written,
    has_class,
    is_activation,
    is_convolution,
)
from mnist_lab.checks.evidence import Evidence, NotYet, claim

_BATCH_NORM = {"BatchNormalization"}
_OTHER_NORMS = {"LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"}
_ORDER = "Expected the layer, then BatchNormalization, then the activation"


@claim("batch normalization stands behind every layer that learns but the last, before its activation")
def batch_norm_before_each_activation(evidence: Evidence) -> None:
    """Check that batch normalization, then an activation, follows each convolution or dense layer but the last."""
    hidden = _blocks(evidence)[:-1]
    if not hidden:
        raise NotYet("Found no hidden layer to normalize. Add a convolution or a dense layer before the last layer.")
    for block in hidden:
        _check_order(block)


@claim("where batch normalization follows, the layer has no bias of its own")
def no_bias_before_batch_norm(evidence: Evidence) -> None:
    """Check that no layer followed by batch normalization has a bias of its own."""
    normalized = [block for block in _blocks(evidence) if _index(block, _BATCH_NORM) is not None]
    if not normalized:
        raise NotYet("Found no normalized layer. Add BatchNormalization, and use_bias=False in the layer before it.")
    biased = [block[0] for block in normalized if getattr(block[0], "use_bias", False)]
    if biased:
        raise NotYet(
            f"Found a bias in {' and '.join(map(as_written, biased))}, expected use_bias=False before "
            "BatchNormalization: it subtracts the mean and any constant with it, and its own beta acts as the bias."
        )


@claim("the softmax layer itself is not normalized")
def no_batch_norm_after_the_last_layer(evidence: Evidence) -> None:
    """Check that no normalization follows the last convolution or dense layer."""
    blocks = _blocks(evidence)
    if not blocks:
        raise NotYet("Found no layer with weights. Add a dense layer of ten neurons with softmax at the end.")
    if _index(blocks[-1], _BATCH_NORM | _OTHER_NORMS) is not None:
        raise NotYet("Found normalization after the last layer with weights. It rescales the logits: remove it.")


def _check_order(block: list[Layer]) -> None:
    """Raise `NotYet` unless batch normalization follows a block's layer directly before its activation."""
    layer = as_written(block[0])
    norm = _index(block, _BATCH_NORM)
    if norm is None:
        other = _index(block, _OTHER_NORMS)
        if other is None:
            raise NotYet(f"Found no normalization after {layer}. {_ORDER}, for each hidden layer.")
        raise NotYet(
            f"Found {type(block[other]).__name__} after {layer}, expected BatchNormalization. The former normalizes "
            "each image by itself, which works well elsewhere, but this lesson normalizes over the batch."
        )
    if (name := activation_name(activation_inside(block[0]))) != "linear":
        raise NotYet(
            f"Found the activation {name} inside {layer}, so it acts before normalization. {_ORDER}. "
            'Move it into a layer of its own: keras.layers.Activation("relu"), for example.'
        )
    activation = next((index for index, layer in enumerate(block) if is_activation(layer)), None)
    if activation is None:
        raise NotYet(f'Found no activation after {layer}. {_ORDER}. Add keras.layers.Activation("relu").')
    if activation < norm:
        raise NotYet(f"Found the activation of {layer} before its normalization. {_ORDER}. Swap the two.")


def _blocks(evidence: Evidence) -> list[list[Layer]]:
    """Split the layers into blocks: a convolution or dense layer, and everything up to the next one."""
    layers = list(all_layers(evidence.model))
    starts = [index for index, layer in enumerate(layers) if is_convolution(layer) or has_class(layer, {"Dense"})]
    return [layers[start:end] for start, end in pairwise([*starts, len(layers)])]


def _index(block: list[Layer], names: set[str]) -> int | None:
    """Return the index of the first layer with one of these class names."""
    return next((index for index, layer in enumerate(block) if has_class(layer, names)), None)
