"""Claims on what training reached, and whether it was reported honestly."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from mnist_lab.checks.evidence import Claim, Evidence, NotYet, claim, reported
from mnist_lab.data.idx import CLASSES

SAME_ACCURACY = 5e-4  # of 10,000 digits five: on another device, a digit on the edge may change its predicted class
_SAME_LOSS = 1e-3
_NEAR_ACCURACY, _NEAR_LOSS = 0.02, 1.25  # for weights that no epoch measured; the loss as a factor

CAUSES = (
    "Is `history` that of this model's last training run? Weights changed after the last validation, by an average of "
    "your own for example, have no accuracy in the history: validate once more with them"
)


@claim("it learned: its cross-entropy, on digits it never saw, is below that of guessing")
def better_than_guessing(evidence: Evidence) -> None:
    """Check that the validation cross-entropy is below that of ten equal probabilities, ln 10."""
    guessing = np.log(len(evidence.probabilities[0]))
    if not evidence.cross_entropy < guessing:
        raise NotYet(
            f"Found a cross-entropy of {evidence.cross_entropy:.3g}, expected less than {guessing:.3g}, that of "
            "guessing. Check that the labels belong to the images, and that the learning rate is not 0 or too large."
        )


@claim("the accuracy that training reported is the one measured again here, on digits it never learned from")
def history_matches_the_model(evidence: Evidence) -> None:
    """Check that an epoch's accuracy that `fit` reported is what the model reaches on the validation digits."""
    if not evidence.history:
        raise NotYet("Found no history of any epoch. Train for at least one epoch, and hand in what `fit` returns.")
    accuracies = reported(evidence, "accuracy")
    if not accuracies:
        raise NotYet(
            'Found no val_accuracy in the history. Give `fit` a validation_data, and compile with metrics=["accuracy"].'
        )
    last = abs(accuracies[-1] - evidence.accuracy) <= SAME_ACCURACY
    if not (last or was_reported(evidence, evidence.accuracy, lambda: _validation_loss(evidence))):
        raise NotYet(
            f"Training reported an accuracy of {accuracies[-1]:.4f} last; measured here, it is "
            f"{evidence.accuracy:.4f}, and no epoch fits. Is validation_data the validation set? {CAUSES}."
        )


def was_reported(evidence: Evidence, accuracy: float, find_loss: Callable[[], float]) -> bool:
    """Return whether training reported this accuracy, and the model's loss with it where the history has losses.

    Any epoch may have done it: `EarlyStopping(restore_best_weights=True)` goes back to an earlier one. The loss must
    agree as well, because two accuracies may agree by chance.

    The final weights of an honest run may be of no epoch: where the optimizer averaged them (`use_ema=True`), or where
    some epochs were not validated (`validation_freq=2`). Where either is seen, an accuracy within 0.02 of those
    reported passes, if the loss is at most a quarter above the highest reported.

    Args:
        evidence: what is known of the training run.
        accuracy: the model's accuracy, measured again on the digits that it was validated on.
        find_loss: evaluates the model's loss on these digits.
    """
    accuracies, losses = reported(evidence, "accuracy"), reported(evidence, "loss")
    same = np.abs(np.array(accuracies) - accuracy) <= SAME_ACCURACY
    if len(losses) != len(accuracies):
        return bool(same.any())
    loss = find_loss()
    if (same & (np.abs(np.array(losses) - loss) <= _SAME_LOSS)).any():
        return True
    averaged = bool(getattr(evidence.optimizer, "use_ema", False))
    if not (averaged or len(accuracies) < len(evidence.history.get("loss", []))):
        return False
    near = min(accuracies) - _NEAR_ACCURACY <= accuracy <= max(accuracies) + _NEAR_ACCURACY
    return bool(near and loss <= _NEAR_LOSS * max(losses))


def _validation_loss(evidence: Evidence) -> float:
    """Return the model's own loss on the validation digits, for labels that are one-hot or whole numbers."""
    for labels in (np.eye(CLASSES, dtype=np.float32)[evidence.labels], evidence.labels):
        with suppress(Exception):  # the model's loss may want the other labels, or be missing
            return float(
                evidence.model.evaluate(evidence.digits, labels, batch_size=1000, verbose=0, return_dict=True)["loss"]
            )
    return evidence.cross_entropy


def accuracy_of_at_least(floor: float) -> Claim:
    """Return the claim that the accuracy, on the digits the lesson is measured on, reaches this floor."""

    @claim("it reads most of the {digits}, as this idea should let it")
    def accuracy_reaches_the_floor(evidence: Evidence) -> None:
        if not evidence.measured_accuracy >= floor:
            raise NotYet(
                f"Found an accuracy of {evidence.measured_accuracy:.4f}, expected {floor:.4g} or more. Train for all "
                "epochs, with all that the lesson changes, and with a network that is large enough."
            )

    return accuracy_reaches_the_floor
