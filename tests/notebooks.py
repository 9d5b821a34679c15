"""Small notebooks, made in the test, and a way to execute them without a kernel."""

import json
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mnist_lab.checks.errors import describe_error

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
APPENDICES = sorted((ROOT / "notebooks").glob("appendix_*.ipynb"))
EXERCISES = sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))


def code(source, name, **metadata):
    return new_code_cell(source.strip(), id=name, metadata=metadata)


def checked(holds, claim="it works", hint="look here", evaluated=0.9123):
    """Return a cell that records a check as `check_lesson` does."""
    record = {"lesson": "01_dense_softmax", "origin": "mnist", "evaluated": evaluated, "accuracy": [0.9123]}
    record |= {"loss": [0.3], "misread": [1, 2], "verdicts": [{"claim": claim, "holds": holds, "hint": hint}]}
    return code(f"import os\nopen(os.environ['MNIST_LAB_RESULTS'], 'a').write({json.dumps(record)!r} + '\\n')", "check")


def tasked(*verdicts):
    """Return a cell that records tasks as `check_task` does; each verdict is the task's name and whether it holds."""
    lines = [
        json.dumps({"task": task, "verdicts": [{"claim": f"{task} A task", "holds": holds, "hint": "look up"}]})
        for task, holds in verdicts
    ]
    return recorded("\n".join(lines))


def recorded(lines):
    return code(f"import os\nopen(os.environ['MNIST_LAB_RESULTS'], 'a').write({lines!r} + '\\n')", "tasks")


DONE, NOT_YET = checked(True), checked(False)


def prose(source, name, **metadata):
    return new_markdown_cell(source, id=name, metadata=metadata)


def notebook(*cells, kind="lesson", predecessor=None):
    metadata = {"lesson": "01_dense_softmax", "kind": kind, "predecessor": predecessor}
    return new_notebook(cells=list(cells), metadata={"mnist_lab": metadata})


def source(*cells, predecessor=None, **header):
    """Return a lesson's source as tools.sources reads it."""
    return new_notebook(cells=list(cells), metadata={"predecessor": predecessor, **header})


def write(path, *cells, **arguments):
    nbformat.write(notebook(*cells, **arguments), path)
    return path


def execute_here(path, *, parameters=None, variables=None, folder=None, **_):
    """Execute a notebook as `notebook_runner.execute` does, but in this process, without limits and outputs."""
    from mnist_lab.commands import notebook_runner

    notebook, names, failure = notebook_runner.read(path), {}, None
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as private, pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        record = Path(private, "record")
        patch.setenv("MNIST_LAB_RESULTS", str(record))
        for name, value in (variables or {}).items():
            patch.setenv(name, value)
        patch.chdir(folder or path.parent)
        for cell in code_cells:
            try:
                exec(cell.source, names)
            except Exception as error:
                failure = f"cell {cell.id!r}: {describe_error(error)}"
                break
            names |= (parameters or {}) if "parameters" in cell.metadata.get("tags", []) else {}
        checks, tasks = notebook_runner.recorded(record, path)
    seconds = {cell.id: 1.0 for cell in code_cells}
    return notebook_runner.Execution(notebook, 1.0, seconds, checks, failure, tasks=tasks)
