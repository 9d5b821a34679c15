"""Keep a lesson's outcome from its reader: no spoiler stands before the cell `train`.

A lesson without one may tell its spoilers from the first cell on that shows a guess beside the measurement.
"""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools.notebooks import asks
from tools.sources import file, tags


def check_spoilers(lesson: NotebookNode, spoilers: list[str]) -> None:
    """Raise a ValueError that names the cell that holds a spoiler too early, in its prose, code or stored text.

    A spoiler is whole words or a whole number, whatever its case and the space before a `%`: "98.2%" is found in
    "98.2 %", but not in "98.25%".
    """
    if not spoilers:
        return
    name = file(lesson.metadata.mnist_lab.lesson)
    patterns = [_pattern(spoiler) for spoiler in spoilers]
    for cell in lesson.cells[: _told(lesson, name)]:
        for where, text in _texts(cell):
            for pattern in patterns:
                if found := pattern.search(text):
                    how = "Move it after the outcome, or leave it out"
                    raise ValueError(f"{name}: the cell {cell.id!r} tells {found[0]!r} in its {where}. {how}")


def _told(lesson: NotebookNode, name: str) -> int:
    """Return the number of the first cell that may tell."""
    ids = [cell.id for cell in lesson.cells]
    if "train" in ids:
        return ids.index("train")
    for number, cell in enumerate(lesson.cells):
        if "guess" in tags(cell) and not asks(cell):
            return number
    how = "Expected a cell named 'train', or one that shows a guess, which may tell them"
    raise ValueError(f"{name}: the header has spoilers. {how}")


def _pattern(spoiler: str) -> re.Pattern:
    words = r"\s+".join(map(re.escape, spoiler.split())).replace("%", r"\s?%")
    return re.compile(rf"(?<![\w.]){words}(?!\w|\.\d)", re.IGNORECASE)


def _texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    yield "text" if cell.cell_type == "markdown" else "code", cell.source
    for output in cell.get("outputs", []):
        yield "output", output.get("text", "")
        yield from (("output", text) for kind, text in output.get("data", {}).items() if kind.startswith("text/"))
