"""Write a lesson's sheet for teachers: the source's Markdown cells tagged `teacher`, which its notebook leaves out."""

from collections.abc import Mapping

from nbformat import NotebookNode

from tools.notebooks import filled, title_of
from tools.project import ROOT
from tools.sources import file, tags

SHEETS = ROOT / "book" / "teacher"
PARTS = ("Aim", "Minutes", "Where to stop", "Misconceptions", "Ask after the vote")


def teacher_sheet(name: str, lessons: Mapping[str, NotebookNode]) -> str | None:
    """Return the teacher's sheet of a lesson, made from the lessons' sources, or None where it has none.

    ValueError unless each of its parts begins a paragraph or a list's entry: `**Aim:** …`.
    """
    texts = [
        filled(cell.source, cell, file(name), name, lessons) for cell in lessons[name].cells if "teacher" in tags(cell)
    ]
    if not texts:
        return None
    text = "\n\n".join(texts)
    if missing := [f"**{part}:**" for part in PARTS if f"**{part}:**" not in text]:
        raise ValueError(f"{file(name)}: the teacher's sheet lacks {', '.join(missing)}")
    return f"# {title_of(lessons[name], file(name))}: teacher's sheet\n\n{text.strip()}\n"
