"""The form of the notebooks: anatomy, metadata, outputs, numbers in prose."""

import re

import nbformat
import pytest

import mnist_lab
from mnist_lab.checks.lessons import LESSONS as ROWS
from mnist_lab.commands import notebook_format
from mnist_lab.widgets._widget import MIME_TYPE
from tools.notebooks import INVISIBLE, code_cells
from tools.project import read
from tools.sources import read_sources

from .notebook_items import solutions_of
from .notebooks import APPENDICES, EXERCISES, LESSONS, ROOT

TAGS = {"setup", "parameters", "exercise", "answer", "check", "task", "length", "guess", "solution"}
TAGS |= {"nbval-ignore-output"}
WIDGETS = {"pad", "second-pad", "descent", "gradients", "filter"}
HEADINGS = (
    "In brief | How to use this notebook | What changed since the last lesson | Check | What you saw | On your own | "
    "In practice | Further reading"
)
HEADINGS_OF_TWO_PARTS = (
    "Do you know this already? | How to use this notebook | Check | What you saw | Deeper | Words you now own | "
    "On your own | In practice | Further reading"
)
PROMISES = ("**You will do:**", "**You will learn:**", "**You will need:**", "**Predict.**")
# Those depend on the learner's digits, on rounding, on training.
DEPENDING = {"your-digits", "one-step", "dense-in-order", "subgroup", "confusion", "reliability"}
SOURCES = read_sources()

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
to_be_read = pytest.mark.parametrize("path", LESSONS + APPENDICES, ids=lambda path: path.stem)
all_notebooks = pytest.mark.parametrize(
    "path", LESSONS + APPENDICES + EXERCISES, ids=lambda path: "/".join(path.parts[-2:])
)


def tags(cell):
    return cell.metadata.get("tags", [])


def has_two_parts(notebook):
    return any(cell.id == "deeper" for cell in notebook.cells)


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_there_are_lessons_and_each_has_its_row_and_its_exercise():
    assert [path.stem for path in LESSONS] == [path.stem for path in EXERCISES] == list(ROWS)


@all_notebooks
def test_it_is_valid_small_in_its_one_form_and_without_paths_of_the_machine(path):
    notebook, text = read(path), path.read_text(encoding="utf-8")
    nbformat.validate(notebook)
    assert text == notebook_format.text(notebook_format.tidy(notebook))
    assert len(text) <= 700_000
    assert not re.search(r"/(home|root|work|tmp|Users)/", text)
    assert all(set(tags(cell)) <= TAGS for cell in notebook.cells)


@to_be_read
def test_it_was_run_on_mnist_from_top_to_bottom_without_noise(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    shown = "".join(output.get("text", "") for output in outputs)
    assert "This run uses MNIST digits" in shown
    assert "stand-in" not in shown


@lessons
def test_its_check_is_compared_and_all_is_done(path):
    (cell,) = [cell for cell in code_cells(read(path)) if "check" in tags(cell)]
    lines = "".join(output.text for output in cell.outputs).splitlines()
    assert "nbval-ignore-output" not in tags(cell)
    assert len(lines) == len(ROWS[path.stem].all_claims)
    assert all(line.startswith("✓ ") for line in lines)
    assert not re.search(r"0\.\d", "\n".join(lines)), "a measured number differs from run to run"


@lessons
def test_many_cells_are_compared_and_few_opt_out(path):
    cells = [cell for cell in code_cells(read(path)) if cell.outputs]
    ignored = {cell.id for cell in cells if "nbval-ignore-output" in tags(cell) and "guess" not in tags(cell)}
    assert ignored <= WIDGETS | {"setup", "imports", "data", "summary", "strangers", "report", "fit"} | DEPENDING
    assert len(cells) - len(ignored) >= 10


@lessons
def test_its_anatomy(path):
    notebook = read(path)
    text, code = prose(notebook), code_cells(notebook)
    assert f"# {notebook.metadata.mnist_lab.title}\n" in notebook.cells[0].source
    new = has_two_parts(notebook)
    expected = PROMISES[:3] if new else PROMISES
    assert [promise for promise in PROMISES if promise in text] == list(expected)
    assert any("guess" in tags(cell) for cell in code) == new
    wanted = HEADINGS_OF_TWO_PARTS if new else HEADINGS
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert " | ".join(heading for heading in headings if heading in wanted) == wanted
    assert "![" not in re.sub(rf"!\[[^\]]+\]\({re.escape(INVISIBLE)}\)", "", text.replace("[![Open in Colab]", "")), (
        "Colab does not resolve relative images"
    )
    order = [cell.id for cell in code]
    assert order[:3] == ["setup", "parameters", "imports"]
    judged = ["model", "train", "check"] if ROWS[path.stem].trains else ["check"]
    assert [name for name in order if name in ("model", "train", "check")] == judged
    lengths = sorted(len(cell.source.splitlines()) for cell in code)
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[-1] <= 16


@lessons
def test_every_figure_is_described_beside_it_and_small(path):
    notebook = read(path)
    cells, drawn = notebook.cells, 0
    description = rf"!\[(.+)\]\({re.escape(INVISIBLE)}\)" if has_two_parts(notebook) else r"\*Picture: (.+)\*(\n|$)"
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        shown = [output.get("data", {}) for output in cell.get("outputs", [])]
        pictures = [data["image/png"] for data in shown if "image/png" in data and MIME_TYPE not in data]
        drawn += len(pictures)
        assert all(len(picture) * 3 / 4 <= 100_000 for picture in pictures)
        if pictures:
            described = re.match(description, following.source)
            assert described, f"no description after the cell {cell.id}"
            assert len(described[1].split()) >= 8
    assert drawn >= 5


PERCENT = re.compile(r"\b\d+(\.\d+)?\s?(%|per ?cent)|\baccuracy of 0\.\d+|\b0\.\d{3,}\b")
MEASURED = re.compile(r"\{\{.*?\}\}|<!-- (lessons)\b.*?<!-- /\1 -->|95% interval", re.DOTALL)


def unbacked(text):
    """The sentences with an accuracy that was neither measured nor a source is named for."""
    sentences = re.split(r"(?<=[.:])\s", MEASURED.sub("", text))
    return [sentence for sentence in sentences if PERCENT.search(sentence) and "codelab" not in sentence]


@pytest.mark.parametrize("name", SOURCES)
def test_no_accuracy_stands_in_prose_without_a_measurement(name):
    tasks = "\n\n".join(cell.metadata.get("task", "") for cell in SOURCES[name].cells)
    assert not unbacked(f"{prose(SOURCES[name])}\n\n{tasks}")


def test_nor_in_the_readme():
    assert not unbacked((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_rule_for_numbers_in_prose_can_fail():
    backed = "It reads {{ 01.mean }} of them. Its 95% interval is narrow. The codelab reports about 90%."
    invented = ["It reads 91.2% of them.", "An accuracy of 0.91 is reached.", "It reaches 0.912."]
    assert unbacked(" ".join([backed, *invented])) == invented


def test_lessons_use_public_names_and_every_diagram():
    source = "\n".join(cell.source for path in LESSONS + APPENDICES for cell in code_cells(read(path)))
    assert set(re.findall(r"\blab\.(\w+)", source)) <= set(mnist_lab.__all__)
    assert set(re.findall(r"\blab\.diagrams\.(\w+)", source)) == set(mnist_lab.diagrams.__all__)
    assert "from mnist_lab" not in source


@pytest.mark.parametrize("name", ROWS)
def test_each_exercise_has_right_and_wrong_solutions(name):
    unsolved, solutions, _ = solutions_of(name)
    assert unsolved, "the exercise is not solved as it is"
    wrong = [solution for solution, (_, missing) in solutions.items() if missing]
    assert len(solutions) - len(wrong) >= 2, "the lesson's way and another"
    assert len(wrong) >= 2
