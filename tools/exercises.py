"""Derive the exercises from the lessons: the same notebook, where the previous lesson left off.

A cell tagged `exercise` is put back to its own `starter` (in its metadata), else to what the predecessor has in the
cell of the same id. A cell tagged `answer` is left out. A cell's `task` (in its metadata) becomes a text before it. A
link to the glossary beside the lesson leads a folder up.
"""

import nbformat

from mnist_lab.commands.notebook_format import tidy
from tools.sources import SourceError, file


def make_exercises(lessons: dict[str, nbformat.NotebookNode]) -> dict[str, nbformat.NotebookNode]:
    """Return the exercise of each lesson by its name."""
    return {
        name: exercise(name, lesson, lessons.get(lesson.metadata.mnist_lab.predecessor))
        for name, lesson in lessons.items()
    }


def exercise(
    name: str, lesson: nbformat.NotebookNode, predecessor: nbformat.NotebookNode | None
) -> nbformat.NotebookNode:
    """Return the exercise of a lesson.

    Raises:
        SourceError: a cell tagged `exercise` has no starter, and the predecessor has no cell of its id.
    """
    notebook = nbformat.from_dict(lesson)
    notebook.metadata.mnist_lab.kind = "exercise"
    notebook.cells = []
    for source in lesson.cells:
        tags = source.metadata.get("tags", [])
        if "answer" in tags:
            continue
        cell = nbformat.from_dict(source)
        if task := cell.metadata.pop("task", None):
            text = nbformat.v4.new_markdown_cell(task, id=f"{cell.id}-task", metadata={"tags": ["task"]})
            notebook.cells.append(text)
        starter = cell.metadata.pop("starter", None)
        if "exercise" in tags:
            cell.source = starter if starter is not None else _cell_of(predecessor, cell.id, name).source
        cell.source = cell.source.replace("](glossary.md#", "](../glossary.md#")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if cell.id == "title":
            cell.source = cell.source.replace(f"/notebooks/{name}", f"/notebooks/exercises/{name}")
            cell.source = cell.source.replace("\n# ", "\n# Exercise: ", 1)
            notebook.cells += [cell, _stuck(name)]
        else:
            notebook.cells.append(cell)
    return tidy(notebook)


def _cell_of(predecessor: nbformat.NotebookNode | None, name: str, lesson: str) -> nbformat.NotebookNode:
    for cell in predecessor.cells if predecessor else []:
        if cell.id == name:
            return cell
    raise SourceError(
        f"{file(lesson)}: the cell {name!r} is tagged `exercise`, but has no starter, and the predecessor has no such "
        "cell. Give it a `starter`"
    )


def _stuck(name: str) -> nbformat.NotebookNode:
    source = (
        "This is the exercise: the cells where you have something to do are marked *Your turn*, and the cell under "
        "*Check* says what is done. It runs from top to bottom as it is. A few pages that would give the solution away "
        f"are left out, and what the text promises of them is in the [lesson](../{name}.ipynb), as is the solution."
    )
    return nbformat.v4.new_markdown_cell(source, id="exercise-note")
