"""Claims on what training reached, and whether it was reported honestly."""

import numpy as np

from mnist_lab.checks.evidence import Claim, Evidence, NotYet, claim

SAME_ACCURACY = 1e-4


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
    """Check that the last accuracy that `fit` reported is what the model reaches on the validation digits."""
    reported = evidence.history.get("val_accuracy", [])
    if not evidence.history:
        raise NotYet("Found no history of any epoch. Train for at least one epoch, and hand in what `fit` returns.")
    if not reported:
        raise NotYet(
            'Found no val_accuracy in the history. Give `fit` a validation_data, and compile with metrics=["accuracy"].'
        )
    if not abs(reported[-1] - evidence.accuracy) <= SAME_ACCURACY:
        raise NotYet(
            f"Training reported an accuracy of {reported[-1]:.4f}; measured here, it is {evidence.accuracy:.4f}. Is "
            "validation_data the validation set, and `history` that of this model's last training run?"
        )


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
