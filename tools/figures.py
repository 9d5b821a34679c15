"""The measured figures of the lessons on MNIST, as prose shows them."""

import re
from statistics import mean

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.results.store import AS_TAUGHT, LONG, Variant, seeds_of, summary

LISTED = (
    "NN.mean, NN.lowest, NN.highest, NN.seeds (NN.long.mean and so on of a longer training), NN.deaths, "
    "NN.pairs_below_NN, and the names of a lesson's own figures (11.raw, 11.prepared)"
)
NAMED = re.compile(r"(?P<number>\d\d)\.(?P<longer>long\.)?(?P<field>\w+)")
NOT_YET = "not yet measured"
_DEAD = 0.2  # guessing reads 0.1 of the digits, or 0.1135 if it always says 1


def measured(name: str) -> str:
    """Return a measured figure.

    `01.mean`, `lowest`, `highest` and `seeds` are of the accuracies after the last epoch; `07.pairs_below_06` counts
    the seeds with which the last loss of lesson 07 is below that of lesson 06, `06.deaths` the runs that read fewer
    than one digit in five after their first epoch; any other field is the name of a lesson's own figure, a share.

    Raises:
        ValueError: there is no such lesson or figure.
    """
    found = NAMED.fullmatch(name)
    if not found:
        raise ValueError(f"a figure is named by the lesson's number and a field. There are: {LISTED}")
    lesson, field = _lesson(found["number"]), found["field"]
    if field == "deaths":
        return _deaths(lesson)
    summarized = summary(lesson, variant=LONG if found["longer"] else AS_TAUGHT)
    if summarized is None:
        return NOT_YET
    if field in ("mean", "lowest", "highest"):
        return percent(getattr(summarized, field))
    if field == "seeds":
        return str(summarized.seeds)
    own = [entry["figures"] for entry in seeds_of(lesson).values() if field in entry.get("figures", {})]
    if own:
        return percent(mean(figures[field] for figures in own))
    if pairs := re.fullmatch(r"pairs_below_(\d\d)", field):
        return _pairs_below(lesson, _lesson(pairs[1]))
    raise ValueError(f"there is no figure {field!r} of lesson {found['number']}. There are: {LISTED}")


def mean_and_std(lesson: str, variant: Variant = AS_TAUGHT) -> str | None:
    """Return a lesson's accuracy with its standard deviation, or None where it was not measured."""
    found = summary(lesson, variant=variant)
    return found and f"{percent(found.mean)} (± {100 * found.std:.2f}, {found.seeds} seeds)"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage with two decimals."""
    return f"{100 * share:.2f} %"


def _lesson(number: str) -> str:
    found = next((lesson for lesson in LESSONS if lesson.startswith(number)), None)
    if found is None:
        raise ValueError(f"there is no lesson {number}. There are: {', '.join(lesson[:2] for lesson in LESSONS)}")
    return found


def _pairs_below(lesson: str, other: str) -> str:
    ours, theirs = seeds_of(lesson), seeds_of(other)
    both = ours.keys() & theirs.keys()
    below = sum(ours[seed]["loss"][-1] < theirs[seed]["loss"][-1] for seed in both)
    return f"{below} of the {len(both)}"


def _deaths(lesson: str) -> str:
    runs = {**seeds_of(lesson, variant=Variant(epochs=1)), **seeds_of(lesson)}  # a full run begins with its first epoch
    dead = sum(entry["accuracy"][0] < _DEAD for entry in runs.values())
    return f"{dead or 'none'} of {len(runs)}"
