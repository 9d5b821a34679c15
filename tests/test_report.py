import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.data.datasets import validation_dataset
from mnist_lab.plots.report import report


class Network:
    """A network that says 7, in logits or probabilities, wherever the first pixel is at least as dark as told."""

    def __init__(self, outputs, darkness=0.0):
        self.outputs, self.darkness = np.asarray(outputs), darkness

    def predict(self, images, verbose):
        return np.where(images[:, :1] >= self.darkness, self.outputs, np.eye(10)[3][: len(self.outputs)])


SEVEN, LOGITS = np.eye(10)[7], 10 * np.eye(10)[7] - 5
LABELS = np.arange(30) % 10
IMAGES = np.zeros((30, 784), np.float32)


def written():
    """Return the headings, and what is written in the three charts: two of digits, and one of bars by their names."""
    *walls, bars = plt.gcf().axes
    names = [label.get_text() for label in bars.get_yticklabels()]
    counts = dict(zip(names, [text.get_text() for text in bars.texts], strict=True))
    headings = [text.get_text() for text in plt.gcf().texts if text.get_text()]
    return headings, *([text.get_text() for text in wall.texts] for wall in walls), counts


@pytest.mark.parametrize("outputs", [SEVEN, LOGITS], ids=["probabilities", "logits"])
@pytest.mark.parametrize("labels", [LABELS, np.eye(10)[LABELS]], ids=["classes", "one-hot"])
def test_misclassified_digits_come_first_and_confusions_are_counted(outputs, labels):
    report(Network(outputs), (IMAGES, labels))
    headings, printed, shown, confusions = written()
    assert headings[0] == "18 of 20 printed digits misclassified"
    assert printed[6:9] == ["7 (6)", "7", "7 (8)"]
    assert headings[1] == "27 of 30 held-out digits misclassified, the first 24 of them shown"
    assert shown == [f"7 ({label})" for label in LABELS if label != 7][:24]
    assert confusions == {f"{label} taken for 7": "3 times" for label in range(5)}


def test_of_few_digits_all_are_shown_and_the_figure_keeps_its_size():
    report(Network(SEVEN), (IMAGES, LABELS))
    size = plt.gcf().get_size_inches()
    report(Network(SEVEN, darkness=0.5), (np.repeat([[0, 1, 1]], 784, axis=0).T, [3, 7, 4]))
    headings, _, shown, confusions = written()
    assert headings[1] == "1 of 3 held-out digits misclassified"
    assert shown == ["7 (4)", "3", "7"]
    assert confusions == {"4 taken for 7": "once"}
    assert np.array_equal(plt.gcf().get_size_inches(), size)


def test_without_errors_it_says_so():
    report(Network(SEVEN), (IMAGES[:2], [7, 7]))
    headings, *_, confusions = written()
    assert headings[-1] == "No confusions"
    assert confusions == {}


def test_the_validation_digits_are_the_same_as_of_the_dataset(tiny):
    report(Network(SEVEN, darkness=0.2))
    (one, *_), _, shown, confusions = written()
    report(Network(SEVEN, darkness=0.2), validation_dataset().unbatch().batch(7))
    (another, *_), *rest = written()
    assert (one, [shown, confusions]) == (another, rest[1:])
    assert len(set(shown)) > 2, "the images are on the network's scale"
    report(Network(SEVEN))
    assert "of 100 validation digits misclassified" in written()[0][1]


@pytest.mark.parametrize(
    ("outputs", "held_out", "message"),
    [
        (SEVEN, IMAGES, r"a dataset of batches, or a pair \(images, labels\). Received: ndarray"),
        (SEVEN, (IMAGES, LABELS[:3]), r"Received: \[30, 784\] and \[3\]"),
        (SEVEN, (IMAGES[:0], LABELS[:0]), r"Received: \[0, 784\] and \[0\]"),
        (SEVEN[:3], (IMAGES, LABELS), r"\[30, 10\]. Received: \[30, 3\]. Is its last layer Dense\(10\)"),
    ],
)
def test_what_cannot_be_judged_is_refused(outputs, held_out, message):
    with pytest.raises(ValueError, match=message):
        report(Network(outputs), held_out)
