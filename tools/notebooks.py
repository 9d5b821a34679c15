"""Make the lessons' notebooks from their sources, and keep the stored outputs that are still theirs."""

import re
from itertools import takewhile

import nbformat
from nbformat import NotebookNode

from mnist_lab.commands.notebook_format import tidy
from tools.glossary import Entry, link_lesson
from tools.placeholders import fill
from tools.project import NOTEBOOKS, is_known, on_colab, read, repository
from tools.sources import file

_BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
_TITLE = re.compile(r"# (.+)\n")
_SET_UP = """\
# @title Set-up: run this cell first
import os
import sys
from importlib.util import find_spec

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # TensorFlow reads this when it is imported

if "google.colab" in sys.modules and not find_spec("mnist_lab"):
    """
_NOT_YET = (
    'print("These notebooks do not know their address yet: `python -m tools.build --repository ADDRESS` sets it.")'
)


def make_lessons(sources: dict[str, NotebookNode], names: dict[str, Entry]) -> dict[str, NotebookNode]:
    """Return the lessons' notebooks by name, without outputs, made from their sources by name."""
    lessons = {}
    for name, source in sources.items():
        lesson, before = nbformat.from_dict(source), sources.get(source.metadata.predecessor)
        for cell in lesson.cells:
            try:
                if cell.cell_type == "markdown":
                    cell.source = fill(cell.source, source, before)
                if "task" in cell.metadata:
                    cell.metadata.task = fill(cell.metadata.task, source, before)
            except ValueError as error:
                raise ValueError(f"{file(name)}: the cell {cell.id!r}: {error}") from error
        _complete(lesson, name)
        link_lesson(lesson, names)
        lessons[name] = tidy(lesson)
    return lessons


def set_up() -> str:
    """Return the source of the set-up cell: in Colab it installs the package once, or says what keeps it from that."""
    return _SET_UP + (f"%pip install -q --no-deps git+{repository()}" if is_known() else _NOT_YET)


def read_stored(name: str) -> NotebookNode | None:
    """Return the lesson's notebook as it was made last, or None before that."""
    path = NOTEBOOKS / f"{name}.ipynb"
    try:
        return read(path) if path.exists() else None
    except Exception as error:  # of json or nbformat
        how = "After a merge, `git checkout --ours` or `--theirs` it, or remove it; then build again"
        raise ValueError(f"notebooks/{name}.ipynb is no notebook ({error}). {how}") from error


def keep_outputs(lesson: NotebookNode, stored: NotebookNode | None) -> None:
    """Copy the stored outputs into the lesson, up to the first code cell that is another, was not run, or was moved."""

    def is_kept(pair: tuple[NotebookNode, NotebookNode]) -> bool:
        new, old = pair
        return bool(old.execution_count) and (new.source == old.source or new.id == old.id == "setup")

    pairs = zip(code_cells(lesson), code_cells(stored) if stored else [], strict=False)
    for new, old in takewhile(is_kept, pairs):
        new.outputs, new.execution_count = old.outputs, old.execution_count


def first_not_run(lesson: NotebookNode) -> str | None:
    """Return the name of the first code cell without a stored output, or None where all were run."""
    return next((cell.id for cell in code_cells(lesson) if not cell.execution_count), None)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the notebook's cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _complete(lesson: NotebookNode, name: str) -> None:
    """Add what is the same in every lesson: the badge, the set-up cell, the notebook's metadata."""
    title, setup = next(iter(lesson.cells), None), next(iter(code_cells(lesson)), None)
    heading = title and title.id == "title" and _TITLE.match(f"{title.source}\n")
    if not heading:
        raise ValueError(f"{file(name)}: expected a first cell named 'title' that begins with `# `")
    if not setup or setup.id != "setup" or setup.source:
        raise ValueError(f"{file(name)}: expected a first code cell named 'setup' without code: the build fills it")
    title.source = f"{_BADGE}({on_colab(f'notebooks/{name}.ipynb')})\n\n{title.source}"
    setup.source = set_up()
    setup.metadata |= {"cellView": "form", "tags": ["setup", "nbval-ignore-output"]}
    about = {"kind": "lesson", "lesson": name, "predecessor": lesson.metadata.predecessor, "title": heading[1]}
    lesson.metadata = nbformat.from_dict({"mnist_lab": about})
