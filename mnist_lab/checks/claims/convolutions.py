"""The claims of lesson 06: convolutions that see an image, which gets smaller on its way to ten probabilities."""

import numpy as np

from mnist_lab.checks.claims.layers import all_layers, as_written, is_convolution, sizes_each_way
from mnist_lab.checks.evidence import Evidence, Verdict

FEWEST = 2
SMALL_ENOUGH = 0.5  # share of the positions of the first convolution's input
_ASKED = 100  # digits

_RESHAPE = "the datasets give lists of 784 numbers, and keras.layers.Reshape((28, 28, 1)) makes images of them again"


def convolutions_see_the_image(evidence: Evidence) -> Verdict:
    """Two convolutions or more look at neighbouring pixels, in an image with rows and columns."""
    claim = "convolutions, more than one, look at neighbours in an image that has rows and columns"
    layers = list(all_layers(evidence.model))
    problems = [(layer, _problem(layer)) for layer in layers if is_convolution(layer)]
    if not problems:
        found = ", ".join(map(as_written, layers)) or "no layer"
        hint = f"found {found}; looked for keras.layers.Conv2D, {FEWEST} of them or more. In front of them: {_RESHAPE}."
        return Verdict(claim, False, hint)
    wrong = [f"{as_written(layer)} {problem}" for layer, problem in problems if problem]
    right = len(problems) - len(wrong)
    if right >= FEWEST:
        return Verdict(claim, True)
    if wrong:
        return Verdict(claim, False, f"{wrong[0]}. Looked for {FEWEST} convolutions that see neighbours.")
    hint = (
        f"found a single convolution. One finds edges; a second one, on what the first found, finds corners and "
        f"curves. Looked for {FEWEST} or more."
    )
    return Verdict(claim, False, hint)


def image_gets_smaller(evidence: Evidence) -> Verdict:
    """Strides, pooling or the like leave at most half of the positions before the image is given up."""
    claim = "the image gets smaller on its way, by strides or by pooling"
    layers = list(all_layers(evidence.model))
    first = next((place for place, layer in enumerate(layers) if is_convolution(layer) and _may_see(layer)), None)
    if first is None:
        hint = "found no convolution on an image. It is the convolutions, or layers between them, that make it smaller."
        return Verdict(claim, False, hint)
    on_the_way = [layer for layer in layers[first:] if "Global" not in type(layer).__name__]
    start = _positions(_shape_of(layers[first], "input"))
    sizes = [size for layer in on_the_way if (size := _positions(_shape_of(layer, "output")))]
    if start is None or not sizes:
        return Verdict(claim, any(_strides_or_pools(layer) for layer in on_the_way), _how_to_shrink("found no stride"))
    found = f"found {start} positions at first and {min(sizes)} at the fewest"
    return Verdict(claim, min(sizes) <= SMALL_ENOUGH * start, _how_to_shrink(found))


def ten_probabilities(evidence: Evidence) -> Verdict:
    """For each digit the network gives ten numbers, none negative, that add up to 1."""
    claim = "what comes out is ten probabilities, as softmax makes them"
    given = np.asarray(evidence.model.predict(evidence.digits[:_ASKED], verbose=0))
    last = next((as_written(layer) for layer in reversed(list(all_layers(evidence.model)))), "none")
    if given.ndim != 2 or given.shape[1] != 10:
        hint = f"found an output of shape {['digits', *given.shape[1:]]}; looked for ten numbers for each digit."
        return Verdict(claim, False, hint.replace("'", ""))
    holds = bool((given >= 0).all() and np.allclose(given.sum(axis=1), 1, atol=1e-3))
    hint = f'the ten numbers do not add up to 1; the last layer is {last}. Looked for activation="softmax" there.'
    return Verdict(claim, holds, hint)


def _problem(layer) -> str:
    """Say why a convolution does not see neighbours in an image; "" if it does."""
    kernel = sizes_each_way(getattr(layer, "kernel_size", None))
    if len(kernel) == 1:
        return f"slides along a line, and does not know which pixel is above which. Take Conv2D: {_RESHAPE}"
    if kernel and max(kernel) == 1:
        return "has a filter of a single pixel, which sees no neighbours. A kernel_size of 3 sees eight"
    rows, columns = _sides(_shape_of(layer, "input"))
    if rows is not None and columns is not None and min(rows, columns) == 1:
        return f"gets an image of {rows} × {columns}: a line, without neighbours above and below. Before it, {_RESHAPE}"
    return ""


def _how_to_shrink(found: str) -> str:
    return (
        f"{found}; looked for half of them or fewer. Give a convolution strides=2, or put keras.layers.MaxPooling2D "
        "behind it: then the next filter sees more of the digit, and there is less to compute."
    )


def _may_see(layer) -> bool:
    """Whether a convolution gets rows and columns, as far as the shape of its input is known."""
    shape = _shape_of(layer, "input")
    return shape is None or len(shape) == 4


def _strides_or_pools(layer) -> bool:
    return "Pooling" in type(layer).__name__ or max(sizes_each_way(getattr(layer, "strides", 1)), default=1) > 1


def _shape_of(layer, end: str) -> tuple | None:
    """Return the shape of a layer's "input" or "output"; None where it has none or several."""
    try:
        return getattr(getattr(layer, end), "shape", None)
    except (AttributeError, ValueError, RuntimeError):  # a layer of a model without a graph, or used twice
        return None


def _sides(shape: tuple | None) -> tuple:
    """Return rows and columns of a `[batch, rows, columns, channels]`, None for what is not known."""
    return (shape[1], shape[2]) if shape is not None and len(shape) == 4 else (None, None)


def _positions(shape: tuple | None) -> int | None:
    rows, columns = _sides(shape)
    return None if rows is None or columns is None else rows * columns
