"""Draw what a filter looks for: the patches of images that it responds to most."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import PIXELS, SIDE
from mnist_lab.plots.style import GREY, new_figure, sign_colors, style

_WIDTH, _TOP, _LEFT, _FILTER, _GAP = 9, 0.36, 1.05, 0.95, 0.09  # inches; a filter takes the width _FILTER
_MOST_CHANNELS, _PATCHES = 4, 9


def display_strongest_patches(
    images: npt.ArrayLike,
    feature_maps: npt.ArrayLike,
    channels: Sequence[int],
    patch: int,
    weights: npt.ArrayLike | None = None,
) -> None:
    """Draw, for each of a few channels, the nine patches that its filter responds to most, no two from one image.

    Args:
        images: `[n, 784]` or `[n, 28, 28]`, from 0 (paper) to 1 (ink).
        feature_maps: a convolution's outputs for these images, `[n, rows, columns, channels]`, after ReLU. With
            `padding="same"`, 28 is a multiple of rows and columns, and each output belongs to the middle of its patch.
        channels: the numbers of one to four channels, counted from 0.
        patch: rows and columns of a patch in pixels, 1 to 28; as many as an output sees, its receptive field.
        weights: the convolution's weights, `[rows, columns, in, channels]`. The filters are drawn, too, if in is 1.

    Raises:
        ValueError: the shapes do not match, or `channels` or `patch` is out of range.

    Example:
        >>> until_second = keras.Model(model.inputs, model.layers[2].output)
        >>> display_strongest_patches(digits[:1000], until_second.predict(digits[:1000]), channels=[0, 3], patch=8)
    """
    pixels, maps = _checked(images, feature_maps)
    patch = whole_number("patch", patch, 1, SIDE)
    whole_number("The number of channels", len(channels), 1, _MOST_CHANNELS)
    chosen = [whole_number("Each of channels", channel, 0, maps.shape[3] - 1) for channel in channels]
    filters = _flat_filters(weights, maps.shape[3])
    left = _LEFT + (0 if filters is None else _FILTER)
    side = (_WIDTH - left) / _PATCHES - _GAP
    height = _TOP + (side + _GAP) * len(chosen)
    with style():
        figure = new_figure(_WIDTH, height)
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        title = f"the {patch} × {patch} pixels to which each responds most strongly, strongest first"
        ax.text(left, height - 0.17, title, va="center", fontsize=10, color=GREY)
        for row, channel in enumerate(chosen):
            y = height - _TOP - row * (side + _GAP) - side
            middle = y + side / 2
            ax.text(_LEFT - 0.15, middle, f"channel {channel}", ha="right", va="center")
            if filters is not None:
                _draw_image(ax, sign_colors(filters[..., channel]), _LEFT, y, side)
            patches = strongest_patches(pixels, maps[..., channel], patch)
            for number, found in enumerate(patches):
                _draw_image(ax, found, left + number * (side + _GAP), y, side)
            if not patches:
                ax.text(left, middle, "answers to none of these images", va="center", color=GREY)
        ax.set(xlim=(0, _WIDTH), ylim=(0, height))


def strongest_patches(images: np.ndarray, maps: np.ndarray, patch: int) -> list[np.ndarray]:
    """Return the patches around the largest numbers above 0 of maps `[n, rows, columns]`, nine at most."""
    flat = maps.reshape(len(maps), -1)
    largest, positions = flat.max(axis=1), flat.argmax(axis=1)
    padded = np.pad(images, ((0, 0), (patch, patch), (patch, patch)))
    found = []
    for number in np.argsort(-largest, kind="stable")[:_PATCHES]:
        if largest[number] > 0:
            row, column = np.unravel_index(positions[number], maps.shape[1:])
            top = int((row + 0.5) * SIDE / maps.shape[1] + patch / 2)  # in the padded image
            left = int((column + 0.5) * SIDE / maps.shape[2] + patch / 2)
            found.append(padded[number, top : top + patch, left : left + patch])
    return found


def _checked(images: npt.ArrayLike, feature_maps: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the images as `[n, 28, 28]`, and the feature maps."""
    pixels, maps = np.asarray(images, np.float64), np.asarray(feature_maps)
    count = len(pixels) if pixels.ndim else 0
    if not count or pixels.size != count * PIXELS:
        raise ValueError(f"images must have the shape [n, 784] or [n, 28, 28]. Received: {list(pixels.shape)}")
    if maps.ndim != 4 or len(maps) != count or not maps.size:
        expected = f"feature_maps must have the shape [{count}, rows, columns, channels]"
        raise ValueError(f"{expected}, a map for each image. Received: {list(maps.shape)}")
    if SIDE % maps.shape[1] or SIDE % maps.shape[2]:
        expected = "28 must be a multiple of the rows and of the columns of feature_maps"
        raise ValueError(f'{expected}. Received: {list(maps.shape)}. Use convolutions with padding="same".')
    return pixels.reshape(count, SIDE, SIDE), maps


def _flat_filters(weights: npt.ArrayLike | None, channels: int) -> np.ndarray | None:
    """Return filters of one input channel as `[rows, columns, channels]`, None for others."""
    if weights is None:
        return None
    filters = np.asarray(weights, np.float64)
    if filters.ndim != 4 or filters.shape[3] != channels:
        expected = f"weights must have the shape [rows, columns, in, {channels}]"
        raise ValueError(f"{expected}. Received: {list(filters.shape)}")
    return filters[:, :, 0] if filters.shape[2] == 1 else None


def _draw_image(ax: Axes, image: np.ndarray, x: float, y: float, side: float) -> None:
    """Draw an image, from 0 (paper) to 1 (ink) or RGB, in a thin frame whose bottom left corner is (x, y)."""
    ax.imshow(image, extent=(x, x + side, y, y + side), vmin=0, vmax=1, aspect="auto")
    ax.add_patch(Rectangle((x, y), side, side, fill=False, edgecolor=GREY, linewidth=0.8))
