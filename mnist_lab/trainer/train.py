"""`mnist-lab train`: from the first step, or from the last checkpoint, to the exported network."""

import os
import signal
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

import filelock
import numpy as np
import tensorflow as tf

from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.trainer import checkpoints
from mnist_lab.trainer.export import export, whole_network
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.reports import Reports
from mnist_lab.trainer.settings import (
    CHECKPOINTS_VARIABLE,
    EXPORT_VARIABLE,
    LOGS_VARIABLE,
    Settings,
    TrainingError,
)
from mnist_lab.trainer.strategies import agreed, place, strategy_of_environment

STOPPED = 128 + signal.SIGTERM
FOLDERS = f"the folders in {EXPORT_VARIABLE}, {CHECKPOINTS_VARIABLE} and {LOGS_VARIABLE}"


def train(settings: Settings) -> int:
    """Train, and return the command's exit status: 0, 1 for an error that is told, 143 where SIGTERM or Ctrl-C did."""
    tf.get_logger().setLevel("ERROR")
    workers = 1
    try:
        _, workers = place()
        loop = Loop(settings, find_mnist(settings.data_dir), strategy_of_environment())
        chief = loop.share.worker == 0
        with _alone_in(settings.job_dir) if chief else nullcontext(), _asked_to_stop() as asked:
            return _train(loop, chief, asked)
    except (TrainingError, MnistFileError) as error:
        print(error, file=sys.stderr)
    except filelock.Timeout as error:
        print(
            f"Another trainer is at work in {settings.job_dir} (it holds {error.lock_file}). Wait for it, stop it, or "
            "name another --job-dir.",
            file=sys.stderr,
        )
    except (OSError, tf.errors.PermissionDeniedError, tf.errors.NotFoundError) as error:
        print(f"A file could not be read or written: {error}. Look at --job-dir and {FOLDERS}.", file=sys.stderr)
    except tf.errors.OpError as error:
        if workers == 1:
            raise
        print(
            f"A step of all workers failed ({type(error).__name__}: {error.message[:200]}). Most often another worker "
            "has ended: look at what it said. Then start all workers again: they go on from the last checkpoint.",
            file=sys.stderr,
        )
    if workers > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)  # an orderly end would wait for the other workers, and they wait for this one
    return 1


def _train(loop: Loop, chief: bool, asked: list[int]) -> int:
    settings = loop.settings
    steps = settings.epochs * loop.steps_per_epoch
    totals, start = np.zeros(2, np.float64), 0
    if chief:
        print(f"Training digits: {loop.files}.")
    if found := checkpoints.latest(settings.checkpoints, loop.recipe):
        start, (*values, totals) = found
        loop.restore(values)
        if chief:
            print(f"Going on from step {start:,} of {steps:,}.")
    if start > steps:
        raise TrainingError(
            f"It was trained for {start:,} steps already. Expected no more than {steps:,}, by --epochs. Give "
            f"--epochs={-(-start // loop.steps_per_epoch)} or more to go on, or another --job-dir to begin anew."
        )
    if loop.share.workers > 1 and not agreed(loop.strategy, start, loop.checksum):
        raise TrainingError(
            f"The workers start from different checkpoints or digits, this one from step {start} with the digits "
            f"{loop.files}. Let all see the same folder of checkpoints, and the same files of MNIST by --data-dir."
        )
    step, judged = start, None
    with Reports(settings, steps, start) if chief else nullcontext() as reports:

        def save():
            values = loop.values()
            if chief:
                checkpoints.save(settings.checkpoints, step, [*values, totals], loop.recipe)

        for images, classes in loop.batches(start):
            *sums, wanting_to_stop = loop.step(images, classes, tf.constant(float(bool(asked)))).numpy()
            totals = totals + sums
            step += 1
            in_epoch = step % loop.steps_per_epoch
            if chief:
                reports.step()
            if not in_epoch:
                judged = _end_epoch(loop, step, totals, reports)
                totals = np.zeros(2, np.float64)
            if wanting_to_stop or in_epoch % settings.checkpoint_every == 0:
                save()
            if wanting_to_stop and step < steps:
                print(f"Stopped after step {step} of {steps}; its checkpoint is saved.", file=sys.stderr)
                return STOPPED
        values, judged = loop.values(), judged or loop.evaluate()
        if chief:
            model = whole_network(settings, values[: len(loop.model.variables)])
            export(model, settings.in_job("model.keras"), settings.export)
            reports.end(step, loop.files.name, *judged)
    return 0


def _end_epoch(loop: Loop, step: int, totals: np.ndarray, reports: Reports | None) -> tuple[float, float]:
    loss, accuracy = loop.evaluate()
    if reports:
        digits = loop.steps_per_epoch * loop.settings.batch_size
        figures = {"loss": totals[0] / digits, "accuracy": totals[1] / digits}
        figures |= {"val_loss": loss, "val_accuracy": accuracy}
        reports.epoch(
            step // loop.steps_per_epoch, step, {name: round(float(value), 6) for name, value in figures.items()}
        )
    return loss, accuracy


@contextmanager
def _asked_to_stop():
    """Yield a list that SIGTERM and Ctrl-C put their numbers into; asked twice, it stops at once."""
    asked: list[int] = []

    def note(number, _frame):
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _alone_in(job_dir: str):
    """Return a lock that one trainer holds on a local folder; of an address nothing can be promised."""
    if "://" in job_dir:
        return nullcontext()
    folder = Path(job_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(folder / "trainer.lock", timeout=0)
