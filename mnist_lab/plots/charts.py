"""What charts of numbers share: a figure with one chart, rows with names, texts beside points."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axes import Axes

from mnist_lab.plots.style import new_figure, style


@contextmanager
def chart(height: float, title: str) -> Iterator[Axes]:
    """Give the axes of a new figure, 9 inches wide, in the project's style while the block runs."""
    with style():
        ax = new_figure(9, height).subplots()
        ax.set_title(title)
        yield ax


def name_rows(ax: Axes, names: Iterable[str]) -> None:
    """Name the rows 0, 1, … of a chart, and put the first at the top."""
    labels = list(names)
    ax.set_yticks(range(len(labels)), labels)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)


def write_near(ax: Axes, point: tuple[float, float], text: str, offset: tuple[float, float], **properties: Any) -> None:
    """Write a text `offset` points (1/72 inch) away from a point of the chart."""
    ax.annotate(text, point, xytext=offset, textcoords="offset points", **properties)
