"""Reports on a training run: a line for each epoch and a bar, TensorBoard's logs, and `metrics.json`."""

import json
import time
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mnist_lab.trainer.settings import Settings, TrainingError

if TYPE_CHECKING:
    import hypertune

TUNED = "accuracy"  # the metric's name in Vertex AI's tuning


class NoReports:
    """The reports of a worker that is not the chief: none."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def advance(self, steps: int) -> None:
        """Ignore the steps."""

    def epoch(self, number: int, step: int, figures: dict[str, float]) -> None:
        """Ignore an epoch."""

    def end(self, step: int, digits: str, loss: float, accuracy: float) -> None:
        """Ignore the end."""


class Reports(NoReports):
    """Reports the progress of a training run; a context manager, inside which a terminal shows the bar.

    Args:
        settings: the folders, and the number of epochs.
        steps: of the whole training run.
        first_step: the number of steps already done.
    """

    def __init__(self, settings: Settings, steps: int, first_step: int):
        self._settings = settings
        self._console = Console(markup=False, emoji=False, highlight=False)
        text = TextColumn("{task.description}", markup=False)
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("steps", total=steps, completed=first_step)
        self._file = settings.in_job("metrics.json")
        tf.io.gfile.makedirs(settings.job_dir)
        self._lines = _earlier_lines(self._file, first_step)
        self._began = time.perf_counter() - max((line.get("seconds", 0) for line in self._lines), default=0)
        self._tuning: hypertune.HyperTune | None = None
        self._writer = tf.summary.create_file_writer(settings.logs)

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
        self._writer.close()

    def advance(self, steps: int) -> None:
        """Count the steps."""
        self._bar.advance(self._task, steps)

    def epoch(self, number: int, step: int, figures: dict[str, float]) -> None:
        """Report an epoch, counted from 1, that ended after `step`: its loss, accuracy, val_loss and val_accuracy."""
        seconds = round(time.perf_counter() - self._began, 1)
        self._lines.append({"epoch": number, "step": step, **figures, "seconds": seconds})
        self._write()
        with self._writer.as_default():
            for name, value in figures.items():
                tf.summary.scalar(name, value, step=number)
        self._writer.flush()
        listed = ", ".join(f"{name.replace('val_', 'validation ')} {value:.4f}" for name, value in figures.items())
        self._console.print(f"epoch {number}/{self._settings.epochs}: {listed} ({seconds:.0f} s)", soft_wrap=True)
        self._report_to_tuning(number, figures["val_accuracy"])

    def end(self, step: int, digits: str, loss: float, accuracy: float) -> None:
        """Report the validation loss and accuracy of the finished network, and which digits it was trained on."""
        summary = {"steps": step, "val_accuracy": round(accuracy, 6), "val_loss": round(loss, 6), "digits": digits}
        self._lines = [line for line in self._lines if "summary" not in line] + [{"summary": summary}]
        self._write()
        self._console.print(f"validation accuracy: {accuracy:.4f}")

    def _report_to_tuning(self, epoch: int, accuracy: float) -> None:
        if not find_spec("hypertune"):
            return
        import hypertune

        try:
            self._tuning = self._tuning or hypertune.HyperTune()
            self._tuning.report_hyperparameter_tuning_metric(TUNED, accuracy, global_step=epoch)
        except OSError as error:
            warnings.warn(f"The tuning service did not receive the accuracy of epoch {epoch}: {error}", stacklevel=2)

    def _write(self) -> None:
        unfinished = f"{self._file}.unfinished"
        with tf.io.gfile.GFile(unfinished, "w") as file:
            file.write("".join(json.dumps(line) + "\n" for line in self._lines))
        tf.io.gfile.rename(unfinished, self._file, overwrite=True)


def _earlier_lines(file: str, first_step: int) -> list[dict[str, Any]]:
    """Return an earlier run's lines, without those of later steps than the one that this run resumes from."""
    if not tf.io.gfile.exists(file):
        return []
    with tf.io.gfile.GFile(file) as earlier:
        text = earlier.read()
    try:
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if line.get("step", first_step + 1) <= first_step]
    except (ValueError, AttributeError) as error:
        raise TrainingError(
            f"{file}: expected a JSON object in each line. Received: {error}. Move the file to another folder."
        ) from error
