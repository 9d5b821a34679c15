"""`mnist-lab measure`: which cells it executes, what it stores, and that it resumes."""

import ast
import builtins
import json

import nbformat
import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands import measure as module
from mnist_lab.commands.measure import Variant, up_to_training
from mnist_lab.results import store
from tools.project import NOTEBOOKS, read

from .notebooks import LESSONS, code, notebook, prose, write

# Replaces the package: a check that records the seed as the accuracy of each epoch.
LAB = """
import json, os

class lab:
    def check_lesson(name, model, history):
        line = {"lesson": name, "origin": "mnist", "verdicts": [], "evaluated": 0.9, "misread": [3]}
        line |= {"accuracy": [int(os.environ["MNIST_LAB_SEED"]) / 100] * EPOCHS, "loss": [1.0] * EPOCHS}
        with open(os.environ["MNIST_LAB_RESULTS"], "a") as file:
            file.write(json.dumps(line) + "\\n")
"""
CELLS = (
    prose("Text", "title"),
    code("EPOCHS = 3\nWIDTH = 1", "parameters", tags=["parameters"]),
    code(LAB, "imports"),
    code("model = history = None", "train"),
    code("raise RuntimeError('this costs minutes')", "experiment"),
)


@pytest.fixture
def file(tmp_path, monkeypatch):
    file = tmp_path / "results.json"
    for name in ("store", "seeds_of", "summary"):
        function = getattr(store, name)
        monkeypatch.setattr(module, name, lambda *a, function=function, **k: function(*a, **k, file=file))

    class Mnist:
        origin = "mnist"

    monkeypatch.setattr(module, "find_mnist", Mnist)
    return file


@pytest.fixture
def lesson(tmp_path):
    return str(write(tmp_path / "01_small.ipynb", *CELLS))


def stored(file, variant="as taught"):
    return json.loads(file.read_text())["results"]["mnist"]["01_small"][variant]


def test_a_named_training_cell_is_stored_as_a_variant(file, tmp_path, capsys):
    long = code("EPOCHS = 5\nlong_model = long_history = None", "train-long")
    lesson = str(write(tmp_path / "01_small.ipynb", *CELLS[:-1], long, CELLS[-1]))
    assert main(["measure", lesson, "--seeds", "1", "--training", "long", "--set", "WIDTH=2"]) == 0
    assert [len(entry["accuracy"]) for entry in stored(file, "long, WIDTH=2").values()] == [5]
    with pytest.raises(ValueError, match="'train-short'"):
        up_to_training(notebook(*CELLS), Variant("short"))


def test_if_a_training_cell_names_what_it_needs_only_these_cells_come_before_it():
    def cells_with(*needs):
        long = code("long_model = long_history = None", "train-long")
        long.metadata.needs = list(needs)
        return [cell.id for cell in up_to_training(notebook(*CELLS[:-1], long), Variant("long")).cells]

    assert cells_with("imports", "parameters") == ["parameters", "imports", "train-long", "measured"]
    assert cells_with() == ["parameters", "imports", "train", "train-long", "measured"]
    with pytest.raises(ValueError, match="'elsewhere'"):
        cells_with("imports", "elsewhere")


def undefined_names(cells):
    """Return the names that a cell uses although neither it nor an earlier cell defines them."""
    defined, missing = set(dir(builtins)), set()
    for cell in cells:
        nodes = list(ast.walk(ast.parse(cell.source)))
        used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        defined |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        defined |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        defined |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        defined |= {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}
        missing |= used - defined
    return missing


def test_each_training_cell_needs_exactly_the_cells_that_it_names():
    found = {(path.stem, cell.id) for path in LESSONS for cell in read(path).cells if cell.metadata.get("needs")}
    assert found
    for stem, cell in found:
        lesson = read(NOTEBOOKS / f"{stem}.ipynb")
        *executed, _ = up_to_training(lesson, Variant(cell.removeprefix("train-"))).cells
        assert not undefined_names(executed)
        assert all(undefined_names([*executed[:i], *executed[i + 1 :]]) for i in range(1, len(executed) - 1))


def test_it_stops_after_the_training_cell_and_stores_each_seed(file, lesson, capsys):
    assert main(["measure", lesson, "--seeds", "3"]) == 0
    assert {seed: entry["accuracy"] for seed, entry in stored(file).items()} == {
        "0": [0.0] * 3,
        "1": [0.01] * 3,
        "2": [0.02] * 3,
    }
    assert stored(file)["1"]["misread"] == [3]
    assert stored(file)["1"]["seconds"] >= 0
    assert json.loads(file.read_text())["environments"][0]["processor"]
    assert "01_small on mnist, as taught: " in capsys.readouterr().out


def test_stored_seeds_are_not_run_again(file, lesson, monkeypatch):
    assert main(["measure", lesson, "--seeds", "1"]) == 0
    monkeypatch.setattr(module, "_measure_one", lambda path, seed, *others: seed == 1 or pytest.fail("measured twice"))
    assert main(["measure", lesson, "--seeds", "2"]) == 0


def test_another_number_of_epochs_is_stored_as_a_variant(file, lesson):
    assert main(["measure", lesson, "--seeds", "1", "--epochs", "1"]) == 0
    assert stored(file, "1 epoch")["0"]["accuracy"] == [0.0]
    assert module.AS_TAUGHT not in json.loads(file.read_text())["results"]["mnist"]["01_small"]


def test_fewer_epochs_are_not_run_for_seeds_measured_as_taught(file, lesson):
    assert main(["measure", lesson, "--seeds", "2"]) == 0
    assert main(["measure", lesson, "--seeds", "3", "--epochs", "1"]) == 0
    assert list(stored(file, "1 epoch")) == ["2"]
    assert main(["measure", lesson, "--seeds", "2", "--epochs", "4"]) == 0
    assert list(stored(file, "4 epochs")) == ["0", "1"], "a longer training run is a different one"


def test_other_parameters_are_stored_as_a_variant(file, lesson, tmp_path):
    assert main(["measure", lesson, "--seeds", "2"]) == 0
    assert main(["measure", lesson, "--seeds", "2", "--set", "EPOCHS=seed", "--set", "WIDTH=0.5"]) == 0
    assert {seed: len(entry["accuracy"]) for seed, entry in stored(file, "EPOCHS=seed, WIDTH=0.5").items()} == {
        "0": 0,
        "1": 1,
    }
    assert main(["measure", lesson, "--seeds", "1", "--epochs", "1", "--set", "WIDTH=2"]) == 0
    assert list(stored(file, "1 epoch, WIDTH=2")) == ["0"]


@pytest.mark.parametrize("text", ["EPOCHS", "EPOCHS=", "EPOCHS=two", "epochs=2", "EPOCHS=1;import os"])
def test_a_setting_without_a_number_is_refused(lesson, text, capsys):
    with pytest.raises(SystemExit):
        main(["measure", lesson, "--set", text])
    assert "expected NAME=NUMBER" in capsys.readouterr().err


def test_runs_at_the_same_time_are_all_stored(file, lesson):
    assert main(["measure", lesson, "--seeds", "4", "--jobs", "4"]) == 0
    assert list(stored(file)) == ["0", "1", "2", "3"]


def test_a_failure_is_reported_and_the_other_lessons_are_measured(file, tmp_path, lesson, capsys):
    broken = write(tmp_path / "02_broken.ipynb", *CELLS[:3], code("1 / 0", "train"))
    assert main(["measure", str(broken), lesson, "--seeds", "1"]) == 1
    assert "02_broken, seed 0: cell 'train': ZeroDivisionError" in capsys.readouterr().out
    assert list(stored(file)) == ["0"]


def test_a_lesson_without_a_training_cell_is_refused():
    with pytest.raises(ValueError, match="a cell of the id 'train'"):
        up_to_training(notebook(code("1", "other")), Variant())


def test_the_check_gets_the_held_out_digits():
    holding_out = code("held_out = lab.holdout_dataset(9)", "data")
    short = up_to_training(notebook(holding_out, code("1", "train")), Variant())
    assert "history, held_out=held_out)" in short.cells[-1].source
    short = up_to_training(notebook(code("1", "train")), Variant())
    assert "held_out" not in short.cells[-1].source


def test_the_shortened_lesson_is_a_valid_notebook():
    short = up_to_training(notebook(*CELLS), Variant())
    nbformat.validate(short)
    assert [cell.id for cell in short.cells] == ["parameters", "imports", "train", "measured"]


def test_a_network_that_could_not_be_evaluated_is_reported_and_not_stored(file, tmp_path, capsys):
    null = LAB.replace('"verdicts": [], "evaluated": 0.9', '"verdicts": VERDICTS, "evaluated": None')
    verdicts = 'VERDICTS = [{"claim": "it classifies", "holds": False, "hint": "Found ValueError"}]\n'
    cells = [code(verdicts + null, "imports") if cell.id == "imports" else cell for cell in CELLS]
    assert main(["measure", str(write(tmp_path / "01_small.ipynb", *cells)), "--seeds", "1"]) == 1
    assert "01_small, seed 0: not yet: it classifies. Found ValueError" in " ".join(capsys.readouterr().out.split())
    assert not file.exists()
