"""The kernel's half of DigitPad: it checks and classifies drawings, and shows errors."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

import mnist_lab as lab
from mnist_lab.handwriting.samples import SIDE

SEVEN = lab.sample_drawings()[0][70]
A_SEVEN = np.eye(10)[[7]]


class Network:
    """A stub of a Keras model with a constant output."""

    def __init__(self, output=A_SEVEN):
        self.output = output

    def predict_on_batch(self, images):
        self.images = images
        return self.output


def draw(pad, drawing):
    """Send a drawing as the browser does."""
    pad.set_state({"drawing": memoryview(drawing.tobytes())})


def sheet(*inked):
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    for part in inked:
        drawing[part] = 255
    return drawing


def halve_and_average(drawing):
    return drawing.reshape(28, 5, 28, 5).mean((1, 3)).reshape(784) / 510


@pytest.mark.parametrize("own", [{}, {"preprocess": halve_and_average}], ids=["default", "custom"])
def test_each_network_classifies_a_preprocessed_drawing_from_the_browser(own):
    first, second = Network(), Network(np.full((1, 10), 0.1))
    pad = lab.DigitPad({"one": first, "two": second}, **own)
    draw(pad, SEVEN)
    assert pad.drawn
    assert np.array_equal(pad.image, SEVEN)
    outputs = {"one": first.output[0].tolist(), "two": [0.1] * 10}
    assert pad.readings == [{"name": name, "probabilities": output} for name, output in outputs.items()]
    image = own.get("preprocess", lab.preprocess_digit)(SEVEN)
    np.testing.assert_allclose(first.images, [image], rtol=1e-6)
    assert np.array_equal(np.frombuffer(pad.seen, np.uint8), np.rint(image * 255))
    assert pad.message == ""


@pytest.mark.parametrize(
    ("own", "number"), [({}, 30), ({"preprocess": halve_and_average}, 44)], ids=["default", "custom"]
)
def test_the_picture_for_where_no_script_runs_is_preprocessed_as_the_drawing_is(own, number):
    network = Network()
    figure = lab.DigitPad(network, **own)._picture()
    assert figure.axes[0].get_title() == f"a drawn {number // 10}"
    plt.close(figure)
    image = own.get("preprocess", lab.preprocess_digit)(lab.sample_drawings()[0][number])
    np.testing.assert_allclose(network.images, [image], rtol=1e-6)


@pytest.mark.parametrize("empty", [np.array([], np.uint8), sheet()], ids=["no bytes", "no ink"])
def test_clearing_resets_everything(empty):
    pad = lab.DigitPad(Network())
    draw(pad, sheet(np.s_[60:68, 60:68]))
    assert len(pad.readings) == 1, "a dot is classified"
    draw(pad, empty)
    assert not pad.drawn
    assert not pad.image.any()
    assert (pad.seen, pad.readings, pad.message) == (b"", [], "")


LEFT, RIGHT, TOP, BOTTOM = np.s_[:, :4], np.s_[:, -4:], np.s_[:4], np.s_[-4:]


@pytest.mark.parametrize("edges", [(LEFT, BOTTOM), (TOP, LEFT, BOTTOM), (TOP, RIGHT, BOTTOM, LEFT)])
def test_without_networks_the_image_is_shown_and_ink_along_the_edge_is_not_taken_for_paper(edges):
    pad = lab.DigitPad()
    draw(pad, sheet(*edges))
    seen = np.frombuffer(pad.seen, np.uint8)
    assert len(seen) == 784
    assert np.mean(seen > 0) < 0.3
    assert pad.readings == []


@pytest.mark.parametrize("value", [b"abc", bytes(SIDE * SIDE + 1), [1, 2], None])
def test_values_that_are_no_drawings_are_refused(value):
    pad = lab.DigitPad()
    with pytest.raises(traitlets.TraitError, match=r"drawing|Bytes|bytes"):
        pad.set_state({"drawing": value})
    assert pad.drawing == b""


def test_the_browser_cannot_set_the_kernels_traits():
    pad = lab.DigitPad(Network())
    pad.set_state({"readings": [{"name": "x"}], "seen": b"abc", "message": "hello", "drawing": memoryview(b"")})
    assert (pad.readings, pad.seen, pad.message) == ([], b"", "")


@pytest.mark.parametrize(
    ("preprocess", "message"),
    [
        (lambda drawing: drawing, r"ValueError: .*\[140, 140\]"),
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


def test_every_drawing_is_answered_even_if_the_answer_is_the_same(monkeypatch):
    pad, answers = lab.DigitPad(Network(), preprocess=lambda drawing: 1 / 0), []
    monkeypatch.setattr(pad, "send", answers.append)
    for edge in (LEFT, RIGHT):
        draw(pad, sheet(edge))
    assert answers == [{"answered": True}] * 2


@pytest.mark.parametrize("output", [np.ones((1, 10)), np.zeros((1, 3)), np.full((1, 10), np.nan)])
def test_a_network_that_returns_no_probabilities_is_refused_at_once(output):
    with pytest.raises(ValueError, match="softmax of ten"):
        lab.DigitPad({"strange": Network(output)})
