"""Make notebooks from their sources, and keep the stored outputs that are still theirs.

A cell tagged `teacher` is left out, and one tagged `guess` isn't compared when notebooks are tested. The text `alt` of
a cell that draws becomes that of an invisible picture at the start of the caption.
"""

import re
from collections.abc import Mapping
from itertools import pairwise, takewhile

import nbformat
from nbformat import NotebookNode

from mnist_lab.commands.notebook_format import tidy
from tools.glossary import Entry, link_lesson
from tools.placeholders import fill
from tools.project import EXERCISES, NOTEBOOKS, is_known, on_colab, read, repository
from tools.sources import file, tags

# A transparent pixel. Colab shows no attachments, and the book has none; both show what a Markdown address holds.
INVISIBLE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
)

_BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
_TITLE = re.compile(r"# (.+)\n")
_GUESS = re.compile(r"^(\w+) = None\b", re.MULTILINE)
_PLAIN = re.compile(r"[^][*_`$<>|\\]+")
_PARAGRAPH = re.compile(r"(?!#|[-+*] |\d+[.)] |[>|<]|```|~~~|\$\$)\S")
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


def make_lessons(sources: Mapping[str, NotebookNode], names: dict[str, Entry]) -> dict[str, NotebookNode]:
    """Return the lessons' notebooks by name, without outputs, made from their sources by name."""
    return {
        name: make_notebook(source, "appendix" if is_appendix(name) else "lesson", name, sources, names)
        for name, source in sources.items()
    }


def is_appendix(name: str) -> bool:
    """Return whether a source is an appendix, which has no exercise and no check."""
    return name.startswith("appendix_")


def make_notebook(
    source: NotebookNode, kind: str, name: str, lessons: Mapping[str, NotebookNode], names: dict[str, Entry]
) -> NotebookNode:
    """Return the notebook of a source, without outputs: a "lesson", an "appendix", or the lesson's "exercise"."""
    notebook, path = nbformat.from_dict(source), f"{EXERCISES.name}/{name}" if kind == "exercise" else name
    notebook.cells = [cell for cell in notebook.cells if "teacher" not in tags(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = filled(cell.source, cell, file(path), name, lessons)
        if "task" in cell.metadata:
            cell.metadata.task = filled(cell.metadata.task, cell, file(path), name, lessons)
        if "slide" in cell.metadata:
            cell.metadata.slideshow = {"slide_type": cell.metadata.pop("slide")}
    _describe_pictures(notebook, file(path))
    _leave_guesses_uncompared(notebook, file(path))
    _complete(notebook, kind, name, path, lessons)
    link_lesson(notebook, names)
    return tidy(notebook)


def filled(text: str, cell: NotebookNode, file: str, name: str, lessons: Mapping[str, NotebookNode]) -> str:
    """Return a text of a cell without placeholders; what is wrong with one is an error that names file and cell."""
    try:
        return fill(text, name, lessons)
    except ValueError as error:
        raise ValueError(f"{file}: the cell {cell.id!r}: {error}") from error


def title_of(source: NotebookNode, file: str) -> str:
    """Return the heading of a source's first cell."""
    title = next(iter(source.cells), None)
    heading = title and title.id == "title" and _TITLE.match(f"{title.source}\n")
    if not heading:
        raise ValueError(f"{file}: expected a first cell named 'title' that begins with `# `")
    return heading[1]


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


def asks(cell: NotebookNode) -> bool:
    """Return whether a cell tagged `guess` asks for one; otherwise it shows one beside the measurement."""
    return bool(_GUESS.match(cell.source))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the notebook's cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _describe_pictures(notebook: NotebookNode, file: str) -> None:
    """Put each text `alt` before the caption that follows its cell, where screen readers find it and nobody sees it."""
    for cell, caption in pairwise([*notebook.cells, None]):
        if (alt := cell.metadata.pop("alt", None)) is None:
            continue
        if not _PLAIN.fullmatch(str(alt)):
            raise ValueError(f"{file}: the cell {cell.id!r}: expected an `alt` without Markdown. Found {alt!r}")
        if not caption or caption.cell_type != "markdown" or not _PARAGRAPH.match(caption.source):
            how = "has an `alt`. Expected a Markdown cell after it that begins with a paragraph, the caption"
            raise ValueError(f"{file}: the cell {cell.id!r} {how}")
        caption.source = f"![{' '.join(alt.split())}]({INVISIBLE}){caption.source}"


def _leave_guesses_uncompared(notebook: NotebookNode, file: str) -> None:
    """Let nbval ignore the outputs of cells tagged `guess`; each asks for a guess, or shows one asked before."""
    asked, shown = {}, set()
    for cell in (cell for cell in code_cells(notebook) if "guess" in tags(cell)):
        used = {guess for guess in asked if re.search(rf"\b{guess}\b", cell.source)}
        if not used and not asks(cell):
            how = "is tagged `guess`. Expected `NAME = None` as its first line, or the name of a guess above"
            raise ValueError(f"{file}: the cell {cell.id!r} {how}")
        shown |= used
        asked |= dict.fromkeys(_GUESS.findall(cell.source), cell.id)
        cell.metadata.tags = [*dict.fromkeys([*tags(cell), "nbval-ignore-output"])]
    if forgotten := [(guess, cell) for guess, cell in asked.items() if guess not in shown]:
        guess, cell = forgotten[0]
        how = f"asks for `{guess}`. Expected a later cell tagged `guess` that shows it beside the measurement"
        raise ValueError(f"{file}: the cell {cell!r} {how}")


def _complete(notebook: NotebookNode, kind: str, name: str, path: str, lessons: Mapping[str, NotebookNode]) -> None:
    """Add what is the same everywhere: the badge, the set-up cell, the notebook's metadata."""
    heading, setup = title_of(notebook, file(path)), next(iter(code_cells(notebook)), None)
    if not setup or setup.id != "setup" or setup.source:
        raise ValueError(f"{file(path)}: expected a first code cell named 'setup' without code: the build fills it")
    title = notebook.cells[0]
    title.source = f"{_BADGE}({on_colab(f'notebooks/{path}.ipynb')})\n\n{title.source}"
    setup.source = set_up()
    setup.metadata |= {"cellView": "form", "tags": ["setup", "nbval-ignore-output"]}
    about = {"kind": kind, "lesson": name, "predecessor": lessons[name].metadata.predecessor, "title": heading}
    notebook.metadata = nbformat.from_dict({"mnist_lab": about})
