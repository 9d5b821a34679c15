"""argmax: in every row of predictions, where the largest stands."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from mnist_lab.diagrams._arguments import CLASSES, as_probabilities
from mnist_lab.diagrams._drawing import arrow, canvas, shape, words
from mnist_lab.plots.style import GREY, INK

_MOST_ROWS = 6
_LEFT, _CELL_WIDTH, _CELL_HEIGHT = 1.0, 0.6, 0.34
_HEAT = plt.colormaps["Blues"]


def argmax(probabilities) -> None:
    """Draw predictions as a table, the largest of every row boxed and its class at the row's end.

    The figure is as high as there are rows.

    Args:
        probabilities: `[m, 10]` float, m from 1 to 6; every row adds to 1, as softmax gives it.

    Raises:
        ValueError: `probabilities` is of another shape, or a row does not add to 1.
    """
    probabilities = as_probabilities(probabilities)
    if probabilities.ndim != 2 or not 1 <= len(probabilities) <= _MOST_ROWS:
        expected = f"[m, 10] with m from 1 to {_MOST_ROWS}"
        raise ValueError(f"probabilities must be of shape {expected}. Received: {list(probabilities.shape)}")
    rows = len(probabilities)
    top, right = rows * _CELL_HEIGHT + 0.1, _LEFT + CLASSES * _CELL_WIDTH
    with canvas(top + 0.75) as ax:
        arrow(ax, (_LEFT, top + 0.52), (right, top + 0.52), GREY)
        shape(ax, right + 0.1, top + 0.52, "axis=1", ha="left")
        words(ax, _LEFT - 0.15, top + 0.18, "class", 10, color=GREY, ha="right")
        words(ax, right + 0.95, top + 0.18, "answer", 10, color=GREY)
        for column in range(CLASSES):
            words(ax, _LEFT + (column + 0.5) * _CELL_WIDTH, top + 0.18, f"{column}", 10, color=GREY)
        for number, row in enumerate(probabilities):
            y = top - (number + 0.5) * _CELL_HEIGHT
            words(ax, _LEFT - 0.15, y, f"row {number}", 10, ha="right")
            _draw_row(ax, row, y)
            arrow(ax, (right + 0.12, y), (right + 0.7, y))
            words(ax, right + 0.95, y, f"{row.argmax()}", 13, weight="bold")


def _draw_row(ax, row, y: float) -> None:
    for column, value in enumerate(row):
        x = _LEFT + column * _CELL_WIDTH
        largest = column == row.argmax()
        ax.add_patch(
            Rectangle(
                (x, y - _CELL_HEIGHT / 2),
                _CELL_WIDTH,
                _CELL_HEIGHT,
                facecolor=_HEAT(0.85 * value),
                edgecolor=INK if largest else "white",
                linewidth=2 if largest else 1,
                zorder=3 if largest else 2,
            )
        )
        look = {"color": "white" if value > 0.6 else INK, "weight": "bold" if largest else "normal"}
        words(ax, x + _CELL_WIDTH / 2, y, f"{value:.2f}", 10, zorder=4, **look)
