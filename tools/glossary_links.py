"""Link a lesson to the glossary: the first bold occurrence of a term leads to its entry.

A relative link does not resolve in Colab, so a link holds the project's address on GitHub; it is relative as long as
that is not known. The cells `title` and `in-brief` stay as they are: what is in brief there is explained below. So do
headings and code.
"""

import re

import nbformat

from tools.glossary import Entry, find
from tools.project import is_known, on_github

_PLAIN_CELLS = ("title", "in-brief")
# What is to stay as it is comes before the bold terms, and so is stepped over as a whole.
_TERM = re.compile(
    r"""
      ^[ ]{0,3}(?P<fence>```+|~~~+).*?(?:^[ ]{0,3}(?P=fence)|\Z)   # a block of code
    | ^[ ]{0,3}\#{1,6}[ ].*?$                                       # a heading
    | <!--.*?-->                                                    # a comment
    | (?P<ticks>`+).+?(?P=ticks)                                    # code within a line
    | \$\$.+?\$\$ | \$(?!\s)[^$\n]+\$                              # a formula
    | (?<!\\)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^()\s]*\)              # a link
    | \*\*(?P<term>[^*\s](?:(?:(?!\n\n)[^*])*[^*\s])?)\*\*
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def link_lesson(lesson: nbformat.NotebookNode, names: dict[str, Entry]) -> None:
    """Link the first bold occurrence of each term in the lesson to its entry, and no other."""
    address = on_github("notebooks/glossary.md") if is_known() else "glossary.md"
    number, done = lesson.metadata.mnist_lab.lesson[:2], set()

    def linked(found: re.Match) -> str:
        entry = find(found["term"], names, number) if found["term"] else None
        if entry is None or entry in done:
            return found[0]
        done.add(entry)
        return f"[{found[0]}]({address}#{entry.anchor})"

    for cell in lesson.cells:
        if cell.cell_type == "markdown" and cell.id not in _PLAIN_CELLS:
            cell.source = _TERM.sub(linked, cell.source)
