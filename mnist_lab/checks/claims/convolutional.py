"""Claims on convolutional networks, of lessons 06 to 08; on dropout, of lesson 05 too."""

import math
from itertools import pairwise

from mnist_lab.checks.claims.layers import Layer, activation_name, all_layers, as_written, is_a, is_activation, listed
from mnist_lab.checks.evidence import Evidence, NotYet, claim

_SMALL_ENOUGH = 0.5  # share of the positions of the first convolution's input
_RATE_LIMIT = 0.8
_RESHAPE = "keras.layers.Reshape((28, 28, 1)) turns the 784 numbers of a digit back into an image"
_ORDER = "Expected the layer, then BatchNormalization, then the activation"


@claim("two or more convolutions look at neighbours in an image with rows and columns")
def convolutions_see_neighbours(evidence: Evidence) -> None:
    layers = list(all_layers(evidence.model))
    faults = {layer: _fault(layer) for layer in layers if is_a(layer, "*Conv*")}
    wrong = [f"{as_written(layer)} {fault}" for layer, fault in faults.items() if fault]
    if not faults:
        raise NotYet(f"Found {listed(map(as_written, layers))}; expected Conv2D twice or more. Before it, {_RESHAPE}.")
    if len(faults) - len(wrong) < 2:
        found = wrong[0] if wrong else "Found a single convolution. It finds edges; a second one, curves among them"
        raise NotYet(f"{found}. Expected two convolutions or more that see neighbours.")


def _fault(layer: Layer) -> str:
    """Return why a convolution does not see neighbours in an image; "" if it does."""
    kernel, image = getattr(layer, "kernel_size", ()), _rows_and_columns(layer, "input")
    if len(kernel) == 1:
        return f"slides along a line and cannot know which pixel is above which. Use Conv2D: {_RESHAPE}"
    if kernel and max(kernel) == 1:
        return "has a filter of a single pixel, which sees no neighbours. With kernel_size=3 it sees eight"
    if image and min(image) == 1:
        size = " × ".join(map(str, image))
        return f"gets an image of {size}: a line, without neighbours above and below. Before it, {_RESHAPE}"
    return ""


def _rows_and_columns(layer: Layer, end: str) -> tuple[int, ...]:
    """Return rows and columns of the image that is a layer's "input" or "output"; () where none is, or is known."""
    try:
        shape = getattr(layer, end).shape
    except (AttributeError, ValueError, RuntimeError):  # a layer of a model without a graph, or used twice
        return ()
    return tuple(shape[1:3]) if len(shape) == 4 else ()


@claim("the image gets smaller on its way, by strides or by pooling")
def image_gets_smaller(evidence: Evidence) -> None:
    """Check that at most half of the positions are left before the image is flattened or averaged."""
    layers = [layer for layer in all_layers(evidence.model) if not is_a(layer, "Global*")]
    while layers and not (is_a(layers[0], "*Conv*") and len(getattr(layers[0], "kernel_size", ())) != 1):
        layers.pop(0)
    if not layers:
        raise NotYet("Found no convolution on an image. Add keras.layers.Conv2D: its strides can shrink the image.")
    image = _rows_and_columns(layers[0], "input")
    sizes = [math.prod(size) for layer in layers if (size := _rows_and_columns(layer, "output"))]
    if image and sizes:
        found = f"{math.prod(image)} positions at first and {min(sizes)} at the fewest"
        small = min(sizes) <= _SMALL_ENOUGH * math.prod(image)
    else:  # the layers of a subclassed model know no shapes
        found = "no strides and no pooling"
        small = any(is_a(layer, "*Pooling*") or max(getattr(layer, "strides", None) or (1,)) > 1 for layer in layers)
    if not small:
        found += "; expected half of them or fewer, so that the next filter sees more of the digit"
        raise NotYet(f"Found {found}. Give a convolution strides=2, or add keras.layers.MaxPooling2D after it.")


@claim("it's still a convolutional network")
def still_convolutional(evidence: Evidence) -> None:
    layers = list(all_layers(evidence.model))
    if not any(is_a(layer, "*Conv*") for layer in layers):
        raise NotYet(f"Found {listed(map(as_written, layers))}; expected the last lesson's Conv2D layers. Keep them.")


@claim("dropout follows a hidden layer, and none follows the output")
def dropout_after_a_hidden_layer(evidence: Evidence) -> None:
    """Check that a dropout layer comes between two layers with weights, and none after the last of these."""
    layers = [layer for layer in all_layers(evidence.model) if not is_a(layer, "*Normalization*")]
    weighted = [index for index, layer in enumerate(layers) if layer.trainable_weights] or [len(layers)]
    dropouts = [index for index, layer in enumerate(layers) if is_a(layer, "*Dropout*")]
    if not dropouts:
        raise NotYet("Found no dropout layer. Add keras.layers.Dropout after a hidden layer.")
    if max(dropouts) > weighted[-1]:
        raise NotYet("Found dropout after the last layer with weights: it drops outputs. Move it before that layer.")
    if max(dropouts) < weighted[0]:
        raise NotYet("Found dropout only before the first layer with weights: it drops pixels. Add one after it.")


@claim("it drops some neurons, and leaves enough of them")
def dropout_rates_are_moderate(evidence: Evidence) -> None:
    if not (rates := dropout_rates(evidence)):
        raise NotYet("Found no dropout layer, and so no rate. Add keras.layers.Dropout first.")
    found = f"Found the dropout {'rates' if len(rates) > 1 else 'rate'} {', '.join(f'{rate:g}' for rate in rates)}"
    if min(rates) <= 0:
        raise NotYet(f"{found}, expected more than 0. The rate is the share of neurons to switch off; 0 drops nothing.")
    if not max(rates) < _RATE_LIMIT:
        raise NotYet(f"{found}, expected less than {_RATE_LIMIT:g}. The rate is the share to switch off, not to keep.")


def dropout_rates(evidence: Evidence) -> list[float]:
    """Return the rate of each dropout layer of the model."""
    return [layer.get_config().get("rate", 0) for layer in all_layers(evidence.model) if is_a(layer, "*Dropout*")]


@claim("batch normalization follows every layer with weights but the last, before its activation")
def batch_norm_before_each_activation(evidence: Evidence) -> None:
    hidden = _blocks(evidence)[:-1]
    if not hidden:
        raise NotYet("Found no hidden layer to normalize. Add a convolution or a dense layer before the last layer.")
    for layer, *following in hidden:
        name, inside = as_written(layer), activation_name(getattr(layer, "activation", None))
        others = [type(other).__name__ for other in following if is_a(other, "*Normalization*")]
        kinds = [_kind(other) for other in following]
        if "normalization" not in kinds:
            raise NotYet(f"Found {', '.join(others) or 'no normalization'} after {name}. {_ORDER}.")
        if inside != "linear":
            move = 'Make it a layer of its own: keras.layers.Activation("relu"), for example'
            raise NotYet(f"Found the activation {inside} inside {name}, where it acts first. {_ORDER}. {move}.")
        if "activation" not in kinds:
            raise NotYet(f'Found no activation after {name}. {_ORDER}. Add keras.layers.Activation("relu").')
        if kinds.index("activation") < kinds.index("normalization"):
            raise NotYet(f"Found the activation of {name} before its normalization. {_ORDER}. Swap the two.")


def _kind(layer: Layer) -> str:
    if is_a(layer, "*BatchNormalization*"):
        return "normalization"
    return "activation" if is_activation(layer) else "other"


@claim("layers followed by batch normalization have no bias of their own")
def no_bias_before_batch_norm(evidence: Evidence) -> None:
    normalized = [block[0] for block in _blocks(evidence) if "normalization" in map(_kind, block)]
    if not normalized:
        raise NotYet("Found no normalized layer. Add BatchNormalization, and use_bias=False in the layer before it.")
    if biased := [as_written(layer) for layer in normalized if getattr(layer, "use_bias", False)]:
        reason = "it subtracts the mean and any constant with it, and its own beta acts as the bias"
        raise NotYet(f"Found a bias in {' and '.join(biased)}. Set use_bias=False before BatchNormalization: {reason}.")


@claim("the softmax layer itself is not normalized")
def no_batch_norm_after_the_last_layer(evidence: Evidence) -> None:
    blocks = _blocks(evidence)
    if not blocks:
        raise NotYet("Found no layer with weights. Add a dense layer of ten neurons with softmax at the end.")
    if any(is_a(layer, "*Normalization*") for layer in blocks[-1]):
        raise NotYet("Found normalization after the last layer with weights. It rescales the logits: remove it.")


def _blocks(evidence: Evidence) -> list[list[Layer]]:
    """Split the layers into blocks: a convolution or dense layer, and everything up to the next one."""
    layers = list(all_layers(evidence.model))
    starts = [index for index, layer in enumerate(layers) if is_a(layer, "*Conv*", "Dense")]
    return [layers[start:end] for start, end in pairwise([*starts, len(layers)])]
