"""Make every mistake of mutations.py in a copy of the project, and test the lesson there as CI does.

Prints what noticed each mistake, and puts these rows into docs/mutations.md. Exits with 1 where one went unnoticed.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from mnist_lab.commands import notebook_format
from tools.mutations import MUTATIONS, Mutation
from tools.project import NOTEBOOKS, ROOT, read

TABLE = ROOT / "docs" / "mutations.md"
SECONDS, AT_ONCE = 1_800, 2
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "*.gz", "__pycache__", ".*_cache")
HEAD = """# Broken on purpose

Written by `python -m tools.mutate_lessons`: each mistake was made in a copy of the project, whose lesson was then run
and compared as in continuous integration. It is noticed by the cells whose output is another than the stored one, and
by its accuracy, its loss or its network, where these are not what was measured over seeds; a ✓ says that the lesson's
own check is among them.

| lesson | what was broken | check | noticed by |
|---|---|---|---|
"""


def mutated(lesson: str, mutation: Mutation) -> nbformat.NotebookNode:
    """Return the lesson's notebook with the mistake."""
    notebook = read(NOTEBOOKS / f"{lesson}.ipynb")
    (cell,) = [cell for cell in notebook.cells if cell.id == mutation.cell]
    cell.source = mutation.apply(cell.source)
    return notebook


def noticed_by(lesson: str, mutation: Mutation | None) -> list[str]:
    """Return the names of the lesson's cells that failed, and what of it was not as measured: "its accuracy" say.

    Without a mutation it is the lesson as it is.

    Raises:
        RuntimeError: pytest did not come to run them, or the check recorded nothing to judge.
    """
    notebook = mutated(lesson, mutation) if mutation else read(NOTEBOOKS / f"{lesson}.ipynb")
    names = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        path = Path("notebooks", f"{lesson}.ipynb")
        (copy / path).write_text(notebook_format.text(notebook), encoding="utf-8")
        found = Path(folder, "found.xml")
        command = [sys.executable, "-m", "pytest", "--full-length", str(path), f"--junitxml={found}"]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS)
        if run.returncode not in (0, 1):
            raise RuntimeError(f"{lesson}, {mutation}: pytest ended with {run.returncode}:\n{run.stdout[-2_000:]}")
        tests = list(ET.parse(found).getroot().iter("testcase"))
        if broken := [test.get("name") for test in tests if test.find("error") is not None]:
            raise RuntimeError(f"{lesson}, {mutation}: these did not run: {', '.join(broken)}\n{run.stdout[-2_000:]}")
        failed = [test.get("name") for test in tests if test.find("failure") is not None]
    return [_noticer(name, names) for name in failed]


def _noticer(test: str, cells: list[str]) -> str:
    """Name the cell of nbval's "Cell 3"; "its accuracy" is a name already."""
    return cells[int(test.removeprefix("Cell "))] if test.startswith("Cell ") else test


def row(lesson: str, mutation: Mutation, noticed: list[str] | None) -> str:
    """Return the table's line; what noticed it is None where the lesson did not run."""
    if not noticed:
        return f"| {lesson} | {mutation.name} |  | **{'it did not run' if noticed is None else 'nothing'}** |"
    by = ", ".join(name if name.startswith("its ") else f"`{name}`" for name in noticed if name != "check")
    return f"| {lesson} | {mutation.name} | {'✓' if 'check' in noticed else ''} | {by} |"


def _lesson(line: str) -> str:
    return line.split()[1]


def main() -> int:
    """Try the mistakes, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="NUMBER", help="of a lesson, 01 for instance; none: all")
    chosen = parser.parse_args().lessons
    lessons = [name for name in MUTATIONS if not chosen or name[:2] in chosen]
    trials = [(name, mutation) for name in lessons for mutation in (None, *MUTATIONS[name])]
    rows, unnoticed = [], 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(noticed_by, *trial) for trial in trials]
        for (lesson, mutation), future in zip(trials, futures, strict=True):
            try:
                noticed = future.result()
            except RuntimeError as error:  # the other mistakes are tried all the same
                print(error, flush=True)
                noticed = None
            if mutation is None:
                if noticed != []:
                    pool.shutdown(cancel_futures=True)
                    sys.exit(f"{lesson} fails as it is: {', '.join(noticed or ['it did not run'])}")
                continue
            rows.append(row(lesson, mutation, noticed))
            unnoticed += not noticed
            print(rows[-1], flush=True)
    known = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    kept = [line for line in known if line.startswith("| ") and _lesson(line) in MUTATIONS.keys() - set(lessons)]
    TABLE.write_text(HEAD + "".join(f"{line}\n" for line in sorted(kept + rows, key=_lesson)), encoding="utf-8")
    print(f"{len(rows) - unnoticed} of {len(rows)} noticed")
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main())
