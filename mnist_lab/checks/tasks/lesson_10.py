"""The tasks of exercise 10: a one-cycle schedule, a distortion of one's own, and what each part of a recipe gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.evidence import NotYet, probabilities_of, shown
from mnist_lab.checks.task import call, numbers, task, training_digits
from mnist_lab.checks.tasks.lesson_09 import difference_of_recipes, standard_error

Array = npt.NDArray[np.float64]

_PEAK, _CASES, _STEPS_JUDGED = 0.01, (429, 4_290, 60), 101  # the steps of one epoch, of ten, and of a short run
_LOW_START, _LOW_END, _LEAST_AT_WORK = 0.5, 0.1, 0.3


@task(
    "10.1",
    "One cycle",
    "your rate rises to its peak, falls to nearly nothing with the last step, and knows how many steps there are",
    """
five steps, numbered 0 to 4, with straight lines up and down:
step  0      1      2      3      4
rate  0.002  0.006  0.010  0.005  0.000
The same hill over ten steps: each line takes twice as many. Only `steps` tells which of the two it is.""",
)
def one_cycle(rate: Any) -> None:
    """Judge a function of a step (from 0 on) and the number of steps that returns the learning rate at that step."""
    for steps in _CASES:
        at = np.linspace(0, steps - 1, min(steps, _STEPS_JUDGED)).round().astype(int)
        rates = np.array([float(numbers(call(rate, int(step), steps), "the rate")) for step in at])
        first, peak, last = rates[0], rates.max(), rates[-1]
        found = (
            f"Over {steps:,} steps, found {first:.3g} at the first, {peak:.3g} at the highest, {last:.3g} at the last"
        )
        if rates.min() < 0:
            raise NotYet(f"{found}, and {rates.min():.3g} in between. A rate below 0 makes the loss climb.")
        if np.ptp(rates) <= 0.01 * peak:
            raise NotYet(f"{found}. It stays the same: let it rise, then fall.")
        if first > _LOW_START * peak and last < first:
            raise NotYet(f"{found}. It starts at full height: let it rise first, from half of the peak or less.")
        if last > _LOW_END * _PEAK:
            raise NotYet(
                f"{found}. Your last step is still high. For how many steps is it planned? These are {steps:,}."
            )
        if abs(peak / _PEAK - 1) > 0.05:
            raise NotYet(f"{found}. Expected {_PEAK} at the highest.")
        top = int(np.argmax(rates > 0.99 * peak))
        if np.diff(rates[: top + 1]).min(initial=0) < -0.01 * peak or np.diff(rates[top:]).max(initial=0) > 0.01 * peak:
            raise NotYet(f"{found}, and more than one hill in between. One cycle rises once and falls once.")
        if np.mean(rates > _LOW_END * peak) < _LEAST_AT_WORK:
            raise NotYet(f"{found}, and next to nothing most of the time. For how many steps is it planned?")
        if at[top] > steps / 2:
            raise NotYet(f"{found}. The peak comes at step {at[top]:,}, expected it in the first half.")


_DIGITS, _COPIES, _DIFFERENT = 1_000, 64, 5
_LEAST_CHANGE = 0.002  # of a pixel on average; a patch of 4 × 4 erased anywhere changes more
_TRAINED, _STILL_CLASSIFIED = 0.9, 0.8


@task(
    "10.2",
    "Distort your way",
    "each digit gets a distortion of its own, another in each call, and your network still classifies most of them",
    """
two copies of one row of pixels:   0 1 1 0 0   and   0 1 1 0 0
shifts drawn for each, +1 and −1:  0 0 1 1 0   and   1 1 0 0 0    each its own: good
shifts drawn once, +1 for both:    0 0 1 1 0   and   0 0 1 1 0    the batch moved together
In the next call, other shifts are drawn, so the next epoch shows other images.""",
)
def distort_your_way(distort: Any, model: Any) -> None:
    """Judge a function of images `[n, 784]` that returns them distorted, and the network that classifies them."""
    digits, labels = training_digits(_DIGITS)
    distorted = _distorted(distort, digits)
    change = np.abs(distorted - digits).mean()
    if change < _LEAST_CHANGE:
        raise NotYet(f"Found the images as they came, or nearly: a mean change of {change:.2g} in a pixel.")
    if np.array_equal(distorted, _distorted(distort, digits)):
        raise NotYet("Found the same images in two calls. Each epoch should show others: draw anew in each call.")
    copies = np.repeat(digits[labels == 8][:1], _COPIES, axis=0)
    different = len(np.unique(_distorted(distort, copies).round(4), axis=0))
    if different == 1:
        raise NotYet(f"Found {_COPIES} copies of a digit alike. A batch moved together: draw for each digit of it.")
    if model is None:
        raise NotYet("Found no model. Hand in the network of 10.0, once it's trained.")
    before, after = (float(np.mean(_classes(model, images) == labels)) for images in (digits, distorted))
    if before < _TRAINED:
        raise NotYet(f"Found that your network classifies {before:.0%} of the digits as written. Train it first: 10.0.")
    if after < _STILL_CLASSIFIED:
        found = f"Found {after:.0%} of the distorted digits classified correctly, {before:.0%} as written"
        raise NotYet(f"{found}. Your network gives up; would you? Draw some of them, with lab.display_digits.")
    if different < _DIFFERENT:
        raise NotYet(f"Found {different} different images for {_COPIES} copies of a digit. Draw from more than these.")


def _distorted(distort: Any, images: npt.NDArray) -> Array:
    returned = numbers(call(distort, images), "the images", *images.shape)
    if returned.min() < -0.01 or returned.max() > 1.01:
        found = f"Found pixels from {returned.min():.3g} to {returned.max():.3g}"
        raise NotYet(f"{found}. Expected 0 (paper) to 1 (ink), as they came.")
    return returned


def _classes(model: Any, images: npt.NDArray) -> npt.NDArray:
    return probabilities_of(model, images.astype(np.float32)).argmax(axis=1)


# With three runs of each, Student's t is 2.8 standard errors (four degrees of freedom) to 4.3 (two).
_FEW, _FEW_RATES, _FEWEST_ERRORS = 3, ((0.02, 0.05, 0.08), (0.06, 0.1, 0.14)), 2.6
_WHOLE, _WITHOUT = 0.03, {"a": 0.05, "b": 0.0302, "c": 0.02}  # error rates: the whole's, and without each part


@task(
    "10.3",
    "Effects of each part",
    "you know of each part how much it gains, how sure that is, and whether it's settled",
    """
accuracy of the whole recipe: 0.990
without part A: 0.970, so A gains 0.020, perhaps from 0.012 to 0.028: 0 isn't in there. Settled.
without part B: 0.989, so B gains 0.001, perhaps from −0.004 to 0.006: it may gain or cost. Not settled.
without part C: 0.995, so C gains −0.005, perhaps from −0.009 to −0.001. Settled: it costs accuracy.""",
)
def effects_of_parts(effects: Any) -> None:
    """Judge a function of the whole recipe's misclassified digits, `[runs, digits]` bool, and a dict of those without
    each part: it returns a dict by part of (difference, low, high, settled), in accuracy.
    """
    rng = np.random.default_rng(103)
    whole, without = _runs(rng, _WHOLE), {part: _runs(rng, rate) for part, rate in _WITHOUT.items()}
    _check_rows(_effects(effects, whole, without), whole, without)

    def difference(first: Any, second: Any) -> Any:
        return effects(first, {"part": second})["part"][:3]

    try:
        difference_of_recipes.judge(difference)
    except NotYet as hint:
        raise NotYet(f"{hint} You've met this in 09.4.") from hint
    _check_few_runs(difference)


def _runs(rng: np.random.Generator, rate: float) -> npt.NDArray[np.bool_]:
    return rng.random((12, 2_000)) < rate


def _effects(effects: Any, whole: npt.NDArray, without: Mapping[str, npt.NDArray]) -> dict[str, tuple[float, ...]]:
    returned = call(effects, whole, dict(without))
    if not isinstance(returned, Mapping) or set(returned) != set(without):
        expected = f"a dict with the parts {', '.join(map(repr, without))}, each (difference, low, high, settled)"
        raise NotYet(f"Found {shown(returned)}, expected {expected}.")
    return {part: tuple(numbers(returned[part], f"the part {part!r}", 4)) for part in without}


def _check_rows(found: Mapping[str, tuple[float, ...]], whole: npt.NDArray, without: Mapping[str, npt.NDArray]) -> None:
    """Check each part's difference, and then whether what is called settled is so by its interval."""
    for part, (difference, *_) in found.items():
        expected = without[part].mean() - whole.mean()
        text = f"Found a difference of {difference:.4g} for the part {part!r}, expected {expected:.4g}"
        if abs(difference - expected) > 5e-4 + 0.02 * abs(expected):
            points = abs(difference) > 50 * abs(expected)
            how = "fractions, not percentage points" if points else "the accuracy of the whole minus that without it"
            raise NotYet(f"{text}. Give {how}.")
    for part, (difference, low, high, settled) in found.items():
        text = f"Found {low:.4g} to {high:.4g} for the part {part!r}"
        if not low <= difference <= high:
            raise NotYet(f"{text}, and a difference of {difference:.4g} outside. Give low, then high.")
        if bool(settled) != (low > 0 or high < 0):
            if high < 0:
                raise NotYet(f"{text}, not settled. That's below 0 for sure: the part costs accuracy.")
            what = "settled. But 0 is in there" if settled else "not settled. But 0 isn't in there"
            raise NotYet(f"{text}, {what}.")


def _check_few_runs(difference: Any) -> None:
    """Check that with three runs of each recipe, which differ much, the interval is Student's and no normal one."""
    rng = np.random.default_rng(3)
    first, second = (rng.random((_FEW, 2_000)) < np.array(rates)[:, np.newaxis] for rates in _FEW_RATES)
    low, high = sorted(numbers(difference(first, second), "the interval", 3)[1:])
    errors = (high - low) / 2 / standard_error(first, second)
    if errors < _FEWEST_ERRORS:
        found = f"Found {errors:.2f} standard errors to each side with {_FEW} runs of each recipe"
        raise NotYet(
            f"{found}, expected {_FEWEST_ERRORS:g} or more. Few runs don't tell their spread: use Student's t."
        )


TASKS = one_cycle, distort_your_way, effects_of_parts
