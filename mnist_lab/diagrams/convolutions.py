"""Convolutions: sliding, strides and pooling, weights, the network of lesson 06, its filters and feature maps."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from mnist_lab.diagrams._arguments import as_image, as_numbers
from mnist_lab.diagrams._drawing import (
    SMALL,
    Options,
    Point,
    canvas,
    colorize,
    draw_arrow,
    draw_box,
    draw_image,
    sign_colors,
    tint,
    write,
    write_code,
)
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION

UPPER_EDGE = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])  # ink below, paper above
_FILTER_CELL = 0.43  # inches


def weighted_sums(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of the pixels under `weights` at every position where these fit into `image`."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return (windows * weights).sum(axis=(2, 3))


def sliding_filter(image: npt.ArrayLike) -> None:
    """Draw a filter of 3 × 3 weights on an image: the weighted sum at one position, and the map of all sums.

    The filter responds to upper edges, where ink begins below paper. The position shown has the largest sum.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` has another shape, or values outside 0 to 1.
    """
    image = as_image(image)
    sums = weighted_sums(image, UPPER_EDGE)
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    side, bottom = 2.1, 0.75
    pixel = side / len(image)
    middle = bottom + side / 2
    with canvas(3.3) as ax:
        draw_image(ax, image, 0.15, bottom, side, side)
        _draw_frame(ax, 0.15 + column * pixel, bottom + side - (row + 3) * pixel, 3 * pixel)
        pixels = image[row : row + 3, column : column + 3]
        _draw_cells(ax, 2.6, middle, pixels)
        write(ax, 4.1, middle, "×", 15)
        _draw_cells(ax, 4.3, middle, UPPER_EDGE, signed=True)
        for x, text in ((2.6, "pixels"), (4.3, "weights")):
            write(ax, x + 1.5 * _FILTER_CELL, middle + 1.5 * _FILTER_CELL + 0.2, text)
        total = (pixels.round(2) * UPPER_EDGE).sum()  # a reader can add up only the rounded numbers
        write(ax, 4.1, middle - 1.5 * _FILTER_CELL - 0.25, f"multiply pairwise, add up: {total:.2f}", weight="bold")
        draw_arrow(ax, (5.75, middle), (6.35, middle))
        width = side * len(sums) / len(image)
        draw_image(ax, sign_colors(sums), 6.6, bottom + pixel, width, width)
        _draw_frame(ax, 6.6 + column * pixel, bottom + pixel + width - (row + 1) * pixel, pixel)
        write(ax, 0.15, 3.07, "an image, a filter on it", 12, ha="left")
        write(ax, 6.6 + width / 2, 3.07, "the sum at every place", 12)
        write_code(ax, 1.2, 0.5, "[28, 28]", 12, weight="bold")
        write_code(ax, 6.6 + width / 2, 0.5, "[26, 26]", 12, weight="bold")
        legend = "blue, outlined where strong: positive, an upper edge   ·   orange: negative, a lower edge"
        write(ax, 4.5, 0.17, legend, SMALL, color=INK)
        _outline_positive_sums(ax, sums, 6.6, bottom + pixel, pixel)


def _draw_cells(ax: Axes, x: float, middle: float, values: np.ndarray, signed: bool = False) -> None:
    side = 3 * _FILTER_CELL
    draw_image(ax, sign_colors(values) if signed else colorize(values, "black"), x, middle - side / 2, side, side)
    for (i, j), value in np.ndenumerate(values):
        at = x + (j + 0.5) * _FILTER_CELL, middle + side / 2 - (i + 0.5) * _FILTER_CELL
        text = f"{value:+.0f}".replace("+0", "0").replace("-", "−") if signed else f"{value:.2f}"
        dark = value > 0.5 or (signed and abs(value) == 1)
        write(ax, *at, text, SMALL, color="white" if dark else INK)


def _draw_frame(ax: Axes, x: float, y: float, side: float) -> None:
    draw_box(ax, x, y, side, side, INK, "none", linewidth=3, boxstyle="square,pad=0", zorder=4)
    draw_box(ax, x, y, side, side, tint(ORANGE, 0.9), "none", linewidth=1.6, boxstyle="square,pad=0", zorder=5)


def _outline_positive_sums(ax: Axes, sums: np.ndarray, x: float, y: float, pixel: float) -> None:
    """Outline where the sums are clearly positive, so that a reader sees the sign without colour."""
    if not (sums > 1).any():
        return
    centres = (np.arange(len(sums)) + 0.5) * pixel
    ax.contour(x + centres, y + centres[::-1], sums, levels=[1], colors=[GREY], linewidths=0.8, zorder=3)


_WINDOWS = ((SKY, 0, 0), (ORANGE, 0, 2), (GREEN, 2, 0), (BLUE, 2, 2))  # colour, first row, first column


def max_pool(image: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 × 2 window: half as many rows and columns."""
    rows, columns = image.shape
    return image.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))


def shrinking(image: npt.ArrayLike) -> None:
    """Draw where a filter with stride 2 stops, a max-pooling of 4 × 4 pixels, and a digit pooled once and twice.

    The pixels shown as numbers are a patch with many grey levels whose windows differ.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` has another shape, or values outside 0 to 1.
    """
    image = as_image(image)
    with canvas(3.4) as ax:
        _draw_stride(ax, 0.2, 0.75)
        _draw_pooling(ax, 2.7, 1.0, _most_varied_patch(image))
        _draw_pyramid(ax, 5.75, image)
        write(ax, 1.25, 3.2, "stride 2", 12, weight="bold")
        write(ax, 4.0, 3.2, "max-pooling 2 × 2", 12, weight="bold")
        write(ax, 7.3, 3.2, "a digit, pooled twice", 12, weight="bold")
        write(ax, 1.25, 0.36, "the filter stops at every\nsecond pixel: 6 → 3", 10)
        write(ax, 4.0, 0.36, "each window leaves\nits largest number: 4 → 2", 10)
        write(ax, 7.3, 0.36, "a quarter of the numbers\neach time", 10)


def _draw_stride(ax: Axes, left: float, bottom: float) -> None:
    step = 2.1 / 6
    for row in range(6):
        for column in range(6):
            x, y = left + column * step, bottom + (5 - row) * step
            stop = row % 2 == 0 and column % 2 == 0
            fill = tint(BLUE, 0.55) if stop else "white"
            draw_box(ax, x, y, step, step, GREY, fill, boxstyle="square,pad=0", linewidth=0.8)
            if stop:
                number = 3 * (row // 2) + column // 2 + 1
                write(ax, x + step / 2, y + step / 2, f"{number}", 11, weight="bold")


def _most_varied_patch(image: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4))[::2, ::2]
    largest = np.stack([windows[..., i : i + 2, j : j + 2].max(axis=(2, 3)) for _, i, j in _WINDOWS])
    apart = np.diff(np.sort(largest, axis=0), axis=0).min(axis=0)
    grey = (windows * (1 - windows)).sum(axis=(2, 3))
    variety = apart + grey / 100
    return windows[np.unravel_index(variety.argmax(), variety.shape)]


def _draw_pooling(ax: Axes, left: float, bottom: float, patch: np.ndarray) -> None:
    pooled, cell = max_pool(patch), 0.4
    for color, i, j in _WINDOWS:
        x, y = left + j * cell, bottom + (2 - i) * cell
        draw_box(ax, x, y, 2 * cell, 2 * cell, INK, tint(color, 0.35), boxstyle="square,pad=0", linewidth=1.4)
        window = patch[i : i + 2, j : j + 2]
        first = np.unravel_index(window.argmax(), window.shape)
        for (row, column), value in np.ndenumerate(window):
            look: Options = {"weight": "bold"} if (row, column) == first else {"color": "#555555"}
            write(ax, x + (column + 0.5) * cell, y + (1.5 - row) * cell, f"{value:.2f}", SMALL, **look)
        x, y = left + 4 * cell + 0.45 + j // 2 * cell, bottom + (2 - i // 2) * cell
        draw_box(ax, x, y, cell, cell, INK, tint(color, 0.35), boxstyle="square,pad=0", linewidth=1.4)
        write(ax, x + cell / 2, y + cell / 2, f"{pooled[i // 2, j // 2]:.2f}", SMALL, weight="bold")
    middle = bottom + 2 * cell
    draw_arrow(ax, (left + 4 * cell + 0.08, middle), (left + 4 * cell + 0.38, middle), mutation_scale=11)


def _draw_pyramid(ax: Axes, left: float, image: np.ndarray) -> None:
    middle, pixel = 1.95, 1.4 / 28
    for pooled in range(3):
        side = len(image) * pixel
        draw_image(ax, image, left, middle - side / 2, side, side)
        write_code(ax, left + side / 2, middle - 1.0, f"{len(image)}", 12, weight="bold")
        if pooled < 2:
            draw_arrow(ax, (left + side + 0.06, middle), (left + side + 0.3, middle), mutation_scale=11)
        left, image = left + side + 0.36, max_pool(image) if pooled < 2 else image


_CHANNEL_COLORS = (VERMILLION, GREEN, BLUE)  # red, green, blue, the nearest first
_GRID_CELL, _GRID_STEP = 0.15, 0.17
_INPUT_SIDE = 11  # cells of the input; a filter fits at 8 positions across


def convolution_weights() -> None:
    """Draw a convolution from three channels to two: two filters of 4 × 4 × 3 weights each, and their shape."""
    with canvas(3.6) as ax:
        _draw_grids(ax, 0.45, 0.85, _INPUT_SIDE, _CHANNEL_COLORS)
        write(ax, 1.45, 3.35, "input: 3 channels", 12)
        for number, (color, name) in enumerate(((ORANGE, "A"), (PURPLE, "B"))):
            bottom = 2.05 - number * 1.45
            draw_arrow(ax, (2.85, 1.85), (3.75, bottom + 0.45), mutation_scale=11)
            _draw_grids(ax, 3.95, bottom, 4, (color,) * 3)
            write(ax, 5.1, bottom + 0.45, f"filter {name}\n4 × 4 × 3\n= 48 weights", 10, ha="left")
            draw_arrow(ax, (6.4, bottom + 0.45), (6.95, bottom + 0.45), mutation_scale=11)
            _draw_grids(ax, 7.15, bottom - 0.1, _INPUT_SIDE - 4 + 1, (color,))
            write(ax, 7.15 + 4 * _GRID_CELL, bottom - 0.22, f"channel {name}", SMALL + 1)
        write(ax, 4.95, 3.35, "two filters, each through all 3", 12)
        write(ax, 7.75, 3.35, "output: 2 channels", 12)
        write_code(ax, 4.5, 0.2, "weights: [4, 4, 3, 2]", 12, weight="bold")
        write(ax, 6.25, 0.2, "[rows, columns, in, out]", 10, ha="left", color=GREY)


def _draw_grids(ax: Axes, left: float, bottom: float, count: int, colors: Sequence[str]) -> None:
    """Draw one grid of `count` × `count` cells for each colour, the first in front at the bottom left."""
    side = count * _GRID_CELL
    for depth, color in reversed(list(enumerate(colors))):
        x, y = left + depth * _GRID_STEP, bottom + depth * _GRID_STEP
        draw_box(ax, x, y, side, side, INK, tint(color, 0.35), boxstyle="square,pad=0", linewidth=1, zorder=10 - depth)
        for line in range(1, count):
            for across in ((x + line * _GRID_CELL, x + line * _GRID_CELL), (x, x + side)):
                along = (y, y + side) if across[0] == across[1] else (y + line * _GRID_CELL, y + line * _GRID_CELL)
                ax.plot(across, along, color="white", linewidth=0.8, zorder=10.5 - depth)


CUBES = ((28, 28, 1), (28, 28, 12), (14, 14, 24), (7, 7, 32))
VECTORS = (7 * 7 * 32, 200, 10)
_OPERATIONS = ("3 × 3", "6 × 6\nstride 2", "6 × 6\nstride 2", "flatten", "dense", "dense\nsoftmax")
_INCHES_PER_PIXEL, _INCHES_PER_CHANNEL = 1.45 / 28, 0.024
_SLANT = 0.42  # how much shorter a cube's columns appear than its rows
_CUBES_Y = 1.85
_CUBE_LEFTS = (0.15, 1.75, 3.78, 5.38, 6.85, 7.7, 8.5)


def data_cubes() -> None:
    """Draw what flows through the network of lesson 06: cubes of rows × columns × channels, then vectors."""
    with canvas(3.5) as ax:
        ends = [_draw_cube(ax, left, *cube) for left, cube in zip(_CUBE_LEFTS, CUBES, strict=False)]
        ends += [_draw_vector(ax, left, count) for left, count in zip(_CUBE_LEFTS[len(CUBES) :], VECTORS, strict=True)]
        for end, start, text in zip(ends, _CUBE_LEFTS[1:], _OPERATIONS, strict=False):
            draw_arrow(ax, (end + 0.05, _CUBES_Y), (start - 0.05, _CUBES_Y), mutation_scale=10, linewidth=1.2)
            write(ax, (end + start) / 2, 0.62, text, SMALL + 1, color=INK)
        for left, end, dimensions in zip(_CUBE_LEFTS, ends, (*CUBES, *((count,) for count in VECTORS)), strict=True):
            write_code(ax, (left + end) / 2, 3.25, _format_dimensions(dimensions), 11, weight="bold")
        write(ax, 0.15, 0.2, "rows × columns × channels", SMALL, ha="left", color=GREY)


def _format_dimensions(dimensions: Sequence[int]) -> str:
    return "×".join(map(str, dimensions))


def _draw_cube(ax: Axes, left: float, rows: int, columns: int, channels: int) -> float:
    """Draw rows as height, columns as the slanting edge and channels as width; return the right edge."""
    height, depth = rows * _INCHES_PER_PIXEL, columns * _INCHES_PER_PIXEL * _SLANT
    width = max(channels * _INCHES_PER_CHANNEL, 0.04)
    bottom = _CUBES_Y - (height + depth) / 2
    faces = (
        ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], 0.5),
        ([(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)], 0.25),
        ([(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)], 0.38),
    )
    for corners, strength in faces:
        points = [(left + x * width + z * depth, bottom + y * height + z * depth) for x, y, z in corners]
        ax.add_patch(Polygon(points, edgecolor=INK, facecolor=tint(BLUE, strength), linewidth=1))
    return left + width + depth


def _draw_vector(ax: Axes, left: float, count: int) -> float:
    height = 0.3 + 2.0 * (count / VECTORS[0]) ** 0.5
    x, y, width = left, _CUBES_Y - height / 2, 0.12
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    ax.add_patch(Polygon(corners, edgecolor=INK, facecolor=tint(ORANGE, 0.5), linewidth=1))
    return left + width


_MOST_CHANNELS = 12


def learned_filters(weights: npt.ArrayLike) -> None:
    """Draw the first 12 filters of a layer with one input channel, with the sign of each weight.

    All share one scale: the strongest colour is the largest of the weights shown.

    Args:
        weights: `[rows, columns, 1, filters]`, as the layer's `get_weights()[0]` returns them; up to 7 × 7.

    Raises:
        ValueError: `weights` has another shape, or holds a number that is not finite.
    """
    array = as_numbers("weights", weights)
    if array.ndim != 4 or array.shape[2] != 1 or not 1 <= max(array.shape[:2]) <= 7 or not array.shape[3]:
        raise ValueError(
            f"weights must have shape [rows, columns, 1, filters], at most 7 × 7. Received: {list(array.shape)}"
        )
    if not np.isfinite(array).all():
        raise ValueError("weights must be finite numbers. Received: NaN or infinity")
    filters = np.moveaxis(array[:, :, 0, :_MOST_CHANNELS], 2, 0)
    largest = float(np.abs(filters).max())
    side, step = 1.2, 1.48
    with canvas(3.5) as ax:
        for number, grid in enumerate(filters):
            x, y = 0.2 + number % 6 * step, 1.95 - number // 6 * 1.5
            draw_image(ax, sign_colors(grid, largest), x, y, side, side)
            write(ax, x + side / 2, y + side + 0.11, f"filter {number}", SMALL)
            _write_signs(ax, grid, largest, (x, y), side)
        write(ax, 4.5, 0.18, "+ blue: ink here counts for it   ·   − orange: ink here counts against it", SMALL)


def _write_signs(ax: Axes, grid: np.ndarray, largest: float, corner: Point, side: float) -> None:
    size = min(13, 34 / max(grid.shape))
    if size < SMALL:
        return
    for (i, j), value in np.ndenumerate(grid):
        x, y = corner[0] + (j + 0.5) * side / grid.shape[1], corner[1] + side - (i + 0.5) * side / grid.shape[0]
        if abs(value) > 0.1 * largest:
            strong = abs(value) > 0.55 * largest
            write(ax, x, y, "+" if value > 0 else "−", size, color="white" if strong else INK)


def feature_maps(image: npt.ArrayLike, layers: Mapping[str, npt.ArrayLike]) -> None:
    """Draw a digit and, one row for each of up to three layers, the first 12 channels of the layers' outputs.

    Dark is large. Each row has its own scale, on which black is the largest number.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).
        layers: the outputs of each layer by its name, `[rows, columns, channels]`, not negative.

    Raises:
        ValueError: an argument has another shape or holds other numbers, or there are no or more than three layers.
    """
    image = as_image(image)
    arrays = {name: _as_maps(name, maps) for name, maps in layers.items()}
    if not 1 <= len(arrays) <= 3:
        raise ValueError(f"layers must hold one to three layers. Received: {len(arrays)}")
    side, step, left = 0.58, 0.622, 1.5
    with canvas(3.45) as ax:
        draw_image(ax, image, 0.12, 1.25, 1.1, 1.1)
        write(ax, 0.67, 1.05, "the digit", SMALL + 1)
        for row, (name, maps) in enumerate(arrays.items()):
            y = 2.5 - row * 1.05
            rows, columns, channels = maps.shape
            shown = min(channels, _MOST_CHANNELS)
            title = f"{name}: {rows} × {columns}, {shown} of {channels} channels"
            write(ax, left, y + side + 0.13, title, SMALL + 1, ha="left")
            largest = float(maps[..., :shown].max()) or 1.0
            for channel in range(shown):
                draw_image(ax, colorize(maps[..., channel] / largest), left + channel * step, y, side, side)


def _as_maps(name: str, maps: npt.ArrayLike) -> np.ndarray:
    array = as_numbers(name, maps)
    if array.ndim != 3 or not array.size:
        raise ValueError(f"{name!r} must have shape [rows, columns, channels]. Received: {list(array.shape)}")
    if not np.isfinite(array).all() or array.min() < 0:
        raise ValueError(
            f"{name!r} must hold finite numbers from 0 up, such as ReLU's outputs. Received: {array.min():g}"
        )
    return array
