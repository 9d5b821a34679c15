"""The mistakes that are made on purpose: there are enough of them, each can be made, and what notices it is told."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from mnist_lab.checks.lessons import LESSONS
from tools import mutate_lessons
from tools.mutate_lessons import mutated, noticed_by
from tools.mutations import MUTATIONS, Mutation
from tools.project import NOTEBOOKS, read

LESSON = "01_dense_softmax"
FIRST = MUTATIONS[LESSON][0]


def test_every_lesson_has_three_mistakes_or_more():
    assert list(MUTATIONS) == list(LESSONS)
    assert all(len({mutation.name for mutation in several}) >= 3 for several in MUTATIONS.values())


@pytest.mark.parametrize("lesson", MUTATIONS)
def test_each_mistake_can_be_made_and_is_python(lesson):
    sources = {cell.id: cell.source for cell in read(NOTEBOOKS / f"{lesson}.ipynb").cells}
    for mutation in MUTATIONS[lesson]:
        changed = mutation.apply(sources[mutation.cell])
        assert changed != sources[mutation.cell], mutation.name
        ast.parse(changed)


def test_a_mistake_is_made_in_its_cell_alone():
    before, after = mutated(LESSON, None), mutated(LESSON, FIRST)
    changed = [new.id for old, new in zip(before.cells, after.cells, strict=True) if old != new]
    assert changed == [FIRST.cell]


def test_a_mistake_that_does_not_fit_its_cell_is_an_error():
    with pytest.raises(ValueError, match="expected 'sigmoid' once in 'model', found it 2×"):
        Mutation("swapped", "model", "sigmoid", "relu").apply("sigmoid sigmoid")


@pytest.fixture
def pytest_ends(monkeypatch):
    """A function that makes pytest, when it is to run a lesson, end with a status and this result for `name`."""

    def ends(status, name, result):
        def run(command, **_):
            if result:
                report = f"<a><b><testcase name='{name}'><{result}/></testcase><testcase name='Cell 0'/></b></a>"
                Path(command[-1].removeprefix("--junitxml=")).write_text(report)
            return SimpleNamespace(returncode=status, stdout="its last words")

        monkeypatch.setattr(mutate_lessons.subprocess, "run", run)

    monkeypatch.setattr(mutate_lessons.shutil, "copytree", lambda _, to, **__: (to / "notebooks").mkdir(parents=True))
    return ends


@pytest.mark.parametrize(
    ("name", "noticer"),
    [("Cell 1", "parameters"), (f"test_the_loss_is_as_measured[{LESSON}]", "test_the_loss_is_as_measured")],
)
def test_what_failed_is_named(pytest_ends, name, noticer):
    pytest_ends(1, name, "failure")
    assert noticed_by(LESSON, FIRST) == [noticer]


@pytest.mark.parametrize(("status", "result"), [(1, "error"), (2, ""), (4, "failure")])
def test_a_lesson_that_did_not_run_is_an_error(pytest_ends, status, result):
    pytest_ends(status, "Cell 1", result)
    with pytest.raises(RuntimeError, match=f"pytest ended with {status}(?s:.*)its last words"):
        noticed_by(LESSON, None)


@pytest.mark.parametrize(
    ("answers", "status", "rows"),
    [
        ({}, 0, ["nothing | nothing |", "first | check |", "second | check |"]),
        ({"first": []}, 1, ["nothing | nothing |", "first | nothing |", "second | check |"]),
        ({"first": RuntimeError("why")}, 1, ["nothing | nothing", "first | **it did not run**: why", "second | check"]),
        ({None: ["summary"]}, 1, ["nothing | summary |", "first | check |", "second | check |"]),
    ],
    ids=["noticed", "unnoticed", "not-run", "fails-as-it-is"],
)
def test_what_goes_unnoticed_or_does_not_run_fails_and_the_others_are_tried(answers, status, rows, monkeypatch, capsys):
    def answer(lesson, mutation):
        answer = answers.get(mutation and mutation.name, ["check"] if mutation else [])
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(mutate_lessons, "noticed_by", answer)
    monkeypatch.setattr(mutate_lessons, "MUTATIONS", {"01_a": [Mutation(n, "", "", "") for n in ("first", "second")]})
    monkeypatch.setattr("sys.argv", ["mutate_lessons"])
    assert mutate_lessons.main() == status
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| 01_a")]
    assert [line.startswith(f"| 01_a | {row}") for line, row in zip(printed, rows, strict=True)] == [True] * 3
