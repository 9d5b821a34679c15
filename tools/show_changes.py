"""Show what a lesson changes: a diff of its cells against its predecessor's, between the markers in its text.

`<!-- changes model train -->` and `<!-- /changes -->` enclose the diff of the cells of these names.
"""

import difflib
import re
import sys
from pathlib import Path

import nbformat
from derived import NOTEBOOKS, lessons, read, write_or_check

from mnist_lab.commands.notebook_format import text, tidy

MARKED = re.compile(r"<!-- changes ([\w -]+?) -->.*?<!-- /changes -->", re.DOTALL)
NO_NEWS = ("---", "+++", "@@")


def shown() -> dict[Path, str]:
    """Return the lessons with their diffs as they should be."""
    texts = {}
    for path in lessons():
        lesson = read(path)
        predecessor = lesson.metadata.mnist_lab.predecessor
        before = read(NOTEBOOKS / f"{predecessor}.ipynb") if predecessor else None
        for cell in lesson.cells:
            if cell.cell_type == "markdown":
                cell.source = with_changes(cell.source, before, lesson)
        texts[path] = text(tidy(lesson))
    return texts


def with_changes(prose: str, before: nbformat.NotebookNode | None, after: nbformat.NotebookNode) -> str:
    """Return `prose` with the diff between each pair of markers made anew.

    Raises:
        ValueError: a named cell is in neither notebook, or nothing in it changed.
    """

    def changes(found: re.Match) -> str:
        blocks = [_diff(name, before, after) for name in found[1].split()]
        joined = "\n".join(blocks)
        return f"<!-- changes {found[1]} -->\n```diff\n{joined}\n```\n<!-- /changes -->"

    return MARKED.sub(changes, prose)


def _diff(name: str, before: nbformat.NotebookNode | None, after: nbformat.NotebookNode) -> str:
    old, new = (_source(notebook, name) for notebook in (before, after))
    lines = difflib.unified_diff(old, new, n=1, lineterm="")
    kept = [line for line in lines if not line.startswith(NO_NEWS)]
    if not kept:
        raise ValueError(f"<!-- changes {name} -->: the cell {name!r} is the same in both lessons, or in neither")
    return "\n".join(kept)


def _source(notebook: nbformat.NotebookNode | None, name: str) -> list[str]:
    cells = notebook.cells if notebook else []
    return next((cell.source.splitlines() for cell in cells if cell.id == name), [])


if __name__ == "__main__":
    sys.exit(write_or_check(shown(), __doc__))
