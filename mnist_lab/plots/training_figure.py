"""The figure of PlotTraining: axes and legend are drawn once and kept as pixels, a redraw adds the lines to them."""

import io
import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

from mnist_lab.plots.style import BLUE, GREY, VERMILLION, style, write_near

MAX_POINTS = 1000
_GUESSING = math.log(10)  # the cross-entropy of ten equal probabilities


class TrainingFigure:
    """Two charts up to `last_epoch`, loss and accuracy, each with a thin training and a thick validation curve.

    The loss of guessing is marked `with_guessing`, which only a cross-entropy can be compared with.
    """

    def __init__(self, last_epoch: int, training_label: str, zoom: float, with_guessing: bool = False) -> None:
        self._lines: dict[str, dict[str, Line2D]] = {}
        self._notes: dict[str, Text] = {}
        with style():
            figure = Figure(figsize=(9, 3.4))
            self._canvas = FigureCanvasAgg(figure)
            loss, accuracy = figure.subplots(1, 2)
            self._axes: dict[str, Axes] = {"loss": loss, "accuracy": accuracy}
            for name, ax in self._axes.items():
                (training,) = ax.plot([], [], animated=True, color=VERMILLION, linewidth=1, label=training_label)
                (validation,) = ax.plot([], [], "o-", animated=True, color=BLUE, linewidth=2.5, label="validation")
                validation.set_markersize(4)
                self._lines[name] = {"training": training, "validation": validation}
                height, align = (0.72, "top") if name == "loss" else (0.05, "bottom")
                self._notes[name] = ax.text(
                    0.97, height, "", ha="right", va=align, transform=ax.transAxes, animated=True
                )
                ax.set(title=name, xlabel="epochs")
                ax.xaxis.set_major_locator(MaxNLocator(integer=True))
                ax.grid(axis="y")
            loss.set_ylim(0, 2.5 / zoom)
            if with_guessing and 2.5 / zoom > _GUESSING:
                loss.axhline(_GUESSING, 0, 0.4, color=GREY, linestyle=":", linewidth=1)
                write_near(loss, (0, _GUESSING), "ln 10: guessing", (20, 2), color=GREY, fontsize=9)
            accuracy.set_ylim(1 - 1 / zoom, 1)
            loss.legend(loc="upper right")
        self.end_at(last_epoch)
        figure.set_layout_engine("none")  # another end of the axis leaves the charts in their places, and costs less

    def end_at(self, last_epoch: int) -> None:
        with style():
            for ax in self._axes.values():
                ax.set_xlim(0, 1.01 * max(last_epoch, 1))  # the last point is not cut off
            self._canvas.draw()
        self._empty = self._canvas.copy_from_bbox(self._canvas.figure.bbox)

    def draw(self, history: dict[str, dict[str, list[float]]]) -> bytes:
        """Return the figure as a PNG, with the curves of `history` (see `PlotTraining.history`)."""
        self._canvas.restore_region(self._empty)
        for name, ax in self._axes.items():
            for which, line in self._lines[name].items():
                line.set_data(_downsample(history[which]["epoch"]), _downsample(history[which][name]))
                ax.draw_artist(line)
            self._notes[name].set_text(_note(name, history, *ax.get_ylim()))
            ax.draw_artist(self._notes[name])
        png = io.BytesIO()
        Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB").save(png, "PNG", compress_level=3)
        return png.getvalue()


def _downsample(values: list[float]) -> np.ndarray:
    """Return at most `MAX_POINTS` means of neighbouring values."""
    group = math.ceil(len(values) / MAX_POINTS) or 1
    starts = np.arange(0, len(values), group)
    return np.add.reduceat(values, starts) / np.diff(starts, append=len(values))


def _note(name: str, history: dict[str, dict[str, list[float]]], low: float, high: float) -> str:
    """Return the text inside a chart: the latest validation value, and which curves have left the chart."""
    lines = [f"validation {value:.4f}" for value in history["validation"][name][-1:]]
    for which, curves in history.items():
        lines += [
            f"{which} {value:.3g} is off the chart" for value in curves[name][-1:] if not low <= round(value, 4) <= high
        ]
    return "\n".join(lines)
