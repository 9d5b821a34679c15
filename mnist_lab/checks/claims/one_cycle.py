"""Claims of lesson 10: one pass with a rate that rises and falls, and a loss that fits what the network gives."""

import numpy as np

from mnist_lab.checks.claims.layers import described_layers
from mnist_lab.checks.claims.learning_rate import rates_by_step
from mnist_lab.checks.evidence import Evidence, Verdict

_LOOKED_AT = 101  # steps of the training, evenly spread
_LOW_ENOUGH = 0.5, 0.1  # of the peak: the rate at the first step, and at the last one


def rate_rises_and_falls(evidence: Evidence) -> Verdict:
    """Over the steps that were taken, the optimizer's rate rises to a peak and ends far below it."""
    claim = "within the training the learning rate rises, and then falls to nearly nothing"
    rates = rates_by_step(evidence.model, _LOOKED_AT)
    if rates is None:
        hint = (
            "the optimizer holds a number and no schedule. Hand it an object of keras.optimizers.schedules in place of "
            "the number: keras.optimizers.Adam(schedule)."
        )
        return Verdict(claim, False, hint)
    first, peak, last = rates[0], rates.max(), rates[-1]
    hint = (
        f"found {first:.3g} at the first step, {peak:.3g} at the highest and {last:.3g} at the last one. Looked for a "
        "first below half of the highest, and a last below a tenth of it. Does the schedule know how many steps there "
        "are?"
    )
    low = first < _LOW_ENOUGH[0] * peak and last < _LOW_ENOUGH[1] * peak
    return Verdict(claim, bool(low and np.isfinite(rates).all()), hint)


def trained_for_one_epoch(evidence: Evidence) -> Verdict:
    """The history holds a single epoch."""
    claim = "it saw every training digit once"
    epochs = len(evidence.history.get("loss", []))
    hint = f"the history tells of {epochs} epochs; looked for one. Is `history` what the last `fit` returned?"
    return Verdict(claim, epochs == 1, hint)


def loss_fits_the_outputs(evidence: Evidence) -> Verdict:
    """Softmax stands either in the last layer or, by `from_logits=True`, in the loss."""
    claim = "softmax is applied once: at the network's end, or within the loss"
    last = (described_layers(evidence.model) or ["no layer"])[-1]
    in_the_network = last.endswith("softmax)")
    in_the_loss = bool(getattr(getattr(evidence.model, "loss", None), "from_logits", False))
    where = {
        (True, True): "in both: a softmax of probabilities makes them nearly equal. Take it away from the last layer",
        (False, False): "in neither: give the loss from_logits=True, or the last layer its softmax",
    }
    hint = f"the last layer is {last}. Softmax stands {where.get((in_the_network, in_the_loss), 'once')}."
    return Verdict(claim, in_the_network != in_the_loss, hint)
