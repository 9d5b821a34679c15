"""The mistakes that are made on purpose: there are enough of them, and each can be made."""

import ast

import pytest

from mnist_lab.checks.lessons import LESSONS
from tools import mutate_lessons
from tools.mutate_lessons import mutated, row
from tools.mutations import MUTATIONS, Mutation
from tools.project import NOTEBOOKS, read

TRIALS = [(lesson, mutation) for lesson, several in MUTATIONS.items() for mutation in several]


def test_every_lesson_has_three_mistakes_or_more():
    assert list(MUTATIONS) == list(LESSONS)
    assert all(len({mutation.name for mutation in several}) >= 3 for several in MUTATIONS.values())


@pytest.mark.parametrize(("lesson", "mutation"), TRIALS, ids=lambda value: getattr(value, "name", value))
def test_each_mistake_can_be_made_and_is_python(lesson, mutation):
    before, after = read(NOTEBOOKS / f"{lesson}.ipynb"), mutated(lesson, mutation)
    changed = [new for old, new in zip(before.cells, after.cells, strict=True) if old.source != new.source]
    assert [cell.id for cell in changed] == [mutation.cell]
    ast.parse(changed[0].source)


def test_a_mistake_that_does_not_fit_its_cell_is_an_error():
    with pytest.raises(ValueError, match="expected 'sigmoid' once in 'model', found it 2×"):
        Mutation("swapped", "model", "sigmoid", "relu").apply("sigmoid sigmoid")


def test_a_row_names_what_noticed_the_mistake():
    mutation = Mutation("labels shuffled", "data", "a", "b")
    assert (
        row("01", mutation, ["summary", "check", "its accuracy"])
        == "| 01 | labels shuffled | ✓ | `summary`, its accuracy |"
    )
    assert row("01", mutation, []) == "| 01 | labels shuffled |  | **nothing** |"


@pytest.fixture
def tried(monkeypatch, tmp_path):
    """A function that tries two mistakes in a lesson, given what notices them, and returns the end and the rows."""

    def run(answers):
        def noticed_by(lesson, mutation):
            answer = answers.get(mutation and mutation.name, ["check-me"] if mutation else [])
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(mutate_lessons, "noticed_by", noticed_by)
        ended_with = mutate_lessons.main()
        written = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("| 01_a")]
        return ended_with, [line.split("|  ", 1)[1] for line in written]

    table = tmp_path / "mutations.md"
    two = [Mutation(name, "data", "a", "b") for name in ("first", "second")]
    monkeypatch.setattr(mutate_lessons, "MUTATIONS", {"01_a": two})
    monkeypatch.setattr(mutate_lessons, "TABLE", table)
    monkeypatch.setattr("sys.argv", ["mutate_lessons.py"])
    return run


@pytest.mark.parametrize(
    ("answers", "ends_with", "rows"),
    [
        ({}, 0, ["| `check-me` |"] * 2),
        ({"first": []}, 1, ["| **nothing** |", "| `check-me` |"]),
        ({"first": RuntimeError("a traceback")}, 1, ["| **it did not run** |", "| `check-me` |"]),
    ],
)
def test_a_mistake_that_did_not_run_fails_and_the_others_are_tried(answers, ends_with, rows, tried):
    assert tried(answers) == (ends_with, rows)


@pytest.mark.parametrize(
    ("answer", "reason"), [(["summary"], "summary"), (RuntimeError("a traceback"), "it did not run")], ids=str
)
def test_a_lesson_that_fails_as_it_is_ends_all_and_writes_nothing(answer, reason, tried, tmp_path):
    with pytest.raises(SystemExit, match=f"01_a fails as it is: {reason}"):
        tried({None: answer})
    assert not list(tmp_path.iterdir())
