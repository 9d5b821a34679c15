"""Replace the placeholders of a lesson's prose, `{{ … }}`, by what they stand for.

- `{{ 01.mean }}`: what was measured (see figures.py);
- `{{ changes model train }}`: the diff of these cells against those of the predecessor;
- `{{ github cloud/README.md }}`, `{{ colab notebooks/01_dense_softmax.ipynb }}`: the address of a file there.
"""

import difflib
import re
from collections.abc import Callable, Collection

import nbformat

from tools import figures
from tools.project import ROOT, on_colab, on_github
from tools.sources import SourceError

LISTED = f"{figures.LISTED}; changes CELL…; github FILE; colab NOTEBOOK"
_PLACEHOLDER = re.compile(r"\{\{(?P<words>[^{}\n]*)(?P<end>\}\})?")
_ADDRESSES = {"github": on_github, "colab": on_colab}
_NO_NEWS = ("---", "+++", "@@")


def fill(prose: str, value_of: Callable[[str], str], where: str) -> str:
    """Return `prose` with each placeholder replaced by its value; `where` names the cell in errors.

    Raises:
        SourceError: a placeholder is not closed, or `value_of` raised a ValueError for it, which says what there is.
    """

    def replaced(found: re.Match) -> str:
        if not found["end"]:
            raise SourceError(f"{where}: {found[0]!r} opens a placeholder, and no `}}}}` on its line closes it")
        try:
            return value_of(found["words"].strip())
        except ValueError as error:
            raise SourceError(f"{where}: {found[0]}: {error}") from error

    return _PLACEHOLDER.sub(replaced, prose)


def value(
    words: str,
    lesson: nbformat.NotebookNode,
    predecessor: nbformat.NotebookNode | None,
    address: str,
    made: Collection[str] = (),
) -> str:
    """Return what the words of a placeholder stand for in a lesson; `made` are files that the build is about to make.

    Raises:
        ValueError: there is no such placeholder.
    """
    kind, *rest = words.split() or [""]
    if kind == "changes" and rest:
        return changes(rest, predecessor, lesson)
    if kind in _ADDRESSES and len(rest) == 1:
        path = rest[0].partition("#")[0]
        if path not in made and not (ROOT / path).exists():
            raise ValueError(f"there is no file {path}. Expected its path from the project's root, such as README.md")
        return _ADDRESSES[kind](address, rest[0])
    if figures.NAMED.fullmatch(words):
        return figures.measured(words)
    raise ValueError(f"there is no such placeholder. There are: {LISTED}")


def changes(names: list[str], before: nbformat.NotebookNode | None, after: nbformat.NotebookNode) -> str:
    """Return the diff of the cells of these names, as a block of Markdown.

    Raises:
        ValueError: nothing changed in one of the cells, or there is none of its name.
    """
    joined = "\n".join(_diff(name, before, after) for name in names)
    return f"```diff\n{joined}\n```"


def _diff(name: str, before: nbformat.NotebookNode | None, after: nbformat.NotebookNode) -> str:
    old, new = (_code(notebook) if notebook else {} for notebook in (before, after))
    lines = difflib.unified_diff(old.get(name, "").splitlines(), new.get(name, "").splitlines(), n=1, lineterm="")
    kept = [line for line in lines if not line.startswith(_NO_NEWS)]
    if not kept:
        raise ValueError(f"the cell {name!r} is the same in both lessons, or in neither. There are: {', '.join(new)}")
    return "\n".join(kept)


def _code(notebook: nbformat.NotebookNode) -> dict[str, str]:
    return {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
