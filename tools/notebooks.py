"""Make the lessons' notebooks from their sources, and keep the stored outputs that are still theirs."""

import re
from functools import partial
from itertools import takewhile
from pathlib import Path

import nbformat

from mnist_lab.commands.notebook_format import tidy
from tools.glossary import Entry
from tools.glossary_links import glossary_address, link_lesson
from tools.placeholders import fill, value
from tools.project import EXERCISES, NOTEBOOKS, ROOT, is_known, on_colab, read
from tools.sources import SourceError, file

BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
_TITLE = re.compile(r"# (.+)\n")
_SET_UP = """\
# @title Set-up: run this cell first
import os
import sys
from importlib.util import find_spec

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # TensorFlow reads this when it is imported

if "google.colab" in sys.modules and not find_spec("mnist_lab"):
    """
_INSTALL = "%pip install -q --no-deps git+{address}"
_NOT_YET = (
    'print("These notebooks do not know their address yet: `python -m tools.build --repository ADDRESS` sets it.")'
)


def make_lessons(
    sources: dict[str, nbformat.NotebookNode], names: dict[str, Entry], address: str
) -> dict[str, nbformat.NotebookNode]:
    """Return the lessons' notebooks by name, without outputs, made from their sources by name.

    Raises:
        SourceError: a placeholder is unknown, or the title or the set-up cell is missing or misplaced.
    """
    made = frozenset(path_in_project(folder, name) for folder in (NOTEBOOKS, EXERCISES) for name in sources)
    lessons = {}
    for name, source in sources.items():
        before = sources.get(source.metadata.predecessor)
        value_of = partial(value, lesson=source, predecessor=before, address=address, made=made)
        lesson = nbformat.from_dict(source)
        for cell in lesson.cells:
            where = f"{file(name)}: the cell {cell.id!r}"
            if cell.cell_type == "markdown":
                cell.source = fill(cell.source, value_of, where)
            if "task" in cell.metadata:
                cell.metadata.task = fill(cell.metadata.task, value_of, where)
        _complete(lesson, name, address)
        link_lesson(lesson, names, glossary_address(address))
        lessons[name] = tidy(lesson)
    return lessons


def set_up(address: str) -> str:
    """Return the source of the set-up cell: in Colab it installs the package once, or says what keeps it from that."""
    return _SET_UP + (_INSTALL.format(address=address) if is_known(address) else _NOT_YET)


def path_in_project(folder: Path, name: str) -> str:
    """Return the path of a notebook from the project's root."""
    return (folder / f"{name}.ipynb").relative_to(ROOT).as_posix()


def read_stored(name: str) -> nbformat.NotebookNode | None:
    """Return the lesson's notebook as it was made last, or None before that.

    Raises:
        ValueError: the file is no notebook.
    """
    path = NOTEBOOKS / f"{name}.ipynb"
    try:
        return read(path) if path.exists() else None
    except Exception as error:  # of json or nbformat: after a merge, for instance
        raise ValueError(
            f"{path_in_project(NOTEBOOKS, name)} is no notebook ({error}). Take it from one side of the merge, "
            "`git checkout --ours` or `--theirs`, or remove it; then build again"
        ) from error


def keep_outputs(lesson: nbformat.NotebookNode, stored: nbformat.NotebookNode | None) -> None:
    """Copy the stored outputs into the lesson, up to the first code cell that is another, was not run, or was moved."""

    def is_kept(pair: tuple[nbformat.NotebookNode, nbformat.NotebookNode]) -> bool:
        new, old = pair
        return bool(old.execution_count) and (new.source == old.source or new.id == old.id == "setup")

    pairs = zip(code_cells(lesson), code_cells(stored) if stored else [], strict=False)
    for new, old in takewhile(is_kept, pairs):
        new.outputs, new.execution_count = old.outputs, old.execution_count


def first_not_run(lesson: nbformat.NotebookNode) -> str | None:
    """Return the name of the first code cell without a stored output, or None where all were run."""
    return next((cell.id for cell in code_cells(lesson) if not cell.execution_count), None)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the notebook's cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _complete(lesson: nbformat.NotebookNode, name: str, address: str) -> None:
    """Add what is the same in every lesson: the badge, the set-up cell, the notebook's metadata."""
    title, setup = next(iter(lesson.cells), None), next(iter(code_cells(lesson)), None)
    heading = title and title.id == "title" and _TITLE.match(f"{title.source}\n")
    if not heading:
        raise SourceError(f"{file(name)}: expected a first cell named 'title' that begins with `# `")
    if not setup or setup.id != "setup" or setup.source:
        raise SourceError(f"{file(name)}: expected a first code cell named 'setup' without code: the build fills it")
    title.source = f"{BADGE}({on_colab(address, path_in_project(NOTEBOOKS, name))})\n\n{title.source}"
    setup.source = set_up(address)
    setup.metadata |= {"cellView": "form", "tags": ["setup", "nbval-ignore-output"]}
    about = {"kind": "lesson", "lesson": name, "predecessor": lesson.metadata.predecessor, "title": heading[1]}
    lesson.metadata = nbformat.from_dict({"mnist_lab": about})
