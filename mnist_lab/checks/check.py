"""check_lesson: was the idea of a lesson put to work?"""

import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from mnist_lab.checks.claims.layers import made_of
from mnist_lab.checks.evidence import Claim, Evidence, Verdict
from mnist_lab.checks.lesson import Lesson
from mnist_lab.checks.lessons import find_lesson
from mnist_lab.checks.probabilities import probabilities_of
from mnist_lab.data.datasets import validation_dataset
from mnist_lab.data.find import find_mnist
from mnist_lab.results.store import RECORD_VARIABLE


def check_lesson(name: str, model=None, history=None, **evidence) -> None:
    """Print one line for each claim of a lesson: ✓, or "not yet" with what was found and where to look.

    The model is evaluated here once more, on the package's own validation digits. Where the environment variable
    MNIST_LAB_RESULTS names a file, one line of JSON with the verdicts and the figures is added to it.

    Args:
        name: the lesson, "01_dense_softmax" for instance.
        model: the trained model.
        history: what `model.fit` returned.
        evidence: what else the lesson asks for, by keyword.

    Raises:
        ValueError: there is no such lesson.
    """
    lesson = find_lesson(name)
    if model is None:
        print(f"not yet: train a network, then hand it in: check_lesson({name!r}, model, history)")
        return
    try:
        gathered = gather(model, history, evidence)
    except Exception as error:
        print(f"not yet: the network that was handed in reads the validation digits\n    {_told(error)}")
        return
    verdicts = judge(lesson, gathered)
    for verdict in verdicts:
        print(f"✓ {verdict.claim}" if verdict.holds else f"not yet: {verdict.claim}\n    {verdict.hint}")
    if file := os.environ.get(RECORD_VARIABLE):
        _record(Path(file), lesson, gathered, verdicts)


def gather(model, history=None, extra: dict | None = None) -> Evidence:
    """Evaluate `model` on the validation digits and return all that the claims look at."""
    ((digits, one_hot),) = validation_dataset().as_numpy_iterator()
    probabilities = probabilities_of(model, digits)
    kept = history if isinstance(history, dict) else getattr(history, "history", None) or {}
    return Evidence(model, kept, digits, one_hot.argmax(axis=1), probabilities, extra or {})


def judge(lesson: Lesson, evidence: Evidence) -> list[Verdict]:
    """Return the verdicts of a lesson's claims, in order; one that cannot be judged does not hold."""
    return [_judge(claim, evidence) for claim in lesson.all_claims]


def _judge(claim: Claim, evidence: Evidence) -> Verdict:
    try:
        return claim(evidence)
    except Exception as error:  # whatever a learner may hand in
        return Verdict(f"{claim.__name__.replace('_', ' ')} (could not be judged)", False, _told(error))


def _told(error: Exception) -> str:
    first, *_ = str(error).splitlines() or [""]
    return (
        f"found {type(error).__name__}: {first[:400]} Looked for what the lesson's own cell hands in, of the same form."
    )


def _record(file: Path, lesson: Lesson, evidence: Evidence, verdicts: list[Verdict]) -> None:
    misread, held_out = _misread(evidence)
    line = {
        "lesson": lesson.name,
        "origin": find_mnist().origin,
        "accuracy": _rounded(evidence.history.get("val_accuracy", [])),
        "loss": _rounded(evidence.history.get("val_loss", [])),
        "evaluated": 1 - float(np.mean(misread)),
        "misread": np.flatnonzero(misread).tolist(),
        "network": made_of(evidence.model),
        "verdicts": [vars(verdict) for verdict in verdicts],
    }
    if held_out:
        line["held_out"] = len(misread)
    if lesson.figures:
        with suppress(Exception):  # whatever a learner may hand in
            line["figures"] = {name: round(value, 4) for name, value in lesson.figures(evidence).items()}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _misread(evidence: Evidence) -> tuple[np.ndarray, bool]:
    """Return which of the digits held out are misread and True; where none can be had, of all digits and False."""
    try:
        return evidence.misread_measured, evidence.held_out is not None
    except Exception:  # whatever a learner may hand in as held out
        return evidence.misread, False


def _rounded(values) -> list[float]:
    try:
        return [round(float(value), 6) for value in values]
    except (TypeError, ValueError):  # whatever a learner may hand in as a history
        return []
