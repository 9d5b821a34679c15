"""A layer as a matrix product: X @ W + b = L."""

import numpy as np
from matplotlib.patches import Rectangle

from mnist_lab.data._validation import whole_number
from mnist_lab.diagrams._arguments import CLASSES
from mnist_lab.diagrams._drawing import SMALL, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREY, INK, ORANGE

_ROW, _COLUMN = 2, 3  # the image and the neuron that are followed
_MOST_ROWS = 8
_CELL_WIDTH, _CELL_HEIGHT = 0.145, 0.19
_ACROSS, _DOWN = 17, 13  # lines that stand for 784
_MIDDLE = 1.72


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
    row = min(_ROW, rows - 1)
    with canvas(3.3) as ax:
        x = _Matrix(ax, 0.25, rows, _ACROSS)
        x.cells(ORANGE, row=row)
        x.write("a row: one image", f"X [{batch_size}, 784]")

        w = _Matrix(ax, 3.17, _DOWN, CLASSES)
        w.cells(BLUE, column=_COLUMN)
        w.write("a column: one neuron", "W [784, 10]")

        b = _Matrix(ax, 5.07, rows, CLASSES, solid_rows=1)
        b.cells(BLUE, column=_COLUMN, strength=0.15, linewidth=0)
        b.cells(BLUE, column=_COLUMN, row=0)
        b.write("the same b in every row", "b [10]")

        logits = _Matrix(ax, 7.2, rows, CLASSES)
        logits.cells(ORANGE, row=row, strength=0.2, linewidth=0)
        logits.cells(BLUE, column=_COLUMN, strength=0.2, linewidth=0)
        logits.cells(ORANGE, row=row, column=_COLUMN, strength=0.45)
        logits.cells(BLUE, row=row, column=_COLUMN, strength=0.45)
        logits.cells(INK, row=row, column=_COLUMN, strength=0)
        logits.write("a cell: one logit", f"L [{batch_size}, 10]")

        for before, after, sign in ((x, w, "@"), (w, b, "+"), (b, logits, "=")):
            words(ax, (before.right + after.left) / 2, _MIDDLE, sign, 20, weight="bold")


class _Matrix:
    """A grid centred at half height, `solid_rows` of it drawn in full and the others faint."""

    def __init__(self, ax, left: float, rows: int, columns: int, solid_rows: int | None = None):
        self.ax, self.left, self.rows, self.columns = ax, left, rows, columns
        self.right = left + columns * _CELL_WIDTH
        self.bottom, self.top = _MIDDLE - rows * _CELL_HEIGHT / 2, _MIDDLE + rows * _CELL_HEIGHT / 2
        lines_x = np.linspace(left, self.right, columns + 1)
        for number in range(rows):
            faint = solid_rows is not None and number >= solid_rows
            top = self.top - number * _CELL_HEIGHT
            look = {"colors": tint(GREY, 0.3 if faint else 0.6), "linewidth": 0.8}
            ax.vlines(lines_x, top - _CELL_HEIGHT, top, linestyles=":" if faint else "-", **look)
            ax.hlines((top - _CELL_HEIGHT, top), left, self.right, zorder=1.9 if faint else 2, **look)

    def cells(self, color, row=None, column=None, strength=0.45, linewidth=2.0) -> None:
        """Colour a row, a column, or the cell of both."""
        left = self.left + (column or 0) * _CELL_WIDTH
        top = self.top - (row or 0) * _CELL_HEIGHT
        width = self.right - self.left if column is None else _CELL_WIDTH
        height = self.top - self.bottom if row is None else _CELL_HEIGHT
        look = {"facecolor": (color, strength), "edgecolor": color, "linewidth": linewidth, "zorder": 3}
        self.ax.add_patch(Rectangle((left, top - height), width, height, **look))

    def write(self, above: str, below: str) -> None:
        """Write what the highlighted cells are above the matrix, and its name and shape below."""
        middle = (self.left + self.right) / 2
        words(self.ax, middle, self.top + 0.17, above, SMALL + 1)
        shape(self.ax, middle, self.bottom - 0.22, below, 12, weight="bold")
