"""The tasks of exercise 06: a convolution, its costs, two filters of your own, and a small network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.claims.layers import all_layers, as_written, is_a
from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, numbers, task, validation_accuracy
from mnist_lab.environment import float_tolerance

Image = npt.NDArray[np.floating]


# Of each step of the task, what is right after it, and its cases: sides of image and filter, stride, padding.
_STEPS: tuple[tuple[str, list[tuple[tuple[int, int], tuple[int, int], int, str]]], ...] = (
    ('"valid" with stride 1', [((7, 7), (3, 3), 1, "valid"), ((12, 9), (2, 4), 1, "valid")]),
    ('"valid" with any stride, the core', [((12, 9), (3, 3), 2, "valid"), ((13, 9), (3, 2), 3, "valid")]),
    ('"same" with stride 1', [((7, 7), (3, 3), 1, "same"), ((7, 7), (4, 4), 1, "same"), ((12, 9), (4, 3), 1, "same")]),
    (
        '"same"',
        [
            ((6, 6), (3, 3), 2, "same"),
            ((28, 28), (6, 6), 2, "same"),
            ((12, 9), (2, 4), 3, "same"),
            ((13, 10), (3, 3), 2, "same"),
        ],
    ),
)


@task(
    "06.1",
    "Convolve",
    "your convolution gives Keras' sums, with stride and zeros around the image",
    """
one row:   image 1 2 3 4 5 6,   filter 100 10 1
stride 1, valid:   1·100 + 2·10 + 3·1 = 123, then 234, 345, 456: four sums, 6 − 3 + 1
stride 2, valid:   123, 345: every second of them
stride 1, same:    six sums, as many as pixels. Two zeros, one before and one after: 0 1 2 3 4 5 6 0
                   so 12, 123, 234, 345, 456, 560
stride 2, same:    three sums, 6 / 2. The last starts 2 · 2 pixels after the first and needs three: 7 pixels in all
                   so one zero. Half of it, rounded down, is none before: 1 2 3 4 5 6 0, so 123, 345, 560""",
)
def convolution(convolve: Any) -> None:
    """Judge a function of an image `[rows, columns]`, a filter of two axes, the stride, and "same" or "valid".

    It returns the sums, `[rows, columns]`. A hint says which of the task's four steps are right so far.
    """
    rng = np.random.default_rng(6)
    so_far = ""
    for step, (right, cases) in enumerate(_STEPS, start=1):
        for size, shape, stride, padding in cases:
            image = rng.random(size, np.float32)
            weights = rng.uniform(-1, 1, shape).astype(np.float32)
            try:
                _check_sums(convolve, image, weights, stride, padding)
            except NotYet as hint:
                raise NotYet(f"{so_far}{hint}") from None
        so_far = f"Right so far: {right}. On to step {step + 1}. "


def _check_sums(convolve: Any, image: Image, weights: Image, stride: int, padding: str) -> None:
    found = numbers(call(convolve, image, weights, stride, padding), "the sums", None, None)
    expected = _sums(image, weights, stride, padding)
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=0, atol=float_tolerance()):
        sides = " × ".join(map(str, weights.shape)), " × ".join(map(str, image.shape))
        case = f'For a filter {sides[0]}, stride {stride}, "{padding}", on {sides[1]} pixels'
        raise NotYet(f"{case}: {_hint_for_sums(found, expected, image, weights, stride, padding)}")


def _zeros(length: int, size: int, stride: int) -> int:
    """Return how many zeros "same" adds to a side of the image, before and after it together."""
    return max((-(-length // stride) - 1) * stride + size - length, 0)


def _sums(
    image: Image,
    weights: Image,
    stride: int,
    padding: str,
    *,
    zeros_for: int | None = None,
    before: bool = False,
    mode: Any = "constant",
) -> Image:
    """Return Keras' sums of an image.

    As learners may, it pads for another stride, `zeros_for`; or with an extra zero `before` the image; or not with
    zeros, but in another `mode` of `np.pad`.
    """
    if padding == "same":
        missing = [
            _zeros(length, size, zeros_for or stride) for length, size in zip(image.shape, weights.shape, strict=True)
        ]
        first = [(each + before) // 2 for each in missing]
        image = np.pad(image, [(few, each - few) for few, each in zip(first, missing, strict=True)], mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)[::stride, ::stride]
    return (windows * weights).sum(axis=(2, 3))


def _hint_for_sums(found: npt.NDArray, expected: Image, image: Image, weights: Image, stride: int, padding: str) -> str:
    if not found.any():
        return "found only zeros. At each position, multiply the filter by the pixels beneath it, and add up."
    if found.shape != expected.shape:
        reasons = [
            (_sums(image, weights, 1, padding).shape, "the stride is ignored: the filter skips positions"),
            (_sums(image, weights, stride, "valid").shape, "put zeros around the image first"),
        ]
        if padding == "valid":
            missing = "the last position is missing: n pixels have n − k + 1"
            inside = 'zeros were added: with "valid" the filter stays inside the image'
            reasons += [(image.shape, inside), (tuple(np.subtract(expected.shape, 1)), missing)]
            otherwise = "count the positions where the filter fits"
        else:
            even = 1 - np.array(weights.shape) % 2
            odd = "with stride 1, an even filter needs an odd number of zeros. The extra zero goes after"
            reasons += [(tuple(expected.shape + each), odd) for each in (even, -even) if stride == 1]
            otherwise = '"same" makes n / stride sums of n pixels, rounded up'
        reason = next((reason for shape, reason in reasons if found.shape == shape), otherwise)
        return f"found the shape {list(found.shape)}, expected {list(expected.shape)}: {reason}."
    turned = weights[::-1, ::-1]
    zeros = _zeros(len(image), len(weights), stride)
    fewer = f"With stride {stride}, {len(image)} rows need {zeros // 2} zeros before and {zeros - zeros // 2} after"
    wrong: list[tuple[str, Image, dict[str, Any]]] = [
        ("that's the mathematicians' convolution, which turns the filter by half a turn. Keras doesn't", turned, {}),
        (f"the sums are shifted, as if padded for stride 1. {fewer}", weights, {"zeros_for": 1}),
        ("the sums are shifted. If the number of zeros is odd, the extra one goes after", weights, {"before": True}),
        ("the pixels at the border are repeated. Put zeros around the image", weights, {"mode": "edge"}),
        ("the image is mirrored at its border. Put zeros around it", weights, {"mode": "reflect"}),
        ("these are means. Add up the products", weights / weights.size, {}),
    ]
    for hint, each, options in wrong:
        if np.allclose(found, _sums(image, each, stride, padding, **options), rtol=0, atol=2 * float_tolerance()):
            return f"{hint}."
    row, column = np.unravel_index(np.abs(found - expected).argmax(), expected.shape)
    at = f"found {found[row, column]:.3g} at row {row}, column {column}, expected {expected[row, column]:.3g}"
    return f"{at}. Which pixels lie beneath the filter there?"


_STACKS = (
    ((28, 28, 1), [(12, 3, 1, "same"), (24, 6, 2, "same"), (32, 6, 2, "same")]),
    ((32, 20, 3), [(8, 5, 1, "valid"), (16, 3, 2, "valid"), (10, 1, 1, "same")]),
)


@task(
    "06.2",
    "Count",
    "your function counts what a stack of convolutions holds and computes",
    """
image 4 × 4 with 3 channels; one convolution: 2 filters 3 × 3, stride 1, "valid"
sums:           4 − 3 + 1 = 2, so 2 × 2 positions, with 2 channels, one for each filter
weights:        3 × 3 × 3 for one filter, which looks through all 3 channels; 54 for two
multiply-adds:  every weight works once per position: 4 × 54 = 216""",
)
def costs(count: Any) -> None:
    """Judge a function of an image's shape and of convolutions, each a tuple: filters, kernel size, stride, padding.

    It returns a row for each convolution: the shape that leaves it, its weights, its multiply-adds. Biases may count.
    """
    for image, stack in _STACKS:
        rows = _rows(call(count, image, stack), len(stack))
        shape: tuple[int, ...] = image
        for row, convolution in zip(rows, stack, strict=True):
            _check_costs(row, shape, convolution)
            shape = tuple(int(size) for size in row[:3])


def _rows(returned: Any, layers: int) -> npt.NDArray[np.float64]:
    """Return a row of five numbers for each layer; in a row, the shape may be a tuple of its own."""
    try:
        rows = [np.hstack(list(row.values() if isinstance(row, Mapping) else row)) for row in returned]
    except Exception:  # a learner may return anything
        raise NotYet(f"Found {shown(returned)}, expected a row for each convolution.") from None
    return numbers(rows, "the rows", layers, 5)


def _check_costs(row: npt.NDArray, shape: tuple[int, ...], convolution: tuple[int, int, int, str]) -> None:
    filters, size, stride, padding = convolution
    rows, columns, channels = shape
    case = f'{filters} filters {size} × {size}, stride {stride}, "{padding}", on {rows} × {columns} × {channels}'
    lengths = (rows, columns) if padding == "same" else (rows - size + 1, columns - size + 1)
    expected = (*(-(-length // stride) for length in lengths), filters)
    positions, one = expected[0] * expected[1], size * size
    weights = one * channels * filters
    found = f"For {case}: found"
    if not row.any():
        raise NotYet(f"{found} zeros. Where does the filter fit? That's the number of its sums.")
    if row[2] != filters and tuple(row[:2]) == expected[:2]:
        raise NotYet(f"{found} {row[2]:g} channels. Each filter makes one feature map: there are {filters}.")
    if tuple(row[:3]) != expected:
        rule = "n / stride, rounded up" if padding == "same" else "(n − k) / stride, rounded down, plus 1"
        raise NotYet(f"{found} {' × '.join(f'{each:g}' for each in row[:3])}. Of n pixels, {padding} makes {rule}.")
    biases = {0, filters}
    if row[3] not in {weights + each for each in biases}:
        hint = f"expected {weights:,}. How many weights has one filter, and how many filters are there?"
        if row[3] in {one * filters + each for each in biases}:
            hint = f"as if there were one channel. A filter looks through all channels: {size} × {size} × {channels}."
        elif row[3] in {one * channels, one * channels + 1}:
            hint = f"those of one filter. There are {filters}."
        raise NotYet(f"{found} {row[3]:,.0f} weights, {hint}")
    if row[4] not in {positions * (weights + each) for each in biases}:
        hint = f"expected {positions * weights:,}. Every weight works once per position."
        if row[4] in {weights, weights + filters}:
            hint = f"as many as weights. But each weight works once per position, at {positions:,} of them."
        elif stride > 1 and row[4] in {rows * columns * (weights + each) for each in biases}:
            hint = (
                f"once for each pixel that comes in. With stride {stride} the filter stops at {positions:,} positions."
            )
        raise NotYet(f"{found} {row[4]:,.0f} multiply-adds, {hint}")


@task(
    "06.3",
    "Design",
    "your two filters tell vertical strokes from horizontal ones, wherever they are",
    """
a stroke two pixels wide, across it: 0 0 1 1 0 0;   three weights: −1 0 1
sums: 1 1 −1 −1: the left edge gives +1 twice, the right edge −1 twice; their mean is 0, that of their sizes 1
along the stroke: 1 1 1 1 1 1, sums 0 0 0 0, since the weights add up to 0: the stroke's ink alone says nothing
weights 0 1 0 would give 1 1 0 0 or 0 1 1 0 across it, and 1 1 1 1 along it: they answer to ink in any direction""",
)
def filters(vertical: Any, horizontal: Any, strength: Any) -> None:
    """Judge two filters, and a function of a feature map `[rows, columns]` that returns how strong a response it is."""
    pair = numbers(vertical, "vertical", None, None), numbers(horizontal, "horizontal", None, None)
    if max(*pair[0].shape, *pair[1].shape) > 28 or min(pair[0].size, pair[1].size) == 0:
        raise NotYet(f"Found filters of the shapes {[list(each.shape) for each in pair]}, expected [3, 3] or larger.")
    drawings, are_vertical = _strokes(np.random.default_rng(63))
    maps = [np.stack([_sums(drawing, weights, 1, "valid") for drawing in drawings]) for weights in pair]
    first, second = ([float(numbers(call(strength, each), "the strength")) for each in several] for several in maps)
    leads = np.subtract(first, second)
    share = _share(leads, are_vertical)
    if share >= 0.9:
        return
    found = f"Found {share:.0%} of {len(drawings)} strokes told apart, expected 90%"
    if not (pair[0].any() and pair[1].any()):
        raise NotYet(f"{found}. Weights of 0 see nothing: across a vertical stroke, which pixels differ?")
    if _share(-leads, are_vertical) >= 0.9:
        raise NotYet(f"{found}: just the other way round. A vertical stroke has its edges on its left and right. Swap.")
    for name, weights in zip(("vertical", "horizontal"), pair, strict=True):
        if abs(weights.sum()) > 0.1 * np.abs(weights).sum():
            total = f"The weights of {name} add up to {weights.sum():.3g}, not to 0"
            raise NotYet(f"{found}. {total}: it answers to ink, in whatever direction that runs.")
    sizes = [np.abs(several).mean(axis=(1, 2)) for several in maps]
    if _share(np.subtract(*sizes), are_vertical) >= 0.9:
        both = "A stroke has two edges, one with positive and one with negative sums"
        raise NotYet(f"{found}. Your filters do see it, but in your strength the edges cancel. {both}.")
    if np.allclose(first, second, rtol=0.01):
        raise NotYet(f"{found}: both filters answer alike to each stroke. Turn one of them by a quarter.")
    if not 0.1 < (leads > 0).mean() < 0.9:
        name = "vertical" if leads[0] > 0 else "horizontal"
        raise NotYet(
            f"{found}: {name} is the stronger for nearly all. Give both the same weights, turned by a quarter."
        )
    raise NotYet(f"{found}. Draw both feature maps of a vertical stroke: where are they large?")


def _share(leads: npt.NDArray, are_vertical: npt.NDArray[np.bool_]) -> float:
    return float(np.where(are_vertical, leads > 0, leads < 0).mean())


def _strokes(rng: np.random.Generator, count: int = 200) -> tuple[Image, npt.NDArray[np.bool_]]:
    """Return drawings `[count, 28, 28]` of a slanted stroke each, 3 to 5 pixels wide, and which are vertical."""
    draw = rng.uniform([-0.3, 5, 3, 10, 10], [0.3, 8, 5, 17, 17], (count, 5))
    slant, half, width, x, y = (column[:, np.newaxis, np.newaxis] for column in draw.T)
    rows, columns = np.mgrid[:28, :28]
    down, right = rows - y, columns - x
    along, across = down * np.cos(slant) + right * np.sin(slant), right * np.cos(slant) - down * np.sin(slant)
    distance = np.hypot(np.maximum(np.abs(along) - half, 0), across)
    ink = np.clip(width / 2 + 0.5 - distance, 0, 1) * rng.uniform(0.5, 1, (count, 1, 1))
    are_vertical = np.arange(count) % 2 == 0
    ink = np.where(are_vertical[:, np.newaxis, np.newaxis], ink, ink.swapaxes(1, 2))
    return (ink + rng.normal(0, 0.02, ink.shape)).astype(np.float32), are_vertical


_LIMIT, _ACCURACY = 20_000, 0.97


@task(
    "06.4",
    "Golf",
    "fewer than 20,000 parameters classify at least 97% of the validation digits",
    """
three ways to end on ten neurons, after 16 filters, weights and biases counted:
28 × 28 × 16, flattened: 12,544 × 10 + 10 = 125,450
 7 × 7 × 16, flattened:     784 × 10 + 10 =   7,850
the mean of each channel:    16 × 10 + 10 =     170
Each convolution 3 × 3 from 16 channels to 16 has 2,320, wherever it is.""",
)
def golf(model: Any) -> None:
    """Judge a trained network by its number of parameters and its accuracy; averages of batch normalization count."""
    if model is None:
        raise NotYet("Found no model. Hand in the network that you trained.")
    layers = list(all_layers(model))
    if (count := model.count_params()) >= _LIMIT:
        found, largest = f"Found {count:,} parameters", max(layers, key=lambda layer: layer.count_params())
        hint = f"{largest.count_params():,} of them are in {as_written(largest)}"
        before = layers[: layers.index(largest)]
        if is_a(largest, "Dense") and before and is_a(before[-1], "Flatten"):
            hint += (
                f", which gets {largest.get_weights()[0].shape[0]:,} numbers. Count after Flatten: shrink them first"
            )
        raise NotYet(f"{found}, expected fewer than {_LIMIT:,}: {hint}.")
    if (accuracy := validation_accuracy(model)) >= _ACCURACY:
        return
    found = f"Found an accuracy of {accuracy:.2%} with {count:,} parameters, expected {_ACCURACY:.0%}"
    convolutions = [layer for layer in layers if is_a(layer, "*Conv*")]
    if not convolutions:
        raise NotYet(f"{found}. A dense layer has a weight for each pixel; a filter shares a few among all positions.")
    if all(max(getattr(layer, "kernel_size", (1,))) == 1 for layer in convolutions):
        raise NotYet(f"{found}. A filter of a single pixel sees no neighbour. Spend parameters on 3 × 3.")
    raise NotYet(f"{found}. {_LIMIT - count:,} parameters are left to spend, and up to a minute of training.")


TASKS = convolution, costs, filters, golf
