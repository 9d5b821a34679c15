"""The claim of lesson 01: softmax(X @ W + b), written out."""

import numpy as np
from scipy.special import softmax

from mnist_lab.checks.evidence import Evidence, Verdict

SAME_PROBABILITIES = 1e-5


def computed_by_hand(evidence: Evidence) -> Verdict:
    """The array `by_hand` holds the model's probabilities for the first validation digits."""
    claim = "softmax(X @ W + b), written with NumPy, gives what `predict` gives"
    by_hand = evidence.extra.get("by_hand")
    if by_hand is None:
        return Verdict(claim, False, "nothing was handed in as by_hand=..., an array with a row for each digit.")
    by_hand = np.asarray(by_hand)
    if by_hand.ndim != 2 or by_hand.shape[1] != 10 or not 1 <= len(by_hand) <= len(evidence.labels):
        return Verdict(claim, False, f"by_hand has shape {list(by_hand.shape)}; looked for [100, 10].")
    difference = float(np.max(np.abs(by_hand - evidence.probabilities[: len(by_hand)])))
    return Verdict(claim, difference <= SAME_PROBABILITIES, _next_step(evidence, by_hand, difference))


def _next_step(evidence: Evidence, by_hand: np.ndarray, difference: float) -> str:
    """Say how far a computation of softmax(X @ W + b) has come, and what is next."""
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
            if np.allclose(by_hand, values, rtol=1e-3, atol=1e-5):
                return f"this is {stage}."
    total = by_hand[0].sum()
    if abs(total - 1) > 0.05:
        return f"the first row adds up to {total:.4g}, not to 1: divide each row of exponentials by its own sum."
    return f"the greatest difference is {difference:.2g}. Is it X @ W + b, then the exponential, then the division?"
