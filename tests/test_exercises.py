"""The exercises as a learner runs them: unsolved, solved as in the lesson, wrong, solved in another way."""

import nbformat
import pytest

from mnist_lab.commands.notebook_runner import execute
from tools.exercises import exercise
from tools.project import read

from .notebooks import EXERCISES, ROOT, code, notebook, prose

LESSON = ROOT / "notebooks" / "01_dense_softmax.ipynb"
ONE_EPOCH = {"EPOCHS": 1}

SOLUTIONS = {
    "unsolved": (None, False, "X @ W so far: next, add the bias b"),
    "as in the lesson": ("lesson", True, ""),
    "another way": (
        """
import scipy.special
by_hand = scipy.special.softmax(digits[:20] @ model.layers[-1].kernel.numpy() + model.layers[-1].bias.numpy(), axis=1)
""",
        True,
        "",
    ),
    "the wrong axis": (
        """
W, b = model.get_weights()
exponentials = np.exp(digits[:100] @ W + b)
by_hand = exponentials / exponentials.sum(axis=0, keepdims=True)
""",
        False,
        "not to 1",
    ),
    "the bias forgotten": (
        """
W, b = model.get_weights()
exponentials = np.exp(digits[:100] @ W)
by_hand = exponentials / exponentials.sum(axis=1, keepdims=True)
""",
        False,
        "the bias b is missing",
    ),
}


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """The exercise of lesson 01 with every solution and a check of each, after one training of one epoch."""
    lesson = read(LESSON)
    unsolved = read(EXERCISES[0])
    names = [cell.id for cell in unsolved.cells]
    cells = unsolved.cells[: names.index("by-hand")]
    starter = unsolved.cells[names.index("by-hand")].source
    answer = next(cell.source for cell in lesson.cells if cell.id == "by-hand")
    check = next(cell.source for cell in unsolved.cells if cell.id == "check")
    for number, (source, _, _) in enumerate(SOLUTIONS.values()):
        cells.append(code(starter if source is None else answer if source == "lesson" else source, f"s-{number}"))
        cells.append(code(check, f"c-{number}"))
    path = tmp_path_factory.mktemp("exercise") / "01_dense_softmax.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=unsolved.metadata), path)
    result = execute(path, parameters=ONE_EPOCH)
    assert result.failure is None
    return dict(zip(SOLUTIONS, result.checks, strict=True))


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_check_judges_each_solution(trained_once, name):
    _, solved, hint = SOLUTIONS[name]
    verdicts = {verdict["claim"]: verdict for verdict in trained_once[name]["verdicts"]}
    by_hand = next(verdict for claim, verdict in verdicts.items() if "NumPy" in claim)
    assert by_hand["holds"] is solved
    assert hint in by_hand["hint"]
    structural = [
        verdict for verdict in verdicts.values() if verdict is not by_hand and "most of" not in verdict["claim"]
    ]
    assert [verdict["holds"] for verdict in structural] == [True] * 4


def test_unsolved_it_runs_from_top_to_bottom_and_says_not_yet():
    result = execute(EXERCISES[0], parameters=ONE_EPOCH)
    assert result.failure is None
    assert [verdict["claim"] for verdict in result.not_yet if "NumPy" in verdict["claim"]]


def small_lesson(*cells, predecessor="00_before"):
    title = prose("[badge](x/notebooks/01_a.ipynb)\n\n# Train\n\nText", "title")
    return notebook(title, *cells, predecessor=predecessor)


def cells_of(derived):
    return {cell.id: cell for cell in derived.cells}


def test_an_exercise_cell_is_put_back_to_what_the_predecessor_had():
    lesson = small_lesson(code("new", "model", tags=["exercise"]))
    before = notebook(code("old", "model"), code("other", "train"))
    assert cells_of(exercise("01_a", lesson, before))["model"].source == "old"


def test_a_starter_wins_over_the_predecessor():
    lesson = small_lesson(code("new", "model", tags=["exercise"], starter="begin here"))
    derived = exercise("01_a", lesson, notebook(code("old", "model")))
    assert cells_of(derived)["model"].source == "begin here"
    assert "starter" not in cells_of(derived)["model"].metadata


def test_an_exercise_cell_with_nothing_to_put_back_is_an_error():
    lesson = small_lesson(code("new", "model", tags=["exercise"]))
    with pytest.raises(ValueError, match=r"01_a\.md: the cell 'model'.*no starter"):
        exercise("01_a", lesson, notebook(code("x", "other")))


def test_answers_are_left_out_tasks_come_in_and_outputs_go():
    shown = code("print(1)", "shown", task="Do this.")
    shown.execution_count, shown.outputs = 1, [nbformat.v4.new_output("stream", text="1")]
    lesson = small_lesson(prose("the answer is 42", "answer", tags=["answer"]), shown)
    derived = exercise("01_a", lesson, None)
    cells = cells_of(derived)
    assert "answer" not in cells
    assert list(cells) == ["title", "exercise-note", "shown-task", "shown"]
    assert cells["shown-task"].source == "Do this."
    assert (cells["shown"].outputs, cells["shown"].execution_count) == ([], None)
    assert derived.metadata.mnist_lab.kind == "exercise"
    assert "x/notebooks/exercises/01_a.ipynb" in cells["title"].source
    assert "# Exercise: Train" in cells["title"].source
    assert "(../01_a.ipynb)" in cells["exercise-note"].source


def test_a_link_to_the_glossary_beside_the_lesson_leads_a_folder_up():
    lesson = small_lesson(prose("A [**bias**](glossary.md#bias).", "answer"))
    assert cells_of(exercise("01_a", lesson, None))["answer"].source == "A [**bias**](../glossary.md#bias)."


def test_the_lesson_is_left_as_it_was():
    lesson = small_lesson(code("new", "model", tags=["exercise"], starter="old"))
    before = nbformat.from_dict(lesson)
    exercise("01_a", lesson, None)
    assert lesson == before
