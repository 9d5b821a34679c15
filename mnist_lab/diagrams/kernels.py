"""The weights of a convolution: one filter for each output channel, as deep as the input has channels."""

from matplotlib.axes import Axes

from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILLION

ROWS, COLUMNS, IN, OUT = 4, 4, 3, 2
_PLANES = (VERMILLION, GREEN, BLUE)  # of the input: red, green, blue, the nearest first
_FILTERS = ((ORANGE, "A"), (PURPLE, "B"))
_CELL, _STEP = 0.15, 0.17
_SIDE = 11  # of the input; the filters fit in at 8 places across


def convolution_weights() -> None:
    """Draw a convolution from three channels to two: its two filters, of 4 × 4 × 3 weights each, and their shape."""
    with canvas(3.6) as ax:
        _planes(ax, 0.45, 0.85, _SIDE, _PLANES)
        words(ax, 1.45, 3.35, "input: 3 channels", 12)
        for place, (color, name) in enumerate(_FILTERS):
            bottom = 2.05 - place * 1.45
            arrow(ax, (2.85, 1.85), (3.75, bottom + 0.45), mutation_scale=11)
            _planes(ax, 3.95, bottom, ROWS, (color,) * IN)
            words(ax, 5.1, bottom + 0.45, f"filter {name}\n4 × 4 × 3\n= {ROWS * COLUMNS * IN} weights", 10, ha="left")
            arrow(ax, (6.4, bottom + 0.45), (6.95, bottom + 0.45), mutation_scale=11)
            _planes(ax, 7.15, bottom - 0.1, _SIDE - ROWS + 1, (color,))
            words(ax, 7.15 + 4 * _CELL, bottom - 0.22, f"channel {name}", SMALL + 1)
        words(ax, 4.95, 3.35, "two filters, each through all 3", 12)
        words(ax, 7.75, 3.35, "output: 2 channels", 12)
        shape(ax, 4.5, 0.2, f"weights: [{ROWS}, {COLUMNS}, {IN}, {OUT}]", 12, weight="bold")
        words(ax, 6.25, 0.2, "[rows, columns, in, out]", 10, ha="left", color=GREY)


def _planes(ax: Axes, left: float, bottom: float, count: int, colors: tuple) -> None:
    """Draw one square grid of `count` × `count` cells for each colour, the first in front at the bottom left."""
    side = count * _CELL
    for place in reversed(range(len(colors))):
        x, y = left + place * _STEP, bottom + place * _STEP
        look = {"boxstyle": "square,pad=0", "linewidth": 1, "zorder": 10 - place}
        box(ax, x, y, side, side, INK, tint(colors[place], 0.35), **look)
        for line in range(1, count):
            for across in ((x + line * _CELL, x + line * _CELL), (x, x + side)):
                along = (y, y + side) if across[0] == across[1] else (y + line * _CELL, y + line * _CELL)
                ax.plot(across, along, color="white", linewidth=0.8, zorder=10.5 - place)
