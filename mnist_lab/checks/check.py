"""check_lesson: does a learner's network put a lesson's idea to work?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mnist_lab.checks.claims.layers import layers_with_settings
from mnist_lab.checks.claims.outcome import NO_HELD_OUT_DIGITS
from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.evidence import Digits, Evidence, NotYet, Verdict, probabilities_of, shown, validation_digits
from mnist_lab.checks.lessons import LESSONS
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import CLASSES, SIDE
from mnist_lab.results.store import RECORD_VARIABLE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    History: TypeAlias = keras.callbacks.History | dict[str, list[float]]


def check_lesson(name: str, model: keras.Model | None = None, history: History | None = None, **evidence: Any) -> None:
    """Print one line for each claim of a lesson: ✓, or "not yet" with what was found and what to do next.

    The check evaluates the model once more: on the held-out digits if `held_out` is handed in, in lesson 11 on
    drawings, else on the package's own validation digits. Where the environment variable MNIST_LAB_RESULTS names a
    file, it appends a line of JSON with verdicts and figures to it.

    Args:
        name: the lesson, "01_dense_softmax" for instance.
        model: the trained model.
        history: what `model.fit` returned.
        evidence: what else the lesson asks for, by keyword.

    Raises:
        ValueError: there is no such lesson.
        MnistFileError: the validation digits could not be read.
    """
    if name not in LESSONS:
        raise ValueError(f"There is no lesson {name!r}. The lessons are: {', '.join(LESSONS)}")
    lesson, gathered = LESSONS[name], None
    if model is None:
        hint = f"Found no model. Train a network, then pass it: check_lesson({name!r}, model, history)."
        verdicts = [Verdict("a trained network is handed in", False, hint)]
    else:
        try:
            if lesson.seals_the_test_digits and evidence.get("held_out") is None:
                raise NotYet(NO_HELD_OUT_DIGITS)
            gathered = gather(model, history, evidence, lesson.digits)
            verdicts = [claim.judge(gathered) for claim in lesson.all_claims]
        except NotYet as hint:
            verdicts = [Verdict("the model classifies digits", False, str(hint))]
    for verdict in verdicts:
        print(f"✓ {verdict.claim}" if verdict.holds else f"not yet: {verdict.claim}\n    {verdict.hint}")
    if os.environ.get(RECORD_VARIABLE):
        line = {"lesson": name, "origin": find_mnist().origin, **_findings(gathered)}
        record(line | {"verdicts": [vars(verdict) for verdict in verdicts]})


def record(line: dict[str, Any]) -> None:
    """Append a check's record to the file of MNIST_LAB_RESULTS, if that is set."""
    if file := os.environ.get(RECORD_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def gather(
    model: keras.Model,
    history: History | None = None,
    extra: dict[str, Any] | None = None,
    asked: Callable[[], Digits] = validation_digits,
) -> Evidence:
    """Evaluate `model` and return everything that the claims look at.

    Where `extra` has a dataset "held_out", that judges the model, and no other digits are even read; else those that
    `asked` returns.

    Raises:
        NotYet: the model fails on the digits, or "held_out" is no dataset of digits.
    """
    held_out = (extra or {}).get("held_out")
    digits, labels = asked() if held_out is None else _all_digits(held_out)
    try:
        probabilities = probabilities_of(model, digits)
    except Exception as error:  # a learner may hand in anything
        how = "Expected a trained Keras model of images [n, 784]"
        raise NotYet(f"Found {describe_error(error).rstrip('.')}. {how}.") from error
    epochs = history if isinstance(history, dict) else getattr(history, "history", None) or {}
    return Evidence(model, epochs, digits, labels, probabilities, extra or {})


def _all_digits(dataset: tf.data.Dataset) -> Digits:
    """Return the images `[n, 784]` and classes `[n]` of a dataset of batches, with one-hot labels or classes."""
    try:
        images, labels = (np.concatenate(part) for part in zip(*dataset.as_numpy_iterator(), strict=True))
        if images.shape != (len(labels), SIDE * SIDE) or labels.shape[1:] not in ((), (CLASSES,)):
            raise ValueError(f"images {list(images.shape)} and labels {list(labels.shape)}")
    except (AttributeError, TypeError, ValueError) as error:  # a learner may hand in anything
        found = f"Found {shown(dataset)} as held_out ({describe_error(error).rstrip('.')})"
        expected = "a dataset of images [n, 784] and labels [n, 10], such as lab.holdout_dataset(HOLDOUT)"
        raise NotYet(f"{found}. Expected {expected}.") from error
    return images, labels.argmax(axis=1) if labels.ndim == 2 else labels.astype(int)


def _findings(evidence: Evidence | None) -> dict[str, Any]:
    """Return the figures of a record; "evaluated" is null where no network classified the digits."""
    found: dict[str, Any] = {"accuracy": [], "loss": [], "evaluated": None, "misread": [], "network": []}
    if evidence is None:
        return found
    # A learner may hand in anything: a history of texts, a function as held-out digits.
    with suppress(Exception):
        found |= {which: [round(value, 6) for value in evidence.reported(which)] for which in ("accuracy", "loss")}
    found["network"] = layers_with_settings(evidence.model)
    misclassified = evidence.misclassified
    found |= {"held_out": len(misclassified)} if evidence.extra.get("held_out") is not None else {}
    found |= {"evaluated": 1 - float(np.mean(misclassified)), "misread": np.flatnonzero(misclassified).tolist()}
    return found
