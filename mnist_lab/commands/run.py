"""`mnist-lab run`: execute notebooks, show the progress, and print a table of the results."""

import sys
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.commands.notebook_format import text, tidy
from mnist_lab.commands.notebook_runner import Execution, execute, relative_to_common_folder
from mnist_lab.commands.progress import Bar, progress
from mnist_lab.data.find import find_mnist


def run(notebooks: list[Path], output_dir: Path | None) -> int:
    """Execute notebooks one after the other, and print a table of what their checks found.

    Args:
        notebooks: their paths.
        output_dir: the folder for the executed notebooks; None: each replaces its own file, unless a cell failed.

    Returns:
        2 if a notebook does not exist, 1 if a cell failed or a lesson's check said "not yet", else 0.
    """
    console = Console()
    missing = [str(path) for path in notebooks if not path.is_file()]
    if missing:
        print(f"No such notebook: {', '.join(missing)}", file=sys.stderr)
        return 2
    console.print(f"Digits: {find_mnist()}", highlight=False)  # before the bars, because a download shows a bar, too
    table = _table()
    failed = False
    remarks = []
    with progress(console) as bars:
        for path, name in zip(notebooks, relative_to_common_folder(notebooks), strict=True):
            try:
                result = execute(path, report=Bar(bars, path.stem))
            except ValueError as error:  # not a notebook
                failed = True
                remarks.append(str(error))
                continue
            _write(result, path, output_dir and output_dir / name)
            table.add_row(*_row(path, result))
            failed |= bool(result.failure) or (bool(result.not_yet) and not _is_exercise(result))
            remarks += [f"{path.name}, {result.failure}"] if result.failure else []
            remarks += [
                f"{path.name}, not yet: {verdict['claim']}\n    {verdict['hint']}" for verdict in result.not_yet
            ]
    console.print(table)
    if output_dir:
        console.print(f"Executed notebooks: {output_dir}", markup=False, highlight=False, soft_wrap=True)
    for remark in remarks:
        console.print(remark, markup=False, highlight=False)
    return int(failed)


def _table() -> Table:
    table = Table()
    table.add_column("notebook", no_wrap=True)
    for heading in ("validation accuracy", "as taught ≥", "seconds", "check"):
        table.add_column(heading, justify="right")
    return table


def _write(result: Execution, path: Path, destination: Path | None) -> None:
    if destination:
        destination.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(result.notebook, destination)
    elif not result.failure:
        path.write_text(text(tidy(result.notebook)), encoding="utf-8")


def _row(path: Path, result: Execution) -> tuple[str, str, str, str, str]:
    accuracy = floor = "–"
    if result.checks:
        check = result.checks[-1]
        if check["evaluated"] is not None:  # the network could be evaluated
            accuracy = f"{check['evaluated']:.4f}"
        lesson = LESSONS.get(check["lesson"])
        if lesson and not _is_exercise(result):
            floor = f"{lesson.floor(check['origin']):.4f}"
    return path.stem, accuracy, floor, f"{result.seconds:.0f}", _verdict(result)


def _verdict(result: Execution) -> str:
    if result.failure:
        return "failed"
    if not result.checks:
        return "–"
    return "not yet" if result.not_yet else "✓"


def _is_exercise(result: Execution) -> bool:
    return result.notebook.metadata.get("mnist_lab", {}).get("kind") == "exercise"
