"""Run code for a measurement in a separate process, or in a separate Jupyter kernel, as a lesson runs."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from mnist_lab.commands.notebook_runner import execute


def in_a_process(script, *arguments, seconds):
    """Run a script with a time limit, and return the words it printed; exit with its error if it fails."""
    command = [sys.executable, script, *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    if run.returncode:
        sys.exit(f"{' '.join(command[1:])} ended with status {run.returncode}:\n{run.stderr}")
    return run.stdout.split()


def in_a_kernel(*cells, seconds):
    """Run cells with a time limit each, and return the JSON that the last one printed; exit if a cell fails."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "training.ipynb")
        nbformat.write(notebook, path)
        result = execute(path, seconds=seconds)
    if result.failure:
        sys.exit(result.failure)
    return json.loads(result.notebook.cells[-1].outputs[-1].text)
