"""`mnist-lab run`: execute notebooks, show the progress, and print a table of the results."""

from pathlib import Path

import nbformat
from rich.table import Column, Table

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.commands.notebook_files import notebook_files, relative_to_common_folder
from mnist_lab.commands.notebook_format import text, tidy
from mnist_lab.commands.notebook_runner import Execution, execute
from mnist_lab.commands.progress import Bar, console, progress
from mnist_lab.data.files import write_whole
from mnist_lab.data.find import find_mnist


def run(notebooks: list[Path], output_dir: Path | None) -> int:
    """Execute notebooks one after the other, and print a table of what their checks found.

    Executed notebooks go to `output_dir`; without one, each replaces its own file, unless a cell failed. Return 1 if a
    cell failed or a check said "not yet", else 0. After Ctrl-C, those that were done are written, and in the table.
    """
    terminal = console()
    paths = notebook_files(notebooks)
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise FileNotFoundError(f"No such notebook: {', '.join(missing)}")
    terminal.print(f"Digits: {find_mnist()}")  # before the bars, because a download shows a bar, too
    headings = ("accuracy", "as taught ≥", "seconds", "tasks", "check")
    table = Table(Column("notebook", no_wrap=True), *(Column(heading, justify="right") for heading in headings))
    remarks: list[str] = []
    failed = False
    try:
        with progress(terminal) as bars:
            for path, name in zip(paths, relative_to_common_folder(paths), strict=True):
                try:
                    result = execute(path, report=Bar(bars, path.stem))
                except ValueError as error:  # not a notebook
                    failed = True
                    remarks.append(str(error))
                    continue
                if output_dir:
                    write_whole(output_dir / name, nbformat.writes(result.notebook) + "\n")
                elif not result.failure:
                    write_whole(path, text(tidy(result.notebook)))
                verdicts = [verdict for check in result.checks for verdict in check["verdicts"]]
                verdicts += result.tasks.values()
                not_yet = [f"not yet: {each['claim']}\n    {each['hint']}" for each in verdicts if not each["holds"]]
                table.add_row(path.stem, *_row(result, bool(not_yet)))
                failed |= bool(result.failure) or (bool(not_yet) and not _is_exercise(result))
                remarks += [f"{path.name}, {each}" for each in (result.failure, result.remark, *not_yet) if each]
    finally:
        terminal.print(table)
        if output_dir:
            terminal.print(f"Executed notebooks: {output_dir}", soft_wrap=True)
        for remark in remarks:
            terminal.print(remark)
    return int(failed)


def _row(result: Execution, not_yet: bool) -> tuple[str, str, str, str, str]:
    check = result.checks[-1] if result.checks else {}
    accuracy = floor = tasks = verdict = "–"
    if (evaluated := check.get("evaluated")) is not None:  # an early "not yet" comes before the evaluation
        accuracy = f"{evaluated:.4f}"
    lesson = LESSONS.get(check.get("lesson", ""))
    if lesson and "origin" in check and not _is_exercise(result):
        floor = f"{lesson.floor(check['origin']):.4f}"
    if result.failure:
        verdict = "failed"
    elif result.checks or result.tasks:
        verdict = "not yet" if not_yet else "✓"
    if result.tasks:
        tasks = f"{sum(each['holds'] for each in result.tasks.values())} of {len(result.tasks)}"
    return accuracy, floor, f"{result.seconds:.0f}", tasks, verdict


def _is_exercise(result: Execution) -> bool:
    return result.notebook.metadata.get("mnist_lab", {}).get("kind") == "exercise"
