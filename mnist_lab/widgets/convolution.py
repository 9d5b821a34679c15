"""`lab.widgets.filter`: nine weights of your own slide over a digit."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES, SIDE
from mnist_lab.diagrams._drawing import SMALL, WIDTH, Options, Page, colorize
from mnist_lab.diagrams.convolutions import UPPER_EDGE, max_pool, weighted_sums
from mnist_lab.plots.style import INK, VERMILLION, new_figure, sign_colors
from mnist_lab.widgets._widget import Widget
from mnist_lab.widgets.digits import sample_digits

_LARGEST = 1e6  # of a weight
_FIRST = np.array([10, 12])  # row and column of the pixel under the filter's upper left weight at first


class Filter(Widget):
    """The widget that `filter` returns."""

    name = "filter"

    def _picture(self) -> Figure:
        digit = sample_digits()[10 * self.data["digit"] + 1].reshape(SIDE, SIDE) / 255
        weights, stride = np.array(self.data["weights"]), self.data["stride"]
        image = padded(digit.round(2), stride, self.data["padding"])
        sums = filtered(image, weights, stride)
        found = np.maximum(sums, 0) if self.data["relu"] else sums
        place = cell = np.rint((_FIRST + (len(image) - SIDE) // 2) / stride).astype(int)
        if self.data["pooling"]:
            even, cell = len(found) // 2 * 2, cell // 2
            found = max_pool(found[:even, :even])
            place = 2 * cell + np.argwhere(_window(sums, 2 * cell, 2) == _window(sums, 2 * cell, 2).max())[0]
        pixels = _window(image, stride * place, 3)
        figure = new_figure(WIDTH, 2.7)
        figure.set_layout_engine("none")
        page = Page(figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, 2.7)))
        _draw_framed(page, 0.1, f"a digit, {SIDE}×{SIDE}", colorize(image), stride * place, 3)
        _draw_framed(page, 6.75, f"the map, {len(found)}×{len(found)}", sign_colors(found), cell, 1)
        largest = np.abs(weights).max()
        _draw_nine(page, 2.43, "pixels", pixels, colorize(pixels, "black"), 1)
        _draw_nine(page, 3.86, "× weights", weights, sign_colors(weights), largest)
        _draw_nine(page, 5.29, "= products", pixels * weights, sign_colors(pixels * weights, largest), largest)
        row, column = cell + 1
        total = f"{sums[tuple(place)]:,.2f}".replace("-", "−")
        page.write(4.5, 0.35, f"row {row}, column {column}: the sum is {total}", weight="bold")
        return figure


def padded(image: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """Return an image, `[rows, rows]`, with the zeros that TensorFlow puts around it for a 3×3 filter."""
    zeros = max(0, (-(-len(image) // stride) - 1) * stride + 3 - len(image)) if padding == "same" else 0
    return np.pad(image, (zeros // 2, zeros - zeros // 2))


def filtered(image: np.ndarray, weights: np.ndarray, stride: int) -> np.ndarray:
    """Return a filter's sums on a padded image, `[rows, columns]`."""
    return weighted_sums(image, weights)[::stride, ::stride]


def _window(image: np.ndarray, corner: np.ndarray, side: int) -> np.ndarray:
    row, column = corner
    return image[row : row + side, column : column + side]


def _draw_framed(page: Page, x: float, name: str, image: np.ndarray, corner: np.ndarray, reach: int) -> None:
    """Draw an image in colours, `[rows, rows, 3]`, and a frame around `reach` × `reach` of its cells."""
    side, y = 2.15, 0.1
    cell, (row, column) = side / len(image), corner
    page.image(image, x, y, side, side)
    look: Options = {"edgecolor": VERMILLION if reach > 1 else INK, "linewidth": 2, "zorder": 5}
    page.rectangle(x + column * cell, y + side - (row + reach) * cell, reach * cell, reach * cell, **look)
    page.write(x, y + side + 0.18, name, ha="left")


def _draw_nine(page: Page, x: float, name: str, numbers: np.ndarray, colors: np.ndarray, largest: float) -> None:
    side, y = 1.28, 0.62
    texts = np.vectorize("{:.3g}".format)(numbers + 0.0)  # there is no −0
    texts = np.char.replace(np.char.replace(texts, "e+0", "e"), "-", "−")
    page.image(colors, x, y, side, side)
    page.write_in(texts, np.abs(numbers) > 0.5 * largest, x, y, side, SMALL)
    page.write(x + side / 2, y + side + 0.18, name)


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
    try:
        numbers = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):  # letters, or rows of different lengths
        numbers = np.empty(0)
    if numbers.shape != (3, 3) or not (np.abs(numbers) <= _LARGEST).all():
        raise ValueError(f"weights must be [3, 3] numbers, each up to {_LARGEST:,.0f}. Received: {weights!r}")
    if padding not in ("same", "valid"):
        raise ValueError(f"padding must be 'same' or 'valid'. Received: {padding!r}")
    data = {
        "weights": numbers.tolist(),
        "digit": whole_number("digit", digit, 0, CLASSES - 1),
        "stride": whole_number("stride", stride, 1, 3),
        "padding": padding,
        "relu": bool(relu),
        "pooling": bool(pooling),
    }
    return Filter(data=data, files={"digits": sample_digits().tobytes()})
