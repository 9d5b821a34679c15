"""Keep a lesson's outcome from its reader until the network has trained: no spoiler stands before the cell `train`."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools.sources import file


def check_spoilers(lesson: NotebookNode, spoilers: list[str]) -> None:
    """Raise a ValueError that names the cell before `train` whose prose, code or stored text holds a spoiler.

    A spoiler is whole words or a whole number, whatever its case and the space before a `%`: "98.2%" is found in
    "98.2 %", but not in "98.25%".
    """
    name = file(lesson.metadata.mnist_lab.lesson)
    ids = [cell.id for cell in lesson.cells]
    if spoilers and "train" not in ids:
        raise ValueError(f"{name}: the header has spoilers. Expected a cell named 'train', which may tell them")
    patterns = [_pattern(spoiler) for spoiler in spoilers]
    for cell in lesson.cells[: ids.index("train")] if spoilers else []:
        for where, text in _texts(cell):
            for pattern in patterns:
                if found := pattern.search(text):
                    how = "Move it after the training, or leave it out"
                    raise ValueError(f"{name}: the cell {cell.id!r} tells {found[0]!r} in its {where}. {how}")


def _pattern(spoiler: str) -> re.Pattern:
    words = r"\s+".join(map(re.escape, spoiler.split())).replace("%", r"\s?%")
    return re.compile(rf"(?<![\w.]){words}(?!\w|\.\d)", re.IGNORECASE)


def _texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    yield "text" if cell.cell_type == "markdown" else "code", cell.source
    for output in cell.get("outputs", []):
        yield "output", output.get("text", "")
        yield from (("output", text) for kind, text in output.get("data", {}).items() if kind.startswith("text/"))
