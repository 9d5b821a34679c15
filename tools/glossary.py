"""Read the glossary's source, put its entries in order, and link a lesson's terms to them."""

import re
from dataclasses import dataclass

from nbformat import NotebookNode

from tools.project import NOTEBOOKS, SOURCES, is_known, on_github

GLOSSARY = NOTEBOOKS / "glossary.md"
SOURCE = SOURCES / "glossary.md"

_START = re.compile(r"^### ", re.MULTILINE)
# In lower case, a heading makes the same address on GitHub and in JupyterLab.
_ENTRY = re.compile(
    r"(?P<heading>[a-z0-9]+(?:[ -][a-z0-9]+)*)\n\n"
    r"\*English:\* (?P<english>.+) · \*French:\* .+ · \*Lesson:\* (?P<lesson>\d\d)\n\n"
    r"(?P<definition>.+)"
)
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
_PLURALS = (("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ices", "ix"))


@dataclass(frozen=True)
class Entry:
    """A term: its heading, its English names, the number of the lesson that explains it first, its definition."""

    heading: str
    english: tuple[str, ...]
    lesson: str
    definition: str

    @property
    def anchor(self) -> str:
        """The part of its address after the `#`."""
        return self.heading.replace(" ", "-")


def read_glossary(text: str) -> list[Entry]:
    """Return the entries of the glossary, in their order there."""
    return [_entry(part) for part in _START.split(text)[1:]]


def in_order(text: str) -> str:
    """Return the glossary made from its source: the entries in alphabetical order, the letters for `{{ letters }}`."""
    start, *parts = _START.split(text)
    parts = sorted((part.strip() for part in parts), key=lambda part: fold(_entry(part).heading))
    first = {part[0].upper(): _entry(part).anchor for part in reversed(parts)}
    letters = " · ".join(f"[{letter}](#{anchor})" for letter, anchor in reversed(first.items()))
    text = start.replace("{{ letters }}", letters) + "\n\n".join(f"### {part}" for part in parts) + "\n"
    if unknown := re.search(r"\{\{.*", text):
        raise ValueError(f"glossary: expected no placeholder but {{{{ letters }}}}. Found {unknown[0]!r}")
    return text


def by_name(entries: list[Entry]) -> dict[str, Entry]:
    """Return the entries by their English names, folded."""
    names: dict[str, Entry] = {}
    for entry in entries:
        for name in {fold(name) for name in (entry.heading, *entry.english)}:
            if names.setdefault(name, entry) is not entry:
                raise ValueError(f"{name!r} is a name of {names[name].heading!r} and of {entry.heading!r}")
    return names


def find(term: str, names: dict[str, Entry], lesson: str = "") -> Entry | None:
    """Return the entry that a term means, in the singular or the plural, or None.

    In the lesson that explains a "term of something", the term alone is short for that.
    """
    folded = fold(term)
    singulars = [folded.removesuffix(end) + new for end, new in _PLURALS if folded.endswith(end)]
    for word in singulars:
        for name, entry in names.items():
            if entry.lesson == lesson and name.startswith(f"{word} of "):
                return entry
    return next((names[word] for word in singulars if word in names), None)


def fold(term: str) -> str:
    """Return a term as it is compared: whatever its case, its hyphens, and how it spells -ization."""
    return re.sub(r"[-\s]+", " ", term.lower().strip(" .,:;!?")).replace("isation", "ization")


def link_lesson(lesson: NotebookNode, names: dict[str, Entry]) -> None:
    """Link the first bold occurrence of each term in the lesson to its entry, and no other.

    The cells `title`, `in-brief` and `know-these` stay as they are, and so do headings and code. A relative link does
    not resolve in Colab, so a link holds the project's address on GitHub, as soon as that is known.
    """
    address = on_github("notebooks/glossary.md") if is_known() else "glossary.md"
    number, done = lesson.metadata.mnist_lab.lesson[:2], set()

    def linked(found: re.Match) -> str:
        entry = find(found["term"], names, number) if found["term"] else None
        if entry is None or entry in done:
            return found[0]
        done.add(entry)
        return f"[{found[0]}]({address}#{entry.anchor})"

    for cell in lesson.cells:
        if cell.cell_type == "markdown" and cell.id not in ("title", "in-brief", "know-these"):
            cell.source = _TERM.sub(linked, cell.source)


def _entry(part: str) -> Entry:
    found = _ENTRY.fullmatch(part.strip())
    if not found:
        raise ValueError(
            f"glossary: {part.splitlines()[0]!r}: expected a heading in lower case without punctuation, a line "
            "*English:* … · *French:* … · *Lesson:* NN, and a line of definition, with empty lines between them"
        )
    return Entry(found["heading"], tuple(found["english"].split(", ")), found["lesson"], found["definition"])
