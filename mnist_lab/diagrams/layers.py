"""Dense layers: the tensors they take, one layer, its matrix product, and a stack of layers."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES, PIXELS, SIDE
from mnist_lab.diagrams._arguments import as_image
from mnist_lab.diagrams._drawing import CHANNELS, SMALL, SUBSCRIPTED, Options, Page, colorize, new_page, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE

_INPUT_X, _NEURON_X, _OUTPUT_X, _RADIUS = 2.4, 3.9, 4.62, 0.135
_PIXEL_YS = (3.2, 2.14, 1.08)  # of three of the 784 inputs
_NEURON_YS = np.linspace(3.46, 0.85, CLASSES)
_ENLARGED = 3  # the neuron drawn large
_LABELLED = (0, _ENLARGED, 9)  # the neurons whose output has a name


def one_layer(image: npt.ArrayLike) -> None:
    """Draw a dense layer from the 784 pixels of an image, from 0 to 1, to ten probabilities; one neuron enlarged."""
    image = as_image(image)
    enlarged_y = _NEURON_YS[_ENLARGED]
    left, bottom, side = 0.1, 1.45, 1.45  # of the image
    with new_page(3.8) as page:
        page.image(image, left, bottom, side, side)
        for x, y, text in ((0.825, 1.25, "28 × 28 pixels"), (2.4, 0.5, "784 inputs"), (3.82, 0.5, "10 neurons")):
            page.write(x, y, text)
        page.write(_OUTPUT_X - 0.14, 0.4, "10 probabilities,\nsum 1", ha="left")
        for x, y in ((_INPUT_X, 2.67), (_INPUT_X, 1.61), (_OUTPUT_X, 3.025), (_OUTPUT_X, 1.72)):
            page.write(x, y, "⋮", 14, color=GREY)
        shown = (0, _darkest(image), PIXELS - 1)
        pixels = [(_INPUT_X + _RADIUS, y) for y in _PIXEL_YS]
        others = [(_NEURON_X - _RADIUS, y) for y in _NEURON_YS if y != enlarged_y]
        page.connect(pixels, others, color=tint(GREY, 0.28), linewidth=0.6, antialiased=False, zorder=2)
        page.connect(pixels, [(_NEURON_X - _RADIUS, enlarged_y)], color=BLUE, linewidth=1.6, zorder=3)
        names = ("first pixel", "0"), ("an inked pixel", "i"), ("last pixel", "783")
        for pixel, y, (name, index) in zip(shown, _PIXEL_YS, names, strict=True):
            row, column = divmod(pixel, SIDE)
            x_in_image, y_in_image = left + column * side / SIDE, bottom + side - (row + 1) * side / SIDE
            look: Options = {"edgecolor": ORANGE, "linewidth": 2}
            page.rectangle(x_in_image, y_in_image, side / SIDE, side / SIDE, zorder=3, **look)
            page.line((x_in_image + side / SIDE, _INPUT_X - 0.68), (y_in_image + side / SIDE / 2, y), ORANGE)
            page.image(image.reshape(-1, 1, 1)[pixel], _INPUT_X - _RADIUS, y - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
            page.write(_INPUT_X - 0.2, y, f"$x_{{{index}}}$", SUBSCRIPTED, ha="right")
            page.write(_INPUT_X + _RADIUS, y + 0.25, name, SMALL, ha="right")
        _draw_enlarged_neuron(page, enlarged_y)
        for neuron, y in enumerate(_NEURON_YS):
            strength, weight = (0.4, "bold") if neuron == _ENLARGED else (0.12, "normal")
            page.circle(_NEURON_X, y, _RADIUS, BLUE, tint(BLUE, strength), zorder=4)
            page.write(_NEURON_X, y, f"{neuron}", 10, weight=weight, zorder=5)
            style = "-|>" if neuron in _LABELLED else "-"
            page.arrow((_NEURON_X + _RADIUS, y), (_OUTPUT_X - 0.16, y), arrowstyle=style, mutation_scale=9, zorder=4)
            if neuron in _LABELLED:
                page.write(_OUTPUT_X, y, f"$p_{neuron}$", SUBSCRIPTED, zorder=5)


def _darkest(image: np.ndarray) -> int:
    """Return the number of the pixel with the most ink; of several, that nearest to the image's centre."""
    rows, columns = np.indices(image.shape) - (SIDE - 1) / 2
    return int(np.argmax(image - 1e-6 * (rows**2 + columns**2)))


def _draw_enlarged_neuron(page: Page, y: float) -> None:
    left, bottom, width, top = 5.75, 0.85, 3.15, 3.6
    middle = left + width / 2
    page.box(_NEURON_X - 0.19, y - 0.165, _OUTPUT_X - _NEURON_X + 0.4, 0.33, BLUE, tint(BLUE, 0.1), zorder=3.5)
    page.line((_OUTPUT_X + 0.21, left), (y, y), BLUE, linewidth=1.2)
    page.box(left, bottom, width, top - bottom, BLUE, tint(BLUE, 0.1))
    page.write(middle, top - 0.2, f"neuron {_ENLARGED}", weight="bold", color=BLUE)
    for floor, caption, formula in (
        (2.58, "weighted sum", r"$x_0 w_0 + \ldots + x_i w_i + \ldots + x_{783} w_{783}$"),
        (1.77, "bias", "$+\\; b$"),
        (0.96, "activation, with the nine other sums", rf"softmax: $p_{_ENLARGED}$"),
    ):
        page.box(left + 0.15, floor, width - 0.3, 0.62, tint(BLUE, 0.5), "white")
        page.write(middle, floor + 0.47, caption, 10)
        page.write(middle, floor + 0.19, formula, SUBSCRIPTED)
        if caption != "weighted sum":
            page.arrow((middle, floor + 0.81), (middle, floor + 0.62), BLUE, mutation_scale=10)


def matrix_product(batch_size: int = 128) -> None:
    """Draw X @ W + b = L for a batch, with one image, one neuron and their logit in the same colours throughout."""
    rows, column = min(whole_number("batch_size", batch_size), 8), 3
    row = min(2, rows - 1)  # the image in colour, as `column` is the neuron
    with new_page(3.3) as page:
        x = _Matrix(page, 0.25, rows, 17, "a row: one image", f"X [{batch_size}, 784]")  # 17 represent 784, as do 13
        x.mark(ORANGE, row, None)
        w = _Matrix(page, 3.17, 13, CLASSES, "a column: one neuron", "W [784, 10]")
        w.mark(BLUE, None, column)
        b = _Matrix(page, 5.07, rows, CLASSES, "the same b in every row", "b [10]", solid_rows=1)
        b.mark(BLUE, None, column, 0.15, linewidth=0)
        b.mark(BLUE, 0, column)
        logits = _Matrix(page, 7.2, rows, CLASSES, "a cell: one logit", f"L [{batch_size}, 10]")
        logits.mark(ORANGE, row, None, 0.2, linewidth=0)
        logits.mark(BLUE, None, column, 0.2, linewidth=0)
        for color, strength in ((ORANGE, 0.45), (BLUE, 0.45), (INK, 0)):
            logits.mark(color, row, column, strength)
        for before, after, sign in ((x, w, "@"), (w, b, "+"), (b, logits, "=")):
            page.write((before.right + after.left) / 2, _Matrix.MIDDLE, sign, 20, weight="bold")


class _Matrix:
    """A grid of cells between two lines of text; the rows after the first `solid_rows` are faint."""

    MIDDLE, CELL_WIDTH, CELL_HEIGHT = 1.72, 0.145, 0.19

    def __init__(self, page: Page, left: float, rows: int, columns: int, above: str, below: str, solid_rows: int = 99):
        self.page, self.left, self.right = page, left, left + columns * self.CELL_WIDTH
        self.bottom, self.top = (self.MIDDLE + sign * rows * self.CELL_HEIGHT / 2 for sign in (-1, 1))
        for number in range(rows):
            faint, top = number >= solid_rows, self.top - number * self.CELL_HEIGHT
            bottom, color = top - self.CELL_HEIGHT, tint(GREY, 0.3 if faint else 0.6)
            edges = np.linspace(left, self.right, columns + 1)
            page.ax.vlines(edges, bottom, top, color, ":" if faint else "-", linewidth=0.8)
            page.ax.hlines((bottom, top), left, self.right, color, linewidth=0.8, zorder=1.9 if faint else 2)
        page.write((left + self.right) / 2, self.top + 0.17, above, SMALL + 1)
        page.code((left + self.right) / 2, self.bottom - 0.22, below, 12, weight="bold")

    def mark(self, color: str, row: int | None, column: int | None, strength: float = 0.45, linewidth: int = 2) -> None:
        """Colour a row, a column, or the cell where they cross."""
        left = self.left + (column or 0) * self.CELL_WIDTH
        width = self.right - self.left if column is None else self.CELL_WIDTH
        height = self.top - self.bottom if row is None else self.CELL_HEIGHT
        bottom, fill = self.top - (row or 0) * self.CELL_HEIGHT - height, (color, strength)
        self.page.rectangle(left, bottom, width, height, fill, edgecolor=color, linewidth=linewidth, zorder=3)


def stacked_layers(sizes: Sequence[int] = (784, 200, 60, 10)) -> None:
    """Draw from three to six layers, the inputs first, their numbers of outputs, and the shapes of their weights."""
    sizes = [whole_number("Each of sizes", size) for size in sizes]
    last = whole_number("The number of sizes", len(sizes), 3, 6) - 1
    step, middle = 8.0 / len(sizes), 1.6
    heights = [0.5 + 1.4 * (size / max(sizes)) ** 0.4 for size in sizes]
    with new_page(3) as page:
        for layer, (size, height) in enumerate(zip(sizes, heights, strict=True)):
            x = 0.5 + step * (layer + 0.5)
            role, color = {0: ("pixels", GREY), last: ("softmax", GREEN)}.get(layer, ("sigmoid", BLUE))
            page.box(x - 0.35, middle - height / 2, 0.7, height, color, tint(color, 0.15), linewidth=1.8)
            page.write(x, middle, f"{size:,}", 13, weight="bold")
            page.write(x, 0.35, role, 12, color=color)
            if layer:
                page.arrow((x - step + 0.42, middle), (x - 0.42, middle))
                page.code(x - step / 2, middle + 0.22, f"[{sizes[layer - 1]}, {size}]", SMALL)
                page.write(x - step / 2, middle - 0.22, "weights", SMALL, color=GREY)
        left, right, top = 0.15 + 1.5 * step, 0.85 + (last - 0.5) * step, middle + max(heights[1:last]) / 2 + 0.1
        page.line((left, left, right, right), (top, top + 0.1, top + 0.1, top), BLUE, linewidth=1.5)
        page.write(4.5, top + 0.24, "hidden layers" if last > 2 else "hidden layer", 12, color=BLUE)


def tensors(image: npt.ArrayLike) -> None:
    """Draw an image, from 0 to 1, as a matrix, a colour image as three, a batch as a stack, each with its shape."""
    image = as_image(image)
    with new_page(3.1) as page:
        _draw_grey_image(page, image)
        for plane, (color, name) in enumerate(CHANNELS.items()):
            x, y = 4.45 + plane * 0.3, 0.85 + plane * 0.27
            page.image(colorize(image, paper=tint(color, 0.55)), x, y, 1.56, 1.56, zorder=4 - plane)
            page.write(x + 1.51, y + 1.43, name, SMALL, ha="right", color=INK, zorder=4 - plane)
        for depth in range(3):
            for plane, color in enumerate(CHANNELS):
                x = 6.85 + depth * 0.36 + plane * 0.09
                y = 0.85 + depth * 0.36 + plane * 0.09
                sheet = colorize(image, paper=tint(color, 0.55))
                page.image(sheet, x, y, 1.05, 1.05, zorder=20 - 4 * depth - plane)
        for x, text, dimensions in (
            (2.05, "grey image", "[28, 28]"),
            (5.52, "colour image", "[28, 28, 3]"),
            (7.88, "128 colour images", "[128, 28, 28, 3]"),
        ):
            page.write(x, 0.48, text)
            page.code(x, 0.2, dimensions, 12, weight="bold")


def _draw_grey_image(page: Page, image: np.ndarray) -> None:
    """Draw the image, and beside it the numbers of the 4 × 4 pixels with the most shades of grey."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4))
    greys = (windows * (1 - windows)).sum(axis=(2, 3))
    row, column = np.unravel_index(greys.argmax(), greys.shape)
    left, bottom, side, pixel = 0.1, 0.85, 2.1, 2.1 / SIDE
    zoom_x, zoom_y, cell = 2.45, 1.12, 0.39
    page.image(image, left, bottom, side, side)
    x, y = left + column * pixel, bottom + side - (row + 4) * pixel
    for corner, zoom_corner in ((y, zoom_y), (y + 4 * pixel, zoom_y + 4 * cell)):
        page.line((x + 4 * pixel, zoom_x), (corner, zoom_corner), ORANGE, linewidth=1)
    numbers = windows[row, column]
    page.image(numbers, zoom_x, zoom_y, 4 * cell, 4 * cell, edgecolor=ORANGE, linewidth=2, zorder=3)
    page.write_in(np.vectorize("{:.2f}".format)(numbers), numbers > 0.5, zoom_x, zoom_y, 4 * cell, SMALL)
    page.rectangle(x, y, 4 * pixel, 4 * pixel, edgecolor=ORANGE, linewidth=2)


def flattening(image: npt.ArrayLike) -> None:
    """Draw an image, from 0 to 1, and its rows, each in a faint colour, laid end to end as a vector of 784 numbers."""
    papers = [tint(hue, 0.4) for hue in plt.colormaps["viridis"](np.linspace(0.1, 1, SIDE))[:, :3]]
    rows = [colorize(row[np.newaxis], paper=paper) for row, paper in zip(as_image(image), papers, strict=True)]
    left, bottom, side, pixel = 0.55, 0.95, 1.96, 1.96 / SIDE
    start, end, floor, width = 2.75, 8.9, 0.42, 6.15 / SIDE
    with new_page(3.1) as page:
        page.image(np.concatenate(rows), left, bottom, side, side)
        for number, (row, paper) in enumerate(zip(rows, papers, strict=True)):
            x, y = start + number * width, bottom + side - (number + 1) * pixel
            page.ax.fill_between((x, x + width), floor, y, color=tint(paper, 0.5), linewidth=0)
            page.image(row, x, y, width, pixel, edgecolor="none")
        page.image(np.concatenate(rows, axis=1), start, floor, end - start, 0.3)
        page.code(left + side / 2, 0.72, "[28, 28]", 12, weight="bold")
        page.code((start + end) / 2, 0.2, "[784]", 12, weight="bold")
        for number, x, align in ((0, start, "left"), (SIDE - 1, end, "right")):
            y, name = bottom + side - (number + 0.5) * pixel, f"row {number}"
            page.write(left - 0.06, y, name, SMALL, ha="right", color=GREY)
            page.write(x, 0.2, name, SMALL, ha=align, color=GREY)
