"""The network of lesson 06 as a row of cubes: rows and columns shrink, channels grow."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from mnist_lab.diagrams._drawing import SMALL, arrow, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREY, INK, ORANGE

CUBES = ((28, 28, 1), (28, 28, 12), (14, 14, 24), (7, 7, 32))
VECTORS = (7 * 7 * 32, 200, 10)
STEPS = ("3 × 3", "6 × 6\nstride 2", "6 × 6\nstride 2", "flatten", "dense", "dense\nsoftmax")
_PIXEL, _CHANNEL = 1.45 / 28, 0.024
_LEAN = 0.42  # how much of its columns a cube shows from the side
_MIDDLE = 1.85
_LEFTS = (0.15, 1.75, 3.78, 5.38, 6.85, 7.7, 8.5)


def data_cubes() -> None:
    """Draw what flows through the network of lesson 06: cubes of rows × columns × channels, then lists."""
    with canvas(3.5) as ax:
        ends = [_draw_cube(ax, left, *cube) for left, cube in zip(_LEFTS, CUBES, strict=False)]
        ends += [_draw_vector(ax, left, count) for left, count in zip(_LEFTS[len(CUBES) :], VECTORS, strict=True)]
        for end, start, text in zip(ends, _LEFTS[1:], STEPS, strict=False):
            arrow(ax, (end + 0.05, _MIDDLE), (start - 0.05, _MIDDLE), mutation_scale=10, linewidth=1.2)
            words(ax, (end + start) / 2, 0.62, text, SMALL + 1, color=INK)
        for left, end, dimensions in zip(_LEFTS, ends, (*CUBES, *((count,) for count in VECTORS)), strict=True):
            shape(ax, (left + end) / 2, 3.25, _written(dimensions), 11, weight="bold")
        words(ax, 0.15, 0.2, "rows × columns × channels", SMALL, ha="left", color=GREY)


def _written(dimensions: Sequence[int]) -> str:
    return "×".join(map(str, dimensions))


def _draw_cube(ax: Axes, left: float, rows: int, columns: int, channels: int) -> float:
    """Draw a cube: height is rows, the slanting edge columns, width channels. Return its right edge."""
    height, depth, width = rows * _PIXEL, columns * _PIXEL * _LEAN, max(channels * _CHANNEL, 0.04)
    bottom = _MIDDLE - (height + depth) / 2
    corner = lambda x, y, z: (left + x * width + z * depth, bottom + y * height + z * depth)  # noqa: E731
    faces = (
        ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], 0.5),
        ([(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)], 0.25),
        ([(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)], 0.38),
    )
    for corners, strength in faces:
        points = [corner(*place) for place in corners]
        ax.add_patch(Polygon(points, edgecolor=INK, facecolor=tint(BLUE, strength), linewidth=1))
    return left + width + depth


def _draw_vector(ax: Axes, left: float, count: int) -> float:
    height = 0.3 + 2.0 * (count / VECTORS[0]) ** 0.5
    x, y, width = left, _MIDDLE - height / 2, 0.12
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    ax.add_patch(Polygon(corners, edgecolor=INK, facecolor=tint(ORANGE, 0.5), linewidth=1))
    return left + width
