"""The tasks of exercise 09: an interval, a p-value, optimism, and a difference of recipes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from mnist_lab.checks.evidence import NotYet
from mnist_lab.checks.task import call, numbers, task

Marks = npt.NDArray[np.bool_]  # of digits, or of runs and digits: classified correctly, or misclassified


@task(
    "09.1",
    "Interval by resampling",
    "your interval says how far the accuracy on all such digits may lie from the measured one",
    """
four digits: right, right, right, wrong, so an accuracy of 0.75
drawn again, one after the other, each put back: right, wrong, right, wrong: 0.50
once more: right, right, right, right: 1.00
and again: wrong, right, right, right: 0.75
The list of these means is what the interval is cut from. Without putting back, each of them would be 0.75.""",
)
def interval_by_resampling(interval: Any) -> None:
    """Judge a function of which digits were classified correctly, `[n]` bool, that returns a 95% interval."""
    ratios, moved = [], []
    for count, correct in ((400, 360), (1_000, 950), (2_000, 1_960), (600, 480)):
        marks = np.random.default_rng(count).permutation(np.arange(count) < correct)
        low, high = np.sort(numbers(call(interval, marks), "the interval", 2))
        accuracy, reference = correct / count, binomtest(correct, count).proportion_ci(method="wilson")
        found = f"Found {low:.4g} to {high:.4g} for {correct} of {count} digits"
        if high > 1.5:
            raise NotYet(f"{found}. Expected fractions: an accuracy of {accuracy:.0%} is {accuracy:g}.")
        ratio = (high - low) / (reference.high - reference.low)
        if ratio < 0.05:
            raise NotYet(f"{found}, no width at all. Drawn without replacement, every resample is the same digits.")
        if ratio > 10:
            raise NotYet(f"{found}. Single digits, each right or wrong, spread that far; you want that of their mean.")
        ratios.append(ratio)
        moved.append((low + high - reference.low - reference.high) / (reference.high - reference.low))
        if abs(moved[-1]) > 0.6 * max(ratio, 1):
            raise NotYet(f"{found}. Expected an interval around the accuracy, {accuracy:g}: what is it centred on?")
    if not 0.88 <= np.mean(ratios) <= 1.2 or abs(np.mean(moved)) > 0.25:
        found = (
            f"Found intervals {np.mean(ratios):.2f} times as wide as those that hold the true accuracy 95% of the time"
        )
        if np.mean(ratios) > 1.5:
            raise NotYet(f"{found}. A mean of fewer digits varies more. How many does each of your resamples hold?")
        raise NotYet(f"{found}. How many of the resampled means lie below yours, and how many above?")


@task(
    "09.2",
    "A p-value for two networks",
    "your p-value is about the digits that only one of the two networks misclassifies",
    """
network A misclassifies digits 1, 2 and 3; network B misclassifies 3, 4, 5, 6 and 7
Digit 3 favours neither. Six digits are left: 2 that only A gets wrong, 4 that only B does.
If they were equally good, each of the six would be a coin toss. Of 64 sequences of tosses,
22 have two heads or fewer, and 22 have four or more: as uneven as this, or worse, either way.
44 of 64 is 0.69: no surprise at all.""",
)
def p_of_two_networks(p_value: Any) -> None:
    """Judge a function of which digits each of two networks misclassified, `[n]` bool, that returns the p-value."""

    def found(only_first: int, only_second: int, both: int) -> float:
        groups = np.repeat([0, 1, 2, 3], [only_first, only_second, both, 3_000 - only_first - only_second - both])
        groups = np.random.default_rng(both).permutation(groups)
        p = float(numbers(call(p_value, (groups == 0) | (groups == 2), (groups == 1) | (groups == 2)), "the p-value"))
        if not -1e-9 <= p <= 1 + 1e-9:
            raise NotYet(f"Found {p:.4g}, expected a probability from 0 to 1.")
        return p

    p, turned, companions, even = found(70, 52, 60), found(52, 70, 60), found(70, 52, 900), found(40, 40, 60)
    exact = binomtest(52, 122).pvalue
    case = f"Found p = {p:.2g} where the first network alone misclassifies 70 digits, and the second alone 52"
    if p == turned == companions == even:
        raise NotYet(f"{case}, and wherever else. Which digits say that one of them is better?")
    if not _near(p / max(companions, 1e-9), 1.5):
        more = f"p = {companions:.2g} once both misclassify 840 more"
        raise NotYet(f"{case}, but {more}. Both saw the same digits: what does a digit say that both get wrong?")
    if not _near(max(p, turned) / max(min(p, turned), 1e-9), 1.5) or (_near(2 * p / exact, 1.35) and even < 0.75):
        raise NotYet(f"{case}, and p = {turned:.2g} the other way. The other way would have surprised you, too.")
    if not (_near(p / exact, 1.5) and even > 0.75):
        raise NotYet(f"{case}, and {even:.2g} where each misclassifies 40, expected {exact:.2g} and 1.")


def _near(ratio: float, factor: float) -> bool:
    return 1 / factor <= ratio <= factor


@task(
    "09.3",
    "Optimism",
    "your function measures how much the choice of the best run flatters it",
    """
misclassified (1), a row for each run:   A: 0 0 1 0    B: 1 0 0 0    C: 0 1 0 1
choose by digits 1 and 2: A, with 100%. On digits 3 and 4, A has 50%. That's 0.5 too good.
choose by digits 3 and 4: B, with 100%. On digits 1 and 2, B has 50%. That's 0.5 too good.
The mean, 0.5, is the optimism of this choice, although A and B classify 75% of all four digits.""",
)
def optimism_of_the_best(optimism: Any) -> None:
    """Judge a function of misclassified digits, `[runs, digits]` bool, that returns reported − honest accuracy."""
    rng, found, expected, leads = np.random.default_rng(9), [], [], []
    for _ in range(4):  # forty runs that are equally good
        wrong = rng.random((40, 400)) < 0.1
        found.append(float(numbers(call(optimism, wrong), "the optimism")))
        expected.append(_mean_optimism(wrong, rng))
        leads.append(wrong.mean() - wrong.mean(axis=1).min())
    ratio = np.mean(found) / np.mean(expected)
    case = f"Found {np.mean(found):.3g} for runs that are equally good, expected about {np.mean(expected):.2g}"
    if not any(found):
        raise NotYet(f"{case}. If the digits chose the run and judge it, too, they flatter it: who else could judge?")
    if 30 < abs(ratio) < 200:
        raise NotYet(f"{case}. Give a fraction, not percentage points.")
    if -1.6 < ratio < -0.5:
        raise NotYet(f"{case}. Mind the sign: reported minus honest accuracy.")
    if abs(ratio) < 0.15:
        how = "If all digits choose, the judge had a vote; if both halves choose, each flatters a run of its own"
        raise NotYet(f"{case}. {how}. Let one half choose, and the other judge the same run.")
    if abs(ratio) < 0.5:
        raise NotYet(f"{case}. If all digits choose, the judge had a vote. Let those that judge have no say.")
    better = rng.random((40, 400)) < np.where(np.arange(40) == 0, 0.02, 0.3)[:, np.newaxis]  # one run is better
    if abs(lead := float(numbers(call(optimism, better), "the optimism"))) > 0.05:
        found_lead = f"Found {lead:.2g} where one run is better on any digits, expected about 0"
        raise NotYet(
            f"{found_lead}. That's a lead over other runs. Compare the chosen run with itself, on digits without a say."
        )
    if not 0 < ratio < 1.6:
        raise NotYet(f"{case}. One split of the digits is luck: take the mean over many splits.")


def _mean_optimism(wrong: Marks, rng: np.random.Generator, splits: int = 300) -> float:
    """Return the mean of reported − honest accuracy of the best run, chosen by one half and judged by the other."""
    gaps = []
    for _ in range(splits):
        chosen, judge = np.split(wrong[:, rng.permutation(wrong.shape[1])], 2, axis=1)
        best = chosen.mean(axis=1).argmin()
        gaps.append(judge[best].mean() - chosen[best].mean())
    return float(np.mean(gaps))


@task(
    "09.4",
    "A difference and both draws",
    "your interval allows for the draw of the seeds and for that of the digits",
    """
misclassified (1), two seeds of each recipe, three digits:
first recipe: 0 0 1, 0 0 1    second recipe: 0 1 1, 0 1 1    the first is ahead by 1 of 3 digits: 0.33
other seeds: whichever you draw again, the rows are alike, so the difference is 0.33: no width
other digits: draw 1, 3, 3 and it's 0; draw 2, 2, 2 and it's 1
Three digits leave it wide open. An interval from the seeds alone would have been sure.""",
)
def difference_of_recipes(difference: Any) -> None:
    """Judge a function of two recipes' misclassified digits, `[seeds, digits]` bool: an interval of how far the first
    is ahead, in accuracy.
    """
    rng = np.random.default_rng(4)
    rates = [rng.permutation(np.linspace(lowest, lowest + 0.1, 20)) for lowest in (0.02, 0.05)]
    seeds = [rng.random((20, 1_500)) < each[:, np.newaxis] for each in rates]
    hard = rng.random(600)  # whether a digit is hard decides nearly everything: for both recipes, or for one
    digits = [(hard < 0.1) | ((hard > low) & (hard < high)) for low, high in ((0.1, 0.12), (0.2, 0.26))]
    digits = [rows ^ (rng.random((20, 600)) < 0.001) for rows in digits]
    ratios = []
    for first, second in (seeds, digits):
        ends = call(difference, first, second)
        ends = np.sort(numbers(np.hstack(ends) if isinstance(ends, tuple) else ends, "the interval", None))
        if len(ends) not in (2, 3):  # the difference may be returned with its interval
            raise NotYet(f"Found {len(ends)} numbers, expected both ends of an interval.")
        low, high = ends[0], ends[-1]
        middle, half = second.mean() - first.mean(), 1.96 * standard_error(first, second)
        found = f"Found {low:.3g} to {high:.3g} where the first recipe's accuracy is higher by {middle:.3f}"
        if max(abs(low), abs(high)) > 0.5:
            raise NotYet(f"{found}. Give fractions, from −1 to 1.")
        if abs(low + high + 2 * middle) / 2 < half / 2 < middle:
            raise NotYet(f"{found}. Mind the sign: the first recipe's accuracy minus the second's.")
        if abs(low + high - 2 * middle) / 2 > half / 2:
            raise NotYet(f"{found}. Expected an interval around that difference.")
        ratios.append((high - low) / 2 / half)
    of_seeds, of_digits = ratios
    found = f"Found {of_seeds:.2f} of the expected width where seeds matter most, {of_digits:.2f} where digits do"
    if of_seeds < 0.65 and of_digits < 0.65:
        raise NotYet(f"{found}. The cells aren't independent draws: twenty networks share each digit.")
    if of_digits < 0.65:
        raise NotYet(f"{found}. Other digits would have moved it: they're a draw, too.")
    if of_seeds < 0.65:
        raise NotYet(f"{found}. Other seeds would have moved it: they're a draw, too.")
    if of_digits > 1.45:
        raise NotYet(f"{found}. Both recipes are judged by the same digits: draw these once, for both.")
    if of_seeds > 1.45:
        raise NotYet(f"{found}. That's the spread of single runs: you want that of the recipes' means.")


def standard_error(first: Marks, second: Marks) -> float:
    """Return that of the difference: from the means of each recipe's seeds, and of each digit's difference."""
    of_seeds = sum(rows.mean(axis=1).var(ddof=1) / len(rows) for rows in (first, second))
    of_digits = (second.mean(axis=0) - first.mean(axis=0)).var(ddof=1) / first.shape[1]
    return float(np.sqrt(of_seeds + of_digits))


TASKS = interval_by_resampling, p_of_two_networks, optimism_of_the_best, difference_of_recipes
