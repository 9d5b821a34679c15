"""What a trained convolution looks for, and what it finds: its filters, and the feature maps of one digit."""

from collections.abc import Mapping

import numpy as np

from mnist_lab.diagrams._arguments import as_image, as_numbers
from mnist_lab.diagrams._drawing import SMALL, canvas, inked, picture, signed, words
from mnist_lab.plots.style import INK

FILTERS = 12
LAYERS = 3


def learned_filters(weights) -> None:
    """Draw the first 12 filters of a layer that looks at one channel, with the sign of each weight.

    All have one scale: the strongest colour is the largest weight of those shown.

    Args:
        weights: `[rows, columns, 1, filters]`, as the layer's `get_weights()[0]` returns them; up to 7 × 7.

    Raises:
        ValueError: `weights` is of another shape, or holds a number that is not finite.
    """
    array = as_numbers("weights", weights)
    if array.ndim != 4 or array.shape[2] != 1 or not 1 <= max(array.shape[:2]) <= 7 or not array.shape[3]:
        raise ValueError(
            f"weights must be of shape [rows, columns, 1, filters], at most 7 × 7. Received: {list(array.shape)}"
        )
    if not np.isfinite(array).all():
        raise ValueError("weights must be finite numbers.")
    filters = np.moveaxis(array[:, :, 0, :FILTERS], 2, 0)
    largest = float(np.abs(filters).max())
    side, step = 1.2, 1.48
    with canvas(3.5) as ax:
        for place, grid in enumerate(filters):
            x, y = 0.2 + place % 6 * step, 1.95 - place // 6 * 1.5
            picture(ax, signed(grid, largest), x, y, side, side)
            words(ax, x + side / 2, y + side + 0.11, f"filter {place}", SMALL)
            _write_signs(ax, grid, largest, (x, y), side)
        words(ax, 4.5, 0.18, "+ blue: ink here counts for it   ·   − orange: ink here counts against it", SMALL)


def _write_signs(ax, grid: np.ndarray, largest: float, corner: tuple, side: float) -> None:
    size = min(13, 34 / max(grid.shape))
    if size < SMALL:
        return
    for (i, j), value in np.ndenumerate(grid):
        x, y = corner[0] + (j + 0.5) * side / grid.shape[1], corner[1] + side - (i + 0.5) * side / grid.shape[0]
        if abs(value) > 0.1 * largest:
            strong = abs(value) > 0.55 * largest
            words(ax, x, y, "+" if value > 0 else "−", size, color="white" if strong else INK)


def feature_maps(image, layers: Mapping[str, object]) -> None:
    """Draw a digit, and below each other the first 12 channels that up to three layers make of it.

    Dark is large. Each row has a scale of its own: black is its largest number.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).
        layers: for each name, `[rows, columns, channels]`, not negative.

    Raises:
        ValueError: an argument is of another shape, or holds numbers that do not belong there.
    """
    image = as_image(image)
    arrays = {name: _as_maps(name, maps) for name, maps in layers.items()}
    if not 1 <= len(arrays) <= LAYERS:
        raise ValueError(f"layers must be one to {LAYERS}. Received: {len(arrays)}")
    side, step, left = 0.58, 0.622, 1.5
    with canvas(3.45) as ax:
        picture(ax, image, 0.12, 1.25, 1.1, 1.1)
        words(ax, 0.67, 1.05, "the digit", SMALL + 1)
        for place, (name, maps) in enumerate(arrays.items()):
            y = 2.5 - place * 1.05
            rows, columns, channels = maps.shape
            shown = min(channels, FILTERS)
            counted = f"{name}: {rows} × {columns}, {shown} of {channels} channels"
            words(ax, left, y + side + 0.13, counted, SMALL + 1, ha="left")
            largest = float(maps[..., :shown].max()) or 1.0
            for channel in range(shown):
                picture(ax, inked(maps[..., channel] / largest), left + channel * step, y, side, side)


def _as_maps(name: str, maps) -> np.ndarray:
    array = as_numbers(name, maps)
    if array.ndim != 3 or not array.size:
        raise ValueError(f"{name!r} must be of shape [rows, columns, channels]. Received: {list(array.shape)}")
    if not np.isfinite(array).all() or array.min() < 0:
        raise ValueError(f"{name!r} must hold finite numbers, none of them negative, as they leave ReLU.")
    return array
