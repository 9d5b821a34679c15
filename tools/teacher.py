"""What teachers get: a sheet for each lesson, and a table of which lessons fit into which time.

A sheet is the source's Markdown cells tagged `teacher`, which the lesson's notebook leaves out.
"""

import re
from collections.abc import Mapping, Sequence

from nbformat import NotebookNode

from tools.notebooks import filled, title_of
from tools.project import ROOT
from tools.reading import minutes
from tools.sources import file, tags

SHEETS = ROOT / "book" / "teacher"
PARTS = ("Aim", "Minutes", "Where to stop", "Misconceptions", "Ask after the vote")

_EIGHT = ("01", "02", "03", "04", "05", "06", "07", "08")
PATHS = (  # what a class has time for, in minutes; the cores of these lessons, and whether with their first tasks
    ("Ninety minutes", 90, ("01", "03", "06"), False),
    ("Ninety minutes", 90, ("01", "06"), False),
    ("Half a day, four hours", 240, _EIGHT, True),
    ("Half a day, four hours", 240, ("01", "02", "03", "04", "06"), True),
)
_FIRST_TASK = re.compile(r"^## \d\d\.0 .*\(core, (\d+) minutes\)$", re.MULTILINE)
_PLANNED = re.compile(r"\*\*Minutes:\*\* ([^.?\n]+)[.?]")


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


def class_times(lessons: Mapping[str, NotebookNode], exercises: Mapping[str, NotebookNode]) -> str:
    """Return a table of the minutes of lessons 01 to 08, and of which `PATHS` fit; the arguments are the sources.

    ValueError where a sheet lacks the minutes of its parts, or an exercise those of its first task.
    """
    names = {name[:2]: name for name in lessons if name[:2] in _EIGHT}
    alone = {number: minutes(lessons[name])[0] for number, name in names.items()}
    in_class = {number: _planned(name, lessons[name]) for number, name in names.items()}
    task = {number: _first_task(name, exercises[name]) for number, name in names.items()}
    rows = ["| | read alone | in class | first task |", "|---|---:|---:|---:|"]
    rows += [f"| core of {number} | {alone[number]} | {in_class[number]} | {task[number]} |" for number in names]
    for path, limit, chosen, with_tasks in PATHS:
        tasks = sum(task[number] for number in chosen) if with_tasks else 0
        totals = [tasks + sum(kind[number] for number in chosen) for kind in (alone, in_class)]
        shown = [f"{total}{' (too long)' if total > limit else ''}" for total in totals]
        rows.append(f"| **{path}:** {_listed(chosen)} | {shown[0]} | {shown[1]} | {'included' if tasks else '–'} |")
    return "\n".join(rows)


def _planned(name: str, lesson: NotebookNode) -> int:
    """Return the sum of the minutes in a lesson's sheet, `**Minutes:** 5 pad · 10 data.`"""
    parts = [found[1].split("·") for cell in lesson.cells if (found := _PLANNED.search(cell.source))]
    if not parts or not all(part.split()[0].isdigit() for part in parts[0]):
        raise ValueError(f"{file(name)}: expected `**Minutes:** 5 pad · 10 data.` in the teacher's sheet")
    return sum(int(part.split()[0]) for part in parts[0])


def _first_task(name: str, exercise: NotebookNode) -> int:
    found = [match[1] for cell in exercise.cells for match in _FIRST_TASK.finditer(cell.source)]
    if len(found) != 1:
        raise ValueError(f"{file(f'exercises/{name}')}: expected one heading `## NN.0 Title (core, 5 minutes)`")
    return int(found[0])


def _listed(numbers: Sequence[str]) -> str:
    return f"{numbers[0]} to {numbers[-1]}" if numbers == _EIGHT else ", ".join(numbers)
