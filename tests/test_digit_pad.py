"""The kernel's half of DigitPad: it checks and classifies drawings, and shows errors."""

import re

import numpy as np
import pytest
import traitlets

import mnist_lab as lab
from mnist_lab.handwriting.samples import SIDE

SEVEN = lab.sample_drawings()[0][70]


class Network:
    """A stub of a Keras model with a constant output: a 7 by default."""

    def __init__(self, output=None):
        self.output, self.inputs = output, []

    def predict_on_batch(self, images):
        self.inputs.append(images)
        return np.eye(10, dtype=np.float32)[[7]] if self.output is None else self.output


def draw(pad, drawing):
    """Send a drawing as the browser does."""
    pad.set_state({"drawing": memoryview(drawing.tobytes())})


def sheet(*inked):
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    for part in inked:
        drawing[part] = 255
    return drawing


def test_each_network_classifies_a_drawing_from_the_browser():
    first, second = Network(), Network(np.full((1, 10), 0.1, np.float32))
    pad = lab.DigitPad({"one": first, "two": second})
    draw(pad, SEVEN)
    assert pad.drawn
    assert np.array_equal(pad.image, SEVEN)
    assert [reading["name"] for reading in pad.readings] == ["one", "two"]
    assert pad.readings[0]["probabilities"] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert pad.readings[1]["probabilities"] == pytest.approx([0.1] * 10)
    assert np.array_equal(first.inputs[-1][0], lab.preprocess_digit(SEVEN))
    assert np.array_equal(np.frombuffer(pad.seen, np.uint8), np.rint(lab.preprocess_digit(SEVEN) * 255))
    assert pad.message == ""


@pytest.mark.parametrize("empty", [np.array([], np.uint8), sheet()], ids=["no bytes", "no ink"])
def test_clearing_resets_everything(empty):
    pad = lab.DigitPad(Network())
    draw(pad, SEVEN)
    draw(pad, empty)
    assert not pad.drawn
    assert not pad.image.any()
    assert (pad.seen, pad.readings, pad.message) == (b"", [], "")


def test_a_dot_is_classified():
    pad = lab.DigitPad(Network())
    draw(pad, sheet(np.s_[60:68, 60:68]))
    assert len(pad.readings) == 1
    assert pad.message == ""


LEFT, RIGHT, TOP, BOTTOM = np.s_[:, :4], np.s_[:, -4:], np.s_[:4], np.s_[-4:]


@pytest.mark.parametrize("edges", [(LEFT, BOTTOM), (TOP, LEFT, BOTTOM), (TOP, RIGHT, BOTTOM, LEFT)])
def test_without_networks_the_image_is_shown_and_ink_along_the_edge_is_not_taken_for_paper(edges):
    pad = lab.DigitPad()
    draw(pad, sheet(*edges))
    seen = np.frombuffer(pad.seen, np.uint8)
    assert len(seen) == 784
    assert np.mean(seen > 0) < 0.3
    assert pad.readings == []


@pytest.mark.parametrize("value", [b"abc", bytes(SIDE * SIDE + 1), [1, 2], "abc", None, 3])
def test_values_that_are_no_drawings_are_refused(value):
    pad = lab.DigitPad(Network())
    with pytest.raises(traitlets.TraitError, match=r"drawing|Bytes|bytes"):
        pad.set_state({"drawing": value})
    assert pad.drawing == b""


def test_the_browser_cannot_set_the_kernels_traits():
    pad = lab.DigitPad(Network())
    pad.set_state({"readings": [{"name": "x"}], "seen": b"abc", "message": "hello", "drawing": memoryview(b"")})
    assert (pad.readings, pad.seen, pad.message) == ([], b"", "")


def test_a_custom_preprocessing_is_used():
    def average_blocks(drawing):
        return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 255

    network = Network()
    draw(lab.DigitPad(network, preprocess=average_blocks), SEVEN)
    assert np.allclose(network.inputs[-1][0], average_blocks(SEVEN))


@pytest.mark.parametrize(
    ("preprocess", "message"),
    [
        (lambda drawing: drawing, r"ValueError: .*\[140, 140\]"),
        (lambda drawing: np.full(784, 2.0), "from 2 to 2"),
        (lambda drawing: np.full(784, np.nan), "from nan to nan"),
        (lambda drawing: 1 / 0, "ZeroDivisionError"),
        (lambda drawing: None, r"shape \[\]"),
        (lambda drawing: [], "without a number"),
    ],
)
def test_the_error_of_a_failing_preprocessing_is_shown(preprocess, message):
    pad = lab.DigitPad(Network(), preprocess=preprocess)
    draw(pad, SEVEN)
    assert pad.readings == []
    assert re.search(message, pad.message)


@pytest.mark.parametrize(
    "output", [np.ones((1, 10)), np.zeros((1, 3)), np.full((1, 10), -0.1), np.full((1, 10), np.nan)]
)
def test_a_network_that_returns_no_probabilities_is_refused_at_once(output):
    with pytest.raises(ValueError, match="softmax of ten"):
        lab.DigitPad({"strange": Network(output)})


def test_its_repr_does_not_depend_on_its_state():
    assert repr(lab.DigitPad()) == "DigitPad()"


def test_its_script_is_short_and_makes_no_requests():
    script = str(lab.DigitPad()._esm)
    assert len(script.splitlines()) < 300
    assert not any(word in script for word in ("http", "import ", "fetch(", "eval(", "innerHTML"))
