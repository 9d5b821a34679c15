"""Draw the weights of a dense layer on pixels as images: what speaks for a class, and what against it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.data.idx import CLASSES, PIXELS, SIDE
from mnist_lab.plots.style import BLUE, GREY, VERMILLION, new_figure, style

_SIGNS = LinearSegmentedColormap.from_list("signs", [VERMILLION, "white", BLUE], N=25)
_STRONGEST = 0.995  # quantile of the absolute weights at which the colours are strongest
_LEFT, _TOP, _GAP, _KEY = 1.45, 0.35, 0.06, 0.5  # inches
_SMALL, _LARGE = 0.69, 1.44  # inches, the side of an image in a row of ten and in one of five


def display_templates(weights: Mapping[str, npt.ArrayLike]) -> None:
    """Draw each neuron's weights as an image, on one scale for all: small ones, but for the last moment large ones.

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
    *earlier, last = rows
    lines = [(name, name, range(CLASSES), _SMALL) for name in earlier]
    lines += [(last, last, range(5), _LARGE), (last, "", range(5, CLASSES), _LARGE)]
    width = _LEFT + 5 * (_LARGE + _GAP)
    bottom = height = sum(_TOP + side for *_, side in lines) + _KEY
    with style():
        figure = new_figure(width, height)
        figure.set_layout_engine("none")
        for name, shown, classes, side in lines:
            bottom -= _TOP + side
            middle = (bottom + side / 2) / height
            figure.text((_LEFT - 0.12) / width, middle, shown, ha="right", va="center", fontsize=11)
            for column, label in enumerate(classes):
                left = _LEFT + column * (side + _GAP)
                ax = figure.add_axes((left / width, bottom / height, side / width, side / height))
                image = rows[name][:, label].reshape(SIDE, SIDE)
                ax.imshow(image, cmap=_SIGNS, vmin=-strongest, vmax=strongest)
                ax.set(xticks=[], yticks=[])
                ax.spines[:].set(visible=True, color="lightgrey")
                ax.set_title(f"{label}", fontsize=12, weight="bold", loc="center")
        key = figure.add_axes((_LEFT / width, 0.24 / height, 1.6 / width, 0.12 / height))
        key.imshow(np.linspace(-1, 1, 100)[np.newaxis], cmap=_SIGNS, aspect="auto")
        key.set(xticks=[], yticks=[])
        words = {0: ("against the class", "right", -0.1), 1: ("for it", "left", 0.1)}
        for end, (text, align, shift) in words.items():
            x = (_LEFT + 1.6 * end + shift) / width
            figure.text(x, 0.3 / height, text, ha=align, va="center", fontsize=10, color=GREY)
