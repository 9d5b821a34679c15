"""How long a lesson is to a reader: the words of its core and of what lies deeper, and the minutes for both."""

import math
import re

from nbformat import NotebookNode

from tools.sources import tags

WORDS_A_MINUTE, CELLS_A_MINUTE = 120, 3
_STEP = 5  # minutes are rounded up to a multiple
_NO_WORDS = re.compile(
    r"""
      ^[ ]{0,3}(?P<fence>```+|~~~+).*?^[ ]{0,3}(?P=fence)   # a block of code
    | <!--.*?--> | </?\w[^<>]*>                              # comments and tags of HTML
    | \{\{\ *(?:changes|code|colab|github)\b.*?\}\}          # what becomes code, or an address
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_NUMBER = re.compile(r"\{\{[^{}]*\}\}")  # what's left of the placeholders


def words(lesson: NotebookNode) -> tuple[int, int]:
    """Return how many words a lesson's source has before its cell `deeper`, and from there on.

    Only Markdown counts, with its formulas and captions; blocks of code and the teacher's sheet don't, nor does the
    cell `know-these`, which is for those who then skip the lesson. A placeholder for a number is one word. Without a
    cell `deeper` all words are the core's.
    """
    core, deeper, seen = 0, 0, False
    for cell in lesson.cells:
        seen = seen or cell.id == "deeper"
        if cell.cell_type != "markdown" or "teacher" in tags(cell) or cell.id == "know-these":
            continue
        text = _NUMBER.sub("1", _NO_WORDS.sub(" ", cell.source))
        count = sum(bool(re.search(r"\w", word)) for word in text.split())
        core, deeper = (core, deeper + count) if seen else (core + count, deeper)
    return core, deeper


def times(lesson: NotebookNode) -> str:
    """Return the minutes for a lesson's core, and for all of it, as its title shows them.

    Words are read at 120 a minute, and each code cell, with its output, takes 20 seconds; the header's `runs` adds the
    seconds that the cells of both parts run. Each time is the sum, rounded up to five minutes.
    """
    core, whole = minutes(lesson)
    return f"Core: {core} minutes · with the deeper part: {whole} minutes"


def minutes(lesson: NotebookNode) -> tuple[int, int]:
    """Return the minutes for a lesson's core, and for all of it, as `times` counts them."""
    if not lesson.metadata.get("runs"):
        raise ValueError("expected `runs: [CORE, DEEPER]` in the header: the seconds that the cells run on two cores")
    if all(cell.id != "deeper" for cell in lesson.cells):
        raise ValueError("expected a cell named 'deeper', which ends the core")
    names = [cell.id for cell in lesson.cells]
    code = [cell.cell_type == "code" for cell in lesson.cells]
    parts = code[: names.index("deeper")], code[names.index("deeper") :]
    core, deeper = (
        count / WORDS_A_MINUTE + sum(cells) / CELLS_A_MINUTE + seconds / 60
        for count, cells, seconds in zip(words(lesson), parts, lesson.metadata.runs, strict=True)
    )
    return _rounded(core), _rounded(core + deeper)


def _rounded(exact: float) -> int:
    return _STEP * math.ceil(exact / _STEP)
