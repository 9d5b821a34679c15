"""Claims on the optimizer and its learning rate, of lessons 01 to 05 and 10."""

from typing import Any

import numpy as np

from mnist_lab.checks.claims.layers import is_a
from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.evidence import Evidence, NotYet, claim

_ADAM_DEFAULT = 0.001
_EPOCHS_JUDGED, _STEPS_JUDGED = 10, 101  # the steps evenly spaced over the training run
_LOW_ENOUGH = 0.5  # of the highest learning rate
_SAME_LEARNING_RATE = 1e-3  # relative; the optimizer keeps its learning rate as float32
_LOW_START, _LOW_END = 0.5, 0.1  # of the peak


@claim("gradient descent adjusts its weights")
def optimizer_is_sgd(evidence: Evidence) -> None:
    optimizer = evidence.optimizer
    if not is_a(optimizer, "SGD"):
        raise NotYet(f'Found the optimizer {type(optimizer).__name__}, expected "sgd". Set it in `model.compile`.')


@claim("an optimizer with momentum, or with a step size for each weight, adjusts the weights")
def optimizer_is_more_than_plain_sgd(evidence: Evidence) -> None:
    """Check that the optimizer has momentum, or is not SGD, Keras' only one with one step size for all weights."""
    optimizer = evidence.optimizer
    if optimizer is None or (is_a(optimizer, "SGD") and not getattr(optimizer, "momentum", None)):
        name = type(optimizer).__name__
        raise NotYet(f'Found the optimizer {name} without momentum. Set "adam", or add momentum, in `model.compile`.')


@claim("the learning rate starts high and ends low")
def learning_rate_decays(evidence: Evidence) -> None:
    """Check that the learning rate, recorded, the optimizer's or the schedule's, falls below half of its highest."""
    if _falls(_recorded(evidence)):
        return
    if (rates := _optimizer_rates(evidence, _first_steps(evidence))) is None:
        rates = _schedule_rates(evidence)
    first, last = rates[0], rates[-1]
    found = f"Found a learning rate of {first:.3g} in the first epoch and {last:.3g} in epoch {len(rates)}"
    if not np.isfinite(rates).all():
        raise NotYet("Found a learning rate that is no finite number. Call your schedule, lr_decay(0), to see it.")
    if _falls(rates) or _falls(rates[: _epochs(evidence)]):
        return
    if last > first:
        raise NotYet(f"{found}: it grows. Multiply by a factor below 1 once more in each epoch.")
    if last == first == rates.max():
        raise NotYet(f"{found}: it stays the same. Let the function's result depend on the epoch it receives.")
    raise NotYet(f"{found}, expected less than half of the highest. Make it decay faster.")


@claim("training used this schedule")
def training_used_the_schedule(evidence: Evidence) -> None:
    """Check that training recorded the schedule's learning rates, or that the optimizer itself holds a schedule."""
    recorded = _recorded(evidence)
    if _falls(recorded) or _optimizer_rates(evidence, _first_steps(evidence)) is not None:
        return
    if not len(recorded):
        found = "Found no learning rate in the history, so the optimizer kept its first one"
        raise NotYet(f"{found}. Add keras.callbacks.LearningRateScheduler(...) to `fit`'s list of callbacks.")
    if evidence.extra.get("schedule") is None:
        return
    rates = _schedule_rates(evidence)[: len(recorded)]
    differs = ~np.isclose(rates, recorded, rtol=_SAME_LEARNING_RATE, atol=0)
    if differs.any():
        at = int(differs.argmax())
        found = f"In epoch {at + 1} training used {recorded[at]:.3g}, but the schedule gives {rates[at]:.3g}"
        raise NotYet(f"{found}. If you changed it after training, train again; epochs count from 0.")


def _epochs(evidence: Evidence) -> int:
    return len(evidence.history.get("loss", []))


def _recorded(evidence: Evidence) -> np.ndarray:
    """Return the learning rate of each epoch that a callback recorded in the history; empty where none did."""
    return np.asarray(evidence.history.get("learning_rate", []), float)


def _falls(rates: np.ndarray) -> bool:
    return len(rates) > 0 and bool(rates[-1] < _LOW_ENOUGH * rates.max())


def _first_steps(evidence: Evidence) -> np.ndarray:
    """Return the first step of each epoch, of ten or of as many as were trained if more."""
    epochs = max(1, _epochs(evidence))
    return max(1, _steps_taken(evidence) // epochs) * np.arange(max(_EPOCHS_JUDGED, epochs))


def _steps_taken(evidence: Evidence) -> int:
    return int(getattr(evidence.optimizer, "iterations", 0))


def _optimizer_rates(evidence: Evidence, steps: np.ndarray) -> np.ndarray | None:
    """Return the optimizer's learning rates at these steps, None if all are the same; its step count is restored."""
    optimizer: Any = evidence.optimizer
    if optimizer is None:
        return None
    taken, rates = _steps_taken(evidence), []
    try:
        for step in steps:
            optimizer.iterations.assign(int(step))
            rates.append(float(optimizer.learning_rate))
    finally:
        optimizer.iterations.assign(taken)
    return np.array(rates) if len(set(rates)) > 1 else None


def _schedule_rates(evidence: Evidence) -> np.ndarray:
    """Return the learning rates of the schedule handed in, for ten epochs or as many as were trained if more."""
    schedule = evidence.extra.get("schedule")
    if schedule is None:
        found = "Found no schedule=..., and no learning rate that falls in the history or the optimizer"
        raise NotYet(f"{found}. Define a function of the epoch, and hand in what training uses.")
    schedule = getattr(schedule, "schedule", schedule)  # where a LearningRateScheduler keeps its function
    rates = [*_recorded(evidence)[:1], _ADAM_DEFAULT][:1]
    by_step = is_a(schedule, "LearningRateSchedule")
    try:
        for epoch, step in enumerate(_first_steps(evidence)):
            try:
                rates.append(float(schedule(step if by_step else epoch)))
            except TypeError:  # a function of the previous learning rate, too, as Keras accepts it
                rates.append(float(schedule(epoch, float(rates[-1]))))
    except Exception as error:  # the learner's function may raise anything
        found = f"The schedule could not be called ({describe_error(error)})"
        raise NotYet(f"{found}. Expected a function of the epoch, or a schedule object of Keras.") from error
    return np.array(rates[1:])


@claim("during training, the learning rate rises and then falls almost to zero")
def learning_rate_rises_and_falls(evidence: Evidence) -> None:
    """Check that over the steps taken, the optimizer's learning rate rises to a peak and ends far below it."""
    rates = _optimizer_rates(evidence, np.linspace(0, max(0, _steps_taken(evidence) - 1), _STEPS_JUDGED).round())
    if rates is None:
        found = "Found an optimizer that holds a number and no schedule"
        raise NotYet(f"{found}. Pass it an object of keras.optimizers.schedules: keras.optimizers.Adam(schedule).")
    first, peak, last = rates[0], rates.max(), rates[-1]
    if not (first < _LOW_START * peak and last < _LOW_END * peak and np.isfinite(rates).all()):
        found = f"Found learning rates of {first:.3g} at the first step, {peak:.3g} at the peak, {last:.3g} at the last"
        raise NotYet(f"{found}, expected under half and a tenth of the peak. Does it know how many steps there are?")


@claim("it saw almost every training digit once")
def trained_for_one_epoch(evidence: Evidence) -> None:
    """Check that there was one epoch; of its last batch, some digits may be left over."""
    if (epochs := _epochs(evidence)) != 1:
        raise NotYet(f"Found {epochs} epochs, expected 1. Train a new network once, and hand in what `fit` returns.")
