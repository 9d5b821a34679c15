"""What was measured beside the lessons' own recipes; `python -m tools.experiments` writes experiments.json.

    {"environments": […], "experiments": {name: [{"arm": {…}, "seeds": {seed: {value: number or list}}}]}}

An *arm* is one of the ways that an experiment compares, by its settings. A seed's entry has the arm's values, the
"seconds" it took and the index of its "environment" (versions and processor). Everything is on real MNIST.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("experiments.json")

Setting = str | float | bool


def measured_values(experiment: str, **arm: Setting) -> dict[str, np.ndarray]:
    """Return the values of an arm, one row for each seed in ascending order: `[seeds]`, or `[seeds, …]` of lists.

    Lists of different lengths stay lists, in an array of objects.

    Args:
        experiment: its name, for example "03-table".
        **arm: all settings of the arm, for example `activation="relu", optimizer="adam"`.

    Raises:
        ValueError: there is no such experiment, or no such arm in it.

    Example:
        >>> lab.measured_values("03-table", activation="relu", optimizer="adam")["accuracy"].mean()
    """
    groups = contents()["experiments"].get(experiment)
    if groups is None:
        raise ValueError(f"experiment must be one of {', '.join(contents()['experiments'])}. Received: {experiment!r}")
    for group in groups:
        if group["arm"] == arm:
            entries = [group["seeds"][seed] for seed in sorted(group["seeds"], key=int)]
            names = [name for name in entries[0] if name not in ("seconds", "environment")]
            return {name: _rows([entry[name] for entry in entries]) for name in names}
    known = "; ".join(", ".join(f"{k}={v!r}" for k, v in group["arm"].items()) for group in groups)
    raise ValueError(f"the arm must be one of {known}. Received: {arm}")


def _rows(values: list[Any]) -> np.ndarray:
    if len({len(value) if isinstance(value, list) else -1 for value in values}) == 1:
        return np.array(values)
    rows = np.empty(len(values), object)
    rows[:] = values
    return rows


@cache
def contents() -> dict[str, Any]:
    """Return what the file holds, to be read only; it is parsed once."""
    if not FILE.exists():
        return {"environments": [], "experiments": {}}
    return json.loads(FILE.read_text(encoding="utf-8"))
