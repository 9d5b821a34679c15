"""Data parallelism: workers that share a batch, average their gradients, and stay alike."""

from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, PALE, VERMILLION

_HEIGHT = 0.72
_ROWS = 1.95, 0.55  # the bottom of each worker's boxes
_MIDDLE = 1.61


def data_parallel() -> None:
    """Draw a batch that two workers share, the gradients each computes, their average, and the step both take."""
    with canvas(3.2) as ax:
        _box(ax, 0.1, _MIDDLE - _HEIGHT / 2, 1.25, "one batch", "[128, 784]", GREY)
        for number, y in enumerate(_ROWS):
            centre = y + _HEIGHT / 2
            _box(ax, 1.95, y, 1.25, "half of it", "[64, 784]", GREY)
            _box(ax, 3.75, y, 1.55, f"worker {number}", "its copy", BLUE)
            _box(ax, 5.85, y, 1.2, "gradients", "of its half", GREY)
            arrow(ax, (1.37, _MIDDLE), (1.93, centre))
            arrow(ax, (3.22, centre), (3.73, centre))
            arrow(ax, (5.32, centre), (5.83, centre))
            arrow(ax, (7.07, centre), (7.58, _MIDDLE + (0.15 if number == 0 else -0.15)))
            _step_back(ax, number)
        _box(ax, 7.6, _MIDDLE - _HEIGHT / 2, 1.25, "average", "of both", GREEN)


def _box(ax, x: float, y: float, width: float, title: str, text: str, color) -> None:
    fill = PALE if color == GREY else tint(color, 0.15)
    box(ax, x, y, width, _HEIGHT, color, fill, linewidth=1.2 if color == GREY else 2)
    words(ax, x + width / 2, y + 0.47, title, 11, weight="bold")
    written = shape if text.startswith("[") else words
    written(ax, x + width / 2, y + 0.2, text, SMALL)


def _step_back(ax, number: int) -> None:
    """Draw the way from the average back to a worker's copy, outside of the boxes."""
    top = number == 0
    copy, average = _ROWS[number] + (_HEIGHT if top else 0), _MIDDLE + (_HEIGHT / 2 if top else -_HEIGHT / 2)
    level = 2.95 if top else 0.27
    look = {"color": VERMILLION, "linewidth": 1.5, "linestyle": (0, (4, 2))}
    ax.plot((8.45, 8.45, 4.53), (average, level, level), **look)
    arrow(ax, (4.53, level), (4.53, copy + (0.02 if top else -0.02)), VERMILLION)
    words(ax, 6.5, level + (0.11 if top else -0.13), "the same step", SMALL + 1)
