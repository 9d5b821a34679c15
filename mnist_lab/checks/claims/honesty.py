"""Claims of lesson 09: choose on held-out digits, test once on untouched digits, and report the result as it was."""

from typing import Any

import numpy as np
from scipy.stats import binomtest

from mnist_lab.checks.claims.dropout import dropout_rates
from mnist_lab.checks.claims.outcome import CAUSES, was_reported
from mnist_lab.checks.evidence import Evidence, NotYet, claim, is_number, reported, shown

MIN_RATES = 3
_SAME_END = 2.5e-4  # other good intervals differ from Wilson's by less than this, those of 92 % and 97 % by more
_BETWEEN_SEEDS = 0.005  # how far the accuracies of two runs differ that differ by their seed


@claim("training was watched on digits held out of the training digits, not on those of the test")
def validated_on_held_out_digits(evidence: Evidence) -> None:
    """Check that `fit` reported the model's accuracy and loss on held-out digits, and that none is a test digit."""
    if evidence.held_out is None:
        raise NotYet("Found no held-out digits. Pass the dataset by name: check_lesson(…, held_out=held_out).")
    images, labels, predictions = evidence.held_out
    if _share_images(images, evidence.digits):
        raise NotYet("Found test digits in the held-out set. Use `lab.holdout_dataset`, which takes training digits.")
    accuracies = reported(evidence, "accuracy")
    if not accuracies:
        raise NotYet("Found no val_accuracy in the history. Pass the held-out set to `fit` as validation_data.")
    found = float(np.mean(predictions == labels))
    if not was_reported(evidence, found, lambda: _held_out_loss(evidence)):
        raise NotYet(
            f"Training reported an accuracy of {accuracies[-1]:.4f} last; on the {len(images):,} digits handed in it "
            f"is {found:.4f}, and no epoch fits. Pass the same dataset to `fit` as validation_data. {CAUSES}."
        )


@claim("its dropout rate is the one that did best on the digits held out, among three or more")
def dropout_rate_was_chosen_on_held_out_digits(evidence: Evidence) -> None:
    """Check that the model has the best of three dropout rates or more, with an accuracy like the one reported."""
    tried = evidence.extra.get("tried") or {}
    if len(tried) < MIN_RATES:
        raise NotYet(f"Found {len(tried)} rates, expected {MIN_RATES} or more, each with its held-out accuracy.")
    if wrong := [shown(accuracy) for accuracy in tried.values() if not (is_number(accuracy) and 0 < accuracy < 1)]:
        raise NotYet(f"Found {', '.join(wrong)}, expected the held-out accuracy of each rate, between 0 and 1.")
    highest = max(tried.values())
    best = [rate for rate, accuracy in tried.items() if accuracy == highest]
    rates = dropout_rates(evidence) or [0]
    if not any(abs(rate - other) < 1e-6 for rate in rates for other in best):
        found = ", ".join(f"{rate:g}" for rate in rates)
        raise NotYet(f"Found the dropout rate {found}, but {best[0]:g} did best. Hand in the network with that rate.")
    accuracies = reported(evidence, "accuracy") or [0]
    if not min(abs(highest - accuracy) for accuracy in accuracies) <= _BETWEEN_SEEDS:
        raise NotYet(
            f"Found an accuracy of {highest:.4f} for the best rate, but {accuracies[-1]:.4f} in the history. Take both "
            "from the same training run, or train for as many epochs."
        )


@claim("the seal was broken once, for this network")
def model_was_tested_once(evidence: Evidence) -> None:
    """Check that the test set was used on the model with exactly its present weights."""
    sealed = evidence.extra.get("sealed")
    if sealed is None or not getattr(sealed, "opened", False):
        raise NotYet("Found an unused test set. Once everything is chosen, use it: result = sealed.open(model).")
    if not sealed.was_opened_for(evidence.model):
        raise NotYet("Found that the test set was used on other weights. Hand in the network exactly as tested.")


@claim("its accuracy is reported with an interval for the sampling of digits")
def accuracy_is_reported_with_an_interval(evidence: Evidence) -> None:
    """Check that the interval is a 95 % confidence interval of the model's test accuracy."""
    interval: Any = evidence.extra.get("interval")
    count = len(evidence.labels)
    expected = binomtest(count - int(evidence.misclassified.sum()), count).proportion_ci(method="wilson")
    try:
        low, high = map(float, interval)
    except (TypeError, ValueError):
        raise NotYet(f"Found {shown(interval)}, expected two numbers: both ends of the interval.") from None
    if not (abs(low - expected.low) <= _SAME_END and abs(high - expected.high) <= _SAME_END):
        raise NotYet(
            f"Found {low:.4f} to {high:.4f}, which is no 95% interval of this network's test accuracy. Compute "
            "`binomtest(correct, digits).proportion_ci(0.95)` from the test result."
        )


def _held_out_loss(evidence: Evidence) -> float:
    """Return the model's own loss on the held-out digits."""
    return float(evidence.model.evaluate(evidence.extra["held_out"], verbose=0, return_dict=True)["loss"])


def _share_images(images: np.ndarray, others: np.ndarray) -> bool:
    known = {image.tobytes() for image in np.asarray(others, np.float32)}
    return any(image.tobytes() in known for image in np.asarray(images, np.float32))
