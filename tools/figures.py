"""The measured figures of the lessons on MNIST, as prose shows them."""

import json
import re
from statistics import mean

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.results import experiments, speed
from mnist_lab.results.store import AS_TAUGHT, LONG, TESTED, Variant, seeds_of, summary

LISTED = (
    "NN.mean, NN.lowest, NN.highest, NN.seeds, NN.errors (10.tested.mean and so on of all digits and the test digits, "
    "10.long.mean of the longer training), "
    "NN.deaths and NN.pairs_below_NN"
)
NAMED = re.compile(r"(\d\d)\.(?:(long|tested)\.)?(\w+)")
_STATISTICS = {"mean": mean, "lowest": min, "highest": max}
VALIDATION_DIGITS = 10_000
_DEAD = 0.2  # guessing reads 0.1 of the digits, or 0.1135 if it always says 1


def measured(name: str) -> str:
    """Return a measured figure by its name, which is as `NAMED` has it and one of those `LISTED`.

    `04.errors` is the mean number of errors in the digits that were evaluated, `07.pairs_below_06` counts the seeds
    with which the last loss of lesson 07 is below that of lesson 06, `06.deaths` the runs that read fewer than one
    digit in five after their first epoch.
    """
    number, which, field = NAMED.fullmatch(name).groups()
    lesson = _lesson(number)
    if field == "deaths":
        runs = {**seeds_of(lesson, variant=Variant(epochs=1)), **seeds_of(lesson)}  # a full run's first epoch counts
        return f"{sum(run['accuracy'][0] < _DEAD for run in runs.values()) or 'none'} of {len(runs)}"
    accuracies = summary(lesson, variant={"long": LONG, "tested": TESTED}.get(which, AS_TAUGHT))
    if accuracies is None:
        return "not yet measured"
    if field == "seeds":
        return str(accuracies.seeds)
    if field == "errors":
        return str(round((accuracies.held_out or VALIDATION_DIGITS) * (1 - accuracies.mean)))
    if field in ("mean", "lowest", "highest"):
        return percent(getattr(accuracies, field))
    if pairs := re.fullmatch(r"pairs_below_(\d\d)", field):
        ours, theirs = seeds_of(lesson), seeds_of(_lesson(pairs[1]))
        both = ours.keys() & theirs.keys()
        return f"{sum(ours[seed]['loss'][-1] < theirs[seed]['loss'][-1] for seed in both)} of the {len(both)}"
    raise ValueError(f"there is no figure {field!r} of lesson {number}. There are: {LISTED}")


def of_experiment(name: str, value: str, statistic: str, settings: list[str]) -> str:
    """Return what an experiment found: the mean, lowest or highest over its seeds, their number, or which were dead.

    Of an accuracy, `missed` is the mean share of errors, and `surviving` the mean over the runs that weren't dead.

    Values named after an accuracy are percentages, others have three digits; `percent` is the mean of any share. A
    minus is no hyphen. The settings are those of the arm, each NAME=VALUE in JSON or as a word. ValueError if there is
    no such experiment, arm, value or statistic.
    """
    arm = {setting.partition("=")[0]: _setting(setting.partition("=")[2]) for setting in settings}
    found = experiments.measured_values(name, **arm)
    if value not in found:
        raise ValueError(f"{name} has no value {value!r}. There are: {', '.join(found)}")
    values = found[value]
    if statistic == "seeds":
        return str(len(values))
    if statistic == "dead":
        return f"{(values < _DEAD).sum() or 'none'} of {len(values)}"
    if statistic in ("missed", "percent"):
        return percent(float(values.mean() if statistic == "percent" else 1 - values.mean()))
    if statistic == "surviving":
        return percent(float(values[values >= _DEAD].mean()))
    if statistic not in _STATISTICS:
        raise ValueError(
            f"there is no statistic {statistic!r}. There are: {', '.join(_STATISTICS)}, seeds, percent, missed, dead, "
            "surviving"
        )
    number = float(_STATISTICS[statistic](values.astype(float)))  # of whole numbers, `mean` would cut off the fraction
    shown = percent(number) if "accuracy" in value else f"{float(f'{number:.3g}'):,g}"
    return shown.replace("-", "−")


def of_machine(words: str) -> str:
    """Return what was measured on a machine: `NVIDIA H200 / lesson 06's CNN / fit as taught`, a later epoch's seconds.

    With `/ first` behind that it is the first epoch's, with `/ accuracy` the accuracy after it; the machine's name
    alone stands for what is known about it. ValueError if there is no such machine, network, way or figure.
    """
    machine, *rest = words.split(" / ")
    known = speed.on_machine(machine)
    if not rest:
        return known["about"]
    if len(rest) not in (2, 3):
        raise ValueError("expected MACHINE, or MACHINE / NETWORK / WAY, and perhaps / FIGURE")
    if not known["rows"]:
        return "not yet measured"
    network, way, figure = (*rest, "next")[:3]
    if figure not in (found := speed.row(machine, network, way)):
        there = ", ".join(name for name in found if name not in ("network", "way"))
        raise ValueError(f"there is no figure {figure!r}. There are: {there}")
    return percent(found[figure]) if figure == "accuracy" else f"{found[figure]:.3g}"


def _setting(text: str) -> experiments.Setting:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def percent(share: float) -> str:
    """Return a share of 1 as a percentage with two decimals."""
    return f"{100 * share:.2f}%"


def _lesson(number: str) -> str:
    for lesson in LESSONS:
        if lesson.startswith(number):
            return lesson
    raise ValueError(f"there is no lesson {number}. There are: {', '.join(lesson[:2] for lesson in LESSONS)}")
