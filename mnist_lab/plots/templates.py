"""Draw the weights of a dense layer on pixels as images: what speaks for a class, and what against it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.data.idx import CLASSES, PIXELS, SIDE
from mnist_lab.plots.style import BLUE, GREY, VERMILLION, new_figure, style

_SIGNS = LinearSegmentedColormap.from_list("signs", [VERMILLION, "white", BLUE], N=25)
_STRONGEST = 0.995  # quantile of the absolute weights at which the colours are strongest
_LEFT, _TOP, _GAP, _CELL, _KEY = 1.5, 0.35, 0.06, 0.74, 0.4  # inches


def display_templates(weights: Mapping[str, npt.ArrayLike]) -> None:
    """Draw each neuron's weights as an image: a row for each moment, a column for each class, one scale for all.

    Args:
        weights: the weights `[784, 10]` of a dense layer at one to three moments, by their names.

    Raises:
        ValueError: there are no weights or more than three, they have another shape, or are not finite.

    Example:
        >>> lab.display_templates({"after training": model.get_weights()[0]})
    """
    if not 1 <= len(weights) <= 3:
        raise ValueError(f"weights must hold one to three moments. Received: {len(weights)}")
    rows = {name: np.asarray(values, np.float64) for name, values in weights.items()}
    for name, values in rows.items():
        if values.shape != (PIXELS, CLASSES) or not np.isfinite(values).all():
            received = f"{list(values.shape)}" if values.shape != (PIXELS, CLASSES) else "NaN or infinity"
            raise ValueError(f"The weights of {name!r} must be finite, [{PIXELS}, {CLASSES}]. Received: {received}")
    strongest = np.quantile(np.abs(np.stack(list(rows.values()))), _STRONGEST) or 1.0
    height = _TOP + len(rows) * (_CELL + _GAP) + _KEY
    width = _LEFT + CLASSES * (_CELL + _GAP)
    with style():
        figure = new_figure(width, height)
        figure.set_layout_engine("none")
        for row, (name, values) in enumerate(rows.items()):
            bottom = height - _TOP - (row + 1) * (_CELL + _GAP)
            figure.text(
                (_LEFT - 0.12) / width, (bottom + _CELL / 2) / height, name, ha="right", va="center", fontsize=11
            )
            for column in range(CLASSES):
                left = _LEFT + column * (_CELL + _GAP)
                ax = figure.add_axes((left / width, bottom / height, _CELL / width, _CELL / height))
                ax.imshow(values[:, column].reshape(SIDE, SIDE), cmap=_SIGNS, vmin=-strongest, vmax=strongest)
                ax.set(xticks=[], yticks=[])
                for spine in ax.spines.values():
                    spine.set(visible=True, color="lightgrey")
                if not row:
                    ax.set_title(f"{column}", fontsize=12, weight="bold", loc="center")
        key = figure.add_axes((_LEFT / width, 0.24 / height, 1.6 / width, 0.12 / height))
        key.imshow(np.linspace(-1, 1, 100)[np.newaxis], cmap=_SIGNS, aspect="auto")
        key.set(xticks=[], yticks=[])
        words = {0: ("against the class", "right", -0.1), 1: ("for it", "left", 0.1)}
        for end, (text, align, shift) in words.items():
            x = (_LEFT + 1.6 * end + shift) / width
            figure.text(x, 0.3 / height, text, ha=align, va="center", fontsize=10, color=GREY)
