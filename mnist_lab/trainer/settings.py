"""The settings of a training run: the flags of `mnist-lab train`, and the folders that a cloud service names."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, fields

EXPORT_VARIABLE = "AIP_MODEL_DIR"
CHECKPOINTS_VARIABLE = "AIP_CHECKPOINT_DIR"
LOGS_VARIABLE = "AIP_TENSORBOARD_LOG_DIR"

DECAY, ONE_CYCLE = "decay", "one-cycle"


class TrainingError(ValueError):
    """A training run is impossible with these settings; the message says why, and what to do."""


@dataclass(frozen=True)
class Settings:
    """A training run, as the command line describes it.

    Attributes:
        data_dir: folder with MNIST's files; None: `find_mnist` looks for them.
        job_dir: folder for everything that is written, except where an environment variable names another one.
        epochs: passes over the training digits.
        batch_size: digits per step, on all workers together.
        seed: of the initial weights, the order of the digits, their distortions and dropout.
        checkpoint_every: steps between two checkpoints, counted within each epoch; each epoch ends with one, too.
        augment: distort the digits, as lesson 10 does.
        hp_schedule: "decay": the learning rate `hp_lr`, multiplied by `hp_lr_decay` after each epoch, as in lesson 08;
            "one-cycle": it rises to `hp_lr` and falls to zero, as in lesson 10.
        hp_conv1: channels of the first convolution.
        hp_conv2: channels of the second convolution.
        hp_conv3: channels of the third convolution.
        hp_dense: neurons of the dense layer.
        hp_dropout: dropout rate.
        hp_momentum: momentum of the running averages in batch normalization.
        hp_lr: the learning rate, or its peak.
        hp_lr_decay: the factor of "decay"; "one-cycle" does not use it.
    """

    data_dir: str | None = None
    job_dir: str = "job"
    epochs: int = 10
    batch_size: int = 64
    seed: int = 0
    checkpoint_every: int = 500
    augment: bool = False
    hp_schedule: str = DECAY
    hp_conv1: int = 12
    hp_conv2: int = 24
    hp_conv3: int = 32
    hp_dense: int = 200
    hp_dropout: float = 0.3
    hp_momentum: float = 0.99
    hp_lr: float = 0.01
    hp_lr_decay: float = 0.666

    @property
    def recipe(self) -> dict[str, str]:
        """What must stay the same when a training run is resumed: each flag with its value."""
        free = {"data_dir", "job_dir", "checkpoint_every", "epochs" if self.hp_schedule == DECAY else "hp_lr_decay"}
        return {_flag(field.name): str(getattr(self, field.name)) for field in fields(self) if field.name not in free}

    def in_job(self, name: str) -> str:
        """Return the path of that name in the job's folder, which may be a bucket's address."""
        return f"{self.job_dir.rstrip('/')}/{name}"

    @property
    def checkpoints(self) -> str:
        """The folder for checkpoints: AIP_CHECKPOINT_DIR, else `checkpoints` in the job's folder."""
        return os.environ.get(CHECKPOINTS_VARIABLE) or self.in_job("checkpoints")

    @property
    def logs(self) -> str:
        """The folder for TensorBoard's logs: AIP_TENSORBOARD_LOG_DIR, else `logs` in the job's folder."""
        return os.environ.get(LOGS_VARIABLE) or self.in_job("logs")

    @property
    def export(self) -> str:
        """The folder for the SavedModel: AIP_MODEL_DIR, else `export` in the job's folder."""
        return os.environ.get(EXPORT_VARIABLE) or self.in_job("export")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each setting to the parser."""
    default = Settings()
    parser.add_argument("--data-dir", metavar="DIR", help="folder with MNIST's files (default: as `doctor` shows)")
    parser.add_argument(
        "--job-dir", type=_name, default=default.job_dir, metavar="DIR", help="folder for all output (%(default)s)"
    )
    parser.add_argument("--epochs", type=_count, default=default.epochs, help="passes over the digits (%(default)s)")
    parser.add_argument("--batch-size", type=_count, default=default.batch_size, help="digits per step (%(default)s)")
    parser.add_argument("--seed", type=_seed, default=default.seed, help="seed of all random numbers (%(default)s)")
    parser.add_argument(
        "--checkpoint-every",
        type=_count,
        default=default.checkpoint_every,
        metavar="STEPS",
        help="steps between checkpoints, counted within each epoch (%(default)s)",
    )
    parser.add_argument("--augment", action="store_true", help="distort the digits, as lesson 10 does")
    numbers = parser.add_argument_group("the network and its learning rate")
    numbers.add_argument(
        "--hp-schedule",
        choices=(DECAY, ONE_CYCLE),
        default=default.hp_schedule,
        help="lesson 08's or lesson 10's (%(default)s)",
    )
    for name, kind, metavar, meaning in (
        ("hp_conv1", _count, "N", "channels of the first convolution"),
        ("hp_conv2", _count, "N", "channels of the second convolution"),
        ("hp_conv3", _count, "N", "channels of the third convolution"),
        ("hp_dense", _count, "N", "neurons of the dense layer"),
        ("hp_dropout", _fraction, "X", "dropout rate"),
        ("hp_momentum", _fraction, "X", "momentum of batch normalization's running averages"),
        ("hp_lr", _positive, "X", "learning rate, or its peak"),
        ("hp_lr_decay", _positive, "X", "factor of the learning rate after each epoch"),
    ):
        value = getattr(default, name)
        numbers.add_argument(_flag(name), type=kind, default=value, metavar=metavar, help=f"{meaning} (%(default)s)")


def from_flags(chosen: argparse.Namespace) -> Settings:
    """Return the settings of a parsed command line."""
    return Settings(**{field.name: getattr(chosen, field.name) for field in fields(Settings)})


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _count(text: str) -> int:
    return int(_number(text, "a whole number above 0", lambda number: number >= 1 and number.is_integer()))


def _seed(text: str) -> int:
    expected = "a whole number from 0 to 4,294,967,295"
    return int(_number(text, expected, lambda number: 0 <= number < 2**32 and number.is_integer()))


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("expected the name of a folder; received ''")
    return text


def _fraction(text: str) -> float:
    return _number(text, "a number that is at least 0 and below 1", lambda number: 0 <= number < 1)


def _positive(text: str) -> float:
    return _number(text, "a number above 0", lambda number: 0 < number < float("inf"))


def _number(text: str, expected: str, is_valid: Callable[[float], bool]) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not is_valid(number):
        raise argparse.ArgumentTypeError(f"expected {expected}; received {text!r}")
    return number
