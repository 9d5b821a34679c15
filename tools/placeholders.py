"""Replace the placeholders of a lesson's prose, `{{ … }}`, by what they stand for.

- `{{ 01.mean }}`: what was measured (see figures.py);
- `{{ experiment 03-table accuracy mean activation=relu optimizer=adam }}`: what an experiment found;
- `{{ speed NVIDIA H200 / lesson 06's CNN / fit as taught }}`: seconds of an epoch on a machine (see figures.py);
- `{{ changes model train }}`: the diff of these cells against those of the predecessor;
- `{{ code 06_convolutions/model }}`: the code of that cell of that lesson;
- `{{ times }}`: the minutes for the lesson's core, and for all of it (see reading.py);
- `{{ github cloud/README.md }}`, `{{ colab notebooks/01_dense_softmax.ipynb }}`: the address of a file there.
"""

import difflib
import re
from collections.abc import Mapping

from nbformat import NotebookNode

from tools import figures
from tools.project import on_colab, on_github
from tools.reading import times
from tools.sources import code_of

_PLACEHOLDER = re.compile(r"\{\{(?P<words>[^{}\n]*)(?P<end>\}\})?")


def fill(prose: str, name: str, lessons: Mapping[str, NotebookNode]) -> str:
    """Return the prose of a lesson, or of its exercise, with each placeholder replaced by its value."""

    def replaced(found: re.Match) -> str:
        try:
            return _value(found, name, lessons)
        except ValueError as error:
            raise ValueError(f"{found[0]}: {error}") from error

    return _PLACEHOLDER.sub(replaced, prose)


def _value(found: re.Match, name: str, lessons: Mapping[str, NotebookNode]) -> str:
    if not found["end"]:
        raise ValueError("a placeholder begins here, and no `}}` on its line closes it")
    match found["words"].split():
        case ["changes", *names] if names:
            return _changes(names, lessons.get(lessons[name].metadata.predecessor), lessons[name])
        case ["code", address]:
            return f"```python\n{code_of(address, lessons)}\n```"
        case ["times"]:
            return times(lessons[name])
        case ["github", file]:
            return on_github(file)
        case ["colab", notebook]:
            return on_colab(notebook)
        case ["experiment", experiment, value, statistic, *settings]:
            return figures.of_experiment(experiment, value, statistic, settings)
        case ["speed", *words] if words:
            return figures.of_machine(" ".join(words))
        case [figure] if figures.NAMED.fullmatch(figure):
            return figures.measured(figure)
    listed = (
        f"{figures.LISTED}; experiment NAME VALUE STATISTIC SETTING=…; speed MACHINE / NETWORK / WAY; changes CELL…; "
        "code LESSON/CELL; times; github FILE; colab NOTEBOOK"
    )
    raise ValueError(f"there is no such placeholder. There are: {listed}")


def _changes(names: list[str], before: NotebookNode | None, after: NotebookNode) -> str:
    """Return the diff of the cells of these names, as a block of Markdown."""
    old, new = (
        {cell.id: cell.source.splitlines() for cell in cells if cell.cell_type == "code"}
        for cells in (before.cells if before else [], after.cells)
    )
    lines = []
    for name in names:
        diff = list(difflib.unified_diff(old.get(name, []), new.get(name, []), n=1, lineterm=""))
        if not diff:
            known = ", ".join(new)
            raise ValueError(f"the cell {name!r} is the same in both lessons, or in neither. There are: {known}")
        lines += [line for line in diff[2:] if not line.startswith("@@")]
    return "\n".join(["```diff", *lines, "```"])
