"""The network of lesson 06: its cubes, what each layer costs, its filters and feature maps; and occlusion."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Polygon

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES, SIDE
from mnist_lab.diagrams._arguments import as_image, as_images, as_named_numbers, as_numbers
from mnist_lab.diagrams._drawing import SMALL, Page, colorize, new_page, tint
from mnist_lab.plots.style import BLUE, GREY, INK, ORANGE, VERMILLION, sign_colors

_PIXEL_INCHES, _CHANNEL_INCHES = 0.028, 0.014


def layer_costs(layers: Mapping[str, tuple[Sequence[int], Sequence[int]]]) -> None:
    """Draw a network on MNIST's images as a chain of cubes and vectors, and each layer's share of weights and work.

    A dense layer uses each weight once for an image, a convolution once at each position of its output, so it has
    weights × rows × columns multiply-adds. Biases aren't counted.

    Args:
        layers: by name, from the network's first on, the shapes of one to six layers' weights, `[in, out]` or
            `[rows, columns, in, out]`, and outputs, `[out]` or `[rows, columns, out]`, without the batch.

    Raises:
        ValueError: there are no layers, more than six, or the shapes do not fit together.

    Example:
        >>> layer_costs({layer.name: (layer.kernel.shape, layer.output.shape[1:]) for layer in model.layers[1:4]})
    """
    whole_number("The number of layers", len(layers), 1, 6)
    kernels, outputs, weights, work = [], [], [], []
    for name, (kernel, output) in layers.items():
        if (len(kernel), len(output)) not in ((2, 1), (4, 3)) or kernel[-1] != output[-1]:
            expected = "[in, out] and [out], or [rows, columns, in, out] and [rows, columns, out]"
            raise ValueError(f"The shapes of {name!r} must be {expected}. Received: {list(kernel)} and {list(output)}")
        kernels.append(tuple(kernel))
        outputs.append(tuple(output))
        weights.append(math.prod(kernel))
        work.append(weights[-1] * math.prod(output[:-1]))
    first = (SIDE, SIDE, kernels[0][2]) if len(kernels[0]) == 4 else kernels[0][:1]
    pitch = 8.9 / (len(layers) + 1)
    middles = 0.05 + pitch * (np.arange(len(layers) + 1) + 0.5)
    with new_page(4.2) as page:
        for x, name, shape in zip(middles, ("input", *layers), (first, *outputs), strict=True):
            page.write(x, 4.05, name)
            _draw_output(page, x, 3.02, shape)
            page.code(x, 2.27, "×".join(map(str, shape)), 10)
        for x, kernel in zip(middles[1:], kernels, strict=True):
            filters = f"{kernel[0]}×{kernel[1]}, {kernel[-1]} filters" if len(kernel) == 4 else f"{kernel[-1]} neurons"
            page.write(x, 3.82, filters, SMALL)
            page.arrow((x - pitch / 2 - 0.13, 3.02), (x - pitch / 2 + 0.13, 3.02), mutation_scale=11)
        convolutional = np.array([len(output) == 3 for output in outputs])
        for floor, title, counts in ((1.15, "weights", weights), (0.12, "multiply-adds", work)):
            shares = np.array(counts) / sum(counts)
            page.write(0.1, floor + 0.77, f"{title}: {sum(counts):,}", 12, ha="left", weight="bold")
            if convolutional.any():
                total = f"convolutions: {_percentage(shares[convolutional].sum())}"
                page.write(0.1, floor + 0.5, total, ha="left", weight="bold", color=BLUE)
            page.line((middles[1] - 0.45, middles[-1] + 0.45), (floor, floor), INK)
            for x, share, is_convolution in zip(middles[1:], shares, convolutional, strict=True):
                height, color = max(0.01, 0.7 * share), BLUE if is_convolution else ORANGE
                page.rectangle(x - 0.3, floor, 0.6, height, tint(color, 0.75), edgecolor=INK, linewidth=0.6)
                page.write(x, floor + height + 0.1, _percentage(share))


def _percentage(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.01 else f"{100 * share:.1g}%"


def _draw_output(page: Page, x: float, y: float, shape: Sequence[int]) -> None:
    """Draw a vector, or a cube with rows as height, columns as the slanting edge and channels as width, around x, y."""
    if len(shape) == 1:
        height = 0.2 + 0.9 * min(1, shape[0] / 200) ** 0.5
        page.rectangle(x - 0.09, y - height / 2, 0.18, height, tint(ORANGE, 0.5), edgecolor=INK, linewidth=1)
        return
    rows, columns, channels = shape
    height, depth = rows * _PIXEL_INCHES, 0.42 * columns * _PIXEL_INCHES
    width = max(_CHANNEL_INCHES * channels, 0.03)
    left, bottom = x - (width + depth) / 2, y - (height + depth) / 2
    for corners, strength in (
        ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], 0.5),
        ([(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)], 0.25),
        ([(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)], 0.38),
    ):
        points = [(left + x * width + z * depth, bottom + y * height + z * depth) for x, y, z in corners]
        page.ax.add_patch(Polygon(points, edgecolor=INK, facecolor=tint(BLUE, strength), linewidth=1))


def learned_filters(weights: npt.ArrayLike) -> None:
    """Draw the first 12 filters of weights `[rows, columns, 1, filters]`, up to 7 × 7, with the sign of each weight."""
    expected = "finite numbers, [rows, columns, 1, filters], at most 7 × 7"
    array = as_numbers("weights", weights, expected, lambda w: w.ndim == 4 and w.shape[2] == 1 and max(w.shape[:2]) < 8)
    filters = np.moveaxis(array[:, :, 0, :12], 2, 0)
    largest, side, size = float(np.abs(filters).max()), 1.2, min(13, 34 / max(filters.shape[1:]))
    strongest = largest / 0.7  # no colour so dark that the signs are hard to read on it
    with new_page(3.5) as page:
        for number, grid in enumerate(filters):
            x, y = 0.2 + number % 6 * 1.48, 1.95 - number // 6 * 1.5
            page.image(sign_colors(grid, strongest), x, y, side, side)
            page.write(x + side / 2, y + side + 0.11, f"filter {number}", SMALL)
            if size >= SMALL:
                signs = np.where(abs(grid) > 0.1 * largest, np.where(grid > 0, "+", "−"), "")
                page.write_in(signs, np.zeros(grid.shape), x, y, side, size)
        page.write(4.5, 0.18, "+ blue: ink here counts for it   ·   − orange: ink here counts against it", SMALL)


def feature_maps(image: npt.ArrayLike, layers: Mapping[str, npt.ArrayLike]) -> None:
    """Draw a digit and the first 12 channels of up to three layers' outputs, `[rows, columns, channels]`, by name.

    The outputs are not negative; black is the largest number of a row.
    """
    image, side = as_image(image), 0.58
    expected = "[rows, columns, channels] finite numbers from 0 up, such as ReLU's outputs"
    arrays = as_named_numbers("layers", layers, 3, expected, lambda found: found.ndim == 3 and found.min() >= 0)
    with new_page(3.45) as page:
        page.image(image, 0.12, 1.25, 1.1, 1.1)
        page.write(0.67, 1.05, "the digit", SMALL + 1)
        for row, (name, maps) in enumerate(arrays.items()):
            rows, columns, channels = maps.shape
            y, shown = 2.5 - row * 1.05, np.moveaxis(maps[..., :12], 2, 0)
            title = f"{name}: {rows} × {columns}, {len(shown)} of {channels} channels"
            page.write(1.5, y + side + 0.13, title, SMALL + 1, ha="left")
            for channel, grid in enumerate(shown / (shown.max() or 1)):
                page.image(colorize(grid), 1.5 + channel * 0.622, y, side, side)


def occlusion(digits: npt.ArrayLike, maps: npt.ArrayLike, uncovered: npt.ArrayLike, asked: int) -> None:
    """Draw up to four digits, and below each how probable one class is while a patch of paper covers a part of it.

    On each digit, a box shows the patch that makes the class most probable. The map has a pixel for each position of
    the patch, where the patch's middle is, and the digit's outline. The margin that no middle reaches is grey.

    Args:
        digits: `[n, 784]` or `[n, 28, 28]`, from 0 (paper) to 1 (ink), one to four.
        maps: `[n, positions, positions]` probabilities of the class; with a patch of 5 × 5 pixels there are 24 × 24
            positions, row by row from the top left.
        uncovered: `[n]`, the same probability for each digit as it is.
        asked: the class, 0 to 9.

    Raises:
        ValueError: the shapes don't match, or a number is out of range.

    Example:
        >>> occlusion(images[:3], np.stack([occlusion_map(image) for image in images[:3]]), probabilities[:3, 1], 1)
    """
    asked = whole_number("asked", asked, 0, CLASSES - 1)
    count = whole_number("The number of digits", len(np.asarray(digits)), 1, 4)
    images = as_images("digits", digits, count)
    before = as_numbers("uncovered", uncovered, f"probabilities, [{count}]", lambda found: _are_shares(found, count))
    expected = f"probabilities, [{count}, positions, positions], with 2 to {SIDE} positions"
    found = as_numbers(
        "maps", maps, expected, lambda p: 2 <= p.shape[-1] <= SIDE and _are_shares(p, count, *p.shape[-1:] * 2)
    )
    patch, side = SIDE - found.shape[1] + 1, 1.55
    pixel = side / SIDE
    inset, middles = (patch - 1) / 2 * pixel, (np.arange(SIDE) + 0.5) * pixel
    with new_page(4.1) as page:
        page.write(0.1, 3.1, f"each digit, and the\npatch of paper that\nmakes a {asked} most likely", ha="left")
        page.write(0.1, 1.35, f"how probable a {asked} is\nwhile the middle of\nthe patch is here", ha="left")
        page.image(colorize(np.linspace(0, 1, 64)[np.newaxis], BLUE), 0.1, 0.62, 1.4, 0.13, linewidth=0.4)
        page.write(0.1, 0.48, "0%", SMALL, ha="left")
        page.write(1.5, 0.48, "100%", SMALL, ha="right")
        for number, (image, probabilities) in enumerate(zip(images, found, strict=True)):
            x, upper, lower = 1.95 + 1.78 * number, 2.35, 0.42
            row, column = np.unravel_index(probabilities.argmax(), probabilities.shape)
            page.image(colorize(image), x, upper, side, side)
            page.image(colorize(np.full((1, 1), 0.25), GREY), x, lower, side, side)
            inner = side - 2 * inset
            page.image(colorize(probabilities, BLUE), x + inset, lower + inset, inner, inner, edgecolor="none")
            if image.min() < 0.5 < image.max():
                page.ax.contour(x + middles, lower + side - middles, image, [0.5], colors=[GREY], linewidths=0.8)
            for bottom in (upper, lower):
                corner = x + column * pixel, bottom + side - (row + patch) * pixel
                page.rectangle(*corner, patch * pixel, patch * pixel, edgecolor=VERMILLION, linewidth=1.6)
            page.write(x + side / 2, upper - 0.15, f"uncovered: {before[number]:.0%}")
            page.write(x + side / 2, lower - 0.17, f"with patch: {probabilities.max():.0%}", color=VERMILLION)


def _are_shares(values: np.ndarray, *shape: int) -> bool:
    return values.shape == shape and bool(values.min() >= 0 and values.max() <= 1 + 1e-6)
