"""A placeholder in a lesson's prose becomes a number, a diff or an address, or is an error that says what there is."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_lab.results.store import AS_TAUGHT, TESTED, Summary, Variant
from tools import figures, readme
from tools.placeholders import fill
from tools.project import on_colab, on_github

from .notebooks import LESSONS, code, prose, source

MEASURED = Summary(mean=0.91234, std=0.0012, lowest=0.9, highest=0.92, seeds=20, loss=0.3, loss_std=0.01)
HELD_OUT = replace(MEASURED, held_out=5_000)
TESTED_10 = replace(MEASURED, mean=0.94321)
BEFORE = source(code("a = 1\nb = 2\nc = 3\nd = 4", "model"), code("x", "train"))
AFTER = source(
    prose("one two three", "title"),
    code("a = 1\nb = 2\nc = 3\nd = 5", "model"),
    code("x", "train"),
    code("new", "learning-rate"),
    prose("four " * 1300, "deeper"),
    predecessor="01_a",
    runs=[90, 30],
)
LESSONS_SOURCES = {"01_a": BEFORE, "02_b": AFTER}
RUNS = {
    "06": {"0": ([0.97], [0, 0.2]), "1": ([0.98], [9, 0.3]), "2": ([0.97], [0])},
    "07": {"0": ([0.97], [9, 0.1]), "1": ([0.97], [0, 0.4]), "5": ([0.97], [0])},
    "08": {"0": ([0.1135], [0]), "1": ([0.97], [0])},
}
RATES, ARM = "experiment 06-rates", "rate=0.01 optimizer=adam"
FIT = {"network": "lesson 01's layer", "way": "fit, 20 steps", "first": 12.34, "next": 0.1236, "accuracy": 0.9876}
SPEED = {"machines": [{"name": "My card", "about": "2030, one run", "rows": [FIT]}, {"name": "Other", "rows": []}]}
ONE_EPOCH = {"08": {"1": ([0.1], [0]), "2": ([0.19], [0])}}  # the first epoch of a full run comes before it


def summary(lesson, *, variant=AS_TAUGHT):
    if variant == TESTED:
        return TESTED_10 if lesson[:2] == "10" else None
    return None if lesson[:2] == "02" and variant == AS_TAUGHT else HELD_OUT if lesson[:2] == "10" else MEASURED


def seeds_of(lesson, *, variant=AS_TAUGHT):
    runs = {AS_TAUGHT: RUNS, Variant(epochs=1): ONE_EPOCH}[variant].get(lesson[:2], {})
    return {seed: {"accuracy": accuracy, "loss": loss} for seed, (accuracy, loss) in runs.items()}


def measured_values(name, **arm):
    if (name, arm) != ("06-rates", {"rate": 0.01, "optimizer": "adam"}):
        raise ValueError("no such arm")
    return {
        "val_accuracy": np.array([0.9, 0.1, 0.98]),
        "loss": np.array([1200.0, 0.5, 0.1]),
        "errors": np.array([2, 3, 3]),
        "change": np.array([-0.25, -0.5, 3e-7]),
    }


@pytest.fixture(autouse=True)
def measured(monkeypatch):
    """What was measured: of lesson 02 the longer training alone."""
    monkeypatch.setattr(figures, "summary", summary)
    monkeypatch.setattr(readme, "summary", summary)
    monkeypatch.setattr(figures, "seeds_of", seeds_of)
    monkeypatch.setattr(figures.experiments, "measured_values", measured_values)
    monkeypatch.setattr(figures.speed, "_contents", lambda: SPEED)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("01.mean", "91.23%"),
        ("01.lowest", "90.00%"),
        ("01.highest", "92.00%"),
        ("01.seeds", "20"),
        ("02.mean", "not yet measured"),
        ("02.long.mean", "91.23%"),
        ("01.errors", "877"),
        ("10.errors", "438"),
        ("10.tested.mean", "94.32%"),
        ("07.pairs_below_06", "1 of the 2"),
        ("06.deaths", "none of 3"),
        ("08.deaths", "2 of 3"),
        (f"{RATES} val_accuracy lowest {ARM}", "10.00%"),
        (f"{RATES} val_accuracy dead {ARM}", "1 of 3"),
        (f"{RATES} val_accuracy surviving {ARM}", "94.00%"),
        (f"{RATES} val_accuracy missed {ARM}", "34.00%"),
        (f"{RATES} val_accuracy percent {ARM}", "66.00%"),
        (f"{RATES} loss highest {ARM}", "1,200"),
        (f"{RATES} change mean {ARM}", "−0.25"),
        (f"{RATES} change highest {ARM}", "3e−07"),
        (f"{RATES} loss mean {ARM}", "400"),
        (f"{RATES} loss seeds {ARM}", "3"),
        (f"{RATES} errors mean {ARM}", "2.67"),
        ("speed My card / lesson 01's layer / fit, 20 steps", "0.124"),
        ("speed My card / lesson 01's layer / fit, 20 steps / first", "12.3"),
        ("speed My card / lesson 01's layer / fit, 20 steps / accuracy", "98.76%"),
        ("speed My card", "2030, one run"),
        ("speed Other / lesson 01's layer / fit, 20 steps", "not yet measured"),
        ("changes model learning-rate", "```diff\n c = 3\n-d = 4\n+d = 5\n+new\n```"),
        ("code 01_a/model", "```python\na = 1\nb = 2\nc = 3\nd = 4\n```"),
        ("times", "Core: 5 minutes · with the deeper part: 15 minutes"),
        ("github README.md#run-it", on_github("README.md#run-it")),
        ("colab notebooks/13_new.ipynb", on_colab("notebooks/13_new.ipynb")),
    ],
)
def test_a_placeholder_becomes_its_value(words, value):
    assert fill(f"(a{{{{ {words} }}}}, {{{{{words}}}}}.", "02_b", LESSONS_SOURCES) == f"(a{value}, {value}."


def test_without_a_predecessor_every_line_is_new():
    assert fill("{{ changes model }}", "01_a", LESSONS_SOURCES).count("\n+") == 4


def test_the_readme_prefers_the_test_digits_to_a_held_out_set():
    assert "94.32% (± 0.12, 20 seeds); trained longer: 91.23%" in readme.table()
    assert "held out" not in readme.table().split("|", 3)[3].replace(readme.CHANGES[8], "")


def test_the_readme_tells_a_longer_training_apart():
    longer = "; trained longer: 91.23% (± 0.12, 20 seeds) |"
    rows = {name: readme.table().count(f"| {name}{longer}") for name in ("91.23% (± 0.12, 20 seeds)", "–")}
    assert rows == {"91.23% (± 0.12, 20 seeds)": len(LESSONS) - 2, "–": 1}


@pytest.mark.parametrize(
    ("placeholder", "message"),
    [
        ("{{ 01.median }}", "no figure 'median' of lesson 01. There are: NN.mean"),
        ("{{ 77.mean }}", "no lesson 77. There are: 01, 02"),
        ("{{ 07.pairs_below_77 }}", "no lesson 77"),
        ("{{ mean }}", "no such placeholder. There are: NN.mean.*changes CELL…; code LESSON/CELL; times; github FILE"),
        (f"{{{{ {RATES} error mean {ARM} }}}}", "06-rates has no value 'error'. There are: val_accuracy, loss, errors"),
        (f"{{{{ {RATES} loss median {ARM} }}}}", "no statistic 'median'. There are: mean, lowest"),
        (f"{{{{ {RATES} loss mean rate=0.1 }}}}", "no such arm"),
        ("{{ speed }}", "no such placeholder"),
        ("{{ speed No card }}", "machine must be one of My card; Other. Received: 'No card'"),
        ("{{ speed My card / lesson 01's layer }}", "expected MACHINE, or MACHINE / NETWORK / WAY"),
        ("{{ speed My card / lesson 01's layer / fit }}", "way must be one of fit, 20 steps"),
        (
            "{{ speed My card / lesson 01's layer / fit, 20 steps / loss }}",
            "no figure 'loss'. There are: first, next, acc",
        ),
        ("{{ changes }}", "no such placeholder"),
        ("{{ changes train }}", "'train' is the same in both lessons.* There are: model, train, learning-rate"),
        ("{{ code 01_a/data }}", "lesson 01_a has no code in a cell 'data'. There are: model, train"),
        ("{{ code 07_g/model }}", "The lessons are: 01_a, 02_b"),
        ("{{ 01.mean }", "no `}}` on its line closes it"),
    ],
)
def test_one_that_stands_for_nothing_is_an_error_that_names_it(placeholder, message):
    with pytest.raises(ValueError, match=rf"^\W*{placeholder.strip('{ }')}.*{message}"):
        fill(f"Text {placeholder}", "02_b", LESSONS_SOURCES)
