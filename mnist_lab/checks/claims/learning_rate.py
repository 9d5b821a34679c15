"""Claims of lesson 04 on the learning rate: that it decays, and that training used it so."""

import numpy as np

from mnist_lab.checks.evidence import Evidence, Verdict

EPOCHS_JUDGED = 10
DEEP_ENOUGH = 0.5
SAME_RATE = 1e-3  # relative; the optimizer keeps its rate as float32

_ADAMS_RATE = 0.001
_KNOWN = "a function of the epoch, a schedule object of Keras, or the LearningRateScheduler itself"


def rate_decays(evidence: Evidence) -> Verdict:
    """The rate falls to less than half of its highest: as recorded, as handed in, or as the optimizer holds it."""
    claim = "the learning rate starts fast and ends slow"
    recorded = _recorded(evidence)
    if len(recorded) > 1 and _falls(recorded, len(recorded)):
        return Verdict(claim, True)
    own = _own_rates(evidence)
    if own is not None:
        return Verdict(claim, _falls(own, _epochs(evidence)), _described(own))
    if evidence.extra.get("schedule") is None:
        found = (
            "no schedule was handed in as schedule=..., and neither the history nor the optimizer shows a rate "
            "that falls. Define a function of the epoch, and hand in what training uses."
        )
        return Verdict(claim, False, found)
    try:
        rates = _handed_in(evidence)
    except Exception as error:  # a learner's function may fail in any way
        hint = f"the schedule could not be asked for its rates ({type(error).__name__}: {error}). Looked for {_KNOWN}."
        return Verdict(claim, False, hint)
    if not np.isfinite(rates).all():
        return Verdict(claim, False, "the schedule returns a rate that is no finite number. Try lr_decay(0).")
    return Verdict(claim, _falls(rates, _epochs(evidence)), _described(rates))


def training_used_the_schedule(evidence: Evidence) -> Verdict:
    """The rates that training recorded are the schedule's, or the optimizer itself holds a schedule."""
    claim = "training used these rates"
    recorded = _recorded(evidence)
    if _own_rates(evidence) is not None:
        return Verdict(claim, True)
    if not len(recorded):
        hint = (
            "no learning rate is in the history, so it stayed what the optimizer began with. Is "
            "keras.callbacks.LearningRateScheduler(...) in the list of callbacks that `fit` gets?"
        )
        return Verdict(claim, False, hint)
    if evidence.extra.get("schedule") is None or (len(recorded) > 1 and _falls(recorded, len(recorded))):
        return Verdict(claim, True)
    try:
        rates = _handed_in(evidence)[: len(recorded)]
    except Exception:  # the claim before says what is wrong with the schedule
        return Verdict(claim, False, "the schedule could not be compared with what training recorded: see above.")
    apart = ~np.isclose(rates, recorded, rtol=SAME_RATE, atol=0)
    if not apart.any():
        return Verdict(claim, True)
    epoch = int(apart.argmax())
    hint = (
        f"in epoch {epoch + 1} training used {recorded[epoch]:.3g}, the schedule says {rates[epoch]:.3g}. Was the "
        "function changed after training? Run the cell that trains again, and count epochs from 0."
    )
    return Verdict(claim, False, hint)


def _recorded(evidence: Evidence) -> np.ndarray:
    """Return the rate of each epoch as a callback noted it in the history; empty where none did."""
    return np.asarray(evidence.history.get("learning_rate", []), float)


def _epochs(evidence: Evidence) -> int:
    return max(1, len(evidence.history.get("loss", [])))


def _own_rates(evidence: Evidence) -> np.ndarray | None:
    """Return the optimizer's rates at the starts of epochs where it holds a schedule, None where it holds a number."""
    taken = _steps_taken(evidence.model)
    if taken is None:
        return None
    steps_per_epoch = max(1, taken // _epochs(evidence))
    epochs = np.arange(max(EPOCHS_JUDGED, _epochs(evidence)))
    return _rates_at(evidence.model.optimizer, epochs * steps_per_epoch)


def rates_by_step(model, count: int) -> np.ndarray | None:
    """Return the optimizer's rates at `count` of the steps that were taken, the first and the last one among them.

    None where the optimizer holds a number and no schedule, or took no step.
    """
    taken = _steps_taken(model)
    return _rates_at(model.optimizer, np.linspace(0, taken - 1, count).round()) if taken else None


def _steps_taken(model) -> int | None:
    try:
        return int(model.optimizer.iterations.numpy())
    except (AttributeError, TypeError, ValueError):
        return None


def _rates_at(optimizer, steps: np.ndarray) -> np.ndarray | None:
    """Return the rates at these steps; the optimizer's own count is moved for that, and put back."""
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


def _handed_in(evidence: Evidence) -> np.ndarray:
    """Return the rates of the schedule handed in: for ten epochs, or for as many as were trained if more."""
    schedule = evidence.extra["schedule"]
    schedule = getattr(schedule, "schedule", schedule)  # a LearningRateScheduler holds its function so
    count = max(EPOCHS_JUDGED, _epochs(evidence))
    if any(parent.__name__ == "LearningRateSchedule" for parent in type(schedule).__mro__):
        steps_per_epoch = max(1, int(evidence.model.optimizer.iterations.numpy()) // _epochs(evidence))
        return np.array([float(schedule(epoch * steps_per_epoch)) for epoch in range(count)])
    recorded = _recorded(evidence)
    rates = [_rate(schedule, 0, recorded[0] if len(recorded) else _ADAMS_RATE)]
    for epoch in range(1, count):
        rates.append(_rate(schedule, epoch, rates[-1]))
    return np.array(rates)


def _rate(schedule, epoch: int, before: float) -> float:
    """Ask a function of the epoch, or one of the epoch and the rate so far, as Keras does."""
    try:
        return float(schedule(epoch))
    except TypeError:
        return float(schedule(epoch, float(before)))


def _falls(rates: np.ndarray, epochs: int) -> bool:
    """Whether the last rate is less than half of the highest; a short training is judged as if it went on."""
    ends = [epochs] if epochs >= EPOCHS_JUDGED else [epochs, EPOCHS_JUDGED]
    return any(rates[end - 1] < DEEP_ENOUGH * rates[:end].max() for end in ends if end <= len(rates))


def _described(rates: np.ndarray) -> str:
    last = rates[-1]
    found = f"found {rates[0]:.3g} in the first epoch and {last:.3g} in epoch {len(rates)}"
    if last > rates[0]:
        return f"{found}: it grows. A factor below 1, applied once more in each epoch, makes it fall."
    if last == rates[0] == rates.max():
        return f"{found}: it stays the same. The function gets the number of the epoch: let its result depend on it."
    return f"{found}; looked for less than half of the highest, so that the steps become small at the end."
