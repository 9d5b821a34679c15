"""Link the lessons to the glossary: the first time a term stands in bold, it leads to its entry.

A relative link does not resolve in Colab, so a link holds the project's address on GitHub, from pyproject.toml; it is
relative as long as that is not known. The cells `title` and `in-brief` stay as they are: what is in brief there is
explained below. So do headings and code.
Links from an earlier run are undone first; the result depends on the words alone.
"""

import re
import sys
from pathlib import Path

import nbformat
from derived import PLACEHOLDER, ROOT, lessons, read, repository, write_or_check
from glossary import GLOSSARY, Entry, by_name, find, read_glossary

from mnist_lab.commands.notebook_format import text, tidy

PLAIN_CELLS = ("title", "in-brief")
LINKED = re.compile(r"\[(\*\*[^*]+\*\*)\]\((?:[^()\s]*/)?glossary\.md#[^()\s]*\)")
# What is to stay as it is comes before the bold terms, and so is stepped over as a whole.
TERM = re.compile(
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


def linked() -> dict[Path, str]:
    """Return the lessons with their links to the glossary."""
    names, address = by_name(read_glossary()), glossary_address()
    return {path: text(tidy(with_links(read(path), names, address))) for path in lessons()}


def glossary_address() -> str:
    """Return the glossary's address: on GitHub, or beside the lessons while the project's is not known."""
    address = repository()
    if PLACEHOLDER in address:
        return GLOSSARY.name
    return f"{address}/blob/main/{GLOSSARY.relative_to(ROOT).as_posix()}"


def with_links(lesson: nbformat.NotebookNode, names: dict[str, Entry], address: str) -> nbformat.NotebookNode:
    """Return the lesson with the first bold occurrence of each term linked to its entry, and no other."""
    done: set[str] = set()
    number = lesson.metadata.mnist_lab.lesson[:2]
    for cell in lesson.cells:
        if cell.cell_type == "markdown" and cell.id not in PLAIN_CELLS:
            cell.source = link(without_links(cell.source), names, address, done, number)
    return lesson


def without_links(prose: str) -> str:
    """Return `prose` with its links to the glossary undone."""
    return LINKED.sub(r"\1", prose)


def link(prose: str, names: dict[str, Entry], address: str, done: set[str], lesson: str = "") -> str:
    """Return `prose` with its bold terms linked, save those whose entry is in `done`; add to `done` what is linked."""

    def replaced(found: re.Match) -> str:
        entry = find(found["term"], names, lesson) if found["term"] else None
        if entry is None or entry.anchor in done:
            return found[0]
        done.add(entry.anchor)
        return f"[{found[0]}]({address}#{entry.anchor})"

    return TERM.sub(replaced, prose)


if __name__ == "__main__":
    sys.exit(write_or_check(linked(), __doc__))
