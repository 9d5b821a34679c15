"""The figure of PlotTraining: loss and accuracy over the epochs, redrawn cheaply.

Axes, ticks and legend are drawn once and kept as pixels; a redraw only draws the lines on top of them.
"""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

from mnist_lab.plots.style import BLUE, INK, VERMILLION, style

GUESSING_LOSS = 2.5  # just above ln 10, the cross-entropy of ten equal probabilities
MAX_POINTS = 1000

_SIZE_INCHES = (9, 3.4)
_MARGIN = 0.01  # as a fraction of the epochs: the last point is not cut off


class TrainingFigure:
    """Two charts, loss on the left and accuracy on the right, each with a thin training and a thick validation curve.

    Args:
        epochs: the first and the last epoch of the horizontal axis.
        training_label: the legend's text for the training curve.
        zoom: divides both vertical ranges: loss from 0 to 2.5 / zoom, accuracy from 1 − 1 / zoom to 1.
    """

    def __init__(self, epochs: tuple[float, float], training_label: str, zoom: float) -> None:
        with style():
            figure = Figure(figsize=_SIZE_INCHES)
            self._canvas = FigureCanvasAgg(figure)
            loss, accuracy = figure.subplots(1, 2)
            loss.set(title="loss", ylim=(0, GUESSING_LOSS / zoom))
            accuracy.set(title="accuracy", ylim=(1 - 1 / zoom, 1))
            self._axes = {"loss": loss, "accuracy": accuracy}
            self._lines = {name: _add_curves(ax, training_label) for name, ax in self._axes.items()}
            self._notes = {"loss": _add_note(loss, 0.72, "top"), "accuracy": _add_note(accuracy, 0.05, "bottom")}
            for ax in self._axes.values():
                ax.set(xlabel="epochs")
                ax.xaxis.set_major_locator(MaxNLocator(integer=True))
                ax.grid(axis="y")
            loss.legend(loc="upper right")
        self._first_epoch, last = epochs
        self.end_at(last)
        figure.set_layout_engine("none")  # another end of the axis leaves the charts in their places, and costs less

    def end_at(self, last: float) -> None:
        """End the horizontal axis at the epoch `last`."""
        first = self._first_epoch
        last = max(last, first + 1)
        with style():
            for ax in self._axes.values():
                ax.set_xlim(first, last + _MARGIN * (last - first))
            self._canvas.draw()
        self._empty = self._canvas.copy_from_bbox(self._canvas.figure.bbox)

    def draw(self, history: dict[str, dict[str, list[float]]]) -> bytes:
        """Return the figure as a PNG, with the curves of `history` (see `PlotTraining.history`)."""
        self._canvas.restore_region(self._empty)
        for name, ax in self._axes.items():
            for which, line in self._lines[name].items():
                line.set_data(_downsample(history[which]["epoch"]), _downsample(history[which][name]))
                ax.draw_artist(line)
            self._notes[name].set_text(_note(name, history, ax.get_ylim()))
            ax.draw_artist(self._notes[name])
        png = io.BytesIO()
        Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB").save(png, "PNG", compress_level=3)
        return png.getvalue()


def _add_curves(ax: Axes, training_label: str) -> dict[str, Line2D]:
    (training,) = ax.plot([], [], animated=True, color=VERMILLION, linewidth=1, label=training_label)
    (validation,) = ax.plot(
        [], [], animated=True, color=BLUE, linewidth=2.5, marker="o", markersize=4, label="validation"
    )
    return {"training": training, "validation": validation}


def _add_note(ax: Axes, height: float, align: str) -> Text:
    return ax.text(0.97, height, "", transform=ax.transAxes, ha="right", va=align, color=INK, animated=True)


def _downsample(values: list[float]) -> np.ndarray:
    """Return at most `MAX_POINTS` means of neighbouring values."""
    group = -(-len(values) // MAX_POINTS) or 1
    starts = np.arange(0, len(values), group)
    if group == 1:
        return np.asarray(values)
    return np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))


def _note(name: str, history: dict[str, dict[str, list[float]]], limits: tuple[float, float]) -> str:
    """Return the text inside a chart: the latest validation value, and which curves have left the chart."""
    lines = [f"validation {values[-1]:.4f}" for values in [history["validation"][name]] if values]
    for which in ("training", "validation"):
        values = history[which][name]
        if values and not limits[0] <= values[-1] <= limits[1]:
            lines.append(f"{which} {values[-1]:.3g} is off the chart")
    return "\n".join(lines)
