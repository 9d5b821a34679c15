"""Claims of lesson 04: the learning rate decays, and training used it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mnist_lab.checks.claims.layers import has_class
from mnist_lab.checks.evidence import Evidence, NotYet, claim, describe_error

EPOCHS_JUDGED = 10
LOW_ENOUGH = 0.5  # of the highest learning rate
SAME_LEARNING_RATE = 1e-3  # relative; the optimizer keeps its learning rate as float32

_ADAM_DEFAULT = 0.001
_SCHEDULES = "a function of the epoch, a schedule object of Keras, or the LearningRateScheduler itself"


@claim("the learning rate starts fast and ends slow")
def learning_rate_decays(evidence: Evidence) -> None:
    """Check that the learning rate, recorded, the optimizer's or the schedule's, falls below half of its highest."""
    recorded = _recorded(evidence)
    if len(recorded) > 1 and _falls(recorded, len(recorded)):
        return
    rates = _optimizer_rates(evidence)
    if rates is None:
        rates = _schedule_rates(evidence)
        if not np.isfinite(rates).all():
            raise NotYet("Found a learning rate that is no finite number. Call your schedule, lr_decay(0), to see it.")
    if not _falls(rates, _epochs(evidence)):
        raise NotYet(_describe(rates))


@claim("training used these rates")
def training_used_the_schedule(evidence: Evidence) -> None:
    """Check that training recorded the schedule's learning rates, or that the optimizer itself holds a schedule."""
    recorded = _recorded(evidence)
    if _optimizer_rates(evidence) is not None:
        return
    if not len(recorded):
        raise NotYet(
            "Found no learning rate in the history, so the optimizer kept its first one. Add "
            "keras.callbacks.LearningRateScheduler(...) to the list of callbacks that `fit` gets."
        )
    if evidence.extra.get("schedule") is None or (len(recorded) > 1 and _falls(recorded, len(recorded))):
        return
    rates = _schedule_rates(evidence)[: len(recorded)]
    differs = ~np.isclose(rates, recorded, rtol=SAME_LEARNING_RATE, atol=0)
    if differs.any():
        epoch = int(differs.argmax())
        raise NotYet(
            f"In epoch {epoch + 1} training used {recorded[epoch]:.3g}, but the schedule gives {rates[epoch]:.3g}. If "
            "you changed the function after training, run the training cell again; epochs count from 0."
        )


def rates_by_step(evidence: Evidence, count: int) -> np.ndarray | None:
    """Return the optimizer's learning rates at `count` of the steps taken, the first and the last one among them.

    Return None where the optimizer holds a number and no schedule, or took no step.
    """
    taken = _steps_taken(evidence)
    return _rates_at(evidence, np.linspace(0, taken - 1, count).round()) if taken else None


def _recorded(evidence: Evidence) -> np.ndarray:
    """Return the learning rate of each epoch that a callback recorded in the history; empty where none did."""
    return np.asarray(evidence.history.get("learning_rate", []), float)


def _epochs(evidence: Evidence) -> int:
    return max(1, len(evidence.history.get("loss", [])))


def _optimizer_rates(evidence: Evidence) -> np.ndarray | None:
    """Return the optimizer's learning rates at the starts of epochs, None where it holds no schedule."""
    taken = _steps_taken(evidence)
    if taken is None:
        return None
    steps_per_epoch = max(1, taken // _epochs(evidence))
    epochs = np.arange(max(EPOCHS_JUDGED, _epochs(evidence)))
    return _rates_at(evidence, epochs * steps_per_epoch)


def _steps_taken(evidence: Evidence) -> int | None:
    optimizer: Any = evidence.optimizer
    try:
        return int(optimizer.iterations.numpy())
    except (AttributeError, TypeError, ValueError):
        return None


def _rates_at(evidence: Evidence, steps: np.ndarray) -> np.ndarray | None:
    """Return the learning rates at these steps, None if all are the same; the optimizer's step count is restored."""
    optimizer: Any = evidence.optimizer
    taken = int(optimizer.iterations.numpy())
    try:
        rates = []
        for step in steps:
            optimizer.iterations.assign(int(step))
            rates.append(float(optimizer.learning_rate))
    except (AttributeError, TypeError, ValueError):
        return None
    finally:
        optimizer.iterations.assign(taken)
    return np.array(rates) if len(set(rates)) > 1 else None


def _schedule_rates(evidence: Evidence) -> np.ndarray:
    """Return the learning rates of the schedule handed in, for ten epochs or as many as were trained if more."""
    schedule = evidence.extra.get("schedule")
    if schedule is None:
        raise NotYet(
            "Found no schedule handed in as schedule=..., and no learning rate that falls in the history or the "
            "optimizer. Define a function of the epoch, and hand in what training uses."
        )
    schedule = getattr(schedule, "schedule", schedule)  # where a LearningRateScheduler keeps its function
    count = max(EPOCHS_JUDGED, _epochs(evidence))
    try:
        if has_class(schedule, {"LearningRateSchedule"}):
            steps_per_epoch = max(1, (_steps_taken(evidence) or 0) // _epochs(evidence))
            return np.array([float(schedule(epoch * steps_per_epoch)) for epoch in range(count)])
        recorded = _recorded(evidence)
        rates = [_call(schedule, 0, recorded[0] if len(recorded) else _ADAM_DEFAULT)]
        for epoch in range(1, count):
            rates.append(_call(schedule, epoch, rates[-1]))
    except Exception as error:  # the learner's function may raise anything
        raise NotYet(f"The schedule could not be called ({describe_error(error)}). Expected {_SCHEDULES}.") from error
    return np.array(rates)


def _call(schedule: Callable[..., float], epoch: int, previous: float) -> float:
    """Call a function of the epoch, or of the epoch and the previous learning rate, as Keras does."""
    try:
        return float(schedule(epoch))
    except TypeError:
        return float(schedule(epoch, float(previous)))


def _falls(rates: np.ndarray, epochs: int) -> bool:
    """Return whether the last rate is less than half of the highest, in a short run also if it went on to epoch 10."""
    ends = [epochs] if epochs >= EPOCHS_JUDGED else [epochs, EPOCHS_JUDGED]
    return any(rates[end - 1] < LOW_ENOUGH * rates[:end].max() for end in ends if end <= len(rates))


def _describe(rates: np.ndarray) -> str:
    last = rates[-1]
    found = f"Found a learning rate of {rates[0]:.3g} in the first epoch and {last:.3g} in epoch {len(rates)}"
    if last > rates[0]:
        return f"{found}: it grows. Multiply by a factor below 1 once more in each epoch."
    if last == rates[0] == rates.max():
        return f"{found}: it stays the same. Let the function's result depend on the epoch it receives."
    return f"{found}, expected less than half of the highest. Make it decay faster."
