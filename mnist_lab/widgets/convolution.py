"""`lab.widgets.filter`: nine weights of your own slide over a digit."""

from collections.abc import Sequence
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES, SIDE
from mnist_lab.diagrams.convolutions import UPPER_EDGE, max_pool, weighted_sums
from mnist_lab.plots.style import BLUE, INK, VERMILLION
from mnist_lab.widgets._widget import Widget
from mnist_lab.widgets.digits import sample_digits

_SIGNED = LinearSegmentedColormap.from_list("signed", (VERMILLION, "white", BLUE))
_LARGEST = 1e6  # of a weight


class Filter(Widget):
    """The widget that `filter` returns."""

    name = "filter"

    def _picture(self) -> Figure:
        digit = sample_digits()[10 * self.data["digit"] + 1].reshape(SIDE, SIDE) / 255
        weights, stride = np.array(self.data["weights"]), self.data["stride"]
        sums = filtered(digit, weights, stride, self.data["padding"])
        found = np.maximum(sums, 0) if self.data["relu"] else sums
        found = max_pool(found) if self.data["pooling"] else found
        figure = plt.figure(figsize=(9, 3.3))
        left, middle, right = figure.subplots(1, 3)
        left.imshow(digit, cmap="Greys", vmin=0, vmax=1)
        left.add_patch(Rectangle((11.5, 9.5), 3, 3, fill=False, edgecolor=VERMILLION, linewidth=2.5))
        left.set_title("a digit, 28×28")
        largest = np.abs(weights).max() or 1
        middle.imshow(weights, cmap=_SIGNED, vmin=-largest, vmax=largest)
        for (row, column), weight in np.ndenumerate(weights):
            middle.text(
                *(column, row, f"{weight:g}".replace("-", "−")),
                **{"ha": "center", "va": "center", "fontsize": 14},
                color="white" if abs(weight) > 0.8 * largest else INK,
            )
        middle.set_title("nine weights")
        most = np.abs(found).max() or 1
        right.imshow(found, cmap=_SIGNED, vmin=-most, vmax=most)
        right.set_title(f"the map, {len(found)}×{len(found)}")
        for ax in (left, middle, right):
            ax.set(xticks=(), yticks=())
            ax.spines[:].set_visible(True)
        return figure


def filtered(image: np.ndarray, weights: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """Return a 3×3 filter's sums on an image, `[rows, columns]`, padded as TensorFlow pads."""
    if padding == "same":
        size = len(image)
        zeros = max(0, (-(-size // stride) - 1) * stride + len(weights) - size)
        image = np.pad(image, (zeros // 2, zeros - zeros // 2))
    return weighted_sums(image, weights)[::stride, ::stride]


def filter(
    weights: npt.ArrayLike = UPPER_EDGE,
    digit: int = 3,
    *,
    stride: int = 1,
    padding: Literal["same", "valid"] = "same",
    relu: bool = False,
    pooling: bool = False,
) -> Filter:
    """Return a widget in which a 3×3 filter slides over a digit: type weights, point at a sum, see where it comes from.

    Args:
        weights: `[3, 3]`, each from −1,000,000 to 1,000,000.
        digit: which digit is filtered at first, 0 to 9.
        stride: 1, 2 or 3.
        padding: "same" puts zeros around the digit, as TensorFlow does; "valid" does not.
        relu: whether negative sums become 0.
        pooling: whether only the largest of each 2×2 sums is kept.

    Raises:
        ValueError: an argument is not one of these.

    Example:
        >>> lab.widgets.filter([[0, 0, 0], [1, 0, -1], [0, 0, 0]], digit=7)
    """
    numbers = np.asarray(weights, dtype=np.float64)
    if numbers.shape != (3, 3) or not (np.abs(numbers) <= _LARGEST).all():
        raise ValueError(f"weights must be [3, 3], each up to {_LARGEST:,.0f}. Received: {weights!r}")
    _one_of("stride", stride, (1, 2, 3))
    _one_of("padding", padding, ("same", "valid"))
    data = {
        "weights": numbers.tolist(),
        "digit": whole_number("digit", digit, 0, CLASSES - 1),
        "stride": stride,
        "padding": padding,
        "relu": bool(relu),
        "pooling": bool(pooling),
    }
    return Filter(data=data, files={"digits": sample_digits().tobytes()})


def _one_of(name: str, value: object, known: Sequence[object]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(str, known))}. Received: {value!r}")
