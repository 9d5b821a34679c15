"""Claims of lesson 09: choose on held-out digits, test once on untouched digits, and report the result as it was."""

from typing import Any

import numpy as np
from scipy.stats import binomtest

from mnist_lab.checks.claims.dropout import dropout_rates
from mnist_lab.checks.claims.outcome import SAME_ACCURACY
from mnist_lab.checks.evidence import Evidence, NotYet, claim

MIN_RATES = 3
_SAME_END = 2.5e-4  # other good intervals differ from Wilson's by less than this, those of 92 % and 97 % by more
_SAME_LOSS = 1e-3
_BETWEEN_SEEDS = 0.005  # how far the accuracies of two runs differ that differ by their seed


@claim("training was watched on digits held out of the training digits, not on those of the test")
def validated_on_held_out_digits(evidence: Evidence) -> None:
    """Check that `fit` reported the model's accuracy and loss on held-out digits, and that none is a test digit."""
    if evidence.held_out is None:
        raise NotYet("Found no held-out digits. Pass the dataset by name: check_lesson(…, held_out=held_out).")
    images, labels, predictions = evidence.held_out
    if _share_images(images, evidence.digits):
        raise NotYet("Found test digits in the held-out set. Use `lab.holdout_dataset`, which takes training digits.")
    reported = evidence.history.get("val_accuracy", [])
    if not reported:
        raise NotYet("Found no val_accuracy in the history. Pass the held-out set to `fit` as validation_data.")
    found = np.mean(predictions == labels)
    if not (abs(reported[-1] - found) <= SAME_ACCURACY and _same_loss(evidence)):
        raise NotYet(
            f"Training reported an accuracy of {reported[-1]:.4f}; on the {len(images):,} digits handed in it is "
            f"{found:.4f}. Pass the same dataset to `fit` as validation_data, and hand in the chosen network's history."
        )


@claim("its dropout rate is the one that did best on the digits held out, among three or more")
def dropout_rate_was_chosen_on_held_out_digits(evidence: Evidence) -> None:
    """Check that the model has the best of three dropout rates or more, with an accuracy like the one reported."""
    tried = evidence.extra.get("tried") or {}
    if len(tried) < MIN_RATES:
        raise NotYet(f"Found {len(tried)} rates, expected {MIN_RATES} or more: {{rate: held-out accuracy}}.")
    if not all(0 < accuracy < 1 for accuracy in tried.values()):
        raise NotYet(f"Found {tried}, expected the held-out accuracy of each rate, between 0 and 1.")
    highest = max(tried.values())
    best = [rate for rate, accuracy in tried.items() if accuracy == highest]
    rates = dropout_rates(evidence) or [0]
    if not any(abs(rate - other) < 1e-6 for rate in rates for other in best):
        found = ", ".join(f"{rate:g}" for rate in rates)
        raise NotYet(f"Found the dropout rate {found}, but {best[0]:g} did best. Hand in the network with that rate.")
    reported = evidence.history.get("val_accuracy", [0])[-1]
    if not abs(highest - reported) <= _BETWEEN_SEEDS:
        raise NotYet(
            f"Found an accuracy of {highest:.4f} for the best rate, but {reported:.4f} in the history. Take both from "
            "the same training run, or train for as many epochs."
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
        raise NotYet(f"Found {interval!r}, expected two numbers: both ends of the interval.") from None
    if not (abs(low - expected.low) <= _SAME_END and abs(high - expected.high) <= _SAME_END):
        raise NotYet(
            f"Found {low:.4f} to {high:.4f}, which is no 95% interval of this network's test accuracy. Compute "
            "`binomtest(correct, digits).proportion_ci(0.95)` from the test result."
        )


def _same_loss(evidence: Evidence) -> bool:
    """Return whether training reported the model's held-out loss: two accuracies may agree by chance."""
    if not (reported := evidence.history.get("val_loss")):
        return True
    found = evidence.model.evaluate(evidence.extra["held_out"], verbose=0, return_dict=True)["loss"]
    return abs(reported[-1] - found) <= _SAME_LOSS


def _share_images(images: np.ndarray, others: np.ndarray) -> bool:
    known = {image.tobytes() for image in np.asarray(others, np.float32)}
    return any(image.tobytes() in known for image in np.asarray(images, np.float32))
