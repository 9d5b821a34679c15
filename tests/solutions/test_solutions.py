"""Every exercise as learners solve it: not at all, as in the lesson, in another right way, and in wrong ones.

An exercise is run from top to bottom as it is; then each solution fills its cells and is trained in the same kernel,
for one epoch or, if it is right, with `--full-length` for all of them. What the check says of it is compared with what
is expected; the accuracy counts at full length only, and for right solutions only. An epoch of a convolutional network
takes long: short of the full length they learn from a part of the digits.
"""

import shutil
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from mnist_lab.commands.notebook_runner import execute
from mnist_lab.data import idx
from mnist_lab.data.find import NAMES, VARIABLE, find_mnist
from tools.project import EXERCISES, NOTEBOOKS, read

HERE = Path(__file__).parent
ONE_EPOCH = {"EPOCHS": 1}
CONVOLUTIONAL, PART = ("06", "07", "08", "10", "11"), 24_000
JUDGED = ("model", "learning-rate", "train", "check")
OF_THE_ACCURACY = ("it reads most of the", "reads more of the sample drawings")
UNSOLVED, AS_TAUGHT = "unsolved", "as in the lesson"


def lesson_of(number):
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return path.stem


def solutions_of(number):
    """Return the sources that fill the exercise's cells, by the solution's name; and the claims each leaves open."""
    module = import_module(f"tests.solutions.lesson_{number}")
    lesson = read(NOTEBOOKS / f"{lesson_of(number)}.ipynb")
    taught = {cell.id: cell.source for cell in lesson.cells if "exercise" in cell.metadata.get("tags", [])}
    for needed, by in getattr(module, "NEEDED", {}).items():
        (source,) = [cell.source for cell in lesson.cells if cell.id == needed]
        taught[by] = f"{source}\n\n\n{taught[by]}"
    assert set(module.EXPECTED) == {UNSOLVED, *module.SOLUTIONS}
    return {AS_TAUGHT: taught, **module.SOLUTIONS}, {AS_TAUGHT: [], **module.EXPECTED}


def with_solutions(number, exercise, solutions, at_full_length=()):
    """Return the exercise, followed by its cells that are judged, filled in once for each solution."""
    cells = list(exercise.cells)
    (parameters,) = [cell.source for cell in cells if cell.id == "parameters"]
    names = getattr(import_module(f"tests.solutions.lesson_{number}"), "JUDGED", JUDGED)
    judged = [cell for cell in exercise.cells if cell.id in names]
    for number, (name, filled) in enumerate(solutions.items()):
        assert set(filled) <= {cell.id for cell in judged}, f"{name!r} fills a cell that is not judged"
        source = parameters if name in at_full_length else "EPOCHS = 1"
        cells.append(nbformat.v4.new_code_cell(source, id=f"parameters-{number}"))
        for cell in judged:
            source = filled.get(cell.id, cell.source)
            cells.append(nbformat.v4.new_code_cell(source, id=f"{cell.id}-{number}"))
    return nbformat.v4.new_notebook(cells=cells, metadata=exercise.metadata)


def left_open(check, accuracy_too):
    judged = [v for v in check["verdicts"] if accuracy_too or not any(part in v["claim"] for part in OF_THE_ACCURACY)]
    return [verdict for verdict in judged if not verdict["holds"]]


@pytest.fixture(scope="module")
def a_part(tmp_path_factory):
    """A folder with a part of the training digits and all validation digits."""
    folder, whole = tmp_path_factory.mktemp("a-part"), find_mnist()
    idx.write(folder / NAMES["train_images"], idx.read_images(whole.train_images)[:PART].reshape(-1, 28, 28))
    idx.write(folder / NAMES["train_labels"], idx.read_labels(whole.train_labels)[:PART])
    for name in ("validation_images", "validation_labels"):
        shutil.copy(getattr(whole, name), folder)
    return folder


@pytest.mark.parametrize("number", sorted(path.stem[-2:] for path in HERE.glob("lesson_*.py")))
def test_the_check_judges_each_solution(number, tmp_path, pytestconfig, a_part):
    full_length = pytestconfig.getoption("full_length")
    solutions, expected = solutions_of(number)
    path = tmp_path / f"{lesson_of(number)}.ipynb"
    right = [name for name in solutions if full_length and not expected[name]]
    nbformat.write(with_solutions(number, read(EXERCISES / path.name), solutions, right), path)
    variables = {VARIABLE: str(a_part)} if number in CONVOLUTIONAL and not full_length else None
    result = execute(path, parameters=ONE_EPOCH, variables=variables)
    assert result.failure is None
    names = [UNSOLVED, *solutions]
    assert len(result.checks) == len(names)
    for name, check in zip(names, result.checks, strict=True):
        wanted = expected[name]
        left = left_open(check, accuracy_too=name in right)
        found = [verdict["claim"] for verdict in left]
        told = f"{name}: {found}"
        assert len(found) == len(wanted), told
        assert all(any(part in claim for claim in found) for part in wanted), told
        assert all(verdict["hint"] for verdict in left), told


def test_every_exercise_from_the_second_on_has_its_solutions():
    numbers = {path.stem[-2:] for path in HERE.glob("lesson_*.py")}
    assert numbers == {path.stem[:2] for path in EXERCISES.glob("*.ipynb")} - {"01"}
    for number in numbers:
        _, expected = solutions_of(number)
        assert sum(not claims for name, claims in expected.items() if name != AS_TAUGHT) >= 1, "another right way"
        assert sum(bool(claims) for name, claims in expected.items() if name != UNSOLVED) >= 2, "two wrong ones"
        assert expected[UNSOLVED], "the exercise is not solved as it is"
