"""Dense layers: the tensors that go in, one layer, its matrix product, and layers stacked."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import SIDE
from mnist_lab.diagrams._arguments import CLASSES, as_image
from mnist_lab.diagrams._drawing import SMALL, SUBSCRIPTED, arrow, box, canvas, inked, picture, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION

_PIXEL_YS = {0: 3.2, 406: 2.14, 783: 1.08}  # those shown, and their height
_ELLIPSIS_YS = (2.67, 1.61)
_NEURON_YS = np.linspace(3.46, 0.85, CLASSES)
_ENLARGED = 3  # the neuron drawn large
_LABELLED = (0, _ENLARGED, 9)  # those named
_INPUT_X, _NEURON_X, _OUTPUT_X = 2.4, 3.9, 4.62
_NEURON_RADIUS = 0.135


def one_layer(image) -> None:
    """Draw the layer: 784 pixels, ten neurons that each see all of them, ten probabilities; one neuron large.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink); the pixels shown take its grey.

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    with canvas(3.8) as ax:
        picture(ax, image, 0.1, 1.45, 1.45, 1.45)
        words(ax, 0.825, 1.25, "28 × 28 pixels")
        for neuron, y in enumerate(_NEURON_YS):
            _draw_connections(ax, y, neuron == _ENLARGED)
        for pixel, y in _PIXEL_YS.items():
            grey = np.array([[image.flat[pixel]]])
            picture(ax, grey, _INPUT_X - _NEURON_RADIUS, y - _NEURON_RADIUS, 2 * _NEURON_RADIUS, 2 * _NEURON_RADIUS)
            words(ax, _INPUT_X - 0.2, y, f"$x_{{{pixel}}}$", SUBSCRIPTED, ha="right")
        for y in _ELLIPSIS_YS:
            words(ax, _INPUT_X, y, "⋮", 14, color=GREY)
        for y in (_NEURON_YS[0] + _NEURON_YS[_ENLARGED]) / 2, (_NEURON_YS[_ENLARGED] + _NEURON_YS[-1]) / 2:
            words(ax, _OUTPUT_X, y, "⋮", 14, color=GREY)
        _draw_enlarged_neuron(ax)
        for neuron, y in enumerate(_NEURON_YS):
            strength, weight = (0.4, "bold") if neuron == _ENLARGED else (0.12, "normal")
            look = {"facecolor": tint(BLUE, strength), "edgecolor": BLUE, "zorder": 4}
            ax.add_patch(Circle((_NEURON_X, y), _NEURON_RADIUS, **look))
            words(ax, _NEURON_X, y, f"{neuron}", 10, weight=weight, zorder=5)
            ends = (_NEURON_X + _NEURON_RADIUS, y), (_OUTPUT_X - 0.16, y)
            arrow(ax, *ends, arrowstyle="-|>" if neuron in _LABELLED else "-", mutation_scale=9, zorder=4)
            if neuron in _LABELLED:
                words(ax, _OUTPUT_X, y, f"$p_{neuron}$", SUBSCRIPTED, zorder=5)
        words(ax, _INPUT_X, 0.5, "784 inputs")
        words(ax, _NEURON_X - 0.08, 0.5, "10 neurons")
        words(ax, _OUTPUT_X - 0.14, 0.4, "10 probabilities,\nsum 1", ha="left")


def _draw_connections(ax, neuron_y: float, opened: bool) -> None:
    look = (
        {"color": BLUE, "linewidth": 1.6}
        if opened
        else {"color": tint(GREY, 0.28), "linewidth": 0.6, "antialiased": False}
    )
    for pixel_y in _PIXEL_YS.values():
        ends = (_INPUT_X + _NEURON_RADIUS, _NEURON_X - _NEURON_RADIUS), (pixel_y, neuron_y)
        ax.plot(*ends, zorder=3 if opened else 2, **look)


def _draw_enlarged_neuron(ax) -> None:
    y, left, right, bottom, top = _NEURON_YS[_ENLARGED], 5.75, 8.9, 0.85, 3.6
    box(ax, _NEURON_X - 0.19, y - 0.165, _OUTPUT_X - _NEURON_X + 0.4, 0.33, BLUE, tint(BLUE, 0.1), zorder=3.5)
    ax.plot((_OUTPUT_X + 0.21, left), (y, y), color=BLUE, linewidth=1.2)
    box(ax, left, bottom, right - left, top - bottom, BLUE, tint(BLUE, 0.1))
    middle = (left + right) / 2
    words(ax, middle, top - 0.2, f"neuron {_ENLARGED}", weight="bold", color=BLUE)
    steps = (
        ("weighted sum", r"$x_0 w_0 + x_1 w_1 + \ldots + x_{783} w_{783}$"),
        ("bias", "$+\\; b$"),
        ("activation", rf"softmax: $p_{_ENLARGED}$"),
    )
    for number, (caption, formula) in enumerate(steps):
        floor = top - 1.02 - number * 0.81
        box(ax, left + 0.15, floor, right - left - 0.3, 0.62, tint(BLUE, 0.5))
        words(ax, middle, floor + 0.47, caption, 10)
        words(ax, middle, floor + 0.19, formula, SUBSCRIPTED)
        if number:
            arrow(ax, (middle, floor + 0.81), (middle, floor + 0.62), BLUE, mutation_scale=10)


_SHOWN_ROW, _SHOWN_COLUMN = 2, 3  # the image and the neuron that are followed
_MOST_ROWS = 8
_MATRIX_CELL_WIDTH, _MATRIX_CELL_HEIGHT = 0.145, 0.19
_ACROSS, _DOWN = 17, 13  # lines that stand for 784
_MATRICES_Y = 1.72


def matrix_product(batch_size: int = 128) -> None:
    """Draw X @ W + b = L, with one image, one neuron and their logit in the same colours throughout.

    X is `[batch_size, 784]`, W `[784, 10]`, b `[10]` (broadcast to every row), L `[batch_size, 10]`; at most
    eight rows are drawn.

    Args:
        batch_size: images in the batch.

    Raises:
        ValueError: `batch_size` is no positive whole number.
    """
    batch_size = whole_number("batch_size", batch_size)
    rows = min(batch_size, _MOST_ROWS)
    row = min(_SHOWN_ROW, rows - 1)
    with canvas(3.3) as ax:
        x = _Matrix(ax, 0.25, rows, _ACROSS)
        x.cells(ORANGE, row=row)
        x.write("a row: one image", f"X [{batch_size}, 784]")

        w = _Matrix(ax, 3.17, _DOWN, CLASSES)
        w.cells(BLUE, column=_SHOWN_COLUMN)
        w.write("a column: one neuron", "W [784, 10]")

        b = _Matrix(ax, 5.07, rows, CLASSES, solid_rows=1)
        b.cells(BLUE, column=_SHOWN_COLUMN, strength=0.15, linewidth=0)
        b.cells(BLUE, column=_SHOWN_COLUMN, row=0)
        b.write("the same b in every row", "b [10]")

        logits = _Matrix(ax, 7.2, rows, CLASSES)
        logits.cells(ORANGE, row=row, strength=0.2, linewidth=0)
        logits.cells(BLUE, column=_SHOWN_COLUMN, strength=0.2, linewidth=0)
        logits.cells(ORANGE, row=row, column=_SHOWN_COLUMN, strength=0.45)
        logits.cells(BLUE, row=row, column=_SHOWN_COLUMN, strength=0.45)
        logits.cells(INK, row=row, column=_SHOWN_COLUMN, strength=0)
        logits.write("a cell: one logit", f"L [{batch_size}, 10]")

        for before, after, sign in ((x, w, "@"), (w, b, "+"), (b, logits, "=")):
            words(ax, (before.right + after.left) / 2, _MATRICES_Y, sign, 20, weight="bold")


class _Matrix:
    """A grid centred at half height, `solid_rows` of it drawn in full and the others faint."""

    def __init__(self, ax, left: float, rows: int, columns: int, solid_rows: int | None = None):
        self.ax, self.left, self.rows, self.columns = ax, left, rows, columns
        self.right = left + columns * _MATRIX_CELL_WIDTH
        self.bottom, self.top = (
            _MATRICES_Y - rows * _MATRIX_CELL_HEIGHT / 2,
            _MATRICES_Y + rows * _MATRIX_CELL_HEIGHT / 2,
        )
        lines_x = np.linspace(left, self.right, columns + 1)
        for number in range(rows):
            faint = solid_rows is not None and number >= solid_rows
            top = self.top - number * _MATRIX_CELL_HEIGHT
            look = {"colors": tint(GREY, 0.3 if faint else 0.6), "linewidth": 0.8}
            ax.vlines(lines_x, top - _MATRIX_CELL_HEIGHT, top, linestyles=":" if faint else "-", **look)
            ax.hlines((top - _MATRIX_CELL_HEIGHT, top), left, self.right, zorder=1.9 if faint else 2, **look)

    def cells(self, color, row=None, column=None, strength=0.45, linewidth=2.0) -> None:
        """Colour a row, a column, or the cell of both."""
        left = self.left + (column or 0) * _MATRIX_CELL_WIDTH
        top = self.top - (row or 0) * _MATRIX_CELL_HEIGHT
        width = self.right - self.left if column is None else _MATRIX_CELL_WIDTH
        height = self.top - self.bottom if row is None else _MATRIX_CELL_HEIGHT
        look = {"facecolor": (color, strength), "edgecolor": color, "linewidth": linewidth, "zorder": 3}
        self.ax.add_patch(Rectangle((left, top - height), width, height, **look))

    def write(self, above: str, below: str) -> None:
        """Write what the highlighted cells are above the matrix, and its name and shape below."""
        middle = (self.left + self.right) / 2
        words(self.ax, middle, self.top + 0.17, above, SMALL + 1)
        shape(self.ax, middle, self.bottom - 0.22, below, 12, weight="bold")


_STACK_HEIGHT = 3.0
_TALLEST_LAYER, _SHORTEST_LAYER = 1.9, 0.5
_STACK_Y = 1.6


def stacked_layers(sizes: Sequence[int] = (784, 200, 60, 10), activation: str = "sigmoid") -> None:
    """Draw dense layers from left to right, the numbers of their outputs, and the weights between them.

    Args:
        sizes: inputs first, then the neurons of each layer; three to six whole numbers above 0.
        activation: the name of the hidden layers' activation function; the last layer's is softmax.

    Raises:
        ValueError: `sizes` are not such numbers.
    """
    if not 3 <= len(sizes) <= 6 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"sizes must be three to six whole numbers above 0. Received: {sizes!r}")
    last = len(sizes) - 1
    with canvas(_STACK_HEIGHT) as ax:
        step = 8.0 / len(sizes)
        for place, size in enumerate(sizes):
            x = 0.5 + step * (place + 0.5)
            height = _SHORTEST_LAYER + (_TALLEST_LAYER - _SHORTEST_LAYER) * (size / max(sizes)) ** 0.4
            color = GREY if place == 0 else GREEN if place == last else BLUE
            box(ax, x - 0.35, _STACK_Y - height / 2, 0.7, height, edge=color, fill=tint(color, 0.15), linewidth=1.8)
            words(ax, x, _STACK_Y, f"{size:,}", 13, weight="bold")
            role = "pixels" if place == 0 else "softmax" if place == last else activation
            words(ax, x, 0.35, role, 12, color=color)
            if place:
                arrow(ax, (x - step + 0.42, _STACK_Y), (x - 0.42, _STACK_Y))
                middle = x - step / 2
                shape(ax, middle, _STACK_Y + 0.22, f"[{sizes[place - 1]}, {size}]", SMALL)
                words(ax, middle, _STACK_Y - 0.22, "weights", SMALL, color=GREY)
        if last > 1:
            left, right = 0.5 + step * 1.1, 0.5 + step * (last - 0.1)
            words(ax, (left + right) / 2, _STACK_HEIGHT - 0.2, "hidden layers", 12, color=BLUE)


_PATCH = 4  # pixels a side
_PATCH_CELL = 0.39


def tensors(image) -> None:
    """Draw an image as a matrix, a colour image as three, a batch as a stack, each with its shape.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    with canvas(3.1) as ax:
        _draw_gray_image(ax, image)
        _draw_color_image(ax, inked(image, BLUE, tint(ORANGE, 0.55)))
        _draw_batch(ax, image)
        for x, text, dimensions in (
            (2.05, "grey image", "[28, 28]"),
            (5.52, "colour image", "[28, 28, 3]"),
            (7.88, "128 colour images", "[128, 28, 28, 3]"),
        ):
            words(ax, x, 0.48, text)
            shape(ax, x, 0.2, dimensions, 12, weight="bold")


def _draw_gray_image(ax, image: np.ndarray) -> None:
    windows = np.lib.stride_tricks.sliding_window_view(image, (_PATCH, _PATCH))
    greys = (windows * (1 - windows)).sum(axis=(2, 3))
    row, column = np.unravel_index(greys.argmax(), greys.shape)
    left, bottom, side = 0.1, 0.85, 2.1
    pixel = side / len(image)
    picture(ax, image, left, bottom, side, side)
    x, y = left + column * pixel, bottom + side - (row + _PATCH) * pixel
    zoom_x, zoom_y, zoom_side = 2.45, 1.12, _PATCH * _PATCH_CELL
    for corner, zoom_corner in ((y, zoom_y), (y + _PATCH * pixel, zoom_y + zoom_side)):
        ax.plot((x + _PATCH * pixel, zoom_x), (corner, zoom_corner), color=ORANGE, linewidth=1)
    look = {"edge": ORANGE, "linewidth": 2, "zorder": 3}
    picture(ax, windows[row, column], zoom_x, zoom_y, zoom_side, zoom_side, **look)
    box(ax, x, y, _PATCH * pixel, _PATCH * pixel, ORANGE, "none", linewidth=2, boxstyle="square,pad=0")
    for (i, j), value in np.ndenumerate(windows[row, column]):
        at = zoom_x + (j + 0.5) * _PATCH_CELL, zoom_y + zoom_side - (i + 0.5) * _PATCH_CELL
        words(ax, *at, f"{value:.2f}", SMALL, color="white" if value > 0.5 else INK, zorder=4)


def _draw_color_image(ax, pixels: np.ndarray) -> None:
    side, step = 1.56, 0.3
    for plane, (color, name) in enumerate(((VERMILLION, "red"), (GREEN, "green"), (BLUE, "blue"))):
        x, y = 4.45 + plane * step, 0.85 + plane * step * 0.9
        picture(ax, inked(pixels[..., plane], tint(color, 0.6)), x, y, side, side, zorder=4 - plane)
        words(ax, x + side - 0.05, y + side - 0.13, name, SMALL, ha="right", color=INK, zorder=4 - plane)


def _draw_batch(ax, image: np.ndarray) -> None:
    side, step, inks = 1.3, 0.13, (BLUE, PURPLE, GREEN, SKY, VERMILLION, INK, ORANGE)
    papers = (ORANGE, SKY, PURPLE, ORANGE, GREEN, VERMILLION, SKY)
    for behind, (ink, paper) in enumerate(zip(inks, papers, strict=True)):
        pixels = inked(image, ink, tint(paper, 0.55))
        x, y = 6.85 + behind * step, 0.85 + behind * step
        picture(ax, pixels, x, y, side, side, zorder=10 - behind)


_ROW_HUES = plt.colormaps["viridis"](np.linspace(0.1, 1, SIDE))[:, :3]


def flattening(image) -> None:
    """Draw an image and its 28 rows, each in a faint colour, laid end to end to a vector of 784 numbers.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` is of another shape, or does not lie between 0 and 1.
    """
    image = as_image(image)
    papers = [tint(hue, 0.4) for hue in _ROW_HUES]
    rows = [inked(row[np.newaxis], paper=paper) for row, paper in zip(image, papers, strict=True)]
    left, bottom, side = 0.55, 0.95, 1.96
    pixel = side / SIDE
    start, end, floor, height = 2.75, 8.9, 0.42, 0.3
    width = (end - start) / SIDE
    with canvas(3.1) as ax:
        picture(ax, np.concatenate(rows), left, bottom, side, side)
        for number, (row, paper) in enumerate(zip(rows, papers, strict=True)):
            x, y = start + number * width, bottom + side - (number + 1) * pixel
            ax.fill_between((x, x + width), floor, y, color=tint(paper, 0.5), linewidth=0)
            picture(ax, row, x, y, width, pixel, edge="none")
        picture(ax, np.concatenate(rows, axis=1), start, floor, end - start, height)
        for number in (0, SIDE - 1):
            y = bottom + side - (number + 0.5) * pixel
            words(ax, left - 0.06, y, f"row {number}", SMALL, ha="right", color=GREY)
        shape(ax, left + side / 2, 0.72, "[28, 28]", 12, weight="bold")
        shape(ax, (start + end) / 2, 0.2, "[784]", 12, weight="bold")
        words(ax, start, 0.2, "row 0", SMALL, ha="left", color=GREY)
        words(ax, end, 0.2, "row 27", SMALL, ha="right", color=GREY)
