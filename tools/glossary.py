"""Read the glossary's source, put its entries in order, and find the one that a term in a lesson means."""

import re
from dataclasses import dataclass

from tools.project import NOTEBOOKS, SOURCES

GLOSSARY = NOTEBOOKS / "glossary.md"
SOURCE = SOURCES / "glossary.md"

_START = re.compile(r"^### ", re.MULTILINE)
# In lower case, a heading makes the same address on GitHub and in JupyterLab.
_ENTRY = re.compile(
    r"(?P<heading>[a-z0-9]+(?:[ -][a-z0-9]+)*)\n\n"
    r"\*English:\* (?P<english>.+) · \*French:\* (?P<french>.+) · \*Lesson:\* (?P<lesson>\d\d)\n\n"
    r"(?P<definition>.+)"
)
_PLURALS = (("s", ""), ("es", ""), ("ies", "y"), ("ices", "ix"))


@dataclass(frozen=True)
class Entry:
    """A term: its heading, its names in their usual spelling, the number of the lesson that explains it first."""

    heading: str
    english: tuple[str, ...]
    french: tuple[str, ...]
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
    singulars = [folded, *(folded.removesuffix(end) + new for end, new in _PLURALS if folded.endswith(end))]
    for word in singulars:
        for name, entry in names.items():
            if entry.lesson == lesson and name.startswith(f"{word} of "):
                return entry
    return next((names[word] for word in singulars if word in names), None)


def fold(term: str) -> str:
    """Return a term as it is compared: whatever its case, its hyphens, and how it spells -ization."""
    words = re.sub(r"[-\s]+", " ", term.lower().strip(" .,:;!?"))
    return words.replace("’", "'").replace("isation", "ization")


def _entry(part: str) -> Entry:
    found = _ENTRY.fullmatch(part.strip())
    if not found:
        raise ValueError(
            f"glossary: {part.splitlines()[0]!r}: expected a heading in lower case without punctuation, a line "
            "*English:* … · *French:* … · *Lesson:* NN, and a line of definition, with empty lines between them"
        )
    english, french = (tuple(found[name].split(", ")) for name in ("english", "french"))
    return Entry(found["heading"], english, french, found["lesson"], found["definition"])
