"""Dense layers: the tensors they take, one layer, its matrix product, and a stack of layers."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import SIDE
from mnist_lab.diagrams._arguments import CLASSES, as_image
from mnist_lab.diagrams._drawing import (
    SMALL,
    SUBSCRIPTED,
    Options,
    canvas,
    colorize,
    draw_arrow,
    draw_box,
    draw_image,
    tint,
    write,
    write_code,
)
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION

_PIXEL_YS = {0: 3.2, 406: 2.14, 783: 1.08}  # the pixels shown
_ELLIPSIS_YS = (2.67, 1.61)
_NEURON_YS = np.linspace(3.46, 0.85, CLASSES)
_ENLARGED = 3  # the neuron drawn large
_LABELLED = (0, _ENLARGED, 9)  # the neurons whose output has a name
_INPUT_X, _NEURON_X, _OUTPUT_X = 2.4, 3.9, 4.62
_NEURON_RADIUS = 0.135


def one_layer(image: npt.ArrayLike) -> None:
    """Draw a dense layer: 784 pixels, ten neurons that each see all of them, ten probabilities; one neuron enlarged.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink); the inputs shown have its grey levels.

    Raises:
        ValueError: `image` has another shape, or values outside 0 to 1.
    """
    image = as_image(image)
    with canvas(3.8) as ax:
        draw_image(ax, image, 0.1, 1.45, 1.45, 1.45)
        write(ax, 0.825, 1.25, "28 × 28 pixels")
        for neuron, y in enumerate(_NEURON_YS):
            _draw_connections(ax, y, neuron == _ENLARGED)
        for pixel, y in _PIXEL_YS.items():
            grey = np.array([[image.flat[pixel]]])
            draw_image(ax, grey, _INPUT_X - _NEURON_RADIUS, y - _NEURON_RADIUS, 2 * _NEURON_RADIUS, 2 * _NEURON_RADIUS)
            write(ax, _INPUT_X - 0.2, y, f"$x_{{{pixel}}}$", SUBSCRIPTED, ha="right")
        for y in _ELLIPSIS_YS:
            write(ax, _INPUT_X, y, "⋮", 14, color=GREY)
        for y in (_NEURON_YS[0] + _NEURON_YS[_ENLARGED]) / 2, (_NEURON_YS[_ENLARGED] + _NEURON_YS[-1]) / 2:
            write(ax, _OUTPUT_X, y, "⋮", 14, color=GREY)
        _draw_enlarged_neuron(ax)
        for neuron, y in enumerate(_NEURON_YS):
            strength, weight = (0.4, "bold") if neuron == _ENLARGED else (0.12, "normal")
            look = {"facecolor": tint(BLUE, strength), "edgecolor": BLUE, "zorder": 4}
            ax.add_patch(Circle((_NEURON_X, y), _NEURON_RADIUS, **look))
            write(ax, _NEURON_X, y, f"{neuron}", 10, weight=weight, zorder=5)
            ends = (_NEURON_X + _NEURON_RADIUS, y), (_OUTPUT_X - 0.16, y)
            draw_arrow(ax, *ends, arrowstyle="-|>" if neuron in _LABELLED else "-", mutation_scale=9, zorder=4)
            if neuron in _LABELLED:
                write(ax, _OUTPUT_X, y, f"$p_{neuron}$", SUBSCRIPTED, zorder=5)
        write(ax, _INPUT_X, 0.5, "784 inputs")
        write(ax, _NEURON_X - 0.08, 0.5, "10 neurons")
        write(ax, _OUTPUT_X - 0.14, 0.4, "10 probabilities,\nsum 1", ha="left")


def _draw_connections(ax: Axes, neuron_y: float, enlarged: bool) -> None:
    look: Options = (
        {"color": BLUE, "linewidth": 1.6}
        if enlarged
        else {"color": tint(GREY, 0.28), "linewidth": 0.6, "antialiased": False}
    )
    for pixel_y in _PIXEL_YS.values():
        ends = (_INPUT_X + _NEURON_RADIUS, _NEURON_X - _NEURON_RADIUS), (pixel_y, neuron_y)
        ax.plot(*ends, zorder=3 if enlarged else 2, **look)


def _draw_enlarged_neuron(ax: Axes) -> None:
    y, left, right, bottom, top = _NEURON_YS[_ENLARGED], 5.75, 8.9, 0.85, 3.6
    draw_box(ax, _NEURON_X - 0.19, y - 0.165, _OUTPUT_X - _NEURON_X + 0.4, 0.33, BLUE, tint(BLUE, 0.1), zorder=3.5)
    ax.plot((_OUTPUT_X + 0.21, left), (y, y), color=BLUE, linewidth=1.2)
    draw_box(ax, left, bottom, right - left, top - bottom, BLUE, tint(BLUE, 0.1))
    middle = (left + right) / 2
    write(ax, middle, top - 0.2, f"neuron {_ENLARGED}", weight="bold", color=BLUE)
    steps = (
        ("weighted sum", r"$x_0 w_0 + x_1 w_1 + \ldots + x_{783} w_{783}$"),
        ("bias", "$+\\; b$"),
        ("activation", rf"softmax: $p_{_ENLARGED}$"),
    )
    for number, (caption, formula) in enumerate(steps):
        floor = top - 1.02 - number * 0.81
        draw_box(ax, left + 0.15, floor, right - left - 0.3, 0.62, tint(BLUE, 0.5))
        write(ax, middle, floor + 0.47, caption, 10)
        write(ax, middle, floor + 0.19, formula, SUBSCRIPTED)
        if number:
            draw_arrow(ax, (middle, floor + 0.81), (middle, floor + 0.62), BLUE, mutation_scale=10)


def matrix_product(batch_size: int = 128) -> None:
    """Draw X @ W + b = L, with one image, one neuron and their logit in the same colours throughout.

    X is `[batch_size, 784]`, W `[784, 10]`, b `[10]` (broadcast to every row), L `[batch_size, 10]`; at most
    eight rows are drawn.

    Args:
        batch_size: images in the batch.

    Raises:
        ValueError: `batch_size` is not a positive whole number.
    """
    batch_size = whole_number("batch_size", batch_size)
    rows = min(batch_size, 8)
    row, column = min(2, rows - 1), 3  # the image and the neuron in colour
    with canvas(3.3) as ax:
        x = _Matrix(ax, 0.25, rows, 17)  # 17 columns represent 784, as do 13 rows below
        x.highlight(ORANGE, row=row)
        x.label("a row: one image", f"X [{batch_size}, 784]")

        w = _Matrix(ax, 3.17, 13, CLASSES)
        w.highlight(BLUE, column=column)
        w.label("a column: one neuron", "W [784, 10]")

        b = _Matrix(ax, 5.07, rows, CLASSES, solid_rows=1)
        b.highlight(BLUE, column=column, strength=0.15, linewidth=0)
        b.highlight(BLUE, column=column, row=0)
        b.label("the same b in every row", "b [10]")

        logits = _Matrix(ax, 7.2, rows, CLASSES)
        logits.highlight(ORANGE, row=row, strength=0.2, linewidth=0)
        logits.highlight(BLUE, column=column, strength=0.2, linewidth=0)
        logits.highlight(ORANGE, row=row, column=column, strength=0.45)
        logits.highlight(BLUE, row=row, column=column, strength=0.45)
        logits.highlight(INK, row=row, column=column, strength=0)
        logits.label("a cell: one logit", f"L [{batch_size}, 10]")

        for before, after, sign in ((x, w, "@"), (w, b, "+"), (b, logits, "=")):
            write(ax, (before.right + after.left) / 2, _Matrix.MIDDLE, sign, 20, weight="bold")


class _Matrix:
    """A grid of cells, centred at one height; where `solid_rows` is given, the rows after these are faint."""

    MIDDLE = 1.72
    CELL_WIDTH, CELL_HEIGHT = 0.145, 0.19

    def __init__(self, ax: Axes, left: float, rows: int, columns: int, solid_rows: int | None = None):
        self.ax, self.left = ax, left
        self.right = left + columns * self.CELL_WIDTH
        self.bottom = self.MIDDLE - rows * self.CELL_HEIGHT / 2
        self.top = self.MIDDLE + rows * self.CELL_HEIGHT / 2
        edges = np.linspace(left, self.right, columns + 1)
        for number in range(rows):
            faint = solid_rows is not None and number >= solid_rows
            top = self.top - number * self.CELL_HEIGHT
            look: Options = {"colors": tint(GREY, 0.3 if faint else 0.6), "linewidth": 0.8}
            ax.vlines(edges, top - self.CELL_HEIGHT, top, linestyles=":" if faint else "-", **look)
            ax.hlines((top - self.CELL_HEIGHT, top), left, self.right, zorder=1.9 if faint else 2, **look)

    def highlight(
        self,
        color: str,
        row: int | None = None,
        column: int | None = None,
        strength: float = 0.45,
        linewidth: float = 2,
    ) -> None:
        """Colour a row, a column, or the cell where they cross."""
        left = self.left + (column or 0) * self.CELL_WIDTH
        top = self.top - (row or 0) * self.CELL_HEIGHT
        width = self.right - self.left if column is None else self.CELL_WIDTH
        height = self.top - self.bottom if row is None else self.CELL_HEIGHT
        look: Options = {"facecolor": (color, strength), "edgecolor": color, "linewidth": linewidth, "zorder": 3}
        self.ax.add_patch(Rectangle((left, top - height), width, height, **look))

    def label(self, above: str, below: str) -> None:
        """Write above the matrix what the highlighted cells are, and below it its name and shape."""
        middle = (self.left + self.right) / 2
        write(self.ax, middle, self.top + 0.17, above, SMALL + 1)
        write_code(self.ax, middle, self.bottom - 0.22, below, 12, weight="bold")


def stacked_layers(sizes: Sequence[int] = (784, 200, 60, 10)) -> None:
    """Draw dense layers from left to right, their numbers of outputs, and the shapes of the weights between them.

    Args:
        sizes: three to six whole numbers above 0, the inputs first, then the neurons of each layer.

    Raises:
        ValueError: `sizes` holds other values.
    """
    if not 3 <= len(sizes) <= 6 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"sizes must be three to six whole numbers above 0. Received: {sizes!r}")
    last = len(sizes) - 1
    top, middle = 3.0, 1.6
    with canvas(top) as ax:
        step = 8.0 / len(sizes)
        for layer, size in enumerate(sizes):
            x = 0.5 + step * (layer + 0.5)
            height = 0.5 + 1.4 * (size / max(sizes)) ** 0.4
            color = GREY if layer == 0 else GREEN if layer == last else BLUE
            draw_box(ax, x - 0.35, middle - height / 2, 0.7, height, edge=color, fill=tint(color, 0.15), linewidth=1.8)
            write(ax, x, middle, f"{size:,}", 13, weight="bold")
            role = "pixels" if layer == 0 else "softmax" if layer == last else "sigmoid"
            write(ax, x, 0.35, role, 12, color=color)
            if layer:
                draw_arrow(ax, (x - step + 0.42, middle), (x - 0.42, middle))
                write_code(ax, x - step / 2, middle + 0.22, f"[{sizes[layer - 1]}, {size}]", SMALL)
                write(ax, x - step / 2, middle - 0.22, "weights", SMALL, color=GREY)
        write(ax, 0.5 + step * (last + 1) / 2, top - 0.2, "hidden layers", 12, color=BLUE)


def tensors(image: npt.ArrayLike) -> None:
    """Draw an image as a matrix, a colour image as three, a batch as a stack, each with its shape.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` has another shape, or values outside 0 to 1.
    """
    image = as_image(image)
    with canvas(3.1) as ax:
        _draw_grey_image(ax, image)
        _draw_colour_image(ax, colorize(image, BLUE, tint(ORANGE, 0.55)))
        _draw_batch(ax, image)
        for x, text, dimensions in (
            (2.05, "grey image", "[28, 28]"),
            (5.52, "colour image", "[28, 28, 3]"),
            (7.88, "128 colour images", "[128, 28, 28, 3]"),
        ):
            write(ax, x, 0.48, text)
            write_code(ax, x, 0.2, dimensions, 12, weight="bold")


def _draw_grey_image(ax: Axes, image: np.ndarray) -> None:
    patch, cell = 4, 0.39  # pixels along a side of the part shown as numbers, and inches for each of them
    windows = np.lib.stride_tricks.sliding_window_view(image, (patch, patch))
    greys = (windows * (1 - windows)).sum(axis=(2, 3))
    row, column = np.unravel_index(greys.argmax(), greys.shape)
    left, bottom, side = 0.1, 0.85, 2.1
    pixel = side / len(image)
    draw_image(ax, image, left, bottom, side, side)
    x, y = left + column * pixel, bottom + side - (row + patch) * pixel
    zoom_x, zoom_y, zoom_side = 2.45, 1.12, patch * cell
    for corner, zoom_corner in ((y, zoom_y), (y + patch * pixel, zoom_y + zoom_side)):
        ax.plot((x + patch * pixel, zoom_x), (corner, zoom_corner), color=ORANGE, linewidth=1)
    draw_image(ax, windows[row, column], zoom_x, zoom_y, zoom_side, zoom_side, edge=ORANGE, linewidth=2, zorder=3)
    draw_box(ax, x, y, patch * pixel, patch * pixel, ORANGE, "none", linewidth=2, boxstyle="square,pad=0")
    for (i, j), value in np.ndenumerate(windows[row, column]):
        at = zoom_x + (j + 0.5) * cell, zoom_y + zoom_side - (i + 0.5) * cell
        write(ax, *at, f"{value:.2f}", SMALL, color="white" if value > 0.5 else INK, zorder=4)


def _draw_colour_image(ax: Axes, pixels: np.ndarray) -> None:
    side, step = 1.56, 0.3
    for plane, (color, name) in enumerate(((VERMILLION, "red"), (GREEN, "green"), (BLUE, "blue"))):
        x, y = 4.45 + plane * step, 0.85 + plane * step * 0.9
        draw_image(ax, colorize(pixels[..., plane], tint(color, 0.6)), x, y, side, side, zorder=4 - plane)
        write(ax, x + side - 0.05, y + side - 0.13, name, SMALL, ha="right", color=INK, zorder=4 - plane)


def _draw_batch(ax: Axes, image: np.ndarray) -> None:
    side, step, inks = 1.3, 0.13, (BLUE, PURPLE, GREEN, SKY, VERMILLION, INK, ORANGE)
    papers = (ORANGE, SKY, PURPLE, ORANGE, GREEN, VERMILLION, SKY)
    for depth, (ink, paper) in enumerate(zip(inks, papers, strict=True)):
        pixels = colorize(image, ink, tint(paper, 0.55))
        x, y = 6.85 + depth * step, 0.85 + depth * step
        draw_image(ax, pixels, x, y, side, side, zorder=10 - depth)


def flattening(image: npt.ArrayLike) -> None:
    """Draw an image and its 28 rows, each in a faint colour, laid end to end as a vector of 784 numbers.

    Args:
        image: `[784]` or `[28, 28]` float, from 0 (paper) to 1 (ink).

    Raises:
        ValueError: `image` has another shape, or values outside 0 to 1.
    """
    image = as_image(image)
    hues = plt.colormaps["viridis"](np.linspace(0.1, 1, SIDE))[:, :3]
    papers = [tint(hue, 0.4) for hue in hues]
    rows = [colorize(row[np.newaxis], paper=paper) for row, paper in zip(image, papers, strict=True)]
    left, bottom, side = 0.55, 0.95, 1.96
    pixel = side / SIDE
    start, end, floor, height = 2.75, 8.9, 0.42, 0.3
    width = (end - start) / SIDE
    with canvas(3.1) as ax:
        draw_image(ax, np.concatenate(rows), left, bottom, side, side)
        for number, (row, paper) in enumerate(zip(rows, papers, strict=True)):
            x, y = start + number * width, bottom + side - (number + 1) * pixel
            ax.fill_between((x, x + width), floor, y, color=tint(paper, 0.5), linewidth=0)
            draw_image(ax, row, x, y, width, pixel, edge="none")
        draw_image(ax, np.concatenate(rows, axis=1), start, floor, end - start, height)
        for number in (0, SIDE - 1):
            y = bottom + side - (number + 0.5) * pixel
            write(ax, left - 0.06, y, f"row {number}", SMALL, ha="right", color=GREY)
        write_code(ax, left + side / 2, 0.72, "[28, 28]", 12, weight="bold")
        write_code(ax, (start + end) / 2, 0.2, "[784]", 12, weight="bold")
        write(ax, start, 0.2, "row 0", SMALL, ha="left", color=GREY)
        write(ax, end, 0.2, "row 27", SMALL, ha="right", color=GREY)
