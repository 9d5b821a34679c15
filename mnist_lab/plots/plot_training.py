"""PlotTraining, a callback that draws training curves while the network trains."""

from __future__ import annotations

import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import keras

from mnist_lab.data._validation import whole_number
from mnist_lab.plots.training_figure import TrainingFigure
from mnist_lab.results.metric_names import accuracy_name

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import DisplayHandle

# The time budget of all drawing: a part at once, a part that grows with progress, and a fraction of the training time.
_SECONDS_AT_ONCE, _SECONDS_BY_PROGRESS, _FRACTION_OF_TIME = 0.15, 0.10, 0.006
_DRAWS_IN_RESERVE = 3  # this draw, the last one, and one to pay for the summaries of the epochs


class PlotTraining(keras.callbacks.Callback):
    """Draw loss and accuracy while `fit` runs: thin curves for training batches, thick ones for validation.

    Keras reports the means since the start of the epoch; the training curve shows the mean over the last `sample_rate`
    batches (or `steps_per_execution`, if that is more). In a notebook, one figure is updated in place. Elsewhere, a
    line is printed after each epoch, and `save` writes the figure to a file.

    Args:
        sample_rate: batches per point of the training curves.
        zoom: divides both vertical ranges: loss from 0 to 2.5 / zoom, accuracy from 1 − 1 / zoom to 1.

    Raises:
        ValueError: an argument is not positive or, while training, the model reports no accuracy.

    Example:
        >>> plot_training = PlotTraining(sample_rate=10, zoom=1)
        >>> model.fit(training, validation_data=validation, epochs=10, verbose=0, callbacks=[plot_training])
    """

    def __init__(self, sample_rate: int = 10, zoom: float = 1) -> None:
        super().__init__()
        self.sample_rate = whole_number("sample_rate", sample_rate)
        if not isinstance(zoom, int | float) or not zoom > 0:
            raise ValueError(f"zoom must be a positive number. Received: {zoom!r}")
        self.zoom = zoom

    @property
    def history(self) -> dict[str, dict[str, list[float]]]:
        """The points of the curves: for "training" and "validation", the lists "epoch", "loss" and "accuracy"."""
        epochs = [epoch + step / (self._steps or 1) for epoch, step in self._training_steps]
        return {"training": {"epoch": epochs, **self._training}, "validation": self._validation}

    def save(self, path: str | Path) -> None:
        """Write the curves so far to a PNG file."""
        Path(path).write_bytes(self._new_figure().draw(self.history))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._steps = self.params.get("steps") or 0  # batches per epoch; 0 while unknown
        self._last_epoch = self.params["epochs"]  # the end of the horizontal axis
        self._epoch = self._done = self._sampled = 0
        self._sums: dict[str, float] = {}
        self._training_steps: list[tuple[int, int]] = []  # for each training point, the epoch and the batches done
        self._training: dict[str, list[float]] = {"loss": [], "accuracy": []}
        self._validation: dict[str, list[float]] = {"epoch": [], "loss": [], "accuracy": []}
        self._figure: TrainingFigure | None = None
        self._handle: DisplayHandle | None = None
        self._spent = self._last_cost = 0.0
        self._started = time.perf_counter()
        self._shell = _notebook_shell()
        if self._shell:
            self._shell.events.register("post_run_cell", self.on_train_end)
            self._figure = self._new_figure()
            self._spent = time.perf_counter() - self._started
            self._draw()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch, self._done, self._sampled, self._sums = epoch, 0, 0, {}

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        done = batch + 1  # Keras' count: with steps_per_execution it advances in jumps, the last one past the end
        self._done = min(done, self._steps or done)
        if self._done - self._sampled >= self.sample_rate:
            self._add_training_point(logs or {})
            if self._shell and self._steps and self._may_draw():
                self._draw()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        self._done = self._done or self._steps or 1  # no batch was reported: the epoch's mean is its one point
        self._steps = self._steps or self._done
        if not self._sampled:
            self._add_training_point(logs)
        if "val_loss" in logs:
            self._validation["epoch"].append(epoch + 1)
            self._validation["loss"].append(logs["val_loss"])
            self._validation["accuracy"].append(logs["val_" + self._accuracy_name(logs)])
        if self._shell:
            self._draw(redraw=self._may_draw())
        else:
            print("  ".join(self._newest()))

    def on_train_end(self, logs: object = None) -> None:
        """Draw one last time: when training ends, or when its cell ends after an interrupt or an error."""
        if self._epoch + 1 < self._last_epoch:
            self._last_epoch = self._epoch + 1
            if self._figure:
                self._figure.end_at(self._last_epoch)
        if self._shell:
            self._shell.events.unregister("post_run_cell", self.on_train_end)
            self._draw()
            self._shell = None

    def _add_training_point(self, logs: dict[str, float]) -> None:
        """Add the means over the batches since the last point, computed from the epoch's running means."""
        sums = {"loss": self._done * logs["loss"], "accuracy": self._done * logs[self._accuracy_name(logs)]}
        for name, total in sums.items():
            self._training[name].append((total - self._sums.get(name, 0)) / (self._done - self._sampled))
        self._training_steps.append((self._epoch, self._done))
        self._sampled, self._sums = self._done, sums

    def _accuracy_name(self, logs: dict[str, float]) -> str:
        if name := accuracy_name(logs, self.model):
            return name
        raise ValueError(f'PlotTraining needs a model compiled with metrics=["accuracy"]. Received: {sorted(logs)}')

    def _may_draw(self) -> bool:
        elapsed = time.perf_counter() - self._started
        progress = (self._epoch + self._done / self._steps) / self.params["epochs"]
        allowed = _SECONDS_AT_ONCE + _SECONDS_BY_PROGRESS * progress + _FRACTION_OF_TIME * elapsed
        return self._spent + _DRAWS_IN_RESERVE * self._last_cost <= allowed

    def _draw(self, *, redraw: bool = True) -> None:
        """Show the curves with the latest headline; without `redraw`, which costs time, as they were last drawn."""
        began = time.perf_counter()
        if redraw and self._figure:
            self._png = b64encode(self._figure.draw(self.history)).decode()
        epoch, *values = self._newest()
        shown = {"image/png": self._png, "text/plain": "<training curves>"}
        metadata = {"mnist_lab": {"headline": "  ".join([epoch, *values[-1:]])}}
        if self._handle:
            self._handle.update(shown, raw=True, metadata=metadata)
        else:
            from IPython.display import display

            self._handle = display(shown, raw=True, metadata=metadata, display_id=True)
        cost = time.perf_counter() - began
        self._spent += cost
        self._last_cost = cost if redraw else self._last_cost

    def _new_figure(self) -> TrainingFigure:
        batches = "batch" if self.sample_rate == 1 else f"{self.sample_rate} batches"
        loss = getattr(self.model, "loss", None)  # a name, a function or an object
        name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
        with_guessing = "crossentropy" in str(name).lower()
        return TrainingFigure(self._last_epoch, f"training, last {batches}", self.zoom, with_guessing)

    def _newest(self) -> list[str]:
        """Return the epoch and its newest values, the accuracy last; with `validation_freq`, not all are validated."""
        curves = [("", self._training)]
        if self._validation["epoch"][-1:] == [self._epoch + 1]:
            curves.append(("validation ", self._validation))
        names = [(which, name, curve[name][-1:]) for which, curve in curves for name in ("loss", "accuracy")]
        values = [f"{which}{name} {value:.4f}" for which, name, newest in names for value in newest]
        return [f"epoch {self._epoch + 1}/{self.params['epochs']}", *values]


def _notebook_shell() -> InteractiveShell | None:
    """Return the IPython shell if it can show and update figures, or None in a plain terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) else None
