"""Measured accuracies over seeds, as results.json holds them; tools/store_results.py writes them.

    {"environments": […], "results": {origin: {lesson: [{"variant": {…}, "seeds": {seed: {…}}}]}}}

A seed's entry has the "accuracy" and "loss" of every epoch, on the validation digits or on as many held-out training
digits as "held_out" says, the "seconds" of training, and the index of its "environment" (versions and processor).
*Accuracy* always means that after the last epoch, never the best one.

misclassified.npz holds, under `run_name`, a bit for each digit that a run of lessons 09 and 10 misclassified.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

FILE = Path(__file__).with_name("results.json")
MISCLASSIFIED = FILE.with_name("misclassified.npz")

# This environment variable names a file of JSON lines to which `check_lesson` appends its results.
RECORD_VARIABLE = "MNIST_LAB_RESULTS"


@dataclass(frozen=True)
class Variant:
    """How a lesson is trained: as taught, or with other numbers. The order of the parameters means nothing.

    Attributes:
        training: "long" for the training run of the cell `train-long`, which assigns `long_model` and `long_history`;
            None: the lesson's own, of the cell `train`.
        epochs: number of epochs; None: the lesson's own.
        parameters: other numbers for the cell `parameters`.
    """

    training: str | None = None
    epochs: int | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_name(cls, name: str) -> Variant:
        """Return the variant of a name, such as "as taught", "1 epoch" or "long, HOLDOUT=0, STOP_AFTER=10"."""
        training, epochs, parameters = None, None, {}
        for part in name.split(", "):
            if found := re.fullmatch(r"(\d+) epochs?", part):
                epochs = int(found[1])
            elif found := re.fullmatch(r"(\w+)=(-?\d+(\.\d+)?)", part):
                parameters[found[1]] = json.loads(found[2])
            elif part != "as taught":
                training = part
        return cls(training, epochs, parameters)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        """Return its name, which `from_name` reads."""
        training = [self.training] if self.training else []
        epochs = [] if self.epochs is None else [f"{self.epochs} epoch{'s' * (self.epochs != 1)}"]
        parameters = [f"{name}={value:g}" for name, value in sorted(self.parameters.items())]
        return ", ".join([*training, *epochs, *parameters]) or "as taught"


AS_TAUGHT = Variant()
# Lesson 10 holds out digits. Its rungs of the ladder were trained on all of them, and judged once by the test digits.
TESTED = Variant(parameters={"HOLDOUT": 0})
LONG = Variant("long", parameters={"HOLDOUT": 0, "STOP_AFTER": 10})  # its longer training run, to its end


@dataclass(frozen=True)
class Summary:
    """The accuracy after the last epoch over seeds, as fractions, and the loss; `std` is a standard deviation."""

    mean: float
    std: float
    lowest: float
    highest: float
    seeds: int
    loss: float
    loss_std: float
    held_out: int = 0  # the number of held-out training digits that were evaluated; 0: the validation digits

    @property
    def accuracies(self) -> tuple[float, float]:
        """The lowest and highest accuracy expected of a run: mean ± the larger of 0.005 and 5 standard deviations."""
        tolerance = max(0.005, 5 * self.std)
        return self.mean - tolerance, self.mean + tolerance

    @property
    def losses(self) -> tuple[float, float]:
        """The lowest and highest loss expected of a run: the mean ± the larger of a fifth and 5 standard deviations."""
        tolerance = max(0.2 * self.loss, 5 * self.loss_std)
        return self.loss - tolerance, self.loss + tolerance


def summary(lesson: str, *, origin: str = "mnist", variant: Variant = AS_TAUGHT) -> Summary | None:
    """Return a lesson's measured accuracy and loss, or None if it was measured with fewer than three seeds."""
    entries = seeds_of(lesson, origin=origin, variant=variant).values()
    if len(entries) < 3:
        return None
    last = [entry["accuracy"][-1] for entry in entries]
    losses = [entry["loss"][-1] for entry in entries]
    held_out = max(entry.get("held_out", 0) for entry in entries)
    return Summary(mean(last), stdev(last), min(last), max(last), len(last), mean(losses), stdev(losses), held_out)


def measured_lessons() -> list[str]:
    """Return the names of the lessons of which something was measured on MNIST, in the course's order."""
    return sorted(contents(FILE)["results"].get("mnist", {}))


def seeds_of(lesson: str, *, origin: str = "mnist", variant: Variant = AS_TAUGHT) -> dict[str, dict[str, Any]]:
    """Return the entries of a lesson's variant by seed, to be read only; an empty dict where nothing was measured."""
    groups = contents(FILE)["results"].get(origin, {}).get(lesson, [])
    return next((group["seeds"] for group in groups if Variant(**group["variant"]) == variant), {})


@cache
def contents(file: Path) -> dict[str, Any]:
    """Return what the file holds, to be read only; it is parsed once."""
    return json.loads(file.read_text(encoding="utf-8"))


def run_name(origin: str, lesson: str, variant: Variant, seed: str) -> str:
    """Return the name of a run's array in misclassified.npz."""
    return f"{origin}/{lesson}/{variant}/{seed}"
