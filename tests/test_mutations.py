"""The mistakes that are made on purpose: there are enough of them, each can be made, and what notices it is told."""

import ast
from types import SimpleNamespace

import pytest

from mnist_lab.checks.lessons import LESSONS
from tools import mutate_lessons
from tools.mutate_lessons import mutated, noticed_by
from tools.mutations import MUTATIONS, Mutation

LESSON = "01_dense_softmax"
FIRST = MUTATIONS[LESSON][0]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_three_mistakes_or_more_each_in_one_cell_and_python(lesson):
    assert len({mutation.name for mutation in MUTATIONS[lesson]}) >= 3
    before = mutated(lesson, None)
    for mutation in MUTATIONS[lesson]:
        after = mutated(lesson, mutation)
        changed = [new for old, new in zip(before.cells, after.cells, strict=True) if old != new]
        assert [cell.id for cell in changed] == [mutation.cell], mutation.name
        ast.parse(changed[0].source)


def test_a_mistake_that_does_not_fit_its_cell_is_an_error():
    with pytest.raises(ValueError, match="expected 'sigmoid' once in 'model', found it 2×"):
        Mutation("swapped", "model", "sigmoid", "relu").apply("sigmoid sigmoid")


@pytest.fixture
def pytest_ends(monkeypatch):
    """A function that makes pytest, when it is to run a lesson, end with a status and a line of its summary."""

    def ends(status, line):
        result = SimpleNamespace(returncode=status, stdout=f"F.\n=== short test summary info ===\n{line}\n2 failed")
        monkeypatch.setattr(mutate_lessons.subprocess, "run", lambda command, **_: result)

    monkeypatch.setattr(mutate_lessons.shutil, "copytree", lambda _, to, **__: (to / "notebooks").mkdir(parents=True))
    return ends


@pytest.mark.parametrize(
    ("line", "noticer"),
    [
        (f"FAILED notebooks/{LESSON}.ipynb::Cell 1", ["parameters"]),
        (f"FAILED notebooks/{LESSON}.ipynb::its loss - assert 1 == 2", ["its loss"]),
        ("", []),
    ],
)
def test_what_failed_is_named(pytest_ends, line, noticer):
    pytest_ends(1, line)
    assert noticed_by(LESSON, FIRST) == noticer


@pytest.mark.parametrize(("status", "line"), [(1, "ERROR notebooks/a.ipynb::its loss - ..."), (2, ""), (4, "")])
def test_a_lesson_that_did_not_run_is_an_error(pytest_ends, status, line):
    pytest_ends(status, line)
    with pytest.raises(RuntimeError, match=f"pytest ended with {status}(?s:.*)2 failed"):
        noticed_by(LESSON, None)


@pytest.mark.parametrize(
    ("broken", "answer", "status", "row"),
    [
        (None, [], 0, "| 01_a | nothing | nothing |"),
        ("first", [], 1, "| 01_a | first | nothing |"),
        ("first", RuntimeError("why"), 1, "| 01_a | first | **it did not run**: why |"),
        (None, ["summary"], 1, "| 01_a | nothing | summary |"),
    ],
)
def test_what_nothing_notices_fails_and_the_others_are_tried(broken, answer, status, row, monkeypatch, capsys):
    def answers(lesson, mutation):
        name = mutation and mutation.name
        if name == broken and isinstance(answer, Exception):
            raise answer
        return answer if name == broken else ["check"] if mutation else []

    two = [Mutation(name, "data", "a", "b") for name in ("first", "second")]
    monkeypatch.setattr(mutate_lessons, "noticed_by", answers)
    monkeypatch.setattr(mutate_lessons, "MUTATIONS", {"01_a": two})
    monkeypatch.setattr("sys.argv", ["mutate_lessons", "01"])
    assert mutate_lessons.main() == status
    printed = capsys.readouterr().out.splitlines()
    assert row in printed
    assert "| 01_a | second | check |" in printed
