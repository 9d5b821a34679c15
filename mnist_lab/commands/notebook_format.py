"""Bring a notebook into its one form: only what belongs in the file, in a fixed order and spelling."""

import io
from base64 import b64decode, b64encode

import nbformat
from nbformat import NotebookNode, from_dict
from PIL import Image

_METADATA = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": [], "toc_visible": True},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_CELL_METADATA = ("tags", "task", "starter", "needs", "short", "cellView", "slideshow")


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without what changes by itself: editors' metadata, widgets' state, timing, display ids."""
    tidied = from_dict(notebook)
    tidied.nbformat, tidied.nbformat_minor = 4, 5
    tidied.metadata = from_dict({**_METADATA, "mnist_lab": dict(notebook.metadata.get("mnist_lab", {}))})
    for cell in tidied.cells:
        cell.metadata = from_dict({name: cell.metadata[name] for name in _CELL_METADATA if cell.metadata.get(name)})
        if cell.cell_type == "code":
            cell.outputs = _joined([_plain(output) for output in cell.outputs])
    return tidied


def text(notebook: NotebookNode) -> str:
    """Return the notebook as it is written to its file: sorted keys, one space of indentation, one last newline."""
    return nbformat.writes(notebook, indent=1, sort_keys=True, ensure_ascii=False).rstrip("\n") + "\n"


def _plain(output: NotebookNode) -> NotebookNode:
    if "metadata" in output:
        output.metadata = from_dict({})
    output.pop("transient", None)
    output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)  # a model's id, new in each run
    if png := output.get("data", {}).get("image/png"):
        output.data["image/png"] = _smaller(png)
    return output


def _smaller(png: str) -> str:
    """Return the picture with a palette of 256 colours: drawings need no more, and take a third of the bytes."""
    with Image.open(io.BytesIO(b64decode(png))) as image:
        if image.mode == "P":
            return png
        reduced = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    file = io.BytesIO()
    reduced.save(file, "PNG", optimize=True)
    return b64encode(file.getvalue()).decode()


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join the pieces of text that follow each other in one stream."""
    joined = outputs[:1]
    for output in outputs[1:]:
        if output.output_type == joined[-1].output_type == "stream" and output.name == joined[-1].name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined
