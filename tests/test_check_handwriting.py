"""The claims of lesson 11, each with functions that pass and functions that do not; and the lesson's own functions."""

import json

import nbformat
import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, sample_drawings
from mnist_lab.checks import check
from mnist_lab.checks.claims.handwriting import (
    drawings_are_read,
    fills_the_box,
    is_centred,
    keeps_its_proportions,
    makes_an_image,
    samples_read,
)
from mnist_lab.checks.evidence import Evidence

from .notebooks import ROOT

CLAIMS = (makes_an_image, fills_the_box, keeps_its_proportions, is_centred, drawings_are_read)
DRAWINGS, MEANT = sample_drawings()
PREPARED = np.stack([preprocess_digit(drawing) for drawing in DRAWINGS])


class Network:
    """Reads an image as the prepared sample drawing that is nearest to it."""

    def predict(self, images, **_options):
        distances = ((images[:, None] - PREPARED[None]) ** 2).sum(-1)
        return np.eye(10)[MEANT[distances.argmin(axis=1)]]


def shrink(drawing):
    return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 255


def verdicts(function):
    extra = {} if function is None else {"preprocess": function}
    evidence = Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT], extra)
    return [claim(evidence) for claim in CLAIMS]


def moved(columns):
    return lambda drawing: np.roll(preprocess_digit(drawing).reshape(28, 28), columns, 1).reshape(784)


def stretched(drawing):
    square = preprocess_digit(drawing).reshape(28, 28)
    columns = np.flatnonzero(square.any(0))
    wide = np.linspace(columns[0], columns[-1], 20).round().astype(int)
    image = np.zeros((28, 28))
    image[:, 4:24] = square[:, wide]
    return image.reshape(784)


@pytest.mark.parametrize(
    "function",
    [
        preprocess_digit,
        lambda drawing: preprocess_digit(drawing).tolist(),
        lambda drawing: preprocess_digit(255 - drawing),
    ],
    ids=["own", "list", "inverted"],
)
def test_what_is_prepared_as_mnist_passes(function):
    assert all(verdict.holds for verdict in verdicts(function))


@pytest.mark.parametrize(
    ("function", "failing", "hint"),
    [
        (shrink, {1, 3, 4}, "found longer sides from"),
        (stretched, {2, 3}, "Use one factor for both sides"),
        (moved(2), {3, 4}, "and column 16"),
        (lambda drawing: preprocess_digit(drawing).reshape(28, 28), {0, 1, 2, 3, 4}, r"found the shape [28, 28]"),
        (lambda drawing: 255 * preprocess_digit(drawing), {0, 1, 2, 3, 4}, "from 0 to 255, looked for 0 to 1"),
        (lambda drawing: np.zeros(784), {0, 1, 2, 3, 4}, "from 0 to 0"),
        (lambda drawing: 1 / 0, {0, 1, 2, 3, 4}, "it raised ZeroDivisionError"),
        (lambda drawing: None, {0, 1, 2, 3, 4}, "looked for [784]"),
        (None, {0, 1, 2, 3, 4}, "no function was handed in"),
        ("to_mnist", {0, 1, 2, 3, 4}, "Give it by its name"),
    ],
)
def test_what_is_not_says_why(function, failing, hint):
    judged = verdicts(function)
    assert {number for number, verdict in enumerate(judged) if not verdict.holds} == failing
    assert hint in " ".join(verdict.hint for verdict in judged if not verdict.holds)
    assert all(verdict.hint for verdict in judged if not verdict.holds)


def test_a_function_that_returns_the_same_array_each_time_passes():
    image = np.zeros(784)

    def fills(drawing):
        image[:] = preprocess_digit(drawing)
        return image

    assert all(verdict.holds for verdict in verdicts(fills))


def test_a_function_that_fails_is_asked_once():
    asked = []

    def fails(drawing):
        asked.append(drawing)
        raise ZeroDivisionError

    assert not any(verdict.holds for verdict in verdicts(fails))
    assert len(asked) == 1


def test_a_function_that_spoils_its_argument_does_no_harm():
    def spoils(drawing):
        image = preprocess_digit(drawing)
        drawing[:] = 0
        return image

    assert all(verdict.holds for verdict in verdicts(spoils))
    assert all(verdict.holds for verdict in verdicts(preprocess_digit))


def test_the_figures_are_recorded(tmp_path, monkeypatch, capsys):
    found = samples_read(Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT]))
    assert found["prepared"] == 1
    assert 0.1 <= found["raw"] < 0.9
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    gathered = Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT], {"preprocess": preprocess_digit})
    monkeypatch.setattr(check, "gather", lambda *_: gathered)
    check.check_lesson("11_your_handwriting", Network(), {}, preprocess=preprocess_digit)
    assert json.loads((tmp_path / "record").read_text())["figures"] == {n: round(v, 4) for n, v in found.items()}


def test_the_lessons_functions_do_what_the_packages_does():
    lesson = nbformat.read(ROOT / "notebooks" / "11_your_handwriting.ipynb", as_version=4)
    names = {"np": np, "Image": Image}
    for cell in lesson.cells:
        if cell.id in ("cut-out", "scale", "centre", "to-mnist", "shrink"):
            exec(cell.source, names)
    assert all(np.array_equal(names["shrink"](drawing), shrink(drawing)) for drawing in DRAWINGS)
    written_out = np.stack([names["to_mnist"](drawing) for drawing in DRAWINGS])
    largest = np.abs(written_out - PREPARED).max(axis=1)
    assert np.mean(largest < 0.01) >= 0.98, "rounding may move one or two by a pixel"
