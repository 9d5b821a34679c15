"""The claims of lesson 11, each with functions that pass and functions that fail; and the lesson's own functions."""

import json

import nbformat
import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, sample_drawings
from mnist_lab.checks import check
from mnist_lab.checks.claims.handwriting import sample_accuracies
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.lessons import find_lesson

from .notebooks import ROOT

CLAIMS = find_lesson("11_your_handwriting").claims[:5]
DRAWINGS, MEANT = sample_drawings()
PREPARED = np.stack([preprocess_digit(drawing) for drawing in DRAWINGS])


class Network:
    """A nearest-neighbour classifier on the preprocessed sample drawings."""

    def predict(self, images, **_options):
        distances = ((images[:, None] - PREPARED[None]) ** 2).sum(-1)
        return np.eye(10)[MEANT[distances.argmin(axis=1)]]


def shrink(drawing):
    return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 255


def verdicts(function):
    extra = {} if function is None else {"preprocess": function}
    evidence = Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT], extra)
    return [claim.judge(evidence) for claim in CLAIMS]


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
def test_a_function_that_preprocesses_as_mnist_did_passes(function):
    assert all(verdict.holds for verdict in verdicts(function))


@pytest.mark.parametrize(
    ("function", "failing", "hint"),
    [
        (shrink, {1, 3, 4}, "Found longer sides from"),
        (stretched, {2, 3}, "Use one factor for both sides"),
        (moved(2), {3, 4}, "and column 16"),
        (lambda drawing: preprocess_digit(drawing).reshape(28, 28), {0, 1, 2, 3, 4}, "Found the shape [28, 28]"),
        (lambda drawing: 255 * preprocess_digit(drawing), {0, 1, 2, 3, 4}, "from 0 to 255, expected 0 to 1"),
        (lambda drawing: np.zeros(784), {0, 1, 2, 3, 4}, "from 0 to 0"),
        (lambda drawing: 1 / 0, {0, 1, 2, 3, 4}, "It raised ZeroDivisionError"),
        (lambda drawing: None, {0, 1, 2, 3, 4}, "expected [784]"),
        (None, {0, 1, 2, 3, 4}, "Found no function"),
        ("to_mnist", {0, 1, 2, 3, 4}, "Pass yours by name"),
    ],
)
def test_a_wrong_function_fails_with_a_hint(function, failing, hint):
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


def test_a_function_that_raises_is_called_once():
    calls = []

    def fails(drawing):
        calls.append(drawing)
        raise ZeroDivisionError

    assert not any(verdict.holds for verdict in verdicts(fails))
    assert len(calls) == 1


def test_a_function_that_changes_its_argument_passes():
    def overwrites(drawing):
        image = preprocess_digit(drawing)
        drawing[:] = 0
        return image

    assert all(verdict.holds for verdict in verdicts(overwrites))
    assert all(verdict.holds for verdict in verdicts(preprocess_digit))


def test_the_accuracies_on_the_sample_drawings_are_recorded(tmp_path, monkeypatch, capsys):
    found = sample_accuracies(Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT]))
    assert found["prepared"] == 1
    assert 0.1 <= found["raw"] < 0.9
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "record"))
    gathered = Evidence(Network(), {}, PREPARED, MEANT, np.eye(10)[MEANT], {"preprocess": preprocess_digit})
    monkeypatch.setattr(check, "gather", lambda *_: gathered)
    check.check_lesson("11_your_handwriting", Network(), {}, preprocess=preprocess_digit)
    assert json.loads((tmp_path / "record").read_text())["figures"] == {n: round(v, 4) for n, v in found.items()}


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
