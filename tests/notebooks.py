"""Small notebooks, made in the test."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EXERCISES = sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))

RECORD = """
import json, os
with open(os.environ["MNIST_LAB_RESULTS"], "a") as file:
    verdicts = [{{"claim": "it works", "holds": {holds}, "hint": "look here"}}]
    file.write(json.dumps({{"lesson": "01_dense_softmax", "origin": "mnist", "evaluated": 0.9123,
        "accuracy": [0.9123], "loss": [0.3], "misread": [1, 2], "verdicts": verdicts}}) + "\\n")
"""


def code(source, name, **metadata):
    return new_code_cell(source.strip(), id=name, metadata=metadata)


DONE, NOT_YET = (code(RECORD.format(holds=holds), "check") for holds in (True, False))


def prose(source, name, **metadata):
    return new_markdown_cell(source, id=name, metadata=metadata)


def notebook(*cells, kind="lesson", predecessor=None):
    return new_notebook(
        cells=list(cells),
        metadata={"mnist_lab": {"lesson": "01_dense_softmax", "kind": kind, "predecessor": predecessor}},
    )


def write(path, *cells, **arguments):
    nbformat.write(notebook(*cells, **arguments), path)
    return path
