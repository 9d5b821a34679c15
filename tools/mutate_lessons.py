"""Make every mistake of mutations.py in a copy of the project, and test the lesson there as CI does.

Prints a table: a mistake is noticed by the cells whose output is another than the stored one, and by its accuracy, its
loss or its network. Exits with 1 where one went unnoticed or could not be tried, or where a lesson fails as it is.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from mnist_lab.commands import notebook_format
from tools.mutations import MUTATIONS, Mutation
from tools.project import NOTEBOOKS, ROOT, read

SECONDS, AT_ONCE = 1_800, 2
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "*.gz", "__pycache__", ".*_cache")


def mutated(lesson: str, mutation: Mutation | None) -> nbformat.NotebookNode:
    """Return the lesson's notebook with the mistake, or as it is."""
    notebook = read(NOTEBOOKS / f"{lesson}.ipynb")
    for cell in notebook.cells:
        if mutation and cell.id == mutation.cell:
            cell.source = mutation.apply(cell.source)
    return notebook


def noticed_by(lesson: str, mutation: Mutation | None) -> list[str]:
    """Return the cells and the tests that fail in the lesson with the mistake, or as it is, if pytest can run them."""
    notebook = mutated(lesson, mutation)
    names = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        path = copy / "notebooks" / f"{lesson}.ipynb"
        path.write_text(notebook_format.text(notebook), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "--full-length", str(path), "-rfE"]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS)
    if run.returncode not in (0, 1) or re.search("^ERROR ", run.stdout, re.MULTILINE):
        raise RuntimeError(f"pytest ended with {run.returncode}:\n{run.stdout[-2_000:]}")
    failed = re.findall(r"^FAILED \S+::(?:Cell (\d+)|(its \w+))", run.stdout, re.MULTILINE)
    return [names[int(cell)] if cell else test for cell, test in failed]


def tried(trial: tuple[str, Mutation | None]) -> tuple[str, bool]:
    """Return the table's row of a trial, and whether it is as it should be."""
    lesson, mutation = trial
    start = f"| {lesson} | {mutation.name if mutation else 'nothing'} |"
    try:
        noticed = noticed_by(lesson, mutation)
    except (RuntimeError, subprocess.TimeoutExpired) as error:  # the other mistakes are tried all the same
        return f"{start} **it did not run**: {error} |", False
    return f"{start} {', '.join(noticed) or 'nothing'} |", bool(noticed) == bool(mutation)


def main() -> int:
    """Try the mistakes, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="NUMBER", help="of a lesson, 01 for instance; none: all")
    chosen = parser.parse_args().lessons
    lessons = [lesson for lesson in MUTATIONS if not chosen or lesson[:2] in chosen]
    trials = [(lesson, mutation) for lesson in lessons for mutation in (None, *MUTATIONS[lesson])]
    failed = 0
    print("| lesson | what was broken | noticed by |\n|---|---|---|")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for row, as_it_should_be in pool.map(tried, trials):
            print(row, flush=True)
            failed += not as_it_should_be
    print(f"{len(trials) - failed} of {len(trials)} as it should be")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
