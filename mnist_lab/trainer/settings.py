"""The settings of a training run: the flags of `mnist-lab train`, and the folders that a cloud service names."""

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

DECAY, ONE_CYCLE = "decay", "one-cycle"
FOLDERS = {"export": "AIP_MODEL_DIR", "checkpoints": "AIP_CHECKPOINT_DIR", "logs": "AIP_TENSORBOARD_LOG_DIR"}


class TrainingError(ValueError):
    """A training run is impossible with these settings; the message says why, and what to do."""


def _number(kind: type[int | float], expected: str, is_valid: Callable[[float], bool]) -> Callable[[str], int | float]:
    """Return a function that reads a flag's value."""

    def read(text: str) -> int | float:
        with suppress(ValueError, OverflowError):  # no number, or no whole one: infinity
            number = float(text)
            if is_valid(number) and kind(number) == number:
                return kind(number)
        raise argparse.ArgumentTypeError(f"expected {expected}; received {text!r}")

    return read


_count = _number(int, "a whole number above 0", lambda number: number >= 1)
_seed = _number(int, "a whole number from 0 to 4,294,967,295", lambda number: 0 <= number < 2**32)
_fraction = _number(float, "a number that is at least 0 and below 1", lambda number: 0 <= number < 1)
_positive = _number(float, "a number above 0", lambda number: 0 < number < float("inf"))


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("expected the name of a folder; received ''")
    return text


def _flag(default: Any, meaning: str, kind: Callable[[str], Any], metavar: str) -> Any:
    return field(default=default, metadata={"help": f"{meaning} (%(default)s)", "type": kind, "metavar": metavar})


_DATA_DIR = {"help": "folder with MNIST's files (default: as `doctor` shows)", "metavar": "DIR"}
_AUGMENT = {"help": "distort the digits, as lesson 10 does", "action": "store_true"}
_SCHEDULE = {"help": "lesson 08's or lesson 10's (%(default)s)", "choices": (DECAY, ONE_CYCLE)}


@dataclass(frozen=True)
class Settings:
    """A training run, as the command line describes it: each field is a flag, and the flag's help is its meaning."""

    data_dir: str | None = field(default=None, metadata=_DATA_DIR)
    job_dir: str = _flag("job", "folder for all output", _name, "DIR")
    epochs: int = _flag(10, "passes over the digits", _count, "N")
    batch_size: int = _flag(64, "digits per step, on all workers together", _count, "N")
    seed: int = _flag(0, "seed of all random numbers", _seed, "N")
    checkpoint_every: int = _flag(500, "steps between checkpoints, counted within each epoch", _count, "STEPS")
    augment: bool = field(default=False, metadata=_AUGMENT)
    hp_schedule: str = field(default=DECAY, metadata=_SCHEDULE)
    hp_conv1: int = _flag(12, "channels of the first convolution", _count, "N")
    hp_conv2: int = _flag(24, "channels of the second convolution", _count, "N")
    hp_conv3: int = _flag(32, "channels of the third convolution", _count, "N")
    hp_dense: int = _flag(200, "neurons of the dense layer", _count, "N")
    hp_dropout: float = _flag(0.3, "dropout rate", _fraction, "X")
    hp_momentum: float = _flag(0.99, "momentum of batch normalization's running averages", _fraction, "X")
    hp_lr: float = _flag(0.01, "learning rate, or its peak in one-cycle", _positive, "X")
    hp_lr_decay: float = _flag(0.666, "factor of the learning rate after each epoch, in decay", _positive, "X")

    @property
    def recipe(self) -> dict[str, str]:
        """What must stay the same when a training run is resumed: each flag with its value."""
        free = {"data_dir", "job_dir", "checkpoint_every", "epochs" if self.hp_schedule == DECAY else "hp_lr_decay"}
        return {_spelling(each.name): str(getattr(self, each.name)) for each in fields(self) if each.name not in free}

    def in_job(self, name: str) -> str:
        """Return the path of that name in the job's folder, which may be a bucket's address."""
        return f"{self.job_dir.rstrip('/')}/{name}"

    def folder(self, name: str) -> str:
        """Return the folder for the "export", "checkpoints" or "logs": the cloud service's, else in the job's."""
        return os.environ.get(FOLDERS[name]) or self.in_job(name)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each setting to the parser."""
    rates = parser.add_argument_group("the network and its learning rate")
    for setting in fields(Settings):
        group = rates if setting.name.startswith("hp_") else parser
        group.add_argument(_spelling(setting.name), default=setting.default, **setting.metadata)


def from_flags(chosen: argparse.Namespace) -> Settings:
    """Return the settings of a parsed command line."""
    return Settings(**{setting.name: getattr(chosen, setting.name) for setting in fields(Settings)})


def _spelling(name: str) -> str:
    return "--" + name.replace("_", "-")
