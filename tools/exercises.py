"""Make the exercises: from a source of their own, or, where there is none, from the lesson.

In an exercise's own source, a code cell may have `from: LESSON/CELL` in place of code, and a Markdown cell tagged
`solution` is folded. An exercise derived from its lesson is the same notebook, where the previous lesson left off. A
cell tagged `exercise` is put back to its own `starter` (in its metadata), else to what the predecessor has in the cell
of the same id. A cell tagged `answer` is left out. A cell's `task` (in its metadata) becomes a text before it.
In both, a link to the glossary leads a folder up.
"""

from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from mnist_lab.commands.notebook_format import tidy
from tools.glossary import Entry
from tools.notebooks import make_notebook
from tools.sources import code_of, file, tags

_NOTE = (
    "This is the exercise: the cells where you have something to do are marked *Your turn*, and the cell under "
    "*Check* says what is done. It runs from top to bottom as it is. A few pages that would give the solution away "
    "are left out, and what the text promises of them is in the [lesson](../{name}.ipynb), as is the solution."
)

# Markdown is read inside the tags only between empty lines.
FOLDED = "<details><summary>Stuck? Show a solution</summary>\n\n{}\n\n</details>"


def make_exercises(
    exercises: Mapping[str, NotebookNode], lessons: Mapping[str, NotebookNode], names: dict[str, Entry]
) -> dict[str, NotebookNode]:
    """Return the notebooks of the exercises with a source of their own, by name; `lessons` are the lessons' sources."""
    made = {}
    for name, source in exercises.items():
        exercise = nbformat.from_dict(source)
        for cell in exercise.cells:
            if address := cell.metadata.pop("from", None):
                cell.source = _taken(cell, str(address), file(f"exercises/{name}"), lessons)
            if cell.cell_type == "markdown" and "solution" in tags(cell):
                cell.source = FOLDED.format(cell.source.strip())
        made[name] = make_notebook(exercise, "exercise", name, lessons, names)
        for cell in made[name].cells:
            cell.source = _a_folder_up(cell.source)
    return made


def _taken(cell: NotebookNode, address: str, file: str, lessons: Mapping[str, NotebookNode]) -> str:
    if cell.cell_type != "code" or cell.source:
        raise ValueError(
            f"{file}: the cell {cell.id!r} has `from`. Expected a code cell without code: the build fills it"
        )
    try:
        return code_of(address, lessons)
    except ValueError as error:
        raise ValueError(f"{file}: the cell {cell.id!r}: from: {error}") from error


def _a_folder_up(text: str) -> str:
    return text.replace("](glossary.md#", "](../glossary.md#")


def make_exercise(name: str, lesson: NotebookNode, predecessor: NotebookNode | None) -> NotebookNode:
    """Return the exercise of a lesson, which has no outputs."""
    before = {cell.id: cell.source for cell in predecessor.cells} if predecessor else {}
    notebook = nbformat.from_dict(lesson)
    notebook.metadata.mnist_lab.kind = "exercise"
    notebook.cells = []
    for cell in nbformat.from_dict(lesson).cells:
        if "answer" in tags(cell):
            continue
        if task := cell.metadata.pop("task", None):
            notebook.cells.append(new_markdown_cell(task, id=f"{cell.id}-task", metadata={"tags": ["task"]}))
        starter = cell.metadata.pop("starter", before.get(cell.id))
        if "exercise" in tags(cell):
            if starter is None:
                how = "is tagged `exercise`, has no starter, and is not in the predecessor. Give it a `starter`"
                raise ValueError(f"{file(name)}: the cell {cell.id!r} {how}")
            cell.source = starter
        cell.source = _a_folder_up(cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        notebook.cells.append(cell)
        if cell.id == "title":
            cell.source = cell.source.replace(f"/notebooks/{name}", f"/notebooks/exercises/{name}")
            cell.source = cell.source.replace("\n# ", "\n# Exercise: ", 1)
            notebook.cells.append(new_markdown_cell(_NOTE.format(name=name), id="exercise-note"))
    return tidy(notebook)
