"""Derive the exercises from the lessons: the same notebook, where the previous lesson left off.

A cell tagged `exercise` is put back to its own `starter` (in its metadata), else to what the predecessor has in the
cell of the same id. A cell tagged `answer` is left out. A cell's `task` (in its metadata) becomes a text before it. A
link to the glossary beside the lesson leads a folder up.
"""

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from mnist_lab.commands.notebook_format import tidy
from tools.sources import file

_NOTE = (
    "This is the exercise: the cells where you have something to do are marked *Your turn*, and the cell under "
    "*Check* says what is done. It runs from top to bottom as it is. A few pages that would give the solution away "
    "are left out, and what the text promises of them is in the [lesson](../{name}.ipynb), as is the solution."
)


def make_exercise(name: str, lesson: NotebookNode, predecessor: NotebookNode | None) -> NotebookNode:
    """Return the exercise of a lesson, which has no outputs."""
    before = {cell.id: cell.source for cell in predecessor.cells} if predecessor else {}
    notebook = nbformat.from_dict(lesson)
    notebook.metadata.mnist_lab.kind = "exercise"
    notebook.cells = []
    for cell in nbformat.from_dict(lesson).cells:
        tags = cell.metadata.get("tags", [])
        if "answer" in tags:
            continue
        if task := cell.metadata.pop("task", None):
            notebook.cells.append(new_markdown_cell(task, id=f"{cell.id}-task", metadata={"tags": ["task"]}))
        starter = cell.metadata.pop("starter", before.get(cell.id))
        if "exercise" in tags:
            if starter is None:
                how = "is tagged `exercise`, has no starter, and is not in the predecessor. Give it a `starter`"
                raise ValueError(f"{file(name)}: the cell {cell.id!r} {how}")
            cell.source = starter
        cell.source = cell.source.replace("](glossary.md#", "](../glossary.md#")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        notebook.cells.append(cell)
        if cell.id == "title":
            cell.source = cell.source.replace(f"/notebooks/{name}", f"/notebooks/exercises/{name}")
            cell.source = cell.source.replace("\n# ", "\n# Exercise: ", 1)
            notebook.cells.append(new_markdown_cell(_NOTE.format(name=name), id="exercise-note"))
    return tidy(notebook)
