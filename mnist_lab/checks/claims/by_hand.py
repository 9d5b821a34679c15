"""The claim of lesson 01: softmax(X @ W + b), written with NumPy."""

import numpy as np
from scipy.special import softmax

from mnist_lab.checks.claims.layers import float_tolerance_of
from mnist_lab.checks.evidence import Evidence, NotYet, claim


@claim("softmax(X @ W + b), written with NumPy, gives what `predict` gives")
def softmax_computed_by_hand(evidence: Evidence) -> None:
    """Check that the array `by_hand` holds the model's probabilities for the first validation digits."""
    if evidence.extra.get("by_hand") is None:
        raise NotYet("Found nothing handed in as by_hand=..., expected an array with a row for each digit.")
    by_hand = np.asarray(evidence.extra["by_hand"])
    if by_hand.ndim != 2 or by_hand.shape[1] != 10 or not 1 <= len(by_hand) <= len(evidence.labels):
        raise NotYet(f"Found by_hand with shape {list(by_hand.shape)}, expected [100, 10].")
    difference = float(np.max(np.abs(by_hand - evidence.probabilities[: len(by_hand)])))
    tolerance = float_tolerance_of(evidence.model)
    if not difference <= tolerance:
        raise NotYet(_next_step(evidence, by_hand, difference, tolerance))


def _next_step(evidence: Evidence, by_hand: np.ndarray, difference: float, tolerance: float) -> str:
    """Return how far a computation of softmax(X @ W + b) has come, and what is next."""
    weights = evidence.model.get_weights()
    if len(weights) == 2:
        W, b = weights
        sums = evidence.digits[: len(by_hand)] @ W
        with np.errstate(over="ignore"):
            stages = {
                "X @ W so far: next, add the bias b": sums,
                "the logits: next, take the exponential of each": sums + b,
                "the exponentials: next, divide each row by its own sum": np.exp(sums + b),
                "the exponentials of X @ W: the bias b is missing": np.exp(sums),
                "softmax(X @ W): the bias b is missing": softmax(sums, axis=1),
            }
        for stage, values in stages.items():
            if np.allclose(by_hand, values, rtol=1e-3, atol=tolerance):
                return f"Found {stage}."
    total = by_hand[0].sum()
    if abs(total - 1) > 0.05:
        return (
            f"Found a first row that adds up to {total:.4g}, not to 1. Divide each row of exponentials by its own sum."
        )
    return f"Found probabilities up to {difference:.2g} away from the model's. Start again from X @ W + b, row by row."
