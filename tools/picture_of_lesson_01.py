"""Put the README's picture together from the stored outputs of lesson 01: the curves above the misread digits."""

import io
import sys
from base64 import b64decode

from derived import NOTEBOOKS, ROOT, read
from PIL import Image

PICTURE = ROOT / "docs" / "lesson-01.png"
CELLS = ("train", "printed", "misread")
MARGIN = 12


def picture() -> Image.Image:
    """Return the pictures of the chosen cells, one above the other."""
    notebook = read(NOTEBOOKS / "01_dense_softmax.ipynb")
    parts = [_shown(cell) for name in CELLS for cell in notebook.cells if cell.id == name]
    width = max(part.width for part in parts) + 2 * MARGIN
    height = sum(part.height + MARGIN for part in parts) + MARGIN
    whole = Image.new("RGB", (width, height), "white")
    top = MARGIN
    for part in parts:
        whole.paste(part, (MARGIN, top))
        top += part.height + MARGIN
    return whole.quantize(256, dither=Image.Dither.NONE)


def _shown(cell) -> Image.Image:
    (png,) = [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return Image.open(io.BytesIO(b64decode(png))).convert("RGB")


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    picture().save(PICTURE, optimize=True)
    sys.exit(0)
