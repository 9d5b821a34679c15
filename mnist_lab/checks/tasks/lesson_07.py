"""The tasks of exercise 07: a fair gap, four pairs of curves and what decides each, and whom to ask a human about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.layers import all_layers, is_a
from mnist_lab.checks.evidence import NotYet, probabilities_of, shown
from mnist_lab.checks.task import check_choice, numbers, task
from mnist_lab.data import idx
from mnist_lab.data.datasets import scale
from mnist_lab.data.find import find_mnist

_MEASURED = 20_000  # training digits
_SAME_LOSS = 1e-3


@task(
    "07.1",
    "Fair gap",
    "both losses are those of the finished network, with dropout off: their difference is the gap",
    """
two training digits, two validation digits; probability of the right class:
reported while it trained, dropout on:  0.70 and 0.60: mean of −log p: 0.43
the finished network, dropout off:      0.99 and 0.97: mean of −log p: 0.02
validation, always with dropout off:    0.99 and 0.85: mean of −log p: 0.09
The gap is 0.09 − 0.02 = 0.07. The reported loss would have made it −0.34.""",
)
def fair_gap(model: Any, training_loss: Any, validation_loss: Any) -> None:
    """Judge the mean losses of a network with dropout, on all training and all validation digits."""
    if model is None:
        raise NotYet("Found no model. Hand in the network that you trained, with dropout.")
    if not any(is_a(layer, "*Dropout*") for layer in all_layers(model)):
        raise NotYet("Found no dropout in the model. Solve 07.0 first: without dropout, the two losses hardly differ.")
    found = {
        "training": float(numbers(training_loss, "the training loss")),
        "validation": float(numbers(validation_loss, "the validation loss")),
    }
    if abs(found["training"] - found["validation"]) <= 1e-6:
        raise NotYet(f"Found {found['training']:.4f} twice: no gap by construction. Measure each set of digits.")
    files, evidence = find_mnist(), gather(model)
    images, labels = idx.read_digits(files.train_images, files.train_labels)
    every = max(1, len(labels) // _MEASURED)
    images = scale(images[::every].reshape(-1, idx.PIXELS)).numpy()
    losses = {
        "training": _losses(probabilities_of(model, images), labels[::every]),
        "validation": _losses(evidence.probabilities, evidence.labels),
    }
    expected = {name: float(each.mean()) for name, each in losses.items()}
    # four standard errors, since training digits are only sampled here
    allowed = {"training": 4 * losses["training"].std() / len(images) ** 0.5 + _SAME_LOSS, "validation": _SAME_LOSS}
    allowed = {name: float(tolerance + 0.02 * expected[name]) for name, tolerance in allowed.items()}
    right = {name: abs(found[name] - expected[name]) <= allowed[name] for name in found}
    if all(right.values()):
        return
    what = "validation" if right["training"] else "training"
    case = f"Found a {what} loss of {found[what]:.4f}, and about {expected[what]:.4f} measured again"
    other = "training" if what == "validation" else "validation"
    if abs(found[what] - expected[other]) <= allowed[other]:
        raise NotYet(f"{case}. That's the loss of the {other} digits.")
    if found[what] > 0.8:
        raise NotYet(f"{case}. Is yours an accuracy, or a sum? Take the mean of −log p.")
    if found[what] > expected[what]:
        raise NotYet(
            f"{case}. Did `fit` report it, or did you set training=True? Then the network was handicapped: dropout was "
            "on. Measure the finished network with dropout off."
        )
    raise NotYet(f"{case}. Take the mean over all {what} digits, not over those of one batch.")


def _losses(probabilities: npt.NDArray, labels: npt.NDArray) -> npt.NDArray:
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-30))


_LOWER = "Then the training loss wouldn't be the lower of the two. Here it is."
_HIGHER = "Then the validation loss would be the higher of the two. Here it isn't."
_DIAGNOSES = {
    "A": {
        "overfitting": "",
        "other digits": "Then held-out digits, of the same kind as training digits, would fare well. Measure them.",
        "dropout": _LOWER,
        "underfitting": _LOWER,
    },
    "B": {
        "underfitting": "",
        "dropout": "Then training digits would fare better once dropout is off. Measure them.",
        "overfitting": _HIGHER,
        "other digits": _HIGHER,
    },
    "C": {
        "other digits": "",
        "overfitting": "A gap alone doesn't say so: other writers gap too. Measure held-out digits.",
        "dropout": _LOWER,
        "underfitting": _LOWER,
    },
    "D": {
        "dropout": "",
        "underfitting": "A training loss on top doesn't say so yet: measure it without dropout.",
        "overfitting": _HIGHER,
        "other digits": _HIGHER,
    },
}
_DECIDES = {
    "overfitting": "The loss on held-out digits would: do they fare as badly as validation digits?",
    "other digits": "The loss on held-out digits would: do they fare as well as training digits?",
    "dropout": "The loss on training digits, measured with dropout off, would: is it much lower than reported?",
    "underfitting": "The loss on training digits, measured with dropout off, would: does it stay high?",
}


@task(
    "07.2",
    "Four pairs of curves",
    "you named four causes, and for each you measured a number that decides",
    """
reported training loss 0.05, validation loss 0.90: a gap. Overfitting, or other digits?
held-out digits come from where the training digits come from. If their loss is
   0.85: what it learned holds for no other digit. Overfitting.
   0.10: it holds for digits of that kind. The validation digits are of another.
A measurement decides if the two causes predict different numbers for it.""",
)
def curve_causes(runs: Any, causes: Any, evidence: Any) -> None:
    """Judge a cause for each run of `curve_pairs`, and a loss or an accuracy that tells it from the others."""
    for what, table in (("runs", runs), ("causes", causes), ("evidence", evidence)):
        if not isinstance(table, Mapping) or set(table) != set(_DIAGNOSES):
            found = list(table) if isinstance(table, Mapping) else shown(table)
            raise NotYet(f"Found {found} for {what}, expected an entry for each run: A, B, C and D.")
    for name, hints in _DIAGNOSES.items():
        check_choice(causes[name], hints, f"cause of {name}")
    for name, hints in _DIAGNOSES.items():
        cause = next(each for each, hint in hints.items() if not hint)
        if evidence[name] is None:
            raise NotYet(f"Found no number for {name}. A cause counts with its evidence. What would decide it?")
        given = float(numbers(evidence[name], f"the evidence for {name}"))
        if any(abs(given - value) <= 0.03 * value + _SAME_LOSS for value in _deciding(runs, name)):
            continue
        case = f"Found {given:.3f} for {name}"
        reported = {key: values[-1] for key, values in runs[name].history.items()}
        if any(abs(given - value) <= 0.03 * value for value in reported.values()):
            raise NotYet(f"{case}: that's where a curve ends, and it's compatible with both causes. {_DECIDES[cause]}")
        raise NotYet(f"{case}, which is none of the numbers that decide. {_DECIDES[cause]}")


def _deciding(runs: Mapping[str, Any], name: str) -> list[float]:
    """Return the losses and accuracies that tell the cause of a run from the others."""
    run = runs[name]
    if name in ("B", "D"):  # with dropout off; or the other way round, validation digits with dropout on
        digits = [(run.model, run.training, False), (run.model, run.validation, True)]
    else:  # other digits of the same kind; other networks for these digits
        digits = [(run.model, run.held_out, False)]
        for other in (runs[each] for each in runs if each != name):
            digits += [(run.model, other.validation, False), (other.model, run.validation, False)]
    return [number for each in digits for number in _loss_and_accuracy(*each)]


def _loss_and_accuracy(model: Any, digits: Any, training: bool) -> tuple[float, float]:
    images, one_hot = digits
    probabilities, labels = np.asarray(model(images, training=training)), np.argmax(one_hot, axis=1)
    return float(_losses(probabilities, labels).mean()), float(np.mean(probabilities.argmax(axis=1) == labels))


_ASKED = 50  # one in 50 digits
_CAUGHT = 0.7  # of the errors that the reference catches


@task(
    "07.3",
    "Ask a human",
    "where its own answers disagree, a network errs most: your digits are the right ones to ask about",
    """
three answers for each of two digits, two classes, dropout on:
digit 1: 0.98 0.02, 0.97 0.03, 0.99 0.01: they agree; the mean is 0.98 0.02, entropy 0.10
digit 2: 0.90 0.10, 0.20 0.80, 0.60 0.40: they don't; the mean is 0.57 0.43, entropy 0.68
Ask about digit 2.""",
)
def ask_a_human(model: Any, answers: Any, chosen: Any) -> None:
    """Judge answers of a network with dropout on, `[times, digits, 10]`, and the digits chosen by them, `[n]`."""
    if model is None:
        raise NotYet("Found no model. Hand in the network that you trained, with dropout.")
    evidence = gather(model)
    wrong, count = evidence.misclassified, len(evidence.labels)
    given = numbers(answers, "the answers", None, count, 10)
    if len(given) < 2:
        raise NotYet("Found one answer for each digit. Ask ten times, with dropout on: do the answers agree?")
    spread = given.std(axis=0).mean(axis=1)
    if spread.max() < 1e-4:
        raise NotYet("Found answers that all agree: dropout is off. Call the model with training=True.")
    mean = given.mean(axis=0)
    if np.mean(mean.argmax(axis=1) == evidence.probabilities.argmax(axis=1)) < 0.8:
        raise NotYet("Found answers that aren't this network's. Ask it about the validation digits, in their order.")
    rows = _chosen(chosen, count)
    entropy = -(mean * np.log(np.maximum(mean, 1e-30))).sum(axis=1)
    caught, reference = int(wrong[rows].sum()), int(wrong[np.argsort(-entropy)[: len(rows)]].sum())
    if caught >= _CAUGHT * reference:
        return
    found = f"Found {caught} of {wrong.sum()} errors among your {len(rows)} digits, and {reference} are within reach"
    if spread[rows].mean() < np.median(spread):
        raise NotYet(f"{found}. You chose those of which the network is sure. Ask where its answers differ most.")
    raise NotYet(f"{found}. Rank the digits by how much their answers differ, or by the entropy of their mean.")


def _chosen(chosen: Any, count: int) -> npt.NDArray[np.int64]:
    """Return the chosen digits' rows, whether rows or a mask were handed in."""
    values, wanted = numbers(chosen, "the chosen digits", None), count // _ASKED
    if len(values) == count and np.isin(values, (0, 1)).all():
        values = np.flatnonzero(values).astype(np.float64)
    if len(values) != wanted or len(np.unique(values)) != wanted:
        raise NotYet(f"Found {len(np.unique(values))} different digits, expected {wanted}.")
    if (values != np.round(values)).any() or values.min() < 0 or values.max() >= count:
        raise NotYet(f"Found {shown(float(values[0]))} first, expected the digits' positions, from 0 to {count - 1:,}.")
    return values.astype(np.int64)


TASKS = fair_gap, curve_causes, ask_a_human
