"""The exercises: what is derived of a lesson, and the first of them as a learner runs it, unsolved and solved."""

import nbformat
import pytest

from mnist_lab.commands.notebook_runner import execute
from tools.exercises import make_exercise
from tools.project import NOTEBOOKS, read

from . import conftest
from .notebooks import EXERCISES, code, notebook, prose

ANOTHER_WAY = """
import scipy.special
by_hand = scipy.special.softmax(digits[:20] @ model.layers[-1].kernel.numpy() + model.layers[-1].bias.numpy(), axis=1)
"""


def test_the_first_runs_from_top_to_bottom_says_not_yet_and_accepts_solutions(tmp_path, monkeypatch):
    monkeypatch.setattr(conftest, "TRAINING", 10_000)
    monkeypatch.setattr(conftest, "VALIDATION", 10_000)
    monkeypatch.setenv("MNIST_LAB_DATA", str(conftest.write_tiny(tmp_path / "digits")))
    exercise, lesson = (read(folder / "01_dense_softmax.ipynb") for folder in (EXERCISES[0].parent, NOTEBOOKS))
    (taught,) = [cell.source for cell in lesson.cells if cell.id == "by-hand"]
    (check,) = [cell.source for cell in exercise.cells if cell.id == "check"]
    for name, solution in (("taught", taught), ("another", ANOTHER_WAY)):
        exercise.cells += [code(solution, f"{name}-way"), code(check, f"{name}-check")]
    nbformat.write(exercise, tmp_path / EXERCISES[0].name)
    result = execute(tmp_path / EXERCISES[0].name, parameters={"EPOCHS": 1})
    assert result.failure is None
    by_hand = [next(v for v in check["verdicts"] if "NumPy" in v["claim"]) for check in result.checks]
    assert [verdict["holds"] for verdict in by_hand] == [False, True, True]
    assert "X @ W so far: next, add the bias b" in by_hand[0]["hint"]
    for check in result.checks:
        structural = [
            v["holds"] for v in check["verdicts"] if not any(part in v["claim"] for part in ("NumPy", "most of"))
        ]
        assert structural == [True] * 4


def derived(*cells, before=()):
    """The cells of the exercise, by name, of a lesson with a title and these cells, and its metadata."""
    title = prose("[badge](x/notebooks/01_a.ipynb)\n\n# Train\n\nText", "title")
    lesson = notebook(title, *cells, predecessor="00_before")
    as_it_was = nbformat.from_dict(lesson)
    exercise = make_exercise("01_a", lesson, notebook(*before) if before else None)
    assert lesson == as_it_was
    return {cell.id: cell for cell in exercise.cells}, exercise.metadata.mnist_lab


BEFORE = (code("old", "model"), code("other", "train"))


@pytest.mark.parametrize(
    ("starter", "before", "source"),
    [
        ({}, BEFORE, "old"),
        ({"starter": "begin here"}, BEFORE, "begin here"),
        ({"starter": "begin here"}, (), "begin here"),
    ],
)
def test_an_exercise_cell_is_put_back_to_its_starter_or_what_the_predecessor_had(starter, before, source):
    cells, _ = derived(code("new", "model", tags=["exercise"], **starter), before=before)
    assert cells["model"].source == source
    assert cells["model"].metadata == {"tags": ["exercise"]}


def test_an_exercise_cell_with_nothing_to_put_back_is_an_error():
    with pytest.raises(ValueError, match=r"01_a\.md: the cell 'new'.*no starter"):
        derived(code("new", "new", tags=["exercise"]), before=BEFORE)


def test_answers_are_left_out_tasks_come_in_outputs_go_and_links_lead_a_folder_up():
    shown = code("print(1)", "shown", task="Do this.")
    shown.execution_count, shown.outputs = 1, [nbformat.v4.new_output("stream", text="1")]
    term = prose("A [**bias**](glossary.md#bias).", "term")
    cells, metadata = derived(prose("the answer is 42", "answer", tags=["answer"]), shown, term)
    assert list(cells) == ["title", "exercise-note", "shown-task", "shown", "term"]
    assert cells["shown-task"].source == "Do this."
    assert (cells["shown"].outputs, cells["shown"].execution_count) == ([], None)
    assert metadata.kind == "exercise"
    assert cells["title"].source.startswith("[badge](x/notebooks/exercises/01_a.ipynb)\n\n# Exercise: Train\n")
    assert "(../01_a.ipynb)" in cells["exercise-note"].source
    assert cells["term"].source == "A [**bias**](../glossary.md#bias)."
