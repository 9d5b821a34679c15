"""Experiments that the lessons tell of: small recipes run over seeds, one module for each group of lessons.

    python -m tools.experiments --list
    python -m tools.experiments 03-table 04-rates --jobs 2

What is stored is not run again, so a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mnist_lab.results.experiments import Setting

Values = dict[str, float | list]


@dataclass(frozen=True)
class Experiment:
    """What is run with every seed for each arm.

    Attributes:
        name: the lesson's number and a word.
        about: what is compared, in a line.
        arms: the settings of each arm; `run` gets them as keywords.
        seeds: how many.
        run: takes the seed, which is already set, and an arm's settings; returns the values to store.
    """

    name: str
    about: str
    arms: tuple[dict[str, Setting], ...]
    seeds: int
    run: Callable[..., Values]


EXPERIMENTS: dict[str, Experiment] = {}


def experiment(name: str, *arms: dict[str, Setting], seeds: int = 10) -> Callable[[Callable[..., Any]], Callable]:
    """Register a function as an experiment; the first line of its docstring says what is compared."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        about = (run.__doc__ or "").partition("\n")[0]
        EXPERIMENTS[name] = Experiment(name, about, arms or ({},), seeds, run)
        return run

    return register


def grid(**settings: tuple[Setting, ...]) -> list[dict[str, Setting]]:
    """Return every combination of the settings."""
    arms: list[dict[str, Setting]] = [{}]
    for name, values in settings.items():
        arms = [{**arm, name: value} for arm in arms for value in values]
    return arms
