"""Claims on what training reached, and whether it was chosen, tested and reported honestly, as lesson 09 teaches."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import binomtest

from mnist_lab.checks.claims.convolutional import dropout_rates
from mnist_lab.checks.evidence import Claim, Evidence, NotYet, claim, mean_cross_entropy, probabilities_of, shown
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import CLASSES, read_digits

NO_HELD_OUT_DIGITS = "Found no held-out digits. Pass the dataset by name: check_lesson(…, held_out=held_out)."
_TEST_DIGITS_JUDGE = "test digits don't choose, they only judge"
_SAME_ACCURACY = 5e-4  # of 10,000 digits five: on another device, a digit on the edge may change its predicted class
_SAME_LOSS = 1e-3
_PREDICTED_AGAIN, _SAME_PROBABILITY = 1_000, 0.05  # digits; dropout changes some probability by far more
_NEAR_ACCURACY, _NEAR_LOSS = 0.02, 1.25  # for weights that no epoch measured; the loss as a factor
_MIN_RATES = 3
_BETWEEN_SEEDS = 0.005  # how far the accuracies of two runs differ that differ by their seed
_SAME_END = 2.5e-4  # other good intervals differ from Wilson's by less than this, those of 92% and 97% by more


@claim("it learned: on digits it never saw, it does better than guessing")
def better_than_guessing(evidence: Evidence) -> None:
    """Check that the cross-entropy is below that of ten equal probabilities, ln 10."""
    found, guessing = mean_cross_entropy(evidence.probabilities, evidence.labels), np.log(CLASSES)
    if not found < guessing:
        advice = "Check that the labels belong to the images, and that the learning rate is not 0 or too large"
        raise NotYet(f"Found a cross-entropy of {found:.3g}, expected less than {guessing:.3g}. {advice}.")


@claim("measured again on digits it never learned from, its accuracy is the one that training reported")
def history_matches_the_model(evidence: Evidence) -> None:
    """Check that an epoch's accuracy that `fit` reported is what the model reaches on the validation digits."""
    if not evidence.history:
        raise NotYet("Found no history of any epoch. Train for at least one epoch, and hand in what `fit` returns.")
    again = probabilities_of(evidence.model, evidence.digits[:_PREDICTED_AGAIN])
    if not np.allclose(again, evidence.probabilities[:_PREDICTED_AGAIN], atol=_SAME_PROBABILITY):
        raise NotYet("Found two different predictions for the same digits. Let no layer run with `training=True`.")
    found, last = 1 - float(np.mean(evidence.misclassified)), evidence.reported("accuracy")[-1:]
    if not (last and abs(last[0] - found) <= _SAME_ACCURACY):
        _check_reported(evidence, found, evidence.digits, evidence.labels)


def accuracy_of_at_least(floor: float) -> Claim:
    """Return the claim that the accuracy, on the digits that the lesson is measured on, reaches this floor."""

    @claim(f"its accuracy on the {{digits}} is at least {100 * floor:.4g}%")
    def accuracy_reaches_the_floor(evidence: Evidence) -> None:
        accuracy = 1 - np.mean(evidence.misclassified)
        if not accuracy >= floor:
            advice = "Train for all epochs, with all that the lesson changes, and with a network that is large enough"
            raise NotYet(f"Found an accuracy of {accuracy:.4f}, expected {floor:.4g} or more. {advice}.")

    return accuracy_reaches_the_floor


@claim("training was validated on held-out training digits, not on test digits")
def validated_on_held_out_digits(evidence: Evidence) -> None:
    """Check that `fit` reported the model's accuracy and loss on held-out digits, and that all are training digits."""
    if evidence.extra.get("held_out") is None:
        raise NotYet(NO_HELD_OUT_DIGITS)
    training, _ = read_digits(find_mnist().train_images, find_mnist().train_labels)
    known = {image.tobytes() for image in training}
    pixels = np.rint(255 * evidence.digits).astype(np.uint8)
    if foreign := sum(image.tobytes() not in known for image in pixels):
        found = f"Found {foreign:,} digits in the held-out set that are no training digits"
        raise NotYet(f"{found}. Use `lab.holdout_dataset`, which sets training digits aside: {_TEST_DIGITS_JUDGE}.")
    try:
        _check_reported(evidence, 1 - float(np.mean(evidence.misclassified)), evidence.digits, evidence.labels)
    except NotYet as hint:
        raise NotYet(f"{hint} And {_TEST_DIGITS_JUDGE}.") from None


def _check_reported(evidence: Evidence, accuracy: float, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise `NotYet` unless training reported the model's accuracy on these digits, with its loss."""
    if not (reported := evidence.reported("accuracy")):
        found = "Found no val_accuracy in the history"
        raise NotYet(f'{found}. Give `fit` these digits as validation_data, and compile with metrics=["accuracy"].')
    if not was_reported(evidence, accuracy, partial(_loss, evidence, images, labels)):
        found = f"Found an accuracy of {accuracy:.4f} on {len(labels):,} digits, {reported[-1]:.4f} in the last epoch"
        advice = "Are they `fit`'s validation_data? If the weights changed later, validate once more"
        raise NotYet(f"{found}, and no epoch fits. {advice}.")


def was_reported(evidence: Evidence, accuracy: float, find_loss: Callable[[], float]) -> bool:
    """Return whether training reported this accuracy and, as two may agree by chance, the loss with it.

    Any epoch may fit: `EarlyStopping(restore_best_weights=True)` goes back to an earlier one. Of an honest run none
    may: where the optimizer averages weights (`use_ema=True`), or not every epoch was validated (`validation_freq=2`).
    Then what is near passes: an accuracy within 0.02 of those reported, a loss at most a quarter above the highest.
    """
    accuracies, losses = np.array(evidence.reported("accuracy")), np.array(evidence.reported("loss"))
    same = np.abs(accuracies - accuracy) <= _SAME_ACCURACY
    if len(losses) != len(accuracies):
        return bool(same.any())
    loss = find_loss()
    if (same & (np.abs(losses - loss) <= _SAME_LOSS)).any():
        return True
    between = getattr(evidence.optimizer, "use_ema", False) or len(accuracies) < len(evidence.history.get("loss", []))
    near = accuracies.min() - _NEAR_ACCURACY <= accuracy <= accuracies.max() + _NEAR_ACCURACY
    return bool(between and near and loss <= _NEAR_LOSS * losses.max())


def _loss(evidence: Evidence, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the model's own loss on these digits, for labels that are one-hot or whole numbers."""
    for given in (np.eye(CLASSES, dtype=np.float32)[labels], labels):
        with suppress(Exception):  # the model's loss may want the other labels, or be missing
            return float(evidence.model.evaluate(images, given, batch_size=1000, verbose=0, return_dict=True)["loss"])
    return mean_cross_entropy(probabilities_of(evidence.model, images), labels)


@claim("its dropout rate did best on the held-out digits, or ties with the best, among three or more")
def dropout_rate_was_chosen_on_held_out_digits(evidence: Evidence) -> None:
    """Check that the model has the best of three rates, or one that ties with it, and the accuracy that `fit` reported.

    Two rates tie where the held-out digits may not tell them apart: a difference on the same digits varies most if the
    two networks misclassify none in common.
    """
    tried = evidence.extra.get("tried") or {}
    if len(tried) < _MIN_RATES:
        raise NotYet(f"Found {len(tried)} rates, expected {_MIN_RATES} or more, each with its held-out accuracy.")
    numbers = (float, np.floating)
    if wrong := [shown(value) for value in tried.values() if not (isinstance(value, numbers) and 0 < value < 1)]:
        raise NotYet(f"Found {', '.join(wrong)}, expected the held-out accuracy of each rate, between 0 and 1.")
    best = max(tried, key=lambda rate: tried[rate])
    rates = dropout_rates(evidence) or [0]
    own = next((rate for rate in tried if any(abs(rate - other) < 1e-6 for other in rates)), None)
    if own is None or tried[best] - tried[own] > _widest_reach(tried[best], tried[own], len(evidence.labels)):
        found = ", ".join(f"{rate:g}" for rate in rates)
        advice = "Hand in the network with that rate, or one that ties with it"
        raise NotYet(f"Found the dropout rate {found}, but {best:g} did best on the held-out digits. {advice}.")
    accuracies = evidence.reported("accuracy") or [0]
    if not min(abs(tried[own] - accuracy) for accuracy in accuracies) <= _BETWEEN_SEEDS:
        found = f"Found an accuracy of {tried[own]:.4f} for the rate {own:g}, but {accuracies[-1]:.4f} in the history"
        raise NotYet(f"{found}. Take both from the same training run, or train for as many epochs.")


def _widest_reach(accuracy: float, other: float, digits: int) -> float:
    """Return how far a 95% interval for the difference of two accuracies on the same digits reaches at most."""
    return 1.96 * float(np.sqrt((2 - accuracy - other) / digits))


@claim("the test digits were opened once, for this network")
def model_was_tested_once(evidence: Evidence) -> None:
    sealed: Any = evidence.extra.get("sealed")
    if not getattr(sealed, "opened", False):
        raise NotYet("Found an unused test set. Once everything is chosen, use it: result = sealed.open(model).")
    if not sealed.was_opened_for(evidence.model):
        found = "Found that the test set was used on other weights. Another network's result isn't this one's"
        raise NotYet(f"{found}. Hand in the network exactly as tested.")


@claim("its accuracy comes with an interval for the sampling of digits")
def accuracy_is_reported_with_an_interval(evidence: Evidence) -> None:
    """Check that the interval is a 95% confidence interval of the accuracy that the opened seal showed."""
    interval: Any = evidence.extra.get("interval")
    try:
        low, high = map(float, interval)
    except (TypeError, ValueError):
        found = " and ".join(map(shown, interval)) if isinstance(interval, tuple | list) else shown(interval)
        raise NotYet(f"Found {found}, expected two numbers: both ends of the interval.") from None
    result = getattr(evidence.extra.get("sealed"), "result", None)
    if result is None:
        raise NotYet("Found no test result that the interval could be of. Open the seal: result = sealed.open(model).")
    expected = binomtest(result.correct, len(result.labels)).proportion_ci(method="wilson")
    if not (abs(low - expected.low) <= _SAME_END and abs(high - expected.high) <= _SAME_END):
        found = f"Found {low:.4f} to {high:.4f}, which is no 95% interval of the test accuracy"
        raise NotYet(f"{found}. Compute `binomtest(correct, digits).proportion_ci(0.95)` from the test result.")
