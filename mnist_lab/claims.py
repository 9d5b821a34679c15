"""What a check can look for in a trained network: small claims, read from public configuration.

A claim takes the `Evidence` of one run and returns a `Verdict`. It judges the idea, not the letters.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

SAME_ACCURACY = 1e-4
SAME_PROBABILITIES = 1e-5


@dataclass(frozen=True)
class Verdict:
    """One line of a check: what is claimed, whether it holds, and else what was found and where to look."""

    claim: str
    holds: bool
    hint: str = ""


@dataclass
class Evidence:
    """What a check knows of one run.

    Attributes:
        model: the trained Keras model.
        history: per epoch, the lists that `fit` returned ("loss", "val_accuracy" …); empty without a history.
        digits: the package's own validation digits, `[n, 784]` float32.
        labels: their classes, `[n]`.
        probabilities: the model's own predictions for them, `[n, 10]`.
        extra: what else the lesson handed in, by keyword.
    """

    model: object
    history: dict[str, list[float]]
    digits: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    extra: dict = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        """Share of the validation digits that the model reads rightly."""
        return float(np.mean(self.misread == 0))

    @property
    def cross_entropy(self) -> float:
        """Mean of −log of the probability given to the right class (natural logarithm)."""
        given = self.probabilities[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(given, np.finfo(given.dtype).tiny)).mean())

    @property
    def misread(self) -> np.ndarray:
        """1 for each misread validation digit, 0 for the others, `[n]`."""
        return (np.argmax(self.probabilities, axis=1) != self.labels).astype(int)


Claim = Callable[[Evidence], Verdict]


def one_dense_softmax_layer(evidence: Evidence) -> Verdict:
    """The network is one dense layer of ten neurons with softmax; a softmax in a layer of its own counts as well."""
    claim = "the network is one dense layer of ten neurons, made into probabilities by softmax"
    found = described_layers(evidence.model)
    hint = f"found {', '.join(found) or 'no layer'}; looked for Dense(10, softmax) alone, in keras.Sequential."
    return Verdict(claim, found == ["Dense(10, softmax)"], hint)


def plain_gradient_descent(evidence: Evidence) -> Verdict:
    """The optimizer is SGD."""
    claim = "gradient descent adjusts its weights"
    name = type(evidence.model.optimizer).__name__
    return Verdict(claim, name == "SGD", f'found the optimizer {name}; looked for "sgd", in `model.compile`.')


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
    """Make the claim that the validation accuracy is where this lesson's idea should bring it."""

    def reaches(evidence: Evidence) -> Verdict:
        claim = "it reads most of the validation digits, as this idea should let it"
        hint = f"found {evidence.accuracy:.4f}, looked for {floor:.2f} or more. Did it train for all its epochs?"
        return Verdict(claim, evidence.accuracy >= floor, hint)

    return reaches


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
                "softmax(X @ W): the bias b is missing": _softmax(sums),
            }
        for stage, values in stages.items():
            if np.allclose(by_hand, values, rtol=1e-3, atol=1e-5):
                return f"this is {stage}."
    total = by_hand[0].sum()
    if abs(total - 1) > 0.05:
        return f"the first row adds up to {total:.4g}, not to 1: divide each row of exponentials by its own sum."
    return f"the greatest difference is {difference:.2g}. Is it X @ W + b, then the exponential, then the division?"


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def described_layers(model) -> list[str]:
    """Name the layers that compute something: "Dense(10, softmax)"; an activation of its own joins the layer before."""
    described: list[tuple[str, list[str]]] = []
    for layer in model.layers:
        kind, config = type(layer).__name__, layer.get_config()
        if kind in ("Softmax", "Activation") and described and described[-1][1][-1:] == ["linear"]:
            described[-1][1][-1] = config.get("activation", "softmax")
        elif kind not in ("InputLayer", "Flatten", "Reshape", "Identity"):
            described.append((kind, [str(config[key]) for key in ("units", "activation") if key in config]))
    return [f"{kind}({', '.join(details)})" for kind, details in described]
