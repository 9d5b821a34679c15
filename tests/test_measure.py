"""`mnist-lab measure`: which cells it executes, what it stores, and that it resumes."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mnist_lab.__main__ import main
from mnist_lab.data.find import find_mnist
from mnist_lab.results.store import Variant, seeds_of
from tools.measure import up_to_training
from tools.project import read

from .notebooks import LESSONS, code, notebook, prose, write

# Replaces the package: a check that records the seed as the accuracy of each epoch.
LAB = """
import json, os
class lab:
    def check_lesson(name, model, history, held_out):
        line = {"lesson": name, "origin": "other", "verdicts": [], "evaluated": 0.9, "misread": [3]}
        line |= {"accuracy": [int(os.environ["MNIST_LAB_SEED"]) / 100] * EPOCHS, "loss": [1.0] * EPOCHS}
        with open(os.environ["MNIST_LAB_RESULTS"], "a") as file:
            file.write(json.dumps(line | {"held_out": held_out} if held_out else line) + "\\n")
"""
CELLS = (
    prose("Text", "title"),
    code("EPOCHS = 3\nWIDTH = 1", "parameters", tags=["parameters"]),
    code(LAB, "imports"),
    code("model = history = None", "train"),
    code("raise RuntimeError('this costs minutes')", "experiment"),
)
LONG = code("EPOCHS = 5\nlong_model = long_history = None", "train-long")


@pytest.fixture
def lesson(tmp_path, tiny, results_file):
    return str(write(tmp_path / "01_small.ipynb", *CELLS[:-1], LONG, CELLS[-1]))


def measured(variant="as taught"):
    """Return how many epochs of each seed are stored."""
    entries = seeds_of("01_small", origin="other", variant=Variant.from_name(variant))
    return {int(seed): len(entry["accuracy"]) for seed, entry in entries.items()}


def test_kernels_stop_after_the_training_cell_and_each_seed_is_stored_once(lesson, results_file, capsys, monkeypatch):
    assert main(["measure", lesson, "--seeds", "3", "--jobs", "3"]) == 0
    entries = seeds_of("01_small", origin="other")
    assert {seed: entry["accuracy"] for seed, entry in entries.items()} == {str(n): [n / 100] * 3 for n in range(3)}
    assert all(entry["seconds"] >= 0 and "held_out" not in entry for entry in entries.values())
    assert json.loads(results_file.read_text())["environments"][0]["processor"]
    assert "01_small on other, as taught: Summary(mean=0.01" in capsys.readouterr().out
    monkeypatch.setattr("tools.measure.execute", lambda *_, **__: pytest.fail("measured twice"))
    assert main(["measure", lesson, "--seeds", "3"]) == 0


# The flags, which epochs are then stored of each seed, and under which name; seeds 0 and 1 were measured as taught.
FLAGS = [
    ("--seeds 3", "as taught", {0: 3, 1: 3, 2: 3}),
    ("--seeds 2 --epochs 1", "1 epoch", {}),
    ("--seeds 3 --epochs 1", "1 epoch", {2: 1}),
    ("--seeds 2 --epochs 4", "4 epochs", {0: 4, 1: 4}),
    ("--seeds 1 --epochs 1 --set WIDTH=0.5", "1 epoch, WIDTH=0.5", {0: 1}),
    ("--seeds 1 --training long --set WIDTH=2", "long, WIDTH=2", {0: 5}),
]


@pytest.mark.parametrize(("flags", "variant", "epochs"), FLAGS, ids=[flags for flags, *_ in FLAGS])
def test_what_is_missing_is_measured_and_stored_as_a_variant(lesson, without_kernels, flags, variant, epochs):
    assert main(["measure", lesson, "--seeds", "2", "--jobs", "1"]) == 0
    assert main(["measure", lesson, "--jobs", "1", *flags.split()]) == 0
    assert measured() == {0: 3, 1: 3} | (epochs if variant == "as taught" else {})
    assert measured(variant) == epochs


def test_by_default_the_lessons_that_train_are_measured(monkeypatch):
    asked = []
    monkeypatch.setattr("tools.measure.measure", lambda notebooks, *_: asked.extend(notebooks) or 0)
    assert main(["measure"]) == 0
    trained = {path for path in LESSONS if any(cell.id == "train" for cell in read(path).cells)}
    assert set(asked) == trained == set(LESSONS) - {path for path in LESSONS if path.stem.startswith("11")}


VERDICT = '"evaluated": None, "verdicts": [{"claim": "it classifies", "holds": False, "hint": "Found ValueError"}]'
FAULTS = {
    "not yet: it classifies. Found ValueError": LAB.replace('"verdicts": [], "evaluated": 0.9', VERDICT),
    "no check was recorded": "class lab:\n    def check_lesson(*_, **__): pass",
}


@pytest.mark.parametrize("error", FAULTS)
def test_a_run_without_a_result_is_reported_and_the_others_are_stored(lesson, without_kernels, tmp_path, capsys, error):
    broken = write(tmp_path / "02_broken.ipynb", CELLS[1], code(FAULTS[error], "imports"), CELLS[3])
    assert main(["measure", str(broken), lesson, "--seeds", "1", "--jobs", "1"]) == 1
    assert f"02_broken, seed 0: {error}" in " ".join(capsys.readouterr().out.split())
    assert measured() == {0: 3}
    assert not seeds_of("02_broken", origin="other")


def ids(cells, training=None):
    short = up_to_training(notebook(*cells), training)
    nbformat.validate(short)
    return [cell.id for cell in short.cells]


def needing(*needs):
    return *CELLS[:-1], code(LONG.source, "train-long", needs=list(needs))


def test_cells_up_to_the_training_cell_or_those_that_it_needs_come_before_it():
    assert ids(CELLS) == ["parameters", "imports", "train", "measured"]
    assert ids(needing(), "long") == ["parameters", "imports", "train", "train-long", "measured"]
    assert ids(needing("imports", "parameters"), "long") == ["parameters", "imports", "train-long", "measured"]


@pytest.mark.parametrize(
    ("notebook", "training", "error"),
    [
        (notebook(*CELLS[:3]), None, "a cell of the id 'train'. Received the cells: "),
        (notebook(*CELLS), "short", "a cell of the id 'train-short'. Received the cells: "),
        (notebook(*needing("elsewhere")), "long", "'train-long' needs must come before it. Received: .*'elsewhere'"),
        (nbformat.v4.new_notebook(cells=[CELLS[3]]), None, "whose metadata name no lesson"),
    ],
)
def test_a_notebook_without_the_training_cell_what_it_needs_or_a_lesson_is_refused(notebook, training, error):
    with pytest.raises(ValueError, match=error):
        up_to_training(notebook, training)


def test_the_check_gets_the_digits_that_the_lesson_held_out(lesson, without_kernels):
    write(Path(lesson), *CELLS[1:3], code("held_out = 9", "data"), CELLS[3])
    assert main(["measure", lesson, "--seeds", "1"]) == 0
    assert seeds_of("01_small", origin=find_mnist().origin)["0"]["held_out"] == 9


def test_each_training_cell_needs_no_other_cells_than_those_that_it_names():
    trainings = [(path, cell.id) for path in LESSONS for cell in read(path).cells if cell.metadata.get("needs")]
    assert trainings
    for path, cell in trainings:
        executed = up_to_training(read(path), cell.removeprefix("train-")).cells
        undefined_names = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "-"]
        subprocess.run(undefined_names, input="\n".join(each.source for each in executed), text=True, check=True)


def test_where_there_is_no_checkout_one_sentence_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("mnist_lab.__main__.__file__", str(tmp_path / "mnist_lab" / "__main__.py"))
    assert main(["measure"]) == 1
    assert capsys.readouterr().err == "`mnist-lab measure` needs a checkout of the project, because it writes there.\n"
