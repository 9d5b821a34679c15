"""The claims of lesson 11, each with functions that pass and functions that fail; and the lesson's own functions."""

import json
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, sample_drawings
from mnist_lab.checks import check
from mnist_lab.checks import evidence as evidence_module
from mnist_lab.checks.claims import handwriting
from mnist_lab.checks.lessons import LESSONS

from .notebooks import ROOT
from .verdicts import evidence, expect

CLAIMS = LESSONS["11_your_handwriting"].all_claims
DRAWINGS, MEANT = (several[::5] for several in sample_drawings())
PREPARED = np.stack([preprocess_digit(drawing) for drawing in DRAWINGS])


@pytest.fixture(autouse=True)
def fewer_drawings(monkeypatch):
    monkeypatch.setattr(handwriting, "sample_drawings", lambda: (DRAWINGS.copy(), MEANT))


def nearest_neighbours(images, **_options):
    distances = ((images[:, None] - PREPARED[None]) ** 2).sum(-1)
    return np.eye(10)[MEANT[distances.argmin(axis=1)]]


def shrink(drawing):
    return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 255


def known(**extra):
    return evidence(SimpleNamespace(predict=nearest_neighbours), {}, PREPARED, MEANT, np.eye(10)[MEANT], **extra)


def stretched(drawing):
    square = preprocess_digit(drawing).reshape(28, 28)
    columns = np.flatnonzero(square.any(0))
    wide = square[:, np.linspace(columns[0], columns[-1], 20).round().astype(int)]
    return np.pad(wide, [(0, 0), (4, 4)]).reshape(784)


def fills(drawing, image=np.zeros(784)):  # noqa: B008
    image[:] = preprocess_digit(drawing)
    return image


def overwrites(drawing):
    image = preprocess_digit(drawing)
    drawing[:] = 0
    return image


@pytest.mark.parametrize(
    ("function", "hints"),
    [
        (lambda drawing: preprocess_digit(drawing).tolist(), {}),
        (fills, {}),
        (overwrites, {}),
        (shrink, {1: "Found longer sides from", 3: "expected 14 and 14", 4: "without the function; expected 85%"}),
        (stretched, {2: "Use one factor for both sides", 3: "Found the centre of mass of drawings["}),
        (
            lambda drawing: np.roll(preprocess_digit(drawing), 2),
            {3: "and column 16", 4: "Show some of the images beside MNIST's"},
        ),
        (lambda drawing: preprocess_digit(drawing).reshape(28, 28), {0: "Found the shape [28, 28], expected [784]"}),
        (lambda drawing: 255 * preprocess_digit(drawing), {0: "from 0 to 255, expected 0 to 1"}),
        (lambda drawing: preprocess_digit(drawing) * (drawing.sum() > 500_000), {0: "images of 100 without dark ink"}),
        (lambda drawing: 1 / 0, {0: "It raised ZeroDivisionError"}),
        (None, {0: "Found no function"}),
    ],
)
def test_a_function_preprocesses_as_mnist_did_or_gets_its_hints(function, hints):
    of = known(preprocess=function)
    for number, claim in enumerate(CLAIMS):
        expect(claim, of, hints.get(number, "Found no image of a drawing yet" if 0 in hints else None))


def test_the_check_asks_about_the_drawings_and_reads_no_digits_of_mnist(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    monkeypatch.setenv("MNIST_LAB_DATA", "stand-in")
    monkeypatch.setattr(evidence_module, "validation_dataset", lambda: pytest.fail("the check read the test digits"))
    model = SimpleNamespace(predict=nearest_neighbours)
    check.check_lesson("11_your_handwriting", model, preprocess=preprocess_digit)
    record = json.loads((tmp_path / "record").read_text())
    assert len(record["verdicts"]) == 5
    assert all(verdict["holds"] for verdict in record["verdicts"])
    assert (record["evaluated"], record["misread"]) == (1, [])


def test_the_lessons_functions_give_what_the_package_gives():
    lesson = nbformat.read(ROOT / "notebooks" / "11_your_handwriting.ipynb", as_version=4)
    names = {"np": np, "Image": Image}
    for cell in lesson.cells:
        if cell.id in ("cut-out", "scale", "centre", "to-mnist", "shrink"):
            exec(cell.source, names)
    assert all(np.array_equal(names["shrink"](drawing), shrink(drawing)) for drawing in DRAWINGS)
    written_out = np.stack([names["to_mnist"](drawing) for drawing in DRAWINGS])
    largest = np.abs(written_out - PREPARED).max(axis=1)
    assert np.mean(largest < 0.01) >= 0.98, "rounding may move one or two by a pixel"
