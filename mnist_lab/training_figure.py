"""The figure behind PlotTraining: loss and accuracy over the epochs, redrawn cheaply.

Axes, ticks and legend are drawn once and kept as pixels; a redraw puts only the lines on top of them.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from mnist_lab.style import BLUE, GREY, INK, VERMILLION, style

GUESSING_LOSS = 2.5  # just above ln 10, the cross-entropy of ten equal probabilities
MOST_POINTS = 1000

_SIZE_INCHES = (9, 3.4)


class TrainingFigure:
    """Two axes, loss left and accuracy right; a thin line for training, a thick one for validation.

    Args:
        epochs: first and last epoch of the horizontal axis.
        training_label: what a point of the thin line stands for.
        zoom: divides both vertical ranges: loss from 0 to 2.5 / zoom, accuracy from 1 − 1 / zoom to 1.
    """

    def __init__(self, epochs: tuple[float, float], training_label: str, zoom: float):
        with style():
            figure = Figure(figsize=_SIZE_INCHES)
            self._canvas = FigureCanvasAgg(figure)
            axes = figure.subplots(1, 2)
            self._axes = dict(zip(("loss", "accuracy"), axes, strict=True))
            ranges = {"loss": (0, GUESSING_LOSS / zoom), "accuracy": (1 - 1 / zoom, 1)}
            self._lines, self._notes = {}, {}
            for name, ax in self._axes.items():
                ax.set(xlim=epochs, ylim=ranges[name], title=name, xlabel="epochs")
                ax.grid(axis="y")
                (training,) = ax.plot([], [], color=VERMILLION, linewidth=1, label=training_label, animated=True)
                (validation,) = ax.plot(
                    [],
                    [],
                    color=BLUE,
                    linewidth=2.5,
                    marker="o",
                    markersize=4,
                    label="validation",
                    animated=True,
                )
                self._lines[name] = {"training": training, "validation": validation}
                top, align = (0.97, "top") if name == "loss" else (0.05, "bottom")
                self._notes[name] = ax.text(
                    0.97, top, "", transform=ax.transAxes, ha="right", va=align, color=INK, animated=True
                )
            ticks = [tick for tick in self._axes["loss"].get_xticks() if float(tick).is_integer()]
            for ax in axes:
                ax.set_xticks(ticks, labels=[f"{tick:.0f}" for tick in ticks], color=GREY)
                ax.set_xlim(epochs)
            axes[0].legend(loc="upper left", bbox_to_anchor=(0.0, 1.0))
            self._canvas.draw()
        self._empty = self._canvas.copy_from_bbox(figure.bbox)

    def draw(self, history: dict[str, dict[str, list[float]]]) -> bytes:
        """Return the figure as a PNG, with the curves of `history` (see `PlotTraining.history`)."""
        self._canvas.restore_region(self._empty)
        for name, ax in self._axes.items():
            for which, line in self._lines[name].items():
                line.set_data(_thinned(history[which]["epoch"]), _thinned(history[which][name]))
                ax.draw_artist(line)
            self._notes[name].set_text(_note(name, history, ax.get_ylim()))
            ax.draw_artist(self._notes[name])
        png = io.BytesIO()
        Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB").save(png, "PNG", compress_level=3)
        return png.getvalue()


def _thinned(values: list[float]) -> np.ndarray:
    """Return at most `MOST_POINTS` means of neighbouring values."""
    group = -(-len(values) // MOST_POINTS) or 1
    starts = np.arange(0, len(values), group)
    if group == 1:
        return np.asarray(values)
    return np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))


def _note(name: str, history: dict[str, dict[str, list[float]]], limits: tuple[float, float]) -> str:
    """Say the newest validation figure, and which curve has left the chart."""
    lines = [f"validation {values[-1]:.4f}" for values in [history["validation"][name]] if values]
    for which in ("training", "validation"):
        values = history[which][name]
        if values and not limits[0] <= values[-1] <= limits[1]:
            lines.append(f"{which} {values[-1]:.3g} is off the chart")
    return "\n".join(lines)
