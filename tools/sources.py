"""Read the sources of lessons and exercises: Jupytext's MyST Markdown, in which every cell has a name.

A lesson's header names its predecessor, and may hold `spoilers` and `runs`; an exercise has no header.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

import jupytext
import nbformat

from tools.project import EXERCISES, SOURCES

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OF_A_CELL = ("name", "alt", "needs", "short", "slide", "starter", "tags", "task")
_OF_AN_EXERCISE = ("name", "alt", "from", "short", "slide", "tags")
_OF_A_LESSON = {"predecessor", "spoilers", "runs"}
_SLIDES = ("slide", "subslide", "fragment", "skip", "notes")
_OF_JUPYTEXT = {"jupytext", "kernelspec"}  # written by an editor, and not needed


def read_sources() -> dict[str, nbformat.NotebookNode]:
    """Return the lessons as they are written, in their order, and then the appendices, by name."""
    paths = [*sorted(SOURCES.glob("[0-9][0-9]_*.md")), *sorted(SOURCES.glob("appendix_*.md"))]
    lessons = {path.stem: parse(path.read_text(encoding="utf-8"), file(path.stem)) for path in paths}
    for name, lesson in lessons.items():
        before, others = lesson.metadata.predecessor, [other for other in lessons if other != name]
        if before not in [None, *others]:
            known = ", ".join(["none", *others])
            raise ValueError(f"{file(name)}: the predecessor {before!r} is no other lesson. There are: {known}")
    return lessons


def read_exercises(lessons: Collection[str]) -> dict[str, nbformat.NotebookNode]:
    """Return the exercises that have a source of their own, by the name of their lesson, which is one of `lessons`."""
    paths = sorted((SOURCES / EXERCISES.name).glob("*.md"))
    if strangers := [path.stem for path in paths if path.stem not in lessons]:
        known = ", ".join(lessons)
        raise ValueError(f"{file(f'exercises/{strangers[0]}')}: expected the name of a lesson. There are: {known}")
    return {
        path.stem: parse(path.read_text(encoding="utf-8"), file(f"exercises/{path.stem}"), exercise=True)
        for path in paths
    }


def file(name: str) -> str:
    """Return what messages call the source of a lesson, or of `exercises/NAME`."""
    return f"notebooks/source/{name}.md"


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def code_of(address: str, lessons: Mapping[str, nbformat.NotebookNode]) -> str:
    """Return the code of a cell that is given as `LESSON/CELL`; ValueError if there is none."""
    name, _, cell_name = address.partition("/")
    if name not in lessons:
        raise ValueError(f"expected LESSON/CELL. Received: {address}. The lessons are: {', '.join(lessons)}")
    code = {cell.id: cell.source for cell in lessons[name].cells if cell.cell_type == "code" and cell.source}
    if cell_name not in code:
        raise ValueError(f"lesson {name} has no code in a cell {cell_name!r}. There are: {', '.join(code)}")
    return code[cell_name]


def parse(text: str, file: str, *, exercise: bool = False) -> nbformat.NotebookNode:
    """Return the notebook that a source describes; a cell's name becomes its id."""
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # of Jupytext, YAML or nbformat, each with a class of its own
        raise ValueError(f"{file}: Jupytext cannot read it. {type(error).__name__}: {error}") from error
    header = {key: value for key, value in notebook.metadata.items() if key not in _OF_JUPYTEXT}
    notebook.metadata = nbformat.from_dict({} if exercise else _header(header, file))
    if exercise and header:
        raise ValueError(f"{file}: an exercise has no header. Found {', '.join(sorted(header))}")
    known, names = _OF_AN_EXERCISE if exercise else _OF_A_CELL, set()
    for cell in notebook.cells:
        cell.id = _name(cell, file)
        if cell.id in names:
            raise ValueError(f"{file}: two cells are named {cell.id!r}. Rename one of them")
        names.add(cell.id)
        if unknown := ", ".join(sorted(set(cell.metadata) - set(known))):
            raise ValueError(f"{file}: the cell {cell.id!r} has {unknown}. There are: {', '.join(known)}")
        if cell.metadata.get("slide", "slide") not in _SLIDES:
            found = f"has slide: {cell.metadata.slide}"
            raise ValueError(f"{file}: the cell {cell.id!r} {found}. There are: {', '.join(_SLIDES)}")
        for key in {"task", "starter"} & set(cell.metadata):
            cell.metadata[key] = str(cell.metadata[key]).rstrip("\n")
    return notebook


def _header(header: dict[str, Any], file: str) -> dict[str, Any]:
    if "predecessor" not in header or header.keys() - _OF_A_LESSON:
        found = ", ".join(sorted(header)) or "nothing"
        how = "a header with `predecessor: NAME` or `predecessor: none`, and perhaps `spoilers` and `runs`"
        raise ValueError(f"{file}: expected {how}. Found {found}")
    before, spoilers, runs = str(header["predecessor"]), header.get("spoilers", []), header.get("runs")
    if not isinstance(spoilers, list) or not all(isinstance(spoiler, str) for spoiler in spoilers):
        raise ValueError(f'{file}: expected `spoilers: ["98.25%", worse]`, numbers in quotes. Found {spoilers}')
    if runs is not None and (not isinstance(runs, list) or [type(seconds) for seconds in runs] != [int, int]):
        raise ValueError(f"{file}: expected `runs: [40, 30]`, the seconds of core and deeper. Found {runs}")
    return {**header, "predecessor": None if before == "none" else before}


def _name(cell: nbformat.NotebookNode, file: str) -> str:
    name, (start, *_) = cell.metadata.get("name"), cell.source[:50].split("\n")
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    found = "no name" if name is None else f"the name {name!r}"
    how = '+++ {"name": "about-data"}' if cell.cell_type == "markdown" else ":name: data"
    raise ValueError(
        f"{file}: the {cell.cell_type} cell that begins with {start!r} has {found}. "
        f"Expected words in lower case, joined by hyphens, as in `{how}`"
    )
