"""A placeholder in a lesson's prose becomes a number, a diff or an address, or is an error that says what there is."""

from functools import partial

import pytest

from mnist_lab.results.store import LONG, Summary
from tools import figures, readme
from tools.placeholders import changes, fill, value
from tools.sources import SourceError

from .notebooks import LESSONS, code, notebook

MEASURED = Summary(mean=0.91234, std=0.0012, lowest=0.9, highest=0.92, seeds=20, loss=0.3, loss_std=0.01)
BEFORE = notebook(code("a = 1\nb = 2\nc = 3\nd = 4", "model"), code("x", "train"))
AFTER = notebook(code("a = 1\nb = 2\nc = 3\nd = 5", "model"), code("x", "train"), code("new", "learning-rate"))
PROJECT = "github.com/ada/lab"
VALUE_OF = partial(
    value, lesson=AFTER, predecessor=BEFORE, address=f"https://{PROJECT}", made=["notebooks/13_new.ipynb"]
)


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(figures, "summary", lambda lesson, **which: MEASURED)


@pytest.mark.parametrize(
    ("field", "text"), [("mean", "91.23 %"), ("lowest", "90.00 %"), ("highest", "92.00 %"), ("seeds", "20")]
)
def test_a_measured_figure_stands_bare_in_its_place(measured, field, text):
    assert fill(f"It is {{{{ 01.{field} }}}}, {{{{10.long.{field}}}}}.", VALUE_OF, "") == f"It is {text}, {text}."


def test_a_longer_training_has_numbers_of_its_own(monkeypatch):
    monkeypatch.setattr(figures, "summary", lambda lesson, variant: MEASURED if variant == LONG else None)
    assert fill("{{ 01.long.mean }}, {{ 01.mean }}", VALUE_OF, "") == "91.23 %, not yet measured"
    assert readme.table().count("trained longer: 91.23 % (± 0.12, 20 seeds) |") == len(LESSONS)


def test_pairs_of_seeds_are_counted(monkeypatch, measured):
    losses = {"07": {"0": [9, 0.1], "1": [0, 0.4], "5": [0]}, "06": {"0": [0, 0.2], "1": [9, 0.3], "2": [0]}}
    monkeypatch.setattr(
        figures, "seeds_of", lambda lesson: {seed: {"loss": loss} for seed, loss in losses[lesson[:2]].items()}
    )
    assert figures.measured("07.pairs_below_06") == "1 of the 2"


@pytest.mark.parametrize(
    ("full", "short", "text"), [([0.97], [0.1, 0.98], "none of 2"), ([0.1135, 0.97, 0.19], [], "2 of 3")]
)
def test_runs_that_died_in_their_first_epoch_are_counted(monkeypatch, full, short, text):
    def seeds_of(_lesson, variant=None):
        return {str(seed): {"accuracy": [first, 0.99]} for seed, first in enumerate(short if variant else full)}

    monkeypatch.setattr(figures, "seeds_of", seeds_of)
    assert figures.measured("06.deaths") == text


def test_the_changed_lines_stand_in_a_diff_with_a_line_around_them():
    text = fill("Text.\n\n{{ changes model learning-rate }}\n\nMore.", VALUE_OF, "")
    assert text == "Text.\n\n```diff\n c = 3\n-d = 4\n+d = 5\n+new\n```\n\nMore."
    assert changes(["model"], None, AFTER).count("\n+") == 4


def test_a_file_of_the_project_has_its_address_on_github_and_in_colab():
    assert (
        fill("[a]({{ github README.md#run-it }})", VALUE_OF, "") == f"[a](https://{PROJECT}/blob/main/README.md#run-it)"
    )
    colab = f"https://colab.research.google.com/github/{PROJECT.partition('/')[2]}/blob/main/notebooks/13_new.ipynb"
    assert fill("{{ colab notebooks/13_new.ipynb }}", VALUE_OF, "") == colab, "the build is about to make it"


def test_a_formula_and_a_brace_are_left_alone():
    formula = r"$\frac{1}{1 + e^{-z}}$ and `{1: {2: 3}}`"
    assert fill(formula, VALUE_OF, "") == formula


@pytest.mark.parametrize(
    ("placeholder", "message"),
    [
        ("{{ 01.median }}", "no figure 'median' of lesson 01. There are: NN.mean"),
        ("{{ 77.mean }}", "no lesson 77. There are: 01, 02"),
        ("{{ 07.pairs_below_77 }}", "no lesson 77"),
        ("{{ mean }}", "no such placeholder. There are: NN.mean.*changes CELL…; github FILE"),
        ("{{ }}", "no such placeholder"),
        ("{{ changes }}", "no such placeholder"),
        ("{{ changes train }}", "'train' is the same in both lessons.* There are: model, train, learning-rate"),
        ("{{ changes nowhere }}", "'nowhere' is the same in both lessons, or in neither"),
        ("{{ github READ.md }}", "no file READ.md"),
        ("{{ 01.mean }", "no `}}` on its line closes it"),
    ],
)
def test_one_that_stands_for_nothing_is_an_error_that_names_it(measured, placeholder, message):
    with pytest.raises(SourceError, match=rf"^a\.md: the cell 'b': .*{message}"):
        fill(f"Text {placeholder}", VALUE_OF, "a.md: the cell 'b'")
