"""Read the lessons' sources: Jupytext's MyST Markdown, in which every cell has a name, and the header a predecessor."""

import re

import jupytext
import nbformat

from tools.project import SOURCES

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OF_A_CELL = ("name", "needs", "short", "starter", "tags", "task")
_OF_JUPYTEXT = {"jupytext", "kernelspec"}  # written by an editor, and not needed


def read_sources() -> dict[str, nbformat.NotebookNode]:
    """Return the lessons as they are written, in their order, by name."""
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.md"))
    lessons = {path.stem: parse(path.read_text(encoding="utf-8"), file(path.stem)) for path in paths}
    for name, lesson in lessons.items():
        before, others = lesson.metadata.predecessor, [other for other in lessons if other != name]
        if before not in [None, *others]:
            known = ", ".join(["none", *others])
            raise ValueError(f"{file(name)}: the predecessor {before!r} is no other lesson. There are: {known}")
    return lessons


def file(name: str) -> str:
    """Return what messages call the source of a lesson."""
    return f"notebooks/source/{name}.md"


def parse(text: str, file: str) -> nbformat.NotebookNode:
    """Return the notebook that a source describes; a cell's name becomes its id."""
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # of Jupytext, YAML or nbformat, each with a class of its own
        raise ValueError(f"{file}: Jupytext cannot read it. {type(error).__name__}: {error}") from error
    header = sorted(set(notebook.metadata) - _OF_JUPYTEXT)
    if header != ["predecessor"]:
        found = ", ".join(header) or "nothing"
        raise ValueError(f"{file}: expected a header with `predecessor: NAME` or `predecessor: none`. Found {found}")
    before = str(notebook.metadata.predecessor)
    notebook.metadata = nbformat.from_dict({"predecessor": None if before == "none" else before})
    names = set()
    for cell in notebook.cells:
        cell.id = _name(cell, file)
        if cell.id in names:
            raise ValueError(f"{file}: two cells are named {cell.id!r}. Rename one of them")
        names.add(cell.id)
        if unknown := ", ".join(sorted(set(cell.metadata) - set(_OF_A_CELL))):
            raise ValueError(f"{file}: the cell {cell.id!r} has {unknown}. There are: {', '.join(_OF_A_CELL)}")
        for key in {"task", "starter"} & set(cell.metadata):
            cell.metadata[key] = str(cell.metadata[key]).rstrip("\n")
    return notebook


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
