"""The kernel's half of DigitPad: what arrives is checked, what is drawn is read, what goes wrong is shown."""

import re

import numpy as np
import pytest
import traitlets

import mnist_lab as lab
from mnist_lab.handwriting.samples import SIDE

SEVEN = lab.sample_drawings()[0][70]


class Network:
    """Answers as a Keras model does, always the same: a 7, if nothing else is given."""

    def __init__(self, answer=None):
        self.answer, self.asked = answer, []

    def predict_on_batch(self, images):
        self.asked.append(images)
        return np.eye(10, dtype=np.float32)[[7]] if self.answer is None else self.answer


def sent_by_the_browser(pad, value):
    pad.set_state({"drawing": value})


def test_a_drawing_arrives_and_is_read_by_each_network():
    first, second = Network(), Network(np.full((1, 10), 0.1, np.float32))
    pad = lab.DigitPad({"one": first, "two": second})
    sent_by_the_browser(pad, memoryview(SEVEN.tobytes()))
    assert pad.drawn
    assert np.array_equal(pad.image, SEVEN)
    assert [reading["name"] for reading in pad.readings] == ["one", "two"]
    assert pad.readings[0]["probabilities"] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert pad.readings[1]["probabilities"] == pytest.approx([0.1] * 10)
    assert np.array_equal(first.asked[-1][0], lab.preprocess_digit(SEVEN))
    assert np.array_equal(np.frombuffer(pad.seen, np.uint8), np.rint(lab.preprocess_digit(SEVEN) * 255))
    assert pad.message == ""


def test_clearing_empties_everything():
    pad = lab.DigitPad(Network())
    sent_by_the_browser(pad, memoryview(SEVEN.tobytes()))
    sent_by_the_browser(pad, memoryview(b""))
    assert not pad.drawn
    assert not pad.image.any()
    assert (pad.seen, pad.readings, pad.message) == (b"", [], "")


def test_a_tap_is_read():
    pad = lab.DigitPad(Network())
    dot = np.zeros((SIDE, SIDE), np.uint8)
    dot[60:68, 60:68] = 255
    sent_by_the_browser(pad, memoryview(dot.tobytes()))
    assert len(pad.readings) == 1
    assert pad.message == ""


def test_a_blank_sheet_of_full_length_is_empty():
    pad = lab.DigitPad(Network())
    sent_by_the_browser(pad, memoryview(bytes(SIDE * SIDE)))
    assert not pad.drawn
    assert (pad.readings, pad.message) == ([], "")


@pytest.mark.parametrize("edges", [("left", "bottom"), ("top", "left", "bottom"), ("top", "right", "bottom", "left")])
def test_ink_along_the_edge_is_not_taken_for_paper(edges):
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    sides = {"left": np.s_[:, :4], "right": np.s_[:, -4:], "top": np.s_[:4], "bottom": np.s_[-4:]}
    for edge in edges:
        drawing[sides[edge]] = 255
    pad = lab.DigitPad()
    sent_by_the_browser(pad, memoryview(drawing.tobytes()))
    seen = np.frombuffer(pad.seen, np.uint8).reshape(28, 28)
    assert np.mean(seen > 0) < 0.3


def test_without_networks_it_shows_what_they_would_see():
    pad = lab.DigitPad()
    sent_by_the_browser(pad, memoryview(SEVEN.tobytes()))
    assert len(pad.seen) == 784
    assert pad.readings == []


@pytest.mark.parametrize("value", [b"abc", bytes(SIDE * SIDE + 1), [1, 2], "abc", None, 3])
def test_what_is_no_drawing_is_refused(value):
    pad = lab.DigitPad(Network())
    with pytest.raises(traitlets.TraitError, match=r"drawing|Bytes|bytes"):
        sent_by_the_browser(pad, value)
    assert pad.drawing == b""


def test_the_browser_gives_no_answers():
    pad = lab.DigitPad(Network())
    pad.set_state({"readings": [{"name": "x"}], "seen": b"abc", "message": "hello", "drawing": memoryview(b"")})
    assert (pad.readings, pad.seen, pad.message) == ([], b"", "")


def test_another_preprocessing():
    def as_it_is(drawing):
        return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 255

    network = Network()
    pad = lab.DigitPad(network, preprocess=as_it_is)
    sent_by_the_browser(pad, memoryview(SEVEN.tobytes()))
    assert np.allclose(network.asked[-1][0], as_it_is(SEVEN))


@pytest.mark.parametrize(
    ("preprocess", "told"),
    [
        (lambda drawing: drawing, r"ValueError: .*\[140, 140\]"),
        (lambda drawing: np.full(784, 2.0), "from 2 to 2"),
        (lambda drawing: np.full(784, np.nan), "from nan to nan"),
        (lambda drawing: 1 / 0, "ZeroDivisionError"),
        (lambda drawing: None, r"shape \[\]"),
        (lambda drawing: [], "without a number"),
    ],
)
def test_a_preprocessing_that_fails_is_shown(preprocess, told):
    pad = lab.DigitPad(Network(), preprocess=preprocess)
    sent_by_the_browser(pad, memoryview(SEVEN.tobytes()))
    assert pad.readings == []
    assert re.search(told, pad.message)


@pytest.mark.parametrize(
    "answer", [np.ones((1, 10)), np.zeros((1, 3)), np.full((1, 10), -0.1), np.full((1, 10), np.nan)]
)
def test_a_network_without_probabilities_is_refused_at_once(answer):
    with pytest.raises(ValueError, match="softmax of ten"):
        lab.DigitPad({"strange": Network(answer)})


def test_it_has_a_name_that_does_not_change():
    assert repr(lab.DigitPad()) == "DigitPad()"


def test_its_script_is_short_and_asks_nothing_of_the_network():
    script = str(lab.DigitPad()._esm)
    assert len(script.splitlines()) < 300
    assert not any(word in script for word in ("http", "import ", "fetch(", "eval(", "innerHTML"))
