"""The form of the notebooks: anatomy, metadata, outputs, numbers in prose."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

import mnist_lab
from mnist_lab.checks.lessons import LESSONS as ROWS
from mnist_lab.commands import notebook_format
from tools.project import read
from tools.sources import read_sources

from .notebook_items import AS_TAUGHT, UNSOLVED, solutions_of
from .notebooks import EXERCISES, LESSONS, ROOT

TAGS = {"setup", "parameters", "exercise", "answer", "check", "task", "length", "nbval-ignore-output"}
HEADINGS = (
    "In brief",
    "How to use this notebook",
    "What changed since the last lesson",
    "Check",
    "What you saw",
    "On your own",
    "In practice",
    "Further reading",
)
SOURCES = read_sources()
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
COLAB = REPOSITORY.replace("https://github.com", "https://colab.research.google.com/github")

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
all_notebooks = pytest.mark.parametrize("path", LESSONS + EXERCISES, ids=lambda path: "/".join(path.parts[-2:]))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def test_there_are_lessons_and_each_has_its_row_and_its_exercise():
    assert [path.stem for path in LESSONS] == list(ROWS)
    assert [path.name for path in EXERCISES] == [path.name for path in LESSONS]


@all_notebooks
def test_it_is_valid_and_in_its_one_form(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.read_text(encoding="utf-8") == notebook_format.text(notebook_format.tidy(notebook))
    assert path.stat().st_size <= 700_000
    ids = [cell.id for cell in notebook.cells]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids), "cells are named by hand, in words"
    assert all(set(tags(cell)) <= TAGS for cell in notebook.cells)


@all_notebooks
def test_its_metadata_says_what_it_is(path):
    metadata = read(path).metadata
    assert metadata.mnist_lab.lesson == path.stem
    assert metadata.mnist_lab.kind == ("exercise" if path.parent.name == "exercises" else "lesson")
    assert metadata.mnist_lab.predecessor is None or metadata.mnist_lab.predecessor in ROWS
    assert metadata.mnist_lab.title == ROWS[path.stem].title
    assert metadata.accelerator == "GPU"


@lessons
def test_it_was_run_from_top_to_bottom_without_noise(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


@lessons
def test_its_stored_outputs_come_from_mnist(path):
    shown = "".join(output.get("text", "") for cell in code_cells(read(path)) for output in cell.outputs)
    assert "This run uses MNIST digits" in shown
    assert "stand-in" not in shown


@lessons
def test_its_check_was_run_is_compared_and_all_is_done(path):
    (cell,) = [cell for cell in code_cells(read(path)) if "check" in tags(cell)]
    assert cell.id == "check"
    assert "nbval-ignore-output" not in tags(cell)
    assert cell.execution_count
    lines = "".join(output.text for output in cell.outputs).splitlines()
    assert len(lines) == len(ROWS[path.stem].all_claims)
    assert all(line.startswith("✓ ") and not re.search(r"\d", line) for line in lines)


@lessons
def test_many_cells_are_compared_and_few_opt_out(path):
    cells = [cell for cell in code_cells(read(path)) if cell.outputs]
    ignored = {cell.id for cell in cells if "nbval-ignore-output" in tags(cell)}
    assert ignored <= {"setup", "imports", "data", "summary", "strangers", "report", "fit", "same-step"}
    assert len(cells) - len(ignored) >= 10
    assert all(cell.execution_count for cell in cells)


@lessons
def test_its_anatomy(path):
    notebook = read(path)
    title = notebook.cells[0]
    assert title.id == "title"
    assert f"# {ROWS[path.stem].title}\n" in title.source
    for promise in ("**You will do:**", "**You will learn:**", "**You will need:**"):
        assert promise in title.source
    headings = re.findall(r"^## (.+)$", "\n".join(cell.source for cell in notebook.cells), re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == list(HEADINGS)
    assert "**Predict.**" in "".join(cell.source for cell in notebook.cells)
    order = [cell.id for cell in code_cells(notebook)]
    assert order[:3] == ["setup", "parameters", "imports"]
    assert [name for name in order if name in ("model", "train", "check")] == ["model", "train", "check"]
    first = code_cells(notebook)[0]
    assert first.metadata.cellView == "form"
    assert "TF_CPP_MIN_LOG_LEVEL" in first.source


@lessons
def test_its_terms_in_brief_are_explained_below(path):
    cells = {cell.id: cell.source for cell in read(path).cells}
    brief = cells.pop("in-brief")
    rest = "\n".join(cells.values()).lower()
    for term in re.findall(r"\*\*(.+?)\*\*", brief):
        stem = term.lower().removesuffix("s")
        assert re.search(rf"\*\*[^*]*{stem}[^*]*\*\*", rest), f"{term!r} is bold in brief and never explained"


@lessons
def test_code_cells_are_short(path):
    lengths = sorted(len(cell.source.splitlines()) for cell in code_cells(read(path)))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[-1] <= 16


@lessons
def test_every_figure_is_described_beside_it_and_small(path):
    cells = read(path).cells
    drawn = 0
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        pictures = [o.data["image/png"] for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        drawn += len(pictures)
        assert all(len(picture) * 3 / 4 <= 100_000 for picture in pictures)
        if pictures:
            assert following.cell_type == "markdown"
            described = re.match(r"\*Picture: (.+)\*(\n|$)", following.source)
            assert described, f"no description after the cell {cell.id}"
            assert len(described[1].split()) >= 8
    assert drawn >= 5


@all_notebooks
def test_its_links_lead_to_itself_and_its_counterpart(path):
    notebook = read(path)
    inside = path.relative_to(ROOT).as_posix()
    assert notebook.cells[0].source.startswith(
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({COLAB}/blob/main/{inside})\n"
    )
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith("http")]
    assert targets, "lesson and exercise link to each other"
    assert all((path.parent / target.partition("#")[0]).is_file() for target in targets)
    for target in re.findall(rf"{re.escape(COLAB)}/blob/main/([^)\s]+)", text):
        assert (ROOT / target).is_file()
    assert "![" not in text.replace("[![Open in Colab]", ""), "Colab does not resolve relative images"


PERCENT = re.compile(r"\b\d+(\.\d+)?\s?(%|per ?cent)|\baccuracy of 0\.\d+|\b0\.\d{3,}\b")
INTERVAL = re.compile(r"95 % interval")  # the name of a thing, and no measurement
MEASURED = re.compile(r"\{\{.*?\}\}|<!-- (lessons)\b.*?<!-- /\1 -->", re.DOTALL)


def unbacked(text):
    """The sentences with an accuracy that was neither measured nor a source is named for."""
    sentences = re.split(r"(?<=[.:])\s", INTERVAL.sub("", MEASURED.sub("", text)))
    return [sentence for sentence in sentences if PERCENT.search(sentence) and "codelab" not in sentence]


@pytest.mark.parametrize("name", SOURCES)
def test_no_accuracy_stands_in_prose_without_a_measurement(name):
    for cell in SOURCES[name].cells:
        assert not unbacked(cell.source if cell.cell_type == "markdown" else cell.metadata.get("task", ""))


def test_nor_in_the_readme():
    assert not unbacked((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_rule_for_numbers_in_prose_can_fail():
    assert unbacked("It reads 91.2 % of them.")
    assert unbacked("An accuracy of 0.91 is reached.")
    assert unbacked("It reaches 0.912.")
    assert not unbacked("It reads {{ 01.mean }} of them.")
    assert not unbacked("Its 95 % interval is narrow.")
    assert not unbacked("The codelab reports about 90 %.")


@lessons
def test_every_name_a_lesson_uses_is_public(path):
    source = "\n".join(cell.source for cell in code_cells(read(path)))
    used = set(re.findall(r"\blab\.(\w+)", source))
    assert used <= set(mnist_lab.__all__)
    assert set(re.findall(r"\blab\.diagrams\.(\w+)", source)) <= set(mnist_lab.diagrams.__all__)
    assert "from mnist_lab" not in source


def test_every_diagram_is_used_by_a_lesson():
    sources = "\n".join(cell.source for path in LESSONS for cell in code_cells(read(path)))
    assert set(mnist_lab.diagrams.__all__) <= set(re.findall(r"\blab\.diagrams\.(\w+)", sources))


def test_the_spelling():
    command = [sys.executable, "-m", "codespell_lib", "--toml", "pyproject.toml", "notebooks/source"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@all_notebooks
def test_nothing_of_the_machine_is_in_it(path):
    text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
    assert not re.search(r"/(home|root|work|tmp|Users)/", text)


@pytest.mark.parametrize(
    ("arguments", "expected", "left_out"),
    [
        ([], "tests notebooks notebooks/exercises", "tests/browser notebooks/source"),
        (["--full-length"], "tests notebooks", "notebooks/exercises tests/test_trainer_at_full_length.py"),
        (["--full-length", "notebooks/exercises/05_dropout.ipynb"], "notebooks/exercises", "tests notebooks"),
    ],
)
def test_pytest_collects_what_the_tiers_promise(arguments, expected, left_out):
    command = [sys.executable, "-m", "pytest", *arguments, "--collect-only", "--quiet", "--numprocesses=0"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    files = {Path(line.partition("::")[0]) for line in listed.splitlines() if "::" in line}
    found = {path.as_posix() for file in files for path in (file, file.parent)}
    assert found >= set(expected.split())
    assert not found & set(left_out.split())


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_each_exercise_has_right_and_wrong_solutions(path):
    _, expected = solutions_of(path.stem)
    assert expected[UNSOLVED], "the exercise is not solved as it is"
    assert sum(not claims for name, claims in expected.items() if name != AS_TAUGHT) >= 1, "another right way"
    assert sum(bool(claims) for name, claims in expected.items() if name != UNSOLVED) >= 2, "two wrong ones"
