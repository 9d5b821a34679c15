"""Write a measured run into results.json, and which digits it misclassified into misclassified.npz beside it."""

import io
import json
import re
from typing import Any

import numpy as np
from filelock import FileLock

from mnist_lab.data.files import write_whole
from mnist_lab.results import store as results
from mnist_lab.results.runs import VALIDATION_DIGITS

_DIGIT_BY_DIGIT = ("09_honest_evaluation", "10_faster_and_better")  # they compare runs digit by digit


def store(
    lesson: str,
    seed: int,
    entry: dict[str, Any],
    environment: dict[str, str],
    *,
    origin: str,
    variant: results.Variant = results.AS_TAUGHT,
) -> None:
    """Write one seed's entry into the files; an entry of the same seed is replaced.

    It has "accuracy" and "loss" (lists, one number per epoch), "misread" (indices), "seconds"; "held_out" if the
    lesson holds digits out. The environment has the versions and the processor.
    """
    with FileLock(results.FILE.with_suffix(".lock")):
        content = json.loads(results.FILE.read_text(encoding="utf-8"))
        if environment not in content["environments"]:
            content["environments"].append(environment)
        lessons = content["results"].setdefault(origin, {})
        seeds = _seeds(lessons.setdefault(lesson, []), variant)
        stored = {name: value for name, value in entry.items() if name != "misread"}
        seeds[str(seed)] = stored | {"environment": content["environments"].index(environment)}
        for number in sorted(seeds, key=int):
            seeds[number] = seeds.pop(number)
        if lesson in _DIGIT_BY_DIGIT:
            digits = entry.get("held_out", VALIDATION_DIGITS)
            _store_misclassified(results.run_name(origin, lesson, variant, str(seed)), entry["misread"], digits)
        write_whole(results.FILE, dump(content))
        results.contents.cache_clear()


def dump(content: dict[str, Any]) -> str:
    """Return indented JSON with every list of numbers on one line."""
    indented = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\[[\s\d.,eE+-]*\]", lambda found: re.sub(r"\s+", " ", found[0]), indented) + "\n"


def _seeds(groups: list[dict[str, Any]], variant: results.Variant) -> dict[str, Any]:
    """Return the entries of a variant by seed; a new one is added to the groups."""
    for group in groups:
        if results.Variant(**group["variant"]) == variant:
            return group["seeds"]
    groups.append({"variant": {name: value for name, value in vars(variant).items() if value}, "seeds": {}})
    return groups[-1]["seeds"]


def _store_misclassified(name: str, indices: list[int], digits: int) -> None:
    runs: dict[str, Any] = {}
    if results.MISCLASSIFIED.exists():
        with np.load(results.MISCLASSIFIED) as stored:
            runs.update(stored)
    runs[name] = np.packbits(np.isin(np.arange(digits), indices))
    file = io.BytesIO()
    np.savez_compressed(file, **runs)
    write_whole(results.MISCLASSIFIED, file.getvalue())
