"""The tasks of exercise 04: a warm-up and a cosine, quieter batches, and three decays that are broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, check_choice, numbers, task

_EPOCH, _STEPS, _WARM_UP, _PEAK = 468, 4_680, 468, 0.01
_JUDGED = np.unique(np.r_[0:_STEPS:47, 0:12, _WARM_UP - 3 : _WARM_UP + 4, _STEPS // 2, _STEPS - 1])
_CLOSE = 0.03  # of the peak: a schedule may count its steps from 0 or from 1


@task(
    "04.1",
    "Warm-up, then cosine",
    "your rate climbs to its peak in a straight line, and glides down half a cosine, step by step",
    """
12 steps in all, 4 of warm-up, peak 1
step 0: 0/4 = 0, step 1: 0.25, step 2: 0.5, step 3: 0.75
step 4: now 0 of the other 8 steps are done: (1 + cos(π × 0/8)) / 2 = 1, the peak
step 8: 4 of 8 are done: (1 + cos(π × 4/8)) / 2 = 0.5;   step 12 would be (1 + cos π) / 2 = 0
Had the cosine counted all 12 steps, it would start with step 4 of 12: 0.75, a jump.""",
)
def warm_up_then_cosine(rate: Any) -> None:
    """Judge a function of the step, a schedule of Keras, or a table of rates by its properties."""
    rates = _rates(rate)
    first, half, last = (float(np.interp(step, _JUDGED, rates)) for step in (0, _WARM_UP / 2, _STEPS - 1))
    top = int(_JUDGED[rates.argmax()])
    found = f"Found {first:.3g} at step 0, {rates.max():.3g} at step {top}, {last:.3g} at step {_STEPS - 1:,}"
    if np.ptp(rates) < _CLOSE * _PEAK:
        raise NotYet(f"Found {first:.3g} at every step. Let it depend on the step: rise for {_WARM_UP}, then fall.")
    if len(set(rates.round(9))) < 25 and np.ptp(rates[_JUDGED < _EPOCH]) == 0:
        raise NotYet(f"{found}, and the same for {_EPOCH} steps. It counts steps, not epochs: leave out the rounding.")
    if top < 30:
        raise NotYet(f"{found}: the peak is reached at once. It counts steps, not epochs: an epoch has {_EPOCH}.")
    if abs(rates.max() / _PEAK - 1) > _CLOSE:
        raise NotYet(f"{found}, expected a peak of {_PEAK}.")
    if abs(top - _WARM_UP) > 10:
        raise NotYet(f"{found}, expected the peak at step {_WARM_UP}: the warm-up lasts as long.")
    leaps = np.abs(np.diff(rates)) / np.diff(_JUDGED)
    if leaps.max() > 1.5 * _PEAK / _WARM_UP:
        before, after = _JUDGED[leaps.argmax() :][:2]
        jump = f"from {rates[leaps.argmax()]:.4g} at step {before} to {rates[leaps.argmax() + 1]:.4g} at step {after}"
        raise NotYet(f"Found a jump {jump}. Both pieces meet at the peak: how far along is the cosine at {_WARM_UP}?")
    if first > 0.1 * _PEAK or abs(half / _PEAK - 0.5) > 0.05:
        raise NotYet(f"{found}, {half:.3g} half-way up. Expected a straight line from 0: half the way, half the peak.")
    done = (_JUDGED - _WARM_UP) / (_STEPS - _WARM_UP)
    if np.abs(rates / _PEAK - 1 + done)[done >= 0].max() < 0.05:
        raise NotYet(f"{found}, a straight line down. A cosine starts and ends flat.")
    if last > _CLOSE * _PEAK:
        raise NotYet(f"{found}, expected 0 in the end. From 1 to −1, a cosine is half a period: π, not π/2 or 2π.")
    off = np.abs(rates / _PEAK - (1 + np.cos(np.pi * done)) / 2) * (done >= 0)
    if off.max() > _CLOSE:
        at = int(off.argmax())
        expected = _PEAK * (1 + np.cos(np.pi * done[at])) / 2
        raise NotYet(
            f"Found {rates[at]:.3g} at step {_JUDGED[at]:,}, expected {expected:.3g}: (1 + cos) / 2 of the way."
        )


def _rates(rate: Any) -> npt.NDArray:
    """Return the rates at the steps judged, of a function, or of a table with a rate for each step."""
    if callable(rate):
        returned = [numbers(call(rate, int(step)), f"the rate at step {step}") for step in _JUDGED]
        return np.array(returned)
    table = numbers(rate, "the rates", None)
    if not _STEPS <= len(table) <= _STEPS + 1:
        raise NotYet(f"Found {len(table)} rates, expected one for each of {_STEPS:,} steps.")
    return table[_JUDGED]


@task(
    "04.2",
    "Quieter batches",
    "with 16 times as many digits, a gradient is 4 times quieter: noise falls with the root of the batch size",
    """
four digits' gradients of one weight: 1, 3, 5, 7; they're off their mean, 4, by 3, 1, 1, 3: root mean square 2.24
all batches of two: means 2, 3, 4, 4, 5, 6: off by 2, 1, 0, 0, 1, 2: 1.29
Batches of two are quieter, 1.29 against 2.24. Their variances are 1.67 and 5: compare roots with roots.
The sums of two, 4, 6, 8, 8, 10, 12, are off by 2.58: louder than single digits.""",
)
def quieter_batches(scatter: Any, factor: Any) -> None:
    """Judge a function of digits' gradients `[digits, weights]` and a batch size, and how much quieter 512 is than 32.

    The function returns how far a batch's gradient typically is from the mean. Its unit is free.
    """
    rng = np.random.default_rng(42)
    gradients = rng.normal(0, 1, (8_192, 24)) * rng.uniform(0.5, 2, 24)
    small, large = (_scatter(scatter, gradients, size) for size in (32, 512))
    found = f"Found a scatter of {small:.3g} in batches of 32 and {large:.3g} in batches of 512"
    if small <= 0 or large <= 0:
        raise NotYet(f"{found}, expected positive numbers. How far are the batches' gradients from their mean?")
    ratio = small / large
    shifted = _scatter(scatter, gradients + 3, 512)
    if shifted > 2 * large:
        raise NotYet(f"{found}, but {shifted:.3g} with 3 added to each. That's the signal: subtract the mean first.")
    for size, hint in (
        (16, "That's a variance: it falls 16-fold, its root 4-fold. Take the root"),
        (1 / 4, "It grows: you add up the digits of a batch. A batch's gradient is the average per digit"),
        (1, "The batch size changes nothing: average over the digits of each batch first"),
        (1 / 16, "That's the variance of sums. Take the average per digit, and the root"),
    ):
        if size / 1.4 < ratio < 1.4 * size:
            raise NotYet(f"{found}. {hint}.")
    if not 3.1 < ratio < 5.2:
        raise NotYet(f"{found}, a ratio of {ratio:.3g}. Expected the root mean square distance from the mean.")
    if factor is None:
        raise NotYet(f"{found}. And the factor between them? Your bet goes into `factor`.")
    guess = float(numbers(factor, "the factor"))
    if not 3.1 < guess < 5.2:
        hint = "The variance falls 16-fold, its root 4-fold" if 12 < guess < 20 else "What did your function measure?"
        raise NotYet(f"Found a factor of {guess:.3g} from 32 to 512 digits, and {ratio:.2f} by your function. {hint}.")


def _scatter(scatter: Any, gradients: npt.NDArray, size: int) -> float:
    return float(numbers(call(scatter, gradients, size), "the scatter"))


_UNIT, _UNUSED, _SAME = "steps counted wrongly", "never called", "epoch ignored"
_CAUSES = {
    "never": {
        _SAME: "",
        _UNUSED: "It is called: the rate isn't the 0.01 that Adam was given. What does it return for epochs 0 and 1?",
        _UNIT: "A function of the epoch counts no steps. What does it return for epochs 0 and 1?",
        "optimizer": "Adam leaves its learning rate alone. What does the function return for epochs 0 and 1?",
    },
    "instantly": {
        _SAME: "The rate does fall, far too fast. How many steps has an epoch?",
        _UNUSED: "The optimizer calls it at every step: the rate falls, far too fast. How many steps has an epoch?",
        _UNIT: "",
        "optimizer": "Adam scales its steps, but leaves its learning rate alone. How many steps has an epoch?",
    },
    "constant": {
        _SAME: "Its function is right: 0.01, 0.006, 0.0036. Does anybody ask it?",
        _UNUSED: "",
        _UNIT: "A function of the epoch counts no steps, and this one is right. Does anybody ask it?",
        "optimizer": "Adam scales its steps, but leaves its learning rate alone. Does anybody call the function?",
    },
}


@task(
    "04.3",
    "Three bugs",
    "all three rates start at 0.01 and fall by the same factor each epoch, and each has one owner",
    """
three epochs of 100 steps; the rate is to halve in each: 0.01, 0.005, 0.0025
a function of the epoch, given to LearningRateScheduler, which is given to fit: called with 0, 1, 2
a schedule in the optimizer: called with 0, 1, 2, … 299. ExponentialDecay(0.01, decay_steps=100, decay_rate=0.5)
With decay_steps=1 it would halve at every step: after one epoch, 0.01 / 2¹⁰⁰.""",
)
def three_bugs(causes: Any, recipes: Any) -> None:
    """Judge a cause for each broken decay, and functions that return an optimizer and a list of callbacks: the cures.

    Each recipe runs through three epochs of 468 steps, without digits.
    """
    for what, table in (("causes", causes), ("recipes", recipes)):
        if not isinstance(table, Mapping) or set(table) != set(_CAUSES):
            found = list(table) if isinstance(table, Mapping) else shown(table)
            raise NotYet(f"Found {found} for {what}, expected an entry for each of {', '.join(_CAUSES)}.")
    for name, hints in _CAUSES.items():
        check_choice(causes[name], hints, f"cause of {name!r}")
    for name in _CAUSES:
        rates = _recorded(name, recipes[name])
        found = f"{name!r}: found the rates {', '.join(f'{each:.3g}' for each in rates[:3])}"
        ratios = rates[1:] / rates[:-1]
        if not np.isfinite(ratios).all():
            raise NotYet(f"{found}. A rate of 0 ends the training.")
        if np.allclose(ratios, 1, atol=1e-3):
            low = f"; {rates[0]:.3g} is only a lower start" if rates[0] < 0.0099 else ""
            raise NotYet(f"{found}, one epoch after the other: the ratio is unchanged{low}. Each epoch needs its own.")
        if np.allclose(ratios, 0.36, atol=0.01):
            raise NotYet(
                f"{found}: 0.6 twice in each epoch. One owner per rate: function or schedule object, not both."
            )
        if not np.allclose(ratios, 0.6, atol=0.01):
            how = f"An epoch has {_EPOCH} steps" if ratios[0] < 0.6 else "Multiply once per epoch"
            raise NotYet(f"{found}: {ratios[0]:.3g} of it after an epoch, expected 0.6. {how}.")
        if abs(rates[0] / 0.01 - 1) > 0.01:
            raise NotYet(f"{found}, expected to start at 0.01. Epochs and steps count from 0.")


def _recorded(name: str, recipe: Any, epochs: int = 3) -> npt.NDArray:
    """Return the rate at each epoch's first step, as callbacks and optimizer set it while `fit` would run."""
    import keras

    def run() -> list[float]:
        optimizer, callbacks = recipe()
        network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        network.compile(optimizer, "mean_squared_error")
        network.optimizer.build(network.trainable_variables)
        each = keras.callbacks.CallbackList(callbacks, model=network, epochs=epochs, steps=_EPOCH, verbose=0)
        rates = []
        each.on_train_begin()
        for epoch in range(epochs):
            each.on_epoch_begin(epoch)
            for step in range(_EPOCH):
                each.on_train_batch_begin(step)
                if step == 0:
                    rates.append(float(network.optimizer.learning_rate))
                network.optimizer.iterations.assign_add(1)
                each.on_train_batch_end(step, {"loss": 1.0})
            each.on_epoch_end(epoch, {"loss": 1.0, "val_loss": 1.0})
        each.on_train_end({})
        return rates

    if not callable(recipe):
        raise NotYet(f"{name!r}: found {shown(recipe)}, expected a function that returns optimizer and callbacks.")
    try:
        return np.array(call(run))
    except NotYet as hint:
        if "LearningRateSchedule" in str(hint):
            how = "One owner per rate: a schedule object in the optimizer, or a callback, never both"
            raise NotYet(f"{name!r}: Keras refuses it. {how}.") from hint
        raise NotYet(f"{name!r}: {str(hint).replace('Called with , your', 'your')}") from hint


TASKS = warm_up_then_cosine, quieter_batches, three_bugs
