"""Read the glossary's source, put its entries in order, and find the one that a term in a lesson means."""

import re
from dataclasses import dataclass

from tools.placeholders import fill
from tools.project import NOTEBOOKS, SOURCES

GLOSSARY = NOTEBOOKS / "glossary.md"
SOURCE = SOURCES / "glossary.md"

_ENTRY = re.compile(r"^### ", re.MULTILINE)
_FIELDS = re.compile(r"\*English:\* (?P<english>.+) · \*French:\* (?P<french>.+) · \*Lesson:\* (?P<lesson>\d\d)")
_PLURALS = (("s", ""), ("es", ""), ("ies", "y"), ("ices", "ix"))


@dataclass(frozen=True)
class Entry:
    """A term of the glossary.

    Attributes:
        heading: in lower case, so that it makes the same address on GitHub and in JupyterLab.
        english: its names, in their usual spelling.
        french: its names in French.
        lesson: the number of the lesson that explains it first.
        definition: what it means.
    """

    heading: str
    english: tuple[str, ...]
    french: tuple[str, ...]
    lesson: str
    definition: str

    @property
    def anchor(self) -> str:
        """The part of its address after the `#`."""
        return self.heading.replace(" ", "-")


def read_glossary(text: str | None = None) -> list[Entry]:
    """Return the entries of the glossary's source, in their order there.

    Raises:
        ValueError: an entry lacks a field or its definition, or its heading makes no address.
    """
    text = SOURCE.read_text(encoding="utf-8") if text is None else text
    return [_entry(part) for part in _ENTRY.split(text)[1:]]


def in_order(text: str) -> str:
    """Return the glossary made from its source: the entries in alphabetical order, the letters for `{{ letters }}`.

    Raises:
        ValueError: an entry is broken, or there is another placeholder.
    """
    start, *parts = _ENTRY.split(text)
    parts = sorted((part.strip() for part in parts), key=lambda part: fold(_entry(part).heading))
    first: dict[str, str] = {}
    for part in parts:
        first.setdefault(part[0].upper(), _entry(part).anchor)

    def value(words: str) -> str:
        if words != "letters":
            raise ValueError("there is no such placeholder in the glossary. There are: letters")
        return " · ".join(f"[{letter}](#{anchor})" for letter, anchor in first.items())

    text = "".join(f"### {part}\n\n" for part in parts)
    return fill(f"{start}{text}".rstrip("\n") + "\n", value, "notebooks/source/glossary.md")


def by_name(entries: list[Entry]) -> dict[str, Entry]:
    """Return the entries by their English names, folded.

    Raises:
        ValueError: two entries have the same name.
    """
    names: dict[str, Entry] = {}
    for entry in entries:
        for name in {fold(name) for name in (entry.heading, *entry.english)}:
            if name in names:
                raise ValueError(f"{name!r} is a name of {names[name].heading!r} and of {entry.heading!r}")
            names[name] = entry
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
    heading, *rest = part.strip().split("\n\n")
    if not re.fullmatch(r"[a-z0-9]+([ -][a-z0-9]+)*", heading):
        raise ValueError(f"glossary: the heading {heading!r} is to be words in lower case, without punctuation")
    fields = _FIELDS.fullmatch(rest[0]) if rest else None
    if not fields:
        raise ValueError(f"glossary: {heading!r} is to be followed by *English:* … · *French:* … · *Lesson:* NN")
    if len(rest) != 2:
        raise ValueError(f"glossary: {heading!r} is to have one paragraph of definition, found {len(rest) - 1}")
    english, french = (tuple(fields[name].split(", ")) for name in ("english", "french"))
    return Entry(heading, english, french, fields["lesson"], rest[1])
