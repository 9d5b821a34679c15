"""`mnist-lab train`: from the first step, or from the last checkpoint, to the exported network."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

import filelock
import numpy as np
import tensorflow as tf

from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.trainer import checkpoints
from mnist_lab.trainer.export import export
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.reports import Reports
from mnist_lab.trainer.settings import FOLDERS, Settings, TrainingError
from mnist_lab.trainer.strategies import strategy_of_environment, worker_and_count, workers_agree

_STOPPED = 128 + signal.SIGTERM


def train(settings: Settings) -> int:
    """Train, and return the exit status: 0, 1 after an error, which is reported, or 143 after SIGTERM or Ctrl-C."""
    tf.get_logger().setLevel("ERROR")
    workers = 1
    try:
        _, workers = worker_and_count()
        loop = Loop(settings, find_mnist(settings.data_dir), strategy_of_environment())
        with _lock(settings.job_dir) if loop.is_chief else nullcontext(), _stop_signals() as stop:
            return _train(loop, stop)
    except (TrainingError, MnistFileError) as error:
        message = str(error)
    except filelock.Timeout as error:
        holds = f"Another trainer is at work in {settings.job_dir} (it holds {error.lock_file})"
        message = f"{holds}. Wait for it, stop it, or name another --job-dir."
    except (OSError, tf.errors.PermissionDeniedError, tf.errors.NotFoundError) as error:
        folders = f"the folders in {', '.join(FOLDERS.values())}"
        message = f"A file could not be read or written: {error}. Check --job-dir and {folders}."
    except tf.errors.OpError as error:
        if workers == 1:
            raise
        message = (
            f"A step of all workers failed ({type(error).__name__}: {error.message[:200]}). Most often another worker "
            "has ended: read its error message. Then start all workers again: they resume from the last checkpoint."
        )
    print(message, file=sys.stderr, flush=True)
    if workers > 1:
        sys.stdout.flush()
        os._exit(1)  # an orderly exit would wait for the other workers, and they wait for this one
    return 1


def _train(loop: Loop, stop: threading.Event) -> int:
    """Train from the last checkpoint to the last step, or until a worker is asked to stop; return the exit status."""
    settings = loop.settings
    step, totals = _resume(loop)
    evaluation = None
    with closing(Reports(settings, loop.steps, step)) if loop.is_chief else nullcontext() as reports:
        batches = loop.batches(step)
        while step < loop.steps:
            step_in_epoch = step % loop.steps_per_epoch
            to_checkpoint = settings.checkpoint_every - step_in_epoch % settings.checkpoint_every
            steps = min(loop.steps_per_call, to_checkpoint, loop.steps_per_epoch - step_in_epoch)
            totals, stop_requested = loop.train(batches, steps, totals, stop.is_set())
            step += steps
            epoch, step_in_epoch = divmod(step, loop.steps_per_epoch)
            if reports:
                reports.advance(steps)
            if step_in_epoch == 0:
                evaluation = loop.evaluate()
                if reports:
                    means = totals / (loop.steps_per_epoch * settings.batch_size)
                    reports.epoch(epoch, step, [*means, *evaluation])
                totals = np.zeros(2)
            if stop_requested or step_in_epoch % settings.checkpoint_every == 0:
                values = loop.values()  # all workers compute these together
                if reports:
                    checkpoints.save(settings.folder("checkpoints"), step, [*values, totals], loop.recipe)
            if stop_requested and step < loop.steps:
                print(f"Stopped after step {step} of {loop.steps}; its checkpoint is saved.", file=sys.stderr)
                return _STOPPED
        values, evaluation = loop.values(), evaluation or loop.evaluate()
        if reports:
            export(settings, values[: len(loop.model.variables)])
            reports.end(step, loop.files.name, *evaluation)
    return 0


def _resume(loop: Loop) -> tuple[int, np.ndarray]:
    """Restore the last checkpoint; return its step, and the sums of loss and correct predictions in its epoch."""
    step, totals, told = 0, np.zeros(2), f"Training digits: {loop.files}."
    if found := checkpoints.latest(loop.settings.folder("checkpoints"), loop.recipe):
        step, (*values, totals) = found
        loop.restore(values)
        told += f"\nGoing on from step {step:,} of {loop.steps:,}."
    if loop.is_chief:
        print(told)
    if step > loop.steps:
        raise TrainingError(
            f"The checkpoint is from step {step:,}. Received: --epochs for {loop.steps:,} steps. Set "
            f"--epochs={-(-step // loop.steps_per_epoch)} or more to go on, or name another --job-dir to start afresh."
        )
    if loop.share.workers > 1 and not workers_agree(loop.strategy, step, loop.checksum):
        raise TrainingError(
            f"All workers must start from the same checkpoint with the same digits. Received: step {step} with "
            f"{loop.files}. Give all workers the same folder of checkpoints, and the same files of MNIST by --data-dir."
        )
    return step, totals


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Yield an event that the first SIGTERM or Ctrl-C sets; the second one interrupts at once."""
    stop = threading.Event()

    def request_stop(*_: object) -> None:
        for number in before:
            signal.signal(number, signal.default_int_handler)
        stop.set()

    before = {number: signal.signal(number, request_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _lock(job_dir: str) -> AbstractContextManager:
    """Return a lock that one trainer holds on a local folder; a bucket's address has none."""
    if "://" in job_dir:
        return nullcontext()
    Path(job_dir).mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(Path(job_dir, "trainer.lock"), timeout=0)
