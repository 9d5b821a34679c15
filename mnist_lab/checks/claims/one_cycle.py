"""Claims of lesson 10: one epoch with a learning rate that rises and falls, and a loss that fits the outputs."""

import numpy as np

from mnist_lab.checks.claims.layers import activation_name, described_layers, layers_and_activations
from mnist_lab.checks.claims.learning_rate import rates_by_step
from mnist_lab.checks.evidence import Evidence, NotYet, claim

_STEPS_JUDGED = 101  # evenly spaced over the training run
_LOW_START, _LOW_END = 0.5, 0.1  # of the peak


@claim("within the training the learning rate rises, and then falls to nearly nothing")
def learning_rate_rises_and_falls(evidence: Evidence) -> None:
    """Check that over the steps taken, the optimizer's learning rate rises to a peak and ends far below it."""
    rates = rates_by_step(evidence, _STEPS_JUDGED)
    if rates is None:
        raise NotYet(
            "Found an optimizer that holds a number and no schedule. Pass it an object of keras.optimizers.schedules "
            "in place of the number: keras.optimizers.Adam(schedule)."
        )
    first, peak, last = rates[0], rates.max(), rates[-1]
    if not (first < _LOW_START * peak and last < _LOW_END * peak and np.isfinite(rates).all()):
        raise NotYet(
            f"Found learning rates of {first:.3g} at the first step, {peak:.3g} at the peak and {last:.3g} at the last "
            "step. Expected less than half of the peak at first, and less than a tenth at the end. Does the schedule "
            "know how many steps there are?"
        )


@claim("it saw every training digit once")
def trained_for_one_epoch(evidence: Evidence) -> None:
    """Check that the history holds a single epoch."""
    if (epochs := len(evidence.history.get("loss", []))) != 1:
        raise NotYet(f"Found {epochs} epochs, expected 1. Train a new network once, and hand in what `fit` returns.")


@claim("softmax is applied once: at the network's end, or within the loss")
def softmax_is_applied_once(evidence: Evidence) -> None:
    """Check that softmax is either in the last layer or, by `from_logits=True`, in the loss."""
    last = (described_layers(evidence.model) or ["missing"])[-1]
    activations = [activation for _, activation in layers_and_activations(evidence.model)]
    in_the_network = bool(activations) and activation_name(activations[-1]) == "softmax"
    in_the_loss = bool(getattr(getattr(evidence.model, "loss", None), "from_logits", False))
    if in_the_network and in_the_loss:
        raise NotYet(f"Found softmax in both the loss and the last layer, {last}. Remove it from the last layer.")
    if not (in_the_network or in_the_loss):
        raise NotYet(f"Found softmax in neither the loss nor the last layer, {last}. Give the loss from_logits=True.")
