"""What a training can be told: the flags of `mnist-lab train`, and the folders that a cloud service names."""

import argparse
import os
from dataclasses import dataclass, fields

EXPORT_VARIABLE = "AIP_MODEL_DIR"
CHECKPOINTS_VARIABLE = "AIP_CHECKPOINT_DIR"
LOGS_VARIABLE = "AIP_TENSORBOARD_LOG_DIR"

DECAY, ONE_CYCLE = "decay", "one-cycle"


class TrainingError(ValueError):
    """A training cannot be done as it was asked for; the message says why, and what to do."""


@dataclass(frozen=True)
class Settings:
    """A training, as the command line describes it.

    Attributes:
        data_dir: MNIST's files; None: where `find_mnist` looks.
        job_dir: where everything is written that no variable of the environment sends elsewhere.
        epochs: passes over the training digits.
        batch_size: digits per step, over all workers together.
        seed: of the first weights, the order of the digits, their distortions and the dropout.
        checkpoint_every: steps between two checkpoints, counted in each epoch, which ends with one too.
        augment: distort the digits, as lesson 10 does.
        hp_schedule: "decay": `hp_lr` times `hp_lr_decay` for each epoch, as in lesson 08; "one-cycle": a rate that
            rises to `hp_lr` and falls to zero, as in lesson 10.
        hp_conv1: channels of the first convolution.
        hp_conv2: of the second.
        hp_conv3: of the third.
        hp_dense: neurons of the dense layer.
        hp_dropout: rate of the dropout.
        hp_momentum: of the running averages of batch normalization.
        hp_lr: the learning rate, or its peak.
        hp_lr_decay: its factor from one epoch to the next; "one-cycle" has none.
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
        """What has to stay the same where a training goes on: each flag with its value."""
        free = {"data_dir", "job_dir", "checkpoint_every", "epochs" if self.hp_schedule == DECAY else "hp_lr_decay"}
        return {_flag(field.name): str(getattr(self, field.name)) for field in fields(self) if field.name not in free}

    def in_job(self, name: str) -> str:
        """Return the place of that name in the job's folder, which may be a bucket's address."""
        return f"{self.job_dir.rstrip('/')}/{name}"

    @property
    def checkpoints(self) -> str:
        """Where checkpoints go: AIP_CHECKPOINT_DIR, else `checkpoints` in the job's folder."""
        return os.environ.get(CHECKPOINTS_VARIABLE) or self.in_job("checkpoints")

    @property
    def logs(self) -> str:
        """Where TensorBoard's logs go: AIP_TENSORBOARD_LOG_DIR, else `logs` in the job's folder."""
        return os.environ.get(LOGS_VARIABLE) or self.in_job("logs")

    @property
    def export(self) -> str:
        """Where the SavedModel goes: AIP_MODEL_DIR, else `export` in the job's folder."""
        return os.environ.get(EXPORT_VARIABLE) or self.in_job("export")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Give `parser` a flag for each setting."""
    default = Settings()
    parser.add_argument("--data-dir", metavar="DIR", help="MNIST's files (default: where `doctor` finds them)")
    parser.add_argument(
        "--job-dir", type=_name, default=default.job_dir, metavar="DIR", help="for all that is written (%(default)s)"
    )
    parser.add_argument("--epochs", type=_count, default=default.epochs, help="passes over the digits (%(default)s)")
    parser.add_argument("--batch-size", type=_count, default=default.batch_size, help="over all workers (%(default)s)")
    parser.add_argument("--seed", type=_seed, default=default.seed, help="of all that is random (%(default)s)")
    parser.add_argument(
        "--checkpoint-every",
        type=_count,
        default=default.checkpoint_every,
        metavar="STEPS",
        help="counted in each epoch (%(default)s)",
    )
    parser.add_argument("--augment", action="store_true", help="distort the digits, as lesson 10 does")
    numbers = parser.add_argument_group("the network and its learning rate")
    numbers.add_argument(
        "--hp-schedule", choices=(DECAY, ONE_CYCLE), default=default.hp_schedule, help="lesson 08's, or lesson 10's"
    )
    for name in ("hp_conv1", "hp_conv2", "hp_conv3", "hp_dense"):
        numbers.add_argument(
            _flag(name), type=_count, default=getattr(default, name), metavar="N", help="(%(default)s)"
        )
    for name in ("hp_dropout", "hp_momentum"):
        numbers.add_argument(
            _flag(name), type=_share, default=getattr(default, name), metavar="X", help="(%(default)s)"
        )
    for name in ("hp_lr", "hp_lr_decay"):
        numbers.add_argument(
            _flag(name), type=_positive, default=getattr(default, name), metavar="X", help="(%(default)s)"
        )


def from_flags(chosen: argparse.Namespace) -> Settings:
    """Return the settings that a parsed command line holds."""
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


def _share(text: str) -> float:
    return _number(text, "a number from 0 up to, but not, 1", lambda number: 0 <= number < 1)


def _positive(text: str) -> float:
    return _number(text, "a number above 0", lambda number: 0 < number < float("inf"))


def _number(text: str, expected: str, fits) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not fits(number):
        raise argparse.ArgumentTypeError(f"expected {expected}; received {text!r}")
    return number
