"""Convolutions: sliding, strides and pooling, weights, the network of lesson 06, its filters and feature maps."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Polygon

from mnist_lab.diagrams._arguments import as_image, as_named_numbers, as_numbers
from mnist_lab.diagrams._drawing import SMALL, Options, Page, colorize, new_page, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION, sign_colors

UPPER_EDGE = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])  # ink below, paper above


def weighted_sums(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of the pixels under `weights` at every position where these fit into `image`."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return (windows * weights).sum(axis=(2, 3))


def sliding_filter(image: npt.ArrayLike) -> None:
    """Draw a filter for upper edges on an image from 0 to 1: the weighted sum where it is largest, and all sums."""
    image = as_image(image)
    sums = weighted_sums(image, UPPER_EDGE)
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    pixels = image[row : row + 3, column : column + 3]
    total = (pixels.round(2) * UPPER_EDGE).sum()  # a reader can add up only the rounded numbers
    side, bottom, pixel, cells_side = 2.1, 0.75, 2.1 / len(image), 3 * 0.43
    middle, top, map_side = bottom + side / 2, bottom + side, len(sums) * pixel
    cells_y, map_x, map_y = middle - cells_side / 2, 6.6, bottom + pixel
    with new_page(3.3) as page:
        page.image(image, 0.15, bottom, side, side)
        _draw_frame(page, 0.15 + column * pixel, top - (row + 3) * pixel, 3 * pixel)
        numbers, weights = np.vectorize("{:.2f}".format)(pixels), np.array([["−1"] * 3, ["0"] * 3, ["+1"] * 3])
        for x, name, values, colors, texts in (
            (2.6, "pixels", pixels, colorize(pixels, "black"), numbers),
            (4.3, "weights", UPPER_EDGE, sign_colors(UPPER_EDGE), weights),
        ):
            page.image(colors, x, cells_y, cells_side, cells_side)
            page.write_in(texts, abs(values) > 0.5, x, cells_y, cells_side, SMALL)
            page.write(x + cells_side / 2, middle + cells_side / 2 + 0.2, name)
        page.write(4.1, middle, "×", 15)
        page.write(4.1, cells_y - 0.25, f"multiply pairwise, add up: {total:.2f}", weight="bold")
        page.arrow((5.75, middle), (6.35, middle))
        page.image(sign_colors(sums), map_x, map_y, map_side, map_side)
        _draw_frame(page, map_x + column * pixel, map_y + map_side - (row + 1) * pixel, pixel)
        page.write(0.15, 3.07, "an image, a filter on it", 12, ha="left")
        page.write(map_x + map_side / 2, 3.07, "the sum at every place", 12)
        page.code(1.2, 0.5, "[28, 28]", 12, weight="bold")
        page.code(map_x + map_side / 2, 0.5, "[26, 26]", 12, weight="bold")
        legend = "blue, outlined where strong: positive, an upper edge   ·   orange: negative, a lower edge"
        page.write(4.5, 0.17, legend, SMALL, color=INK)
        if (sums > 1).any():  # outlined, so that a reader sees the sign without colour
            centres = (np.arange(len(sums)) + 0.5) * pixel
            look: Options = {"levels": [1], "colors": [GREY], "linewidths": 0.8, "zorder": 3}
            page.ax.contour(map_x + centres, map_y + centres[::-1], sums, **look)


def _draw_frame(page: Page, x: float, y: float, side: float) -> None:
    page.rectangle(x, y, side, side, edgecolor=INK, linewidth=3, zorder=4)
    page.rectangle(x, y, side, side, edgecolor=tint(ORANGE, 0.9), linewidth=1.6, zorder=5)


def max_pool(image: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 × 2 window: half as many rows and columns."""
    return image.reshape(len(image) // 2, 2, -1, 2).max(axis=(1, 3))


def shrinking(image: npt.ArrayLike) -> None:
    """Draw where a filter of stride 2 stops, a max-pooling of 4 × 4 pixels, and an image from 0 to 1 pooled twice."""
    image = as_image(image)
    with new_page(3.4) as page:
        for row, column in np.ndindex(6, 6):
            x, y, cell, stop = 0.2 + 0.35 * column, 0.75 + 0.35 * (5 - row), 0.35, row % 2 == column % 2 == 0
            page.rectangle(x, y, cell, cell, tint(BLUE, 0.55) if stop else "white", edgecolor=GREY, linewidth=0.8)
            if stop:
                page.write(x + cell / 2, y + cell / 2, f"{3 * (row // 2) + column // 2 + 1}", weight="bold")
        _draw_pooling(page, 2.7, 1.0, 0.4, _most_varied_patch(image))
        left, middle = 5.75, 1.95
        for level in (image, max_pool(image), max_pool(max_pool(image))):
            side = 0.05 * len(level)
            if level is not image:
                page.arrow((left - 0.3, middle), (left - 0.06, middle), mutation_scale=11)
            page.image(level, left, middle - side / 2, side, side)
            page.code(left + side / 2, middle - 1.0, f"{len(level)}", 12, weight="bold")
            left += side + 0.36
        for x, title, caption in (
            (1.25, "stride 2", "the filter stops at every\nsecond pixel: 6 → 3"),
            (4.0, "max-pooling 2 × 2", "each window leaves\nits largest number: 4 → 2"),
            (7.3, "a digit, pooled twice", "a quarter of the numbers\neach time"),
        ):
            page.write(x, 3.2, title, 12, weight="bold")
            page.write(x, 0.36, caption, 10)


def _most_varied_patch(image: np.ndarray) -> np.ndarray:
    """Return 4 × 4 pixels whose four windows have different largest numbers, with many grey levels."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4))[::2, ::2]
    largest = np.lib.stride_tricks.sliding_window_view(max_pool(image), (2, 2)).reshape(*windows.shape[:2], 4)
    variety = np.diff(np.sort(largest)).min(axis=2) + (windows * (1 - windows)).sum(axis=(2, 3)) / 100
    return windows[np.unravel_index(variety.argmax(), variety.shape)]


def _draw_pooling(page: Page, left: float, bottom: float, cell: float, patch: np.ndarray) -> None:
    for color, i, j in ((SKY, 0, 0), (ORANGE, 0, 2), (GREEN, 2, 0), (BLUE, 2, 2)):  # first row and first column
        look: Options = {"fill": tint(color, 0.35), "edgecolor": INK, "linewidth": 1.4}
        x, y, window = left + j * cell, bottom + (2 - i) * cell, patch[i : i + 2, j : j + 2]
        page.rectangle(x, y, 2 * cell, 2 * cell, **look)
        for index, value in enumerate(window.flat):
            weight, ink = ("bold", INK) if index == window.argmax() else ("normal", "#555555")
            at = x + (index % 2 + 0.5) * cell, y + (1.5 - index // 2) * cell
            page.write(*at, f"{value:.2f}", SMALL, weight=weight, color=ink)
        x, y = left + (4 + j // 2) * cell + 0.45, bottom + (2 - i // 2) * cell
        page.rectangle(x, y, cell, cell, **look)
        page.write(x + cell / 2, y + cell / 2, f"{window.max():.2f}", SMALL, weight="bold")
    x, middle = left + 4 * cell, bottom + 2 * cell
    page.arrow((x + 0.08, middle), (x + 0.38, middle), mutation_scale=11)


def convolution_weights() -> None:
    """Draw a convolution from three channels to two: two filters of 4 × 4 × 3 weights each, and their shape."""
    with new_page(3.6) as page:
        _draw_grids(page, 0.45, 0.85, 11, (VERMILLION, GREEN, BLUE))  # red, green, blue
        for bottom, color, name in ((2.05, ORANGE, "A"), (0.6, PURPLE, "B")):
            middle = bottom + 0.45
            page.arrow((2.85, 1.85), (3.75, middle), mutation_scale=11)
            _draw_grids(page, 3.95, bottom, 4, (color,) * 3)
            page.write(5.1, middle, f"filter {name}\n4 × 4 × 3\n= 48 weights", 10, ha="left")
            page.arrow((6.4, middle), (6.95, middle), mutation_scale=11)
            _draw_grids(page, 7.15, bottom - 0.1, 8, (color,))  # four cells fit at 8 positions across eleven
            page.write(7.75, bottom - 0.22, f"channel {name}", SMALL + 1)
        page.write(1.45, 3.35, "input: 3 channels", 12)
        page.write(4.95, 3.35, "two filters, each through all 3", 12)
        page.write(7.75, 3.35, "output: 2 channels", 12)
        page.code(4.5, 0.2, "weights: [4, 4, 3, 2]", 12, weight="bold")
        page.write(6.25, 0.2, "[rows, columns, in, out]", 10, ha="left", color=GREY)


def _draw_grids(page: Page, left: float, bottom: float, count: int, colors: Sequence[str]) -> None:
    """Draw one grid of `count` × `count` cells for each colour, the first in front at the bottom left."""
    side, inner = count * 0.15, np.arange(1, count) * 0.15
    for depth, color in enumerate(colors):
        x, y = left + depth * 0.17, bottom + depth * 0.17
        page.rectangle(x, y, side, side, tint(color, 0.35), edgecolor=INK, linewidth=1, zorder=10 - depth)
        look: Options = {"color": "white", "linewidth": 0.8, "zorder": 10.5 - depth}
        page.line((x + inner, x + inner), (y, y + side), **look)
        page.line((x, x + side), (y + inner, y + inner), **look)


CUBES = ((28, 28, 1), (28, 28, 12), (14, 14, 24), (7, 7, 32))
VECTORS = (7 * 7 * 32, 200, 10)
_OPERATIONS = ("3 × 3", "6 × 6\nstride 2", "6 × 6\nstride 2", "flatten", "dense", "dense\nsoftmax", "")
_LEFTS = (0.15, 1.75, 3.78, 5.38, 6.85, 7.7, 8.5)
_CUBES_Y = 1.85


def data_cubes() -> None:
    """Draw what flows through the network of lesson 06: cubes of rows × columns × channels, then vectors."""
    with new_page(3.5) as page:
        shapes = (*CUBES, *((count,) for count in VECTORS))
        for left, shape, following, operation in zip(_LEFTS, shapes, (*_LEFTS[1:], None), _OPERATIONS, strict=True):
            if len(shape) == 3:
                end = _draw_cube(page, left, *shape)
            else:
                end, height = left + 0.12, 0.3 + 2.0 * (shape[0] / VECTORS[0]) ** 0.5
                y, fill = _CUBES_Y - height / 2, tint(ORANGE, 0.5)
                page.rectangle(left, y, 0.12, height, fill, edgecolor=INK, linewidth=1)
            page.code((left + end) / 2, 3.25, "×".join(map(str, shape)), 11, weight="bold")
            if following:
                page.arrow((end + 0.05, _CUBES_Y), (following - 0.05, _CUBES_Y), mutation_scale=10, linewidth=1.2)
                page.write((end + following) / 2, 0.62, operation, SMALL + 1, color=INK)
        page.write(0.15, 0.2, "rows × columns × channels", SMALL, ha="left", color=GREY)


def _draw_cube(page: Page, left: float, rows: int, columns: int, channels: int) -> float:
    """Draw rows as height, columns as the slanting edge and channels as width; return the right edge."""
    inches = 1.45 / 28  # of a pixel
    height, depth, width = rows * inches, 0.42 * columns * inches, max(0.024 * channels, 0.04)
    bottom = _CUBES_Y - (height + depth) / 2
    for corners, strength in (
        ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], 0.5),
        ([(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)], 0.25),
        ([(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)], 0.38),
    ):
        points = [(left + x * width + z * depth, bottom + y * height + z * depth) for x, y, z in corners]
        page.ax.add_patch(Polygon(points, edgecolor=INK, facecolor=tint(BLUE, strength), linewidth=1))
    return left + width + depth


def learned_filters(weights: npt.ArrayLike) -> None:
    """Draw the first 12 filters of weights `[rows, columns, 1, filters]`, up to 7 × 7, with the sign of each weight."""
    expected = "finite numbers, [rows, columns, 1, filters], at most 7 × 7"
    array = as_numbers("weights", weights, expected, lambda w: w.ndim == 4 and w.shape[2] == 1 and max(w.shape[:2]) < 8)
    filters = np.moveaxis(array[:, :, 0, :12], 2, 0)
    largest, side, size = float(np.abs(filters).max()), 1.2, min(13, 34 / max(filters.shape[1:]))
    with new_page(3.5) as page:
        for number, grid in enumerate(filters):
            x, y = 0.2 + number % 6 * 1.48, 1.95 - number // 6 * 1.5
            page.image(sign_colors(grid, largest), x, y, side, side)
            page.write(x + side / 2, y + side + 0.11, f"filter {number}", SMALL)
            if size >= SMALL:
                signs = np.where(abs(grid) > 0.1 * largest, np.where(grid > 0, "+", "−"), "")
                page.write_in(signs, abs(grid) > 0.55 * largest, x, y, side, size)
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
