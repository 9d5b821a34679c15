"""The tasks of exercise 05: dropout in NumPy, what it's worth on 500 digits, and an early stop that kept the worst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.layers import all_layers, as_written, is_a
from mnist_lab.checks.evidence import NotYet, mean_cross_entropy, shown
from mnist_lab.checks.task import call, check_choice, numbers, task, validation_accuracy

_DIGITS, _NEURONS = 400, 50


@task(
    "05.1",
    "Dropout",
    "each digit draws its own neurons, and on average the next layer gets as much while training as while predicting",
    """
two digits, four neurons, all of value 1, rate 0.25
a draw from 0 to 1 for each value: 0.81 0.13 0.55 0.92 and 0.37 0.64 0.08 0.71; below 0.25 the value becomes 0
kept:   1 0 1 1 and 1 1 0 1: three of four, so each digit's sum fell from 4 to 3
scaled: 1.33 0 1.33 1.33 and 1.33 1.33 0 1.33: the sums are 4 again
while predicting: 1 1 1 1 and 1 1 1 1, sums of 4, without any scaling""",
)
def dropout_by_hand(dropout: Any) -> None:
    """Judge a function of values `[digits, neurons]`, a rate, and whether it's training, that returns such values."""
    for rate in (0.25, 0.6):
        values = np.random.default_rng(51).uniform(0.5, 1.5, (_DIGITS, _NEURONS))
        first, second, predicting = (
            numbers(call(dropout, values, rate, training), "the values", _DIGITS, _NEURONS) / values
            for training in (True, True, False)
        )
        _check_masks(first == 0, rate)
        if np.array_equal(first, second):
            raise NotYet("Found the same neurons dropped in two calls. The next step draws anew: no seed inside.")
        kept, always = first[first != 0], float(predicting.mean())
        if np.ptp(predicting) > 1e-3 * max(abs(always), 1e-9):
            raise NotYet("Found some values changed more than others while predicting. Then, none is dropped.")
        if np.ptp(kept) > 1e-3 * kept.mean():
            raise NotYet("Found survivors scaled by different factors. All of them get the same.")
        _check_scale(float(kept.mean()), always, rate)


def _check_masks(dropped: npt.NDArray[np.bool_], rate: float) -> None:
    share, found = float(dropped.mean()), f"Found {dropped.mean():.0%} of the values dropped at a rate of {rate}"
    if share == 0:
        raise NotYet(f"{found}. While training, that share of them becomes 0, each with this probability.")
    if (dropped == dropped[0]).all():
        raise NotYet(
            f"{found}, the same neurons for all {_DIGITS} digits. Each digit draws: a mask of [digits, neurons]."
        )
    if (dropped == dropped[:, :1]).all():
        raise NotYet(f"{found}: all neurons of a digit or none. Each neuron draws: a mask of [digits, neurons].")
    if abs(share - rate) > 0.03:
        kept = abs(share - 1 + rate) < 0.03
        raise NotYet(f"{found}. The rate is the share that {'goes, not the one that stays' if kept else 'goes'}.")


def _check_scale(kept: float, always: float, rate: float) -> None:
    """Accept survivors that are scaled up while training, or all values scaled down while predicting."""
    ratio = kept * (1 - rate) / always if always else np.inf
    found = f"At a rate of {rate}, found survivors times {kept:.3g}, and while predicting all values times {always:.3g}"
    if abs(ratio - 1) < 1e-3:
        if abs(kept - 1) > 1e-3 and abs(always - 1) > 1e-3:
            raise NotYet(f"{found}. They agree, but neither is 1: scale in one place only.")
        return
    if abs(kept - 1) < 1e-3 and abs(always - 1) < 1e-3:
        raise NotYet(f"{found}. While training, the mean fell by the rate. What brings it back?")
    if abs(kept * (1 - rate) - 1) < 1e-3:
        raise NotYet(f"{found}. The survivors make up for it already: while predicting, leave all as it is.")
    raise NotYet(f"{found}: a mean {ratio:.3g} times as large while training. A share of {1 - rate:g} survives.")


_RATES = (0, 0.25, 0.5)


@task(
    "05.2",
    "500 digits",
    "your interval covers other seeds, and your verdict follows from it",
    """
without dropout: 0.84, 0.86, 0.85, mean 0.85, standard deviation 0.01; with it: 0.87, 0.87, 0.90, mean 0.88 and 0.0173
difference: 0.03; its standard error: √(0.01²/3 + 0.0173²/3) = 0.0115
three runs know little of their spread: t, 2.78 for 4 degrees of freedom, not 1.96: 0.03 ± 0.032, −0.002 to 0.062
It holds 0: you can't tell.""",
)
def few_digits(models: Any, accuracies: Any, interval: Any, verdict: Any) -> None:
    """Judge trained models and validation accuracies, lists by dropout rate, and what 0.5 is worth against 0."""
    for what, table in (("models", models), ("accuracies", accuracies)):
        if not isinstance(table, Mapping) or set(table) != set(_RATES):
            found = list(table) if isinstance(table, Mapping) else shown(table)
            raise NotYet(f"Found {found} for {what}, expected an entry for each rate: 0, 0.25 and 0.5.")
    runs = {rate: numbers(accuracies[rate], f"the accuracies at {rate}", None) for rate in _RATES}
    for rate, values in runs.items():
        networks = list(models[rate])
        if len(values) < 3 or len(networks) != len(values):
            found = f"Found {len(networks)} models and {len(values)} accuracies at {rate}"
            raise NotYet(f"{found}, expected three of each: a single run has no spread.")
        if len({id(network) for network in networks}) < len(networks):
            raise NotYet(f"Found the same model twice at {rate}. Build a new one for each seed.")
        _check_network(networks[int(values.argmax())], float(values.max()), rate)
    if interval is None:
        raise NotYet(
            "Found no interval. How far may the mean differ with other seeds: from where to where, 0.5 − none?"
        )
    low, high = np.sort(numbers(interval, "the interval", 2))
    without, dropped = runs[0], runs[0.5]
    difference = dropped.mean() - without.mean()
    width = 2 * t.ppf(0.975, len(without) + len(dropped) - 2)
    width *= max(np.sqrt(without.var(ddof=1) / len(without) + dropped.var(ddof=1) / len(dropped)), 1e-9)
    found = f"Found {low:.4f} to {high:.4f} for a difference of {difference:.4f} in the mean, 0.5 against none"
    if not abs(low + high - 2 * difference) < max(0.6 * width, 2e-4):
        raise NotYet(f"{found}. Expected an interval around it: the accuracy with dropout minus that without.")
    if not (0.45 * width - 2e-4 < high - low < 2.2 * width + 2e-4):
        how = "Is that the spread of single runs?" if high - low > width else "Three runs each: has t its place?"
        raise NotYet(f"{found}, {(high - low) / width:.2g} times the width of a t-interval from your runs. {how}")
    says = "helps" if low > 0 else "hurts" if high < 0 else "can't tell"
    if verdict != says:
        zero = "holds 0, so chance can do that" if says == "can't tell" else "doesn't hold 0"
        raise NotYet(f"{found}, and the verdict {shown(verdict)}. Your interval {zero}: helps, hurts or can't tell?")


def _check_network(network: Any, accuracy: float, rate: float) -> None:
    layers = [layer for layer in all_layers(network) if is_a(layer, "*Dropout*")]
    if bool(layers) != bool(rate) or any(abs(getattr(layer, "rate", rate) - rate) > 1e-6 for layer in layers):
        raise NotYet(f"Found {', '.join(map(as_written, layers)) or 'no dropout'} in a model of the rate {rate}.")
    measured = validation_accuracy(network)
    found = f"Found {accuracy:.4f} as the best run at {rate}; its model has {measured:.4f} on the validation digits"
    if accuracy > measured + 0.001:
        how = "history['val_accuracy'][-1]. The best epoch is chosen by looking; training digits are known ones"
        raise NotYet(f"{found}. Take the last epoch's, {how}.")
    if accuracy < measured - 0.001:
        raise NotYet(f"{found}. Was dropout on? Measure without: model.evaluate(validation), or training=False.")


_ENOUGH = 20  # epochs, after which a loss that still falls is no reason to train on
_CAUSES = {
    "patience": "Patience says when it stops. It kept weights of an epoch long before: which one, and why?",
    "monitor": "The validation loss is the right thing to watch. Does it call the lowest one the best?",
    "restoring": "It did restore: measure the network's loss, and look for it in the history. Which epoch's is it?",
    "mode": "",
}


@task(
    "05.3",
    "The wrong weights",
    "the network that's left is the one of the lowest validation loss",
    """
validation loss of five epochs: 1.8, 0.9, 0.6, 0.7, 0.8; patience 2, so it stops after the fifth
not restoring: the weights of the fifth, 0.8
restoring the best, if "best" is the lowest: those of the third, 0.6
restoring the best, if "best" is the highest: those of the first, 1.8
restoring the best by training loss, which falls to the end: those of the fifth, 0.8""",
)
def wrong_weights(model: Any, history: Any, cause: Any, kept_loss: Any) -> None:
    """Judge a trained model and its history, the cause, and the validation loss that the faulty run ended with."""
    check_choice(cause, _CAUSES)
    if model is None or history is None:
        raise NotYet("Found no trained network. Train again with the cure; hand in the model and its history.")
    evidence = gather(model, history)
    recorded = np.array(evidence.reported("loss"))
    if len(recorded) < 2:
        raise NotYet(f"Found {len(recorded)} epochs with a validation loss. Pass validation_data=validation to fit.")
    if kept_loss is None:
        raise NotYet("Found no kept_loss. A cause counts with its evidence: the loss that the faulty run ended with.")
    worst = float(numbers(kept_loss, "kept_loss"))
    if not (worst > 1.1 * recorded.min() and 0.6 < worst / recorded.max() < 1.6):
        found = f"Found kept_loss {worst:.3f}, where your new run began at {recorded[0]:.3f}"
        raise NotYet(f"{found}. Measure the faulty network's: evaluate it on the validation digits, before the cure.")
    final = mean_cross_entropy(evidence.probabilities, evidence.labels)
    best, epochs = int(recorded.argmin()), len(recorded)
    found = f"Found a final validation loss of {final:.4f}; the lowest is {recorded.min():.4f}, of epoch {best + 1}"
    planned = (getattr(history, "params", None) or {}).get("epochs")
    if not _same(final, recorded.min()):
        if _same(final, recorded.max()):
            raise NotYet(f"{found}. That's the highest one: still the worst weights. What does mode say is best?")
        if not np.isclose(recorded, final, rtol=0.005).any():
            raise NotYet(f"{found}. No epoch had it: is that the history of this network, on the validation digits?")
        if planned == epochs:
            how = "If it monitors the training loss: it never rises. Monitor val_loss, and restore"
            raise NotYet(f"{found}. It ran all {epochs} epochs, and kept a late one's weights. {how}.")
        raise NotYet(f"{found}. It stopped, but patience restores nothing: those are the last epoch's weights.")
    if best == epochs - 1 and epochs < _ENOUGH:
        raise NotYet(f"{found}, the last. It hadn't begun to rise yet, so nothing was restored. Train on.")


def _same(found: float, expected: float) -> bool:
    return bool(np.isclose(found, expected, rtol=0.003))


TASKS = dropout_by_hand, few_digits, wrong_weights
