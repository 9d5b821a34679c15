"""The mistakes that are made on purpose: there are enough of them, each can be made, and what notices it is told."""

import ast
from unittest.mock import Mock

import pytest

from mnist_lab.checks.lessons import LESSONS
from tools import mutate_lessons
from tools.mutate_lessons import mutated
from tools.mutations import MUTATIONS, Mutation

LESSON = "01_dense_softmax"


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_three_mistakes_or_more_each_in_one_cell_and_python(lesson):
    assert len({mutation.name for mutation in MUTATIONS[lesson]}) >= 3
    before = mutated(lesson, None)
    for mutation in MUTATIONS[lesson]:
        after = mutated(lesson, mutation)
        (changed,) = [new for old, new in zip(before.cells, after.cells, strict=True) if old != new]
        assert changed.id == mutation.cell, mutation.name
        ast.parse(changed.source)


@pytest.mark.parametrize(
    ("unbroken", "first", "status", "row"),
    [
        ([], ["check"], 0, "| 01_a | nothing | nothing |"),
        ([], [], 1, "| 01_a | first | nothing |"),
        ([], RuntimeError("why"), 1, "| 01_a | first | **it did not run**: why |"),
        (["summary"], ["check"], 1, "| 01_a | nothing | summary |"),
    ],
)
def test_what_nothing_notices_fails_and_the_others_are_tried(unbroken, first, status, row, monkeypatch, capsys):
    two = [Mutation(name, "data", "a", "b") for name in ("first", "second")]
    monkeypatch.setattr(mutate_lessons, "AT_ONCE", 1)
    monkeypatch.setattr(mutate_lessons, "noticed_by", Mock(side_effect=[unbroken, first, ["check"]]))
    monkeypatch.setattr(mutate_lessons, "MUTATIONS", {"01_a": two})
    monkeypatch.setattr("sys.argv", ["mutate_lessons", "01"])
    assert mutate_lessons.main() == status
    assert {row, "| 01_a | second | check |"} <= set(capsys.readouterr().out.splitlines())
