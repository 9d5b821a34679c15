"""check_lesson: does a learner's network put a lesson's idea to work?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mnist_lab.checks.claims.layers import layers_with_settings
from mnist_lab.checks.evidence import Evidence, NotYet, Verdict, unusable
from mnist_lab.checks.lessons import Lesson, find_lesson
from mnist_lab.checks.probabilities import probabilities_of
from mnist_lab.data.datasets import validation_dataset
from mnist_lab.data.find import find_mnist
from mnist_lab.results.store import RECORD_VARIABLE

if TYPE_CHECKING:
    import keras

    History: TypeAlias = keras.callbacks.History | dict[str, list[float]]


def check_lesson(name: str, model: keras.Model | None = None, history: History | None = None, **evidence: Any) -> None:
    """Print one line for each claim of a lesson: ✓, or "not yet" with what was found and what to do next.

    The check evaluates the model once more, on the package's own validation digits. Where the environment variable
    MNIST_LAB_RESULTS names a file, the check appends a line of JSON with the verdicts and the figures to it.

    Args:
        name: the lesson, "01_dense_softmax" for instance.
        model: the trained model.
        history: what `model.fit` returned.
        evidence: what else the lesson asks for, by keyword.

    Raises:
        ValueError: there is no such lesson.
        MnistFileError: the validation digits could not be read.
    """
    lesson = find_lesson(name)
    if model is None:
        print(f"not yet: train a network, then hand it in: check_lesson({name!r}, model, history)")
        return
    try:
        gathered = gather(model, history, evidence)
    except NotYet as hint:
        print(f"not yet: the model classifies the validation digits\n    {hint}")
        return
    verdicts = judge(lesson, gathered)
    for verdict in verdicts:
        print(f"✓ {verdict.claim}" if verdict.holds else f"not yet: {verdict.claim}\n    {verdict.hint}")
    if file := os.environ.get(RECORD_VARIABLE):
        _record(Path(file), lesson, gathered, verdicts)


def gather(model: keras.Model, history: History | None = None, extra: dict[str, Any] | None = None) -> Evidence:
    """Evaluate `model` on the validation digits and return everything that the claims look at.

    Raises:
        NotYet: the model fails on the digits.
    """
    ((digits, one_hot),) = validation_dataset().as_numpy_iterator()
    try:
        probabilities = probabilities_of(model, digits)
    except Exception as error:  # a learner may hand in anything
        raise NotYet(unusable(error)) from error
    epochs = history if isinstance(history, dict) else getattr(history, "history", None) or {}
    return Evidence(model, epochs, digits, one_hot.argmax(axis=1), probabilities, extra or {})


def judge(lesson: Lesson, evidence: Evidence) -> list[Verdict]:
    """Return the verdicts on a lesson's claims, in order."""
    return [claim.judge(evidence) for claim in lesson.all_claims]


def _record(file: Path, lesson: Lesson, evidence: Evidence, verdicts: list[Verdict]) -> None:
    misclassified, held_out = _misclassified(evidence)
    line = {
        "lesson": lesson.name,
        "origin": find_mnist().origin,
        "accuracy": _rounded(evidence.history.get("val_accuracy", [])),
        "loss": _rounded(evidence.history.get("val_loss", [])),
        "evaluated": 1 - float(np.mean(misclassified)),
        "misread": np.flatnonzero(misclassified).tolist(),
        "network": layers_with_settings(evidence.model),
        "verdicts": [vars(verdict) for verdict in verdicts],
    }
    if held_out:
        line["held_out"] = len(misclassified)
    if lesson.figures:
        with suppress(Exception):  # a learner may hand in anything
            line["figures"] = {name: round(value, 4) for name, value in lesson.figures(evidence).items()}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _misclassified(evidence: Evidence) -> tuple[np.ndarray, bool]:
    """Return which held-out digits are misclassified and True, or, without any, which validation digits and False."""
    try:
        return evidence.measured_misclassified, evidence.held_out is not None
    except Exception:  # a learner may hand in anything as held out
        return evidence.misclassified, False


def _rounded(values: Iterable[float]) -> list[float]:
    try:
        return [round(float(value), 6) for value in values]
    except (TypeError, ValueError):  # a learner may hand in anything as a history
        return []
