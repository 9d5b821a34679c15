"""Reports on a training run: a line for each epoch and a bar, a log for TensorBoard, and `metrics.json`."""

import json
import time
import warnings
from importlib.util import find_spec
from typing import Any

import tensorflow as tf
from tqdm import tqdm

from mnist_lab.data.files import write_whole
from mnist_lab.trainer.settings import Settings, TrainingError

TUNED = "accuracy"  # the metric's name in Vertex AI's tuning
_FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")
# As `tf.summary.scalar` writes a number. That function needs the package tensorboard, which only a reader should need.
_SCALAR = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"}, data_class="DATA_CLASS_SCALAR")


class Reports:
    """The reports on a training run of so many steps, the first of which are already done; the chief writes them."""

    def __init__(self, settings: Settings, steps: int, first_step: int):
        self._epochs, self._file = settings.epochs, settings.in_job("metrics.json")
        self._lines = _earlier_lines(self._file, first_step)
        self._began = time.perf_counter() - max((line.get("seconds", 0) for line in self._lines), default=0)
        self._log = tf.summary.create_file_writer(settings.folder("logs"))
        self._tuning: Any = None
        self._bar = tqdm(total=steps, initial=first_step, unit="step", disable=None, leave=False)  # in a terminal only

    def advance(self, steps: int) -> None:
        self._bar.update(steps)

    def epoch(self, number: int, step: int, figures: list[float]) -> None:
        """Report an epoch, counted from 1, that ended after `step`: its loss, accuracy, val_loss and val_accuracy."""
        seconds = round(time.perf_counter() - self._began, 1)
        named = {name: round(float(value), 6) for name, value in zip(_FIGURES, figures, strict=True)}
        self._write({"epoch": number, "step": step, **named, "seconds": seconds})
        with self._log.as_default():
            for name, value in named.items():
                tf.summary.write(name, tf.constant(value, tf.float32), step=number, metadata=_SCALAR)
        self._log.flush()
        listed = ", ".join(f"{name.replace('val_', 'validation ')} {value:.4f}" for name, value in named.items())
        self._print(f"epoch {number}/{self._epochs}: {listed} ({seconds:.0f} s)")
        if find_spec("hypertune"):
            self._report_to_tuning(number, named["val_accuracy"])

    def end(self, step: int, digits: str, loss: float, accuracy: float) -> None:
        """Report the validation loss and accuracy of the finished network, and which digits it was trained on."""
        summary = {"steps": step, "val_accuracy": round(accuracy, 6), "val_loss": round(loss, 6), "digits": digits}
        self._write({"summary": summary})
        self._print(f"validation accuracy: {accuracy:.4f}")

    def close(self) -> None:
        self._bar.close()
        self._log.close()

    def _print(self, line: str) -> None:
        with tqdm.external_write_mode():
            print(line, flush=True)

    def _report_to_tuning(self, epoch: int, accuracy: float) -> None:
        import hypertune

        try:
            self._tuning = self._tuning or hypertune.HyperTune()
            self._tuning.report_hyperparameter_tuning_metric(TUNED, accuracy, global_step=epoch)
        except OSError as error:
            warnings.warn(f"The tuning service did not receive the accuracy of epoch {epoch}: {error}", stacklevel=2)

    def _write(self, line: dict[str, Any]) -> None:
        self._lines.append(line)
        write_whole(self._file, "".join(json.dumps(line) + "\n" for line in self._lines))


def _earlier_lines(file: str, first_step: int) -> list[dict[str, Any]]:
    """Return an earlier run's lines, without its summary and those of later steps than this run resumes from."""
    if not tf.io.gfile.exists(file):
        return []
    with tf.io.gfile.GFile(file) as earlier:
        text = earlier.read()
    try:
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if line.get("step", first_step + 1) <= first_step]
    except (ValueError, AttributeError) as error:
        expected = f"{file}: expected a JSON object in each line. Received: {error}"
        raise TrainingError(f"{expected}. Move the file to another folder.") from error
