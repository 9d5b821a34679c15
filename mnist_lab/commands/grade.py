"""`mnist-lab grade`: run learners' copies of the exercises and show the results of their checks.

The learner's code runs with all the rights of this user. It can also forge the results of its check: grading helps an
honest class, but it is no examination.
"""

import csv
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

from rich.table import Column, Table

from mnist_lab.checks.errors import describe_error
from mnist_lab.commands.notebook_files import notebook_files, relative_to_common_folder
from mnist_lab.commands.notebook_runner import Report, execute
from mnist_lab.commands.progress import Bar, console, progress


@dataclass(frozen=True)
class Grade:
    """A notebook's row in the table."""

    notebook: str
    lesson: str = ""  # that its last check is of
    passed: int = 0  # how many claims of that check hold
    claims: int = 0
    not_yet: str = ""  # those that do not hold
    tasks: str = ""  # the exercise's tasks, each with its last verdict
    error: str = ""  # why it did not run to its end or reached no check
    remark: str = ""


def grade(notebooks: list[Path], seconds: float, table: Path | None = None) -> int:
    """Run each notebook in a new kernel and an empty folder, and print a table with the result of its last check.

    `seconds` is the time limit of each. The CSV file `table` is written row by row into `table.unfinished`, which
    replaces it at the end. Return 1 if a notebook could not be run to its end, else 0; "not yet" is no failure. After
    Ctrl-C, the notebooks that were not done are "not run" in the table.
    """
    terminal = console()
    paths = notebook_files(notebooks)
    names = [str(name) for name in relative_to_common_folder(paths)]
    unfinished = _begin(table) if table else None  # first: an error costs no work
    grades: list[Grade] = []
    try:
        with progress(terminal) as bars:
            for path, name in zip(paths, names, strict=True):
                grades.append(_grade_one(path, seconds, Bar(bars, name)))
                if unfinished:
                    _write(unfinished, grades)
    finally:
        if grades:
            grades += [Grade(str(path), error="not run: interrupted") for path in paths[len(grades) :]]
            terminal.print(_table(names, grades))
        if table and unfinished and grades:
            _write(unfinished, grades)
            try:
                unfinished.replace(table.resolve())
            except OSError as error:  # on Windows, another program may have opened it
                raise OSError(f"{table} cannot be replaced: {error}. The table is in {unfinished}.") from error
        elif unfinished:
            unfinished.unlink()
    return int(any(each.error for each in grades))


def _begin(table: Path) -> Path:
    """Return the file that replaces the table at the end; OSError if that cannot be."""
    unfinished = table.resolve().with_name(f"{table.name}.unfinished")
    if unfinished.exists():
        raise OSError(f"{unfinished} holds the rows of a run that was killed, or still runs. Rename or delete it.")
    if table.exists() and not table.is_file():
        raise OSError(f"Expected a file for the table. Received: {table}, which is something else")
    try:
        _write(unfinished, [])
    except OSError as error:
        raise OSError(f"{table} cannot be written: {error.strerror}") from error
    return unfinished


def _write(file: Path, grades: list[Grade]) -> None:
    with file.open("w", newline="", encoding="utf-8", errors="backslashreplace") as lines:
        rows = csv.DictWriter(lines, [field.name for field in fields(Grade)])
        rows.writeheader()
        rows.writerows(vars(each) for each in grades)


def _grade_one(path: Path, seconds: float, report: Report) -> Grade:
    if not path.is_file():
        return Grade(str(path), error=f"there is no {'notebook in this folder' if path.is_dir() else 'such file'}")
    try:
        with tempfile.TemporaryDirectory(prefix="mnist-lab-grade-", ignore_cleanup_errors=True) as folder:
            result = execute(path, seconds=seconds, folder=Path(folder), report=report)
    except Exception as error:  # a class is not lost by one notebook; a ValueError says that it is none
        return Grade(str(path), error=str(error) if isinstance(error, ValueError) else describe_error(error))
    if not (result.checks or result.tasks):
        error_line = result.failure or "it ran to its end without reaching a check"
        return Grade(str(path), error=error_line, remark=result.remark)
    check = result.checks[-1] if result.checks else {}
    lesson, verdicts = check.get("lesson", ""), check.get("verdicts", [])
    tasks = "; ".join(f"{name} {'✓' if verdict['holds'] else 'not yet'}" for name, verdict in result.tasks.items())
    not_yet = [verdict["claim"] for verdict in verdicts if not verdict["holds"]]
    passed = len(verdicts) - len(not_yet)
    failing = "; ".join(not_yet)
    return Grade(str(path), lesson, passed, len(verdicts), failing, tasks, result.failure or "", result.remark)


def _table(names: list[str], grades: list[Grade]) -> Table:
    table = Table(
        Column("notebook", overflow="fold"),
        Column("lesson", no_wrap=True),
        Column("passed", justify="right", no_wrap=True),
        Column("not yet", overflow="fold", ratio=2),
        Column("error", overflow="fold", ratio=1),
        show_lines=True,
    )
    with_tasks = any(each.tasks for each in grades)
    if with_tasks:
        table.add_column("tasks", no_wrap=True)
    for name, each in zip(names, grades, strict=True):
        passed = f"{each.passed} of {each.claims}" if each.claims else "–"
        said = "; ".join(text for text in (each.error, each.remark) if text)
        tasks = [each.tasks.replace("; ", "\n") or "–"] if with_tasks else []
        table.add_row(name, each.lesson[:2] or "–", passed, each.not_yet, said, *tasks)
    return table
