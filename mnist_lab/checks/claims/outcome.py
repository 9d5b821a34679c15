"""Claims on what training came to: loss, accuracy, and an honest report of them."""

import numpy as np

from mnist_lab.checks.evidence import Claim, Evidence, Verdict

SAME_ACCURACY = 1e-4


def better_than_guessing(evidence: Evidence) -> Verdict:
    """The cross-entropy on the validation digits is below that of ten equal probabilities, ln 10."""
    claim = "it learned: its cross-entropy, on digits it never saw, is below that of guessing"
    guessing = np.log(len(evidence.probabilities[0]))
    hint = (
        f"found {evidence.cross_entropy:.3g}, guessing gives {guessing:.3g}. Did it train at all, with labels that "
        "belong to the images and a learning rate that is neither 0 nor far too large?"
    )
    return Verdict(claim, bool(evidence.cross_entropy < guessing), hint)


def honest_history(evidence: Evidence) -> Verdict:
    """The accuracy that `fit` reported at the end is what the model reaches on the validation digits."""
    claim = "the accuracy that training reported is the one measured again here, on digits it never learned from"
    reported = evidence.history.get("val_accuracy", [])
    if not evidence.history:
        hint = "no history of any epoch was handed in. Keep what `fit` returns, and train for at least one epoch."
        return Verdict(claim, False, hint)
    if not reported:
        hint = 'no val_accuracy in the history: give `fit` a validation_data and compile with metrics=["accuracy"].'
        return Verdict(claim, False, hint)
    hint = (
        f"training reported {reported[-1]:.4f}, measured here {evidence.accuracy:.4f}. Is validation_data "
        "the validation set, and is `history` the one of this model's last training?"
    )
    return Verdict(claim, abs(reported[-1] - evidence.accuracy) <= SAME_ACCURACY, hint)


def accuracy_of_at_least(floor: float) -> Claim:
    """Make the claim that the validation accuracy is where this lesson's idea should bring it.

    Where digits were handed in as held out, it is their accuracy.
    """

    def reaches(evidence: Evidence) -> Verdict:
        digits = "digits held out" if evidence.held_out else "validation digits"
        claim = f"it reads most of the {digits}, as this idea should let it"
        found = evidence.measured_accuracy
        hint = (
            f"found {found:.4f}, looked for {floor:.4g} or more. Did it train for all its epochs, with all that the "
            "lesson changes, and is it large enough?"
        )
        return Verdict(claim, found >= floor, hint)

    return reaches
