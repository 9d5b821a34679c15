"""Measured accuracies over seeds: the only module that reads and writes results.json.

The file holds `{"environments": […], "results": {origin: {lesson: {variant: {seed: {…}}}}}}`. A seed's entry
has the validation "accuracy" and "loss" of every epoch, the indices of the misclassified validation digits ("misread"),
the "seconds" of training (other runs may have shared the machine), the lesson's own "figures", if any, and the index of
the "environment" (versions and processor) that it was measured in.

If a lesson holds out training digits, "held_out" is their number, and all its results are measured on them.

*Accuracy* always means the accuracy after the last epoch, never the best one.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from filelock import FileLock

FILE = Path(__file__).with_name("results.json")
AS_TAUGHT = "as taught"
ONE_EPOCH = "1 epoch"
LONG = "long, STOP_AFTER=10"  # lesson 10's longer training run, to its end

# This environment variable names a file of JSON lines to which `check_lesson` appends its results.
RECORD_VARIABLE = "MNIST_LAB_RESULTS"

_MIN_SEEDS = 3
_EMPTY = '{"environments": [], "results": {}}'


@dataclass(frozen=True)
class Summary:
    """The validation accuracy after the last epoch over seeds, as fractions; `std` is its standard deviation.

    `loss` and `loss_std` are the mean and the standard deviation of the validation loss. `held_out` is the number of
    held-out training digits that were evaluated, or 0 for the 10,000 validation digits.
    """

    mean: float
    std: float
    lowest: float
    highest: float
    seeds: int
    loss: float
    loss_std: float
    held_out: int = 0

    @property
    def floor(self) -> float:
        """The accuracy that every run should reach: the mean less the larger of 0.005 and five standard deviations."""
        return self.mean - self._tolerance

    @property
    def ceiling(self) -> float:
        """The accuracy that no run of this recipe should exceed: as far above the mean as the floor is below it."""
        return self.mean + self._tolerance

    @property
    def losses(self) -> tuple[float, float]:
        """The lowest and highest loss expected of a run: the mean ± the larger of a fifth and 5 standard deviations."""
        tolerance = max(0.2 * self.loss, 5 * self.loss_std)
        return self.loss - tolerance, self.loss + tolerance

    @property
    def _tolerance(self) -> float:
        return max(0.005, 5 * self.std)


def summary(lesson: str, *, origin: str = "mnist", variant: str = AS_TAUGHT, file: Path = FILE) -> Summary | None:
    """Return a lesson's measured accuracy and loss, or None if it was measured with fewer than three seeds."""
    seeds = seeds_of(lesson, origin=origin, variant=variant, file=file)
    if len(seeds) < _MIN_SEEDS:
        return None
    last = [entry["accuracy"][-1] for entry in seeds.values()]
    losses = [entry["loss"][-1] for entry in seeds.values()]
    return Summary(
        mean=mean(last),
        std=stdev(last),
        lowest=min(last),
        highest=max(last),
        seeds=len(last),
        loss=mean(losses),
        loss_std=stdev(losses),
        held_out=max(entry.get("held_out", 0) for entry in seeds.values()),
    )


def figure(lesson: str, name: str, *, origin: str = "mnist", file: Path = FILE) -> float | None:
    """Return the mean over seeds of one of the lesson's own figures, or None if it was not measured."""
    entries = seeds_of(lesson, origin=origin, file=file).values()
    found = [entry["figures"][name] for entry in entries if name in entry.get("figures", {})]
    return mean(found) if found else None


def first_epochs(lesson: str, *, origin: str = "mnist", file: Path = FILE) -> dict[str, float]:
    """Return the validation accuracy after the first epoch by seed, from full runs and from runs of one epoch."""
    runs = {
        **seeds_of(lesson, origin=origin, variant=ONE_EPOCH, file=file),
        **seeds_of(lesson, origin=origin, file=file),
    }
    return {seed: entry["accuracy"][0] for seed, entry in runs.items()}


def measured_lessons(*, file: Path = FILE) -> list[str]:
    """Return the names of the lessons of which something was measured on MNIST, in the course's order."""
    return sorted(_parsed(file)["results"].get("mnist", {}))


def seeds_of(lesson: str, *, origin: str = "mnist", variant: str = AS_TAUGHT, file: Path = FILE) -> dict[str, dict]:
    """Return the entries of a lesson's variant by seed; an empty dict where nothing was measured."""
    return _copy(_parsed(file)["results"].get(origin, {}).get(lesson, {}).get(variant, {}))


def store(
    lesson: str,
    seed: int,
    entry: dict,
    environment: dict,
    *,
    origin: str,
    variant: str = AS_TAUGHT,
    file: Path = FILE,
) -> None:
    """Write one seed's entry into the file atomically; an entry of the same seed is replaced.

    Args:
        lesson: the notebook's name without its suffix.
        seed: the seed of the run.
        entry: "accuracy" and "loss" (lists, one number per epoch), "misread" (list of indices), "seconds"; "figures"
            and "held_out" if the lesson has them.
        environment: versions and processor.
        origin: "mnist", "stand-in" or "other".
        variant: which recipe, if the lesson has several.
        file: the file to write to.
    """
    with FileLock(file.with_suffix(".lock")):
        _store(lesson, seed, entry, environment, origin, variant, file)


def _store(lesson: str, seed: int, entry: dict, environment: dict, origin: str, variant: str, file: Path) -> None:
    content = _read(file)
    if environment not in content["environments"]:
        content["environments"].append(environment)
    entry = {**entry, "environment": content["environments"].index(environment)}
    variants = content["results"].setdefault(origin, {}).setdefault(lesson, {})
    variants.setdefault(variant, {})[str(seed)] = entry
    variants[variant] = dict(sorted(variants[variant].items(), key=lambda item: int(item[0])))
    unfinished = file.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_text(_dump(content), encoding="utf-8")
    unfinished.replace(file)


def _read(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8") if file.exists() else _EMPTY)


def _parsed(file: Path) -> dict:
    """Return the file's content, parsed once for each of its states: to be read and never changed."""
    state = file.stat() if file.exists() else None
    return _parsed_once(file, state and (state.st_mtime_ns, state.st_size, state.st_ino))


@lru_cache(maxsize=1)
def _parsed_once(file: Path, state: tuple[int, int, int] | None) -> dict:
    return _read(file)


def _copy(value: Any) -> Any:
    """Return a copy of nested dicts with lists of numbers in them."""
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return value.copy() if isinstance(value, list) else value


def _dump(content: dict) -> str:
    """Return indented JSON with every list of numbers on one line."""
    indented = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\[[\s\d.,eE+-]*\]", lambda found: re.sub(r"\s+", " ", found[0]), indented) + "\n"
