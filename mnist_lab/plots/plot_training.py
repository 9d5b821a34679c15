"""PlotTraining, the callback that draws training curves while the network trains."""

import sys
import time
from base64 import b64encode
from pathlib import Path

import keras

from mnist_lab.data._validation import whole_number
from mnist_lab.plots.training_figure import TrainingFigure

# Drawing may take this much in all: a part at once, a part spread over the training, and a share of its time.
FIRST_SECONDS = 0.15
SPREAD_SECONDS = 0.10
SHARE_OF_TIME = 0.006
_DRAWS_IN_RESERVE = 3  # this one, the last one, and one for what the epochs' summaries cost


class PlotTraining(keras.callbacks.Callback):
    """Draw loss and accuracy while `fit` runs: thin lines for training batches, thick ones for validation.

    Keras reports, after each batch, the mean since the epoch began. The thin line shows what happened since its
    last point instead: the mean over the last `sample_rate` batches (over more, where `steps_per_execution` is
    greater).

    In a notebook one figure is updated in place; elsewhere a line is printed after each epoch, and `save`
    writes the figure to a file.

    Args:
        sample_rate: batches per point of the thin lines.
        zoom: divides both vertical ranges: loss from 0 to 2.5 / zoom, accuracy from 1 − 1 / zoom to 1.

    Raises:
        ValueError: `sample_rate` is no positive whole number, `zoom` no positive number, or, when training
            starts, the model reports no accuracy.

    Example:
        >>> plot_training = PlotTraining(sample_rate=10, zoom=1)
        >>> model.fit(training, validation_data=validation, epochs=10, verbose=0, callbacks=[plot_training])
    """

    def __init__(self, sample_rate: int = 10, zoom: float = 1):
        super().__init__()
        self.sample_rate = whole_number("sample_rate", sample_rate)
        if not isinstance(zoom, int | float) or not zoom > 0:
            raise ValueError(f"zoom must be a positive number. Received: {zoom!r}")
        self.zoom = zoom
        self._reset()

    @property
    def history(self) -> dict[str, dict[str, list[float]]]:
        """What was drawn: for "training" and "validation" the lists "epoch", "loss" and "accuracy"."""
        steps = self._steps or 1
        training = {
            **self._training,
            "epoch": [epoch + step / steps for epoch, step in self._training["epoch"]],
        }
        return {"training": training, "validation": self._validation}

    def save(self, path: str | Path) -> None:
        """Write the curves so far to a PNG file."""
        Path(path).write_bytes(self._new_figure().draw(self.history))

    def on_train_begin(self, logs=None):
        self._reset()
        self._steps = self.params.get("steps")
        self._started = time.perf_counter()
        self._shell = _notebook_shell()
        if self._shell:
            self._shell.events.register("post_run_cell", self._finish)
            self._draw()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        self._done, self._sampled, self._sums = 0, 0, {}
        if self._first_epoch is None:
            self._first_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1  # counted by Keras: with steps_per_execution it jumps, at last beyond the end
        done = min(done, self._steps or done)
        self._done = done
        if done - self._sampled >= self.sample_rate:
            self._sample(done, logs)
            if self._shell and self._steps and self._may_draw():
                self._draw()

    def on_epoch_end(self, epoch, logs=None):
        self._steps = self._steps or self._done
        if not self._sampled:
            self._sample(self._done, logs)
        if "val_loss" in logs:
            self._validation["epoch"].append(epoch + 1)
            self._validation["loss"].append(logs["val_loss"])
            self._validation["accuracy"].append(logs["val_" + self._accuracy_name(logs)])
        if self._shell:
            self._draw(afresh=self._may_draw())
        else:
            print(self._summary())

    def on_train_end(self, logs=None):
        self._finish()

    def _reset(self):
        self._training = {"epoch": [], "loss": [], "accuracy": []}
        self._validation = {"epoch": [], "loss": [], "accuracy": []}
        self._steps = self._first_epoch = self._shell = self._figure = self._handle = None
        self._epoch = self._done = self._sampled = 0
        self._sums = {}
        self._spent = self._last_cost = 0.0

    def _sample(self, done, logs):
        """Add a point: what the epoch's running means say of the batches since the last point."""
        means = {"loss": logs["loss"], "accuracy": logs[self._accuracy_name(logs)]}
        sums = {name: mean * done for name, mean in means.items()}
        for name, total in sums.items():
            self._training[name].append((total - self._sums.get(name, 0)) / (done - self._sampled))
        self._training["epoch"].append((self._epoch, done))
        self._sampled, self._sums = done, sums

    def _accuracy_name(self, logs):
        for name in logs:
            if "acc" in name and not name.startswith("val_"):
                return name
        raise ValueError(
            "PlotTraining draws loss and accuracy, but the model reports no accuracy: compile it with "
            f'metrics=["accuracy"]. Received: {sorted(logs)}'
        )

    def _may_draw(self):
        elapsed = time.perf_counter() - self._started
        total = self.params["epochs"] * self._steps
        progress = (self._epoch * self._steps + self._done) / total
        allowed = FIRST_SECONDS + SPREAD_SECONDS * progress + SHARE_OF_TIME * elapsed
        return self._spent + _DRAWS_IN_RESERVE * self._last_cost <= allowed

    def _draw(self, *, afresh=True):
        """Show the curves with the newest summary; `afresh` or, to save time, as they were last drawn."""
        began = time.perf_counter()
        self._figure = self._figure or self._new_figure()
        set_up = time.perf_counter()
        if afresh:
            self._png = b64encode(self._figure.draw(self.history)).decode()
        self._show()
        ended = time.perf_counter()
        self._spent += ended - began
        if afresh:
            self._last_cost = ended - set_up

    def _show(self):
        shown = {"image/png": self._png, "text/plain": "<training curves>"}
        metadata = {"mnist_lab": {"headline": self._headline()}}
        if self._handle:
            self._handle.update(shown, raw=True, metadata=metadata)
        else:
            from IPython.display import display

            self._handle = display(shown, raw=True, metadata=metadata, display_id=True)

    def _new_figure(self):
        first = self._first_epoch or 0
        batches = "batch" if self.sample_rate == 1 else f"{self.sample_rate} batches"
        return TrainingFigure((first, self.params["epochs"]), f"training, last {batches}", self.zoom)

    def _summary(self):
        parts = [self._which_epoch()]
        for which, curves in (("", self._training), ("validation ", self._validation)):
            parts += [f"{which}{name} {curves[name][-1]:.4f}" for name in ("loss", "accuracy") if curves[name]]
        return "  ".join(parts)

    def _headline(self):
        newest = (self._validation["accuracy"] or self._training["accuracy"])[-1:]
        return "  ".join([self._which_epoch(), *(f"accuracy {accuracy:.4f}" for accuracy in newest)])

    def _which_epoch(self):
        return f"epoch {self._epoch + 1}/{self.params['epochs']}"

    def _finish(self, *_):
        """Make the last draw, once: when training ends, or when its cell does after an interrupt or an error."""
        if self._shell:
            self._shell.events.unregister("post_run_cell", self._finish)
            self._draw()
            self._shell = None


def _notebook_shell():
    """Return the IPython shell where figures can be shown and updated, or None in a plain terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) else None
