"""The exercises: what is derived of a lesson."""

import nbformat
import pytest

from tools.exercises import make_exercise

from .notebooks import code, notebook, prose

BEFORE = (code("old", "model"), code("other", "train"))


def derived(*cells, before=BEFORE):
    """The cells of the exercise, by name, of a lesson with a title and these cells, and its metadata."""
    title = prose("[badge](x/notebooks/01_a.ipynb)\n\n# Train\n\nText", "title")
    exercise = make_exercise("01_a", notebook(title, *cells), notebook(*before) if before else None)
    return {cell.id: cell for cell in exercise.cells}, exercise.metadata.mnist_lab


@pytest.mark.parametrize(
    ("starter", "before", "source"),
    [({}, BEFORE, "old"), ({"starter": "begin"}, BEFORE, "begin"), ({"starter": "begin"}, (), "begin")],
)
def test_an_exercise_cell_is_put_back_to_its_starter_or_what_the_predecessor_had(starter, before, source):
    cells, _ = derived(code("new", "model", tags=["exercise"], **starter), before=before)
    assert (cells["model"].source, cells["model"].metadata) == (source, {"tags": ["exercise"]})


def test_an_exercise_cell_with_nothing_to_put_back_is_an_error():
    with pytest.raises(ValueError, match=r"01_a\.md: the cell 'new'.*no starter"):
        derived(code("new", "new", tags=["exercise"]))


def test_answers_are_left_out_tasks_come_in_outputs_go_and_links_lead_a_folder_up():
    shown = code("print(1)", "shown", task="Do this.")
    shown.execution_count, shown.outputs = 1, [nbformat.v4.new_output("stream", text="1")]
    term = prose("A [**bias**](glossary.md#bias).", "term")
    cells, metadata = derived(prose("the answer is 42", "answer", tags=["answer"]), shown, term)
    assert list(cells) == ["title", "exercise-note", "shown-task", "shown", "term"]
    assert cells["shown-task"].source == "Do this."
    assert (cells["shown"].outputs, cells["shown"].execution_count) == ([], None)
    assert (metadata.kind, shown.execution_count) == ("exercise", 1), "the lesson stays as it was"
    assert cells["title"].source.startswith("[badge](x/notebooks/exercises/01_a.ipynb)\n\n# Exercise: Train\n")
    assert "(../01_a.ipynb)" in cells["exercise-note"].source
    assert cells["term"].source == "A [**bias**](../glossary.md#bias)."
