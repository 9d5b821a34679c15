"""Measured accuracies over seeds: the only reader and writer of results.json.

The file holds `{"environments": […], "results": {origin: {lesson: {variant: {seed: {…}}}}}}`. A seed's entry
has the validation "accuracy" and "loss" of every epoch, the indices of the "misread" validation digits, the "seconds"
of training (other runs may have gone on beside it), the "figures" that a lesson has besides, and the "environment":
which of the listed sets of versions and processor it was measured with.

Where a lesson holds training digits out, "held_out" says how many: all its figures are then of these.

*Accuracy* always means the last epoch's, never the best.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev

from filelock import FileLock

FILE = Path(__file__).with_name("results.json")
AS_TAUGHT = "as taught"
ONE_EPOCH = "1 epoch"
LONG = "long, STOP_AFTER=10"  # lesson 10's longer training, to its end

# A file of JSON lines that `check_lesson` appends what it found to.
RECORD_VARIABLE = "MNIST_LAB_RESULTS"

_ENOUGH_SEEDS = 3
_EMPTY = '{"environments": [], "results": {}}'


@dataclass(frozen=True)
class Summary:
    """The last epoch's validation accuracy over seeds, as fractions of 1; `spread` is the standard deviation.

    `loss` and `loss_spread` are the same of its validation loss. `held_out` is how many training digits it is the
    accuracy of, or 0: of the 10,000 validation digits.
    """

    mean: float
    spread: float
    lowest: float
    highest: float
    seeds: int
    loss: float
    loss_spread: float
    held_out: int = 0

    @property
    def floor(self) -> float:
        """What every run should reach: the mean less the larger of 0.005 and five standard deviations."""
        return self.mean - self._farthest

    @property
    def ceiling(self) -> float:
        """What no run should pass, or the recipe is another: as far above the mean as the floor is below."""
        return self.mean + self._farthest

    @property
    def losses(self) -> tuple[float, float]:
        """The least and the largest loss of a run: the mean, less and more the larger of a fifth and five spreads."""
        farthest = max(0.2 * self.loss, 5 * self.loss_spread)
        return self.loss - farthest, self.loss + farthest

    @property
    def _farthest(self) -> float:
        return max(0.005, 5 * self.spread)


def summary(lesson: str, *, origin: str = "mnist", variant: str = AS_TAUGHT, file: Path = FILE) -> Summary | None:
    """Return what was measured of a lesson, or None before it was measured on at least three seeds."""
    seeds = seeds_of(lesson, origin=origin, variant=variant, file=file)
    if len(seeds) < _ENOUGH_SEEDS:
        return None
    last = [entry["accuracy"][-1] for entry in seeds.values()]
    losses = [entry["loss"][-1] for entry in seeds.values()]
    return Summary(
        mean=mean(last),
        spread=stdev(last),
        lowest=min(last),
        highest=max(last),
        seeds=len(last),
        loss=mean(losses),
        loss_spread=stdev(losses),
        held_out=max(entry.get("held_out", 0) for entry in seeds.values()),
    )


def figure(lesson: str, name: str, *, origin: str = "mnist", file: Path = FILE) -> float | None:
    """Return the mean over seeds of one of the lesson's figures, or None where it was not measured."""
    entries = seeds_of(lesson, origin=origin, file=file).values()
    found = [entry["figures"][name] for entry in entries if name in entry.get("figures", {})]
    return mean(found) if found else None


def first_epochs(lesson: str, *, origin: str = "mnist", file: Path = FILE) -> dict[str, float]:
    """Return the validation accuracy after the first epoch by seed, of runs as taught and of runs of one epoch."""
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
    """Write one seed's entry into the file, whole or not at all; an entry of the same seed is replaced.

    Args:
        lesson: the notebook's name without its ending.
        seed: the seed it ran with.
        entry: "accuracy" and "loss" (lists, one number an epoch), "misread" (list of indices), "seconds"; "figures" and
            "held_out" where the lesson has them.
        environment: versions and processor.
        origin: "mnist", "stand-in" or "other".
        variant: which recipe, where a lesson has several.
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


def _copy(value):
    """Return a copy of nested dicts with lists of numbers in them."""
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return value.copy() if isinstance(value, list) else value


def _dump(content: dict) -> str:
    """Return indented JSON with every list of numbers on one line."""
    indented = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\[[\s\d.,eE+-]*\]", lambda found: re.sub(r"\s+", " ", found[0]), indented) + "\n"
