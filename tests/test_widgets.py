"""What all widgets promise: short scripts of their own, and an output that outlives the kernel."""

import io
import re
from base64 import b64encode
from pathlib import Path

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from PIL import Image

import mnist_lab as lab
from mnist_lab.commands.notebook_format import tidy
from mnist_lab.widgets._widget import MIME_TYPE
from mnist_lab.widgets.script import SCRIPTS, module

FOLDER = Path(lab.widgets.__file__).parent
FILES = sorted([*FOLDER.glob("*.js"), *FOLDER.glob("*.css")])
LIVE = "application/vnd.jupyter.widget-view+json"
BESIDE = {"image/png", "text/plain", MIME_TYPE}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_script_or_style_sheet_is_short_and_asks_nobody_else(path):
    script = path.read_text(encoding="utf-8")
    assert len(script.splitlines()) <= 300
    assert max(map(len, script.splitlines())) <= 120
    forbidden = ["://", "innerHTML", "eval(", *(["fetch("] if path.name != "page.js" else [])]
    assert not [word for word in forbidden if word in script]


@pytest.mark.parametrize("name", SCRIPTS)
def test_joined_scripts_import_nothing_and_export_the_widget_alone(name):
    statements = re.findall(r"^(?:import|export)\b.*", module(name), re.MULTILINE)
    assert len(statements) == 1
    assert statements[0].startswith("export default")


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_output_holds_the_widget_a_picture_and_its_data_of_which_the_last_two_are_stored(name):
    widget = getattr(lab.widgets, name)()
    bundle, _ = DisplayFormatter().format(widget)
    assert bundle[MIME_TYPE] == {"name": name, "data": widget.data}
    assert len(bundle["image/png"]) <= 100_000
    assert Image.open(io.BytesIO(bundle["image/png"])).width >= 700
    assert set(bundle) == BESIDE | {LIVE}
    assert "object at" not in bundle["text/plain"]
    stored = bundle | {"image/png": b64encode(bundle["image/png"]).decode()}
    output = nbformat.v4.new_output("display_data", stored)
    tidied = tidy(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])]))
    assert set(tidied.cells[0].outputs[0].data) == BESIDE
