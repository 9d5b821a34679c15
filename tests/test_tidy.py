"""A notebook has one form, whoever wrote it."""

import base64
import io

import numpy as np
from nbformat.v4 import new_output
from PIL import Image

from mnist_lab.commands import notebook_format

from .notebooks import code, notebook, prose


def test_tidy_keeps_what_matters_and_drops_the_rest():
    cell = code("print(1)", "shown", tags=["check"], collapsed=True, ExecuteTime={"start": 1})
    texts = (("stdout", "a\n"), ("stdout", "b\n"), ("stderr", "c\n"))
    cell.outputs = [new_output("stream", name=name, text=text) for name, text in texts]
    data = {"text/plain": "Pad()", "application/vnd.jupyter.widget-view+json": {"model_id": "1f"}}
    cell.outputs += [new_output("display_data", data)]
    messy = notebook(cell, prose("text", "words"))
    messy.metadata |= {"widgets": {"state": {}}, "language_info": {"name": "python", "version": "3.11.7"}}
    clean = notebook_format.tidy(messy)
    assert clean.cells[0].metadata == {"tags": ["check"]}
    *streams, pad = clean.cells[0].outputs
    assert [(output.name, output.text) for output in streams] == [("stdout", "a\nb\n"), ("stderr", "c\n")]
    assert pad.data == {"text/plain": "Pad()"}, "a widget's id is another in every run"
    assert set(clean.metadata) == {"accelerator", "colab", "kernelspec", "language_info", "mnist_lab"}
    assert clean.metadata.language_info == {"name": "python"}
    assert notebook_format.tidy(clean) == clean


def test_tidy_gives_pictures_a_palette_and_then_leaves_them():
    gradient = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (1, 300, 3))
    file = io.BytesIO()
    Image.fromarray(gradient).save(file, "PNG")
    cell = code("draw()", "drawn")
    png = base64.b64encode(file.getvalue()).decode()
    cell.outputs = [new_output("display_data", {"image/png": png}, metadata={"mnist_lab": {}})]
    once = notebook_format.tidy(notebook(cell))
    output = once.cells[0].outputs[0]
    assert output.metadata == {}
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert image.mode == "P"
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - gradient).max() <= 4
    assert notebook_format.tidy(once) == once
