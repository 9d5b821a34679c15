"""What a task of an exercise is, and how to use whatever a learner hands in for it: functions, tables, choices."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.check import gather
from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.evidence import NotYet, Verdict, shown
from mnist_lab.data import idx
from mnist_lab.data.datasets import scale
from mnist_lab.data.find import find_mnist


@dataclass(frozen=True)
class Task:
    """A task: what it's called, the fact that holds once it's solved, and how a solution is judged."""

    name: str  # "02.1"
    title: str
    fact: str
    smaller: str  # a smaller worked case, for a learner who failed twice
    judge: Callable[..., None]  # its parameters are what a learner hands in; it raises `NotYet` with the hint

    def verdict(self, handed_in: tuple[Any, ...], by_name: Mapping[str, Any]) -> Verdict:
        """Return the verdict on what was handed in, whatever that is."""
        claim = f"{self.name} {self.title}"
        wanted = f"check_task({self.name!r}, {', '.join(inspect.signature(self.judge).parameters)})"
        try:
            inspect.signature(self.judge).bind(*handed_in, **by_name)  # its error doesn't name the judge
            self.judge(*handed_in, **by_name)
        except NotYet as hint:
            return Verdict(claim, False, str(hint))
        except Exception as error:  # a learner may hand in anything
            return Verdict(claim, False, f"Found {describe_error(error).rstrip('.')}. Expected {wanted}.")
        return Verdict(claim, True)


def task(name: str, title: str, fact: str, smaller: str) -> Callable[[Callable[..., None]], Task]:
    """Return a decorator that makes a function the judge of this task."""
    return partial(Task, name, title, fact, smaller.strip("\n"))


def call(function: Any, *arguments: Any) -> Any:
    """Return what a learner's function returns for copies of the arguments; what it prints is dropped.

    A function that never returns keeps the check waiting until the kernel is interrupted: Python has no way to stop it
    that works on every platform.
    """
    if not callable(function):
        raise NotYet(f"Found {shown(function)}, expected a function. Hand in its name, without parentheses.")
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return function(*copy.deepcopy(arguments))
    except (Exception, SystemExit) as error:
        yours = f"Called with {' and '.join(map(_described, arguments))}, your" if arguments else "Your"
        raise NotYet(f"{yours} function raised {describe_error(error).rstrip('.')}.") from error


def _described(argument: Any) -> str:
    if isinstance(argument, Mapping):
        return f"a dict with {', '.join(map(repr, argument))}"
    return f"an array {list(argument.shape)} {argument.dtype}" if isinstance(argument, np.ndarray) else repr(argument)


def numbers(value: Any, what: str, *shape: int | None, finite: bool = True) -> npt.NDArray[np.float64]:
    """Return numbers in this shape, all `finite` unless said otherwise; None stands for any length.

    Axes of length 1 may be missing or too many. A list, a tuple or a tensor is as good as an array.
    """
    expected = f"{'a number' if not shape else f'numbers in the shape {list(shape)}'}".replace("None", "n")
    if value is None:
        raise NotYet(f"Found None for {what}, expected {expected}. Does your function end with `return`?")
    try:
        found = np.asarray(value)
    except Exception:  # a ragged list, a tensor without a value
        found = np.asarray(None)
    if found.dtype.kind not in "biuf":
        raise NotYet(f"Found {shown(value)} for {what}, expected {expected}.")
    if not _fits(found.shape, shape):
        lengths = tuple(length for length in found.shape if length != 1)
        lengths += (1,) * (len(shape) - len(lengths))
        if not _fits(lengths, shape):
            raise NotYet(f"Found the shape {list(found.shape)} for {what}, expected {expected}.")
        found = found.reshape(lengths)
    if finite and not np.isfinite(found).all():
        raise NotYet(f"Found {found.size - np.isfinite(found).sum()} of {found.size} numbers not finite in {what}.")
    return found.astype(np.float64)


def _fits(found: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    return len(found) == len(shape) and all(want in (None, length) for length, want in zip(found, shape, strict=True))


def check_choice(value: Any, hints: Mapping[str, str], what: str = "cause") -> None:
    """Raise `NotYet` unless the choice is the right one, whose hint is empty; each wrong one has its own."""
    chosen = value.strip().lower() if isinstance(value, str) else ""
    if chosen not in hints:
        raise NotYet(f"Found {shown(value)} for the {what}. Choose one of {', '.join(map(repr, hints))}.")
    if hints[chosen]:
        raise NotYet(f"Found the {what} {chosen!r}. {hints[chosen]}")


def close(found: npt.NDArray, expected: npt.NDArray) -> bool:
    """Return whether the numbers differ by at most a hundredth of their length, the root of their sum of squares."""
    return bool(np.linalg.norm(found - expected) <= 0.01 * np.linalg.norm(expected))


def training_digits(count: int) -> tuple[npt.NDArray[np.float32], npt.NDArray]:
    """Return the first training digits, `[count, 784]` from 0 to 1, and their classes, `[count]`."""
    files = find_mnist()
    images, labels = (part[:count] for part in idx.read_digits(files.train_images, files.train_labels))
    return scale(images.reshape(-1, idx.PIXELS)).numpy(), labels


def validation_accuracy(model: Any) -> float:
    """Return the share of the validation digits that the model classifies correctly."""
    return 1 - float(np.mean(gather(model).misclassified))
