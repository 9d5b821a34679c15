"""Claims of lesson 06: convolutions look at an image that gets smaller on its way to ten probabilities."""

import numpy as np

from mnist_lab.checks.claims.layers import (
    Layer,
    all_layers,
    as_tuple,
    as_written,
    float_tolerance_of,
    is_convolution,
)
from mnist_lab.checks.evidence import Evidence, NotYet, claim

Shape = tuple[int | None, ...] | None

MIN_CONVOLUTIONS = 2
SMALL_ENOUGH = 0.5  # share of the positions of the first convolution's input
_DIGITS_TRIED = 100

_RESHAPE = "keras.layers.Reshape((28, 28, 1)) turns the 784 numbers of a digit back into an image"


@claim("convolutions, more than one, look at neighbours in an image that has rows and columns")
def convolutions_see_neighbours(evidence: Evidence) -> None:
    """Check that two convolutions or more look at neighbouring pixels, in an image with rows and columns."""
    layers = list(all_layers(evidence.model))
    faults = [(layer, _fault(layer)) for layer in layers if is_convolution(layer)]
    if not faults:
        found = ", ".join(map(as_written, layers)) or "no layer"
        raise NotYet(f"Found {found}; expected {MIN_CONVOLUTIONS} or more Conv2D layers. Before them, {_RESHAPE}.")
    wrong = [f"{as_written(layer)} {fault}" for layer, fault in faults if fault]
    if len(faults) - len(wrong) >= MIN_CONVOLUTIONS:
        return
    if wrong:
        raise NotYet(f"{wrong[0]}. Expected {MIN_CONVOLUTIONS} convolutions or more that see neighbours.")
    raise NotYet(
        f"Found a single convolution, expected {MIN_CONVOLUTIONS} or more. One finds edges; add a second one, which "
        "finds corners and curves among the edges."
    )


@claim("the image gets smaller on its way, by strides or by pooling")
def image_gets_smaller(evidence: Evidence) -> None:
    """Check that strides, pooling or the like leave at most half of the positions before the image is flattened."""
    layers = list(all_layers(evidence.model))
    starts = (index for index, layer in enumerate(layers) if is_convolution(layer) and _may_see_an_image(layer))
    if (first := next(starts, None)) is None:
        raise NotYet("Found no convolution on an image. Add keras.layers.Conv2D: its strides can shrink the image.")
    following = [layer for layer in layers[first:] if "Global" not in type(layer).__name__]
    start = _positions(_shape_of(layers[first], "input"))
    sizes = [size for layer in following if (size := _positions(_shape_of(layer, "output")))]
    if start is None or not sizes:
        found, small = "no strides and no pooling", any(map(_strides_or_pools, following))
    else:
        found = f"{start} positions at first and {min(sizes)} at the fewest"
        small = min(sizes) <= SMALL_ENOUGH * start
    if not small:
        raise NotYet(
            f"Found {found}; expected half of them or fewer. Give a convolution strides=2, or add "
            "keras.layers.MaxPooling2D after it: the next filter then sees more of the digit."
        )


@claim("what comes out is ten probabilities, as softmax makes them")
def outputs_ten_probabilities(evidence: Evidence) -> None:
    """Check that the network outputs ten numbers for each digit, none negative, that add up to 1."""
    outputs = np.asarray(evidence.model.predict(evidence.digits[:_DIGITS_TRIED], verbose=0), np.float32)
    if outputs.ndim != 2 or outputs.shape[1] != 10:
        shape = ", ".join(map(str, ["digits", *outputs.shape[1:]]))
        raise NotYet(f"Found an output of shape [{shape}]; expected ten numbers for each digit.")
    tolerance = max(1e-3, float_tolerance_of(evidence.model))
    if not ((outputs >= 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=tolerance)):
        last = next((as_written(layer) for layer in reversed(list(all_layers(evidence.model)))), "missing")
        raise NotYet(f'Found outputs that do not add up to 1. The last layer is {last}: give it activation="softmax".')


def _fault(layer: Layer) -> str:
    """Return why a convolution does not see neighbours in an image; "" if it does."""
    kernel = as_tuple(getattr(layer, "kernel_size", None))
    if len(kernel) == 1:
        return f"slides along a line and cannot know which pixel is above which. Use Conv2D: {_RESHAPE}"
    if kernel and max(kernel) == 1:
        return "has a filter of a single pixel, which sees no neighbours. With kernel_size=3 it sees eight"
    rows, columns = _rows_and_columns(_shape_of(layer, "input"))
    if rows is not None and columns is not None and min(rows, columns) == 1:
        return f"gets an image of {rows} × {columns}: a line, without neighbours above and below. Before it, {_RESHAPE}"
    return ""


def _may_see_an_image(layer: Layer) -> bool:
    """Return whether a convolution's input has rows and columns, or an unknown shape."""
    shape = _shape_of(layer, "input")
    return shape is None or len(shape) == 4


def _strides_or_pools(layer: Layer) -> bool:
    return "Pooling" in type(layer).__name__ or max(as_tuple(getattr(layer, "strides", 1)), default=1) > 1


def _shape_of(layer: Layer, end: str) -> Shape:
    """Return the shape of a layer's "input" or "output"; None where it has none or several."""
    try:
        return getattr(getattr(layer, end), "shape", None)
    except (AttributeError, ValueError, RuntimeError):  # a layer of a model without a graph, or used twice
        return None


def _rows_and_columns(shape: Shape) -> tuple[int | None, int | None]:
    """Return rows and columns of a `[batch, rows, columns, channels]`, None for each that is not known."""
    return (shape[1], shape[2]) if shape is not None and len(shape) == 4 else (None, None)


def _positions(shape: Shape) -> int | None:
    rows, columns = _rows_and_columns(shape)
    return None if rows is None or columns is None else rows * columns
