"""Claims of lesson 09: chosen on digits held out, judged once on digits nobody chose by, and reported as it was."""

import numpy as np
from scipy.stats import binomtest

from mnist_lab.checks.claims.dropout import dropout_rates
from mnist_lab.checks.claims.outcome import SAME_ACCURACY
from mnist_lab.checks.evidence import Evidence, Verdict

FEWEST_RATES = 3
_SAME_END = 2.5e-4  # other good intervals differ from Wilson's by less than this, those of 92 % and 97 % by more
_SAME_LOSS = 1e-3
_SPREAD = 0.005  # between runs that differ by their seed


def validated_on_held_out_digits(evidence: Evidence) -> Verdict:
    """The accuracy that `fit` reported is the model's on digits that are held out, and not of the test."""
    claim = "training was watched on digits held out of the training digits, not on those of the test"
    if evidence.held_out is None:
        return Verdict(claim, False, "no digits were handed in. Give the dataset: check_lesson(…, held_out=held_out).")
    images, labels, read = evidence.held_out
    if _any_in(images, evidence.digits):
        hint = "found digits of the test among those held out. `lab.holdout_dataset` takes them from the training file."
        return Verdict(claim, False, hint)
    reported = evidence.history.get("val_accuracy", [])
    if not reported:
        hint = "no val_accuracy in the history: give `fit` the digits held out as validation_data."
        return Verdict(claim, False, hint)
    found = np.mean(read == labels)
    same = abs(reported[-1] - found) <= SAME_ACCURACY and _same_loss(evidence)
    hint = (
        f"training reported {reported[-1]:.4f}; of the {len(images):,} digits handed in the network reads {found:.4f}. "
        "Is validation_data the dataset that was handed in, and `history` that of the network that was chosen?"
    )
    return Verdict(claim, bool(same), hint)


def rate_chosen_on_them(evidence: Evidence) -> Verdict:
    """The model's dropout rate is one that did best among three or more, with an accuracy like the one it reached."""
    claim = "its dropout rate is the one that did best on the digits held out, among three or more"
    tried = evidence.extra.get("tried") or {}
    if len(tried) < FEWEST_RATES:
        hint = (
            f"found {len(tried)} rates, looked for {FEWEST_RATES} or more: {{rate: accuracy on the digits held out}}."
        )
        return Verdict(claim, False, hint)
    if not all(0 < share < 1 for share in tried.values()):
        return Verdict(
            claim, False, f"found {tried}, looked for the share of the digits held out that each rate reads."
        )
    highest = max(tried.values())
    rates = dropout_rates(evidence.model) or [0]
    if not any(abs(rate - other) < 1e-6 for rate in rates for other, share in tried.items() if share == highest):
        found, best = ", ".join(f"{rate:g}" for rate in rates), max(tried, key=tried.get)
        hint = f"found the rate {found} in the network, but {best:g} did best. Hand in the network that has that one."
        return Verdict(claim, False, hint)
    reported = evidence.history.get("val_accuracy", [0])[-1]
    hint = (
        f"the best rate is said to read {highest:.4f} of them, the network that was handed in reads {reported:.4f}. "
        "Are they of the same training, or at least of as many epochs?"
    )
    return Verdict(claim, bool(abs(highest - reported) <= _SPREAD), hint)


def judged_once(evidence: Evidence) -> Verdict:
    """The seal was broken for this very network."""
    claim = "the seal was broken once, for this network"
    sealed = evidence.extra.get("sealed")
    if not getattr(sealed, "opened", False):
        return Verdict(claim, False, "the seal is unbroken. When all is chosen: result = sealed.open(model).")
    hint = "it was broken for other weights. Was the network trained again afterwards? Then that result is not its own."
    return Verdict(claim, sealed.was_opened_for(evidence.model), hint)


def reported_with_an_interval(evidence: Evidence) -> Verdict:
    """The interval is the 95 % one for as many digits read of as many."""
    claim = "its accuracy is reported with an interval for the sampling of digits"
    interval = evidence.extra.get("interval")
    count = len(evidence.labels)
    wanted = binomtest(count - int(evidence.misread.sum()), count).proportion_ci(method="wilson")
    try:
        low, high = (float(end) for end in interval)
    except (TypeError, ValueError):
        return Verdict(claim, False, f"found {interval!r}, looked for two numbers: the lower and the upper end.")
    near = bool(abs(low - wanted.low) <= _SAME_END and abs(high - wanted.high) <= _SAME_END)
    hint = (
        f"found {low:.4f} to {high:.4f}, which is no 95 % interval of this network's result. Look for "
        "`binomtest(right, digits).proportion_ci(0.95)`, with the numbers that the seal gave."
    )
    return Verdict(claim, near, hint)


def _same_loss(evidence: Evidence) -> bool:
    """Whether training reported the model's loss on the digits held out: two accuracies may agree by chance."""
    if not (reported := evidence.history.get("val_loss")):
        return True
    found = evidence.model.evaluate(evidence.extra["held_out"], verbose=0, return_dict=True)["loss"]
    return abs(reported[-1] - found) <= _SAME_LOSS


def _any_in(images: np.ndarray, others: np.ndarray) -> bool:
    known = {image.tobytes() for image in np.asarray(others, np.float32)}
    return any(image.tobytes() in known for image in np.asarray(images, np.float32))
