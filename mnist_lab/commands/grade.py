"""`mnist-lab grade`: run learners' copies of the exercises and show the results of their checks.

The learner's code runs with all the rights of this user. It can also forge the results of its check: grading helps an
honest class, but it is no examination.
"""

import csv
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mnist_lab.commands.notebook_runner import Execution, Report, execute, relative_to_common_folder
from mnist_lab.commands.progress import Bar, progress


@dataclass(frozen=True)
class Grade:
    """A notebook's row: the lesson, how many claims of its check hold, which do not, and the error if there was one."""

    notebook: str
    lesson: str = ""
    passed: int = 0
    claims: int = 0
    not_yet: str = ""
    error: str = ""


def grade(notebooks: list[Path], seconds: float, table: Path | None = None) -> int:
    """Run each notebook in a new kernel and an empty folder, and print a table with the result of its last check.

    Args:
        notebooks: learners' copies of the exercises.
        seconds: the time limit of each.
        table: a CSV file to which the table is written, too.

    Returns:
        1 if a notebook could not be run to its end, else 0; a check that says "not yet" is no failure.
    """
    console = Console()
    with (
        table.open("w", newline="", encoding="utf-8") if table else nullcontext() as file
    ):  # first: an error costs no work
        with progress(console) as bars:
            names = [str(name) for name in relative_to_common_folder(notebooks)]
            grades = [_grade_one(path, seconds, Bar(bars, name)) for path, name in zip(notebooks, names, strict=True)]
        console.print(_table(names, grades))
        if file:
            rows = csv.DictWriter(file, [field.name for field in fields(Grade)])
            rows.writeheader()
            rows.writerows(vars(each) for each in grades)
    return int(any(each.error for each in grades))


def _grade_one(path: Path, seconds: float, report: Report) -> Grade:
    if not path.is_file():
        return Grade(str(path), error="there is no such file")
    with tempfile.TemporaryDirectory(prefix="mnist-lab-grade-") as folder:
        try:
            result = execute(path, seconds=seconds, cell_seconds=seconds, folder=Path(folder), report=report)
        except ValueError as error:
            return Grade(str(path), error=str(error))
    return _grade_of(path, result, seconds)


def _grade_of(path: Path, result: Execution, seconds: float) -> Grade:
    error = result.failure or ("" if result.checks else "it ran to its end without reaching a check")
    if result.failure and result.seconds >= seconds:
        error = f"stopped at the time limit of {seconds:g} s, in {result.failure.partition(':')[0]}"
    if not result.checks:
        return Grade(str(path), error=error)
    check = result.checks[-1]
    verdicts = check["verdicts"]
    not_yet = [verdict["claim"] for verdict in verdicts if not verdict["holds"]]
    return Grade(str(path), check["lesson"], len(verdicts) - len(not_yet), len(verdicts), "; ".join(not_yet), error)


def _table(names: list[str], grades: list[Grade]) -> Table:
    table = Table(show_lines=True)
    table.add_column("notebook", overflow="fold")
    table.add_column("lesson", no_wrap=True)
    table.add_column("passed", justify="right", no_wrap=True)
    table.add_column("not yet", overflow="fold", ratio=2)
    table.add_column("error", overflow="fold", ratio=1)
    for name, each in zip(names, grades, strict=True):
        passed = f"{each.passed} of {each.claims}" if each.claims else "–"
        table.add_row(name, each.lesson[:2] or "–", passed, each.not_yet, each.error)
    return table
