"""Convolutions: a shifted digit, strides and pooling, weights through channels."""

import numpy as np
import numpy.typing as npt
from matplotlib.typing import ColorType

from mnist_lab.data.idx import SIDE
from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import CHANNELS, SMALL, Options, Page, colorize, new_page, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION, sign_colors

UPPER_EDGE = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])  # ink below, paper above


def weighted_sums(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of the pixels under `weights` at every position where these fit into `image`."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return (windows * weights).sum(axis=(2, 3))


def max_pool(image: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 × 2 window: half as many rows and columns."""
    return image.reshape(len(image) // 2, 2, -1, 2).max(axis=(1, 3))


_SHIFT = 2  # pixels to the right


def shifted_maps(image: npt.ArrayLike) -> None:
    """Draw what a shift of 2 pixels to the right changes: a digit, from 0 to 1, and what a filter makes of it.

    The columns are the digit, its feature map (a filter for upper edges, then ReLU), the map moved back after the
    shift, the map max-pooled, and its maximum. Below each pair, blue is what the shift adds, vermillion what it takes
    away, and how many of the pixels or windows that are above 0, before or after, it leaves unchanged.
    """
    image = as_image(image)
    moved = np.pad(image, ((0, 0), (_SHIFT, 0)))[:, :SIDE]
    (digit, feature_map, *pooled), (digit_after, map_after, *pooled_after) = _stages(image), _stages(moved)
    moved_back = np.pad(map_after, ((0, 0), (0, _SHIFT)))[:, _SHIFT:]
    columns = (
        ("digit", _unchanged("pixels", image, moved), digit, digit_after),
        ("as it is", _unchanged("pixels", feature_map, map_after), feature_map, map_after),
        ("moved back", "unchanged:\nequivariance", feature_map, moved_back),
        ("pooled 4 × 4", _unchanged("windows", pooled[0], pooled_after[0]), pooled[0], pooled_after[0]),
        ("its maximum", "unchanged:\ninvariance", pooled[1], pooled_after[1]),
    )
    left, pitch, side, ys = 1.52, 1.53, 0.86, (2.42, 1.5, 0.58)
    with new_page(4.15) as page:
        page.write(1.36, ys[0] + side / 2, "before", ha="right")
        page.write(1.36, ys[1] + side / 2, f"{_SHIFT} pixels\nfurther right", ha="right")
        page.write(1.36, ys[2] + 0.56, "only before", ha="right", color=VERMILLION)
        page.write(1.36, ys[2] + 0.3, "only after", ha="right", color=BLUE)
        page.arrow((4.0, ys[1] + 0.34), (4.5, ys[1] + 0.34), mutation_scale=11)
        page.write(4.24, ys[1] + 0.6, f"{_SHIFT} pixels\nback", SMALL)
        for number, (heading, reason, before, after) in enumerate(columns):
            x, largest = left + pitch * number, max(before.max(), after.max()) or 1
            middle = x + side / 2
            page.write(middle, 3.43, heading, weight="bold")
            for y, values in zip(ys, (before, after), strict=False):
                page.image(values / largest if values.size > 1 else np.zeros((1, 1)), x, y, side, side)
                if values.size == 1:
                    page.write(middle, y + side / 2, f"{values.max():.2f}", 13, weight="bold")
            page.image(sign_colors(after - before, largest), x, ys[2], side, side)
            page.write(middle, 0.28, reason, 10)
        page.line((left + pitch, left + 4 * pitch + side), (3.62, 3.62), INK)
        page.write(5.6, 3.88, "the feature map of a filter for upper edges, after ReLU", weight="bold")
        _draw_upper_edge(page, 8.1, 3.68)


def _unchanged(name: str, before: np.ndarray, after: np.ndarray) -> str:
    inked = (before > 0) | (after > 0)
    return f"{np.isclose(before, after)[inked].sum()} of {inked.sum()} inked\n{name} unchanged"


def _draw_upper_edge(page: Page, x: float, y: float) -> None:
    side = 0.42
    page.image(sign_colors(UPPER_EDGE, 2), x, y, side, side)
    signs = np.where(UPPER_EDGE > 0, "+", np.where(UPPER_EDGE < 0, "−", "0"))
    page.write_in(signs, np.zeros_like(UPPER_EDGE), x, y, side, SMALL)


def _stages(image: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return an image, its feature map of the same size, this pooled twice, and the maximum `[1, 1]`."""
    feature_map = np.maximum(weighted_sums(np.pad(image, 1), UPPER_EDGE), 0)
    return image, feature_map, max_pool(max_pool(feature_map)), feature_map.max(keepdims=True)


def shrinking(image: npt.ArrayLike) -> None:
    """Draw a filter of stride 2, a max-pooling of 4 × 4 pixels, and an image from 0 to 1 pooled twice."""
    image = as_image(image)
    with new_page(3.1) as page:
        _draw_strides(page, 0.1, 1.0)
        _draw_pooling(page, 2.72, 1.0, 0.35, _most_varied_patch(image))
        side, middle = 0.94, 1.7
        for number, level in enumerate((image, max_pool(image), max_pool(max_pool(image)))):
            x = 5.54 + 1.2 * number
            if number:
                page.arrow((x - 0.23, middle), (x - 0.04, middle), mutation_scale=11)
            page.image(level, x, middle - side / 2, side, side)
            page.code(x + side / 2, middle - 0.68, f"{len(level)} × {len(level)}", 10, weight="bold")
        for x, title, caption in (
            (1.27, "stride 2", "the filter moves two pixels at\na time: 6 → 3 (grey: padding)"),
            (3.98, "max-pooling 2 × 2", "each window leaves\nits largest number: 4 → 2"),
            (7.2, "a digit, pooled twice", "a quarter of the pixels each time,\ndrawn larger to fill the same space"),
        ):
            page.write(x, 2.85, title, 12, weight="bold")
            page.write(x, 0.36, caption, 10)


def _draw_strides(page: Page, left: float, bottom: float) -> None:
    """Draw 6 × 6 pixels, padded as Keras does, a filter of 3 × 3 at its first two stops, and the nine sums."""
    cell, size, middle = 0.2, 6, bottom + 0.7
    for row, column in np.ndindex(size + 1, size + 1):
        padding, at = size in (row, column), (left + column * cell, bottom + (size - row) * cell)
        edge, fill = (tint(GREY, 0.35), tint(GREY, 0.08)) if padding else (GREY, "white")
        page.rectangle(*at, cell, cell, fill, edgecolor=edge, linewidth=0.8, zorder=1 if padding else 2)
        if padding:
            page.write(at[0] + cell / 2, at[1] + cell / 2, "0", SMALL, color=GREY)
    sums = left + (size + 1) * cell + 0.42
    for stop, (row, column) in enumerate(np.ndindex(3, 3)):
        x, y = sums + column * cell, middle + (0.5 - row) * cell
        page.rectangle(x, y, cell, cell, "white", edgecolor=GREY, linewidth=0.8)
        page.write(x + cell / 2, y + cell / 2, f"{stop + 1}", SMALL, zorder=6)
        if stop < 2:
            look: Options = {"edgecolor": (BLUE, VERMILLION)[stop], "linestyle": ("-", "--")[stop], "linewidth": 2}
            filter_left, filter_bottom = left + 2 * stop * cell, bottom + (size - 2) * cell
            page.rectangle(filter_left, filter_bottom, 3 * cell, 3 * cell, (look["edgecolor"], 0.2), zorder=4, **look)
            page.write(filter_left + 1.5 * cell, filter_bottom + 1.5 * cell, f"{stop + 1}", weight="bold", zorder=6)
            page.rectangle(x, y, cell, cell, (look["edgecolor"], 0.2), zorder=5, **look)
    page.arrow((sums - 0.38, middle), (sums - 0.08, middle), mutation_scale=11)


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


# The weights of two filters from 0 to 1 in one channel: large above, and large along a diagonal.
_FILTERS = (
    np.linspace(1, 0, 4)[:, np.newaxis] * np.ones(4),
    np.clip(1 - abs(np.subtract.outer(range(4), range(4))) / 2, 0, 1),
)


def convolution_weights() -> None:
    """Draw one patch of three channels, two filters of 4 × 4 × 3 weights, and the one number that each makes of it."""
    cell, left, bottom, channels = 0.165, 0.2, 0.95, tuple(CHANNELS)
    with new_page(3.6) as page:
        for plane, (color, name) in reversed(tuple(enumerate(CHANNELS.items()))):
            x, y = left + 0.46 * plane, bottom + 0.4 * plane
            _draw_grid(page, x, y, 8, cell, color, marked=(0, 4, 4), zorder=10 - 3 * plane)
            page.write(x + 0.07, y + 8 * cell - 0.11, name, SMALL, ha="left", zorder=12.5 - 3 * plane)
        for floor, color, name, weights in ((2.1, ORANGE, "A", _FILTERS[0]), (0.72, PURPLE, "B", _FILTERS[1])):
            middle = floor + 0.5
            page.arrow((2.55, 2.35), (3.2, middle), mutation_scale=11)
            page.box(3.27, floor - 0.06, 1.28, 1.12, color, "none", linewidth=2)
            for plane, channel in reversed(tuple(enumerate(channels))):
                x, y, zorder = 3.36 + 0.2 * plane, floor + 0.06 + 0.15 * plane, 10 - 3 * plane
                shades = colorize(np.rot90(weights, plane), channel, tint(channel, 0.12))
                page.image(shades, x, y, 4 * cell, 4 * cell, edgecolor=INK, zorder=zorder)
                _draw_lines(page, x, y, 4, cell, tint(GREY, 0.4), zorder + 0.5)
            page.write(4.65, middle, f"filter {name}:\n4 × 4 × 3\n= 48 weights", 10, ha="left")
            page.arrow((5.72, middle), (6.72, middle), mutation_scale=11)
            page.write(6.2, middle + 0.24, "48 products,\none sum", SMALL)
            _draw_grid(page, 6.85, floor + 0.04, 5, 0.185, color, (0, 4, 1), 5)
            page.write(7.9, middle, f"channel {name},\none cell\nof it", 10, ha="left")
        page.write(4.65, 1.91, "darker: a larger weight", SMALL, ha="left")
        page.write(1.4, 3.38, "an image, one patch marked", 12, weight="bold")
        page.write(4.68, 3.38, "two filters, each through all 3", 12, weight="bold")
        page.write(7.75, 3.38, "output: 2 channels", 12, weight="bold")
        page.write(2.75, 0.34, "weights", 12, ha="right")
        page.code(2.9, 0.34, "[", 14, weight="bold")
        for number, (size, axis) in enumerate(((4, "rows"), (4, "columns"), (3, "in"), (2, "out"))):
            x = 3.25 + 0.72 * number
            page.code(x, 0.34, f"{size}", 14, weight="bold")
            page.code(x + 0.36, 0.34, "]" if axis == "out" else ",", 14, weight="bold")
            page.write(x, 0.11, axis, SMALL)


def _draw_grid(
    page: Page,
    left: float,
    bottom: float,
    count: int,
    cell: float,
    color: str,
    marked: tuple[int, int, int],
    zorder: float,
) -> None:
    """Draw `count` × `count` cells, and full in colour those of a square: its first row and column, and its size."""
    row, column, size = marked
    side = count * cell
    page.rectangle(left, bottom, side, side, tint(color, 0.22), edgecolor=INK, linewidth=1, zorder=zorder)
    _draw_lines(page, left, bottom, count, cell, "white", zorder + 0.5)
    x, y = left + column * cell, bottom + side - (row + size) * cell
    page.rectangle(x, y, size * cell, size * cell, tint(color, 0.75), edgecolor=INK, linewidth=2, zorder=zorder + 1)
    _draw_lines(page, x, y, size, cell, "white", zorder + 1.5)


def _draw_lines(
    page: Page, left: float, bottom: float, count: int, cell: float, color: ColorType, zorder: float
) -> None:
    """Draw the lines between `count` × `count` cells."""
    inner, ends = np.arange(1, count) * cell, np.array([0, count * cell])
    page.line((left + inner, left + inner), bottom + ends, color, zorder=zorder)
    page.line(left + ends, (bottom + inner, bottom + inner), color, zorder=zorder)
