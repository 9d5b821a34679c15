import matplotlib.pyplot as plt
import pytest

from mnist_lab.plots import paired_losses
from tools.store_results import store

FIRST, SECOND = "06_convolutions", "07_convolutions_with_dropout"


@pytest.fixture
def measure(results_file):
    """Return a function that stores a lesson's losses, a list of epochs for each seed, in a temporary file."""

    def store_losses(lesson, losses):
        for seed, loss in losses.items():
            entry = {"accuracy": [0.9] * len(loss), "loss": loss, "misread": [], "seconds": 1.0}
            store(lesson, seed, entry, {"python": "3"}, origin="mnist")

    return store_losses


def title_and_axes():
    figure = plt.gcf()
    return figure.get_suptitle(), *figure.axes


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_each_seed_measured_with_both_lessons_is_a_pair(measure):
    measure(FIRST, {0: [0.2, 0.4], 1: [0.2, 0.5], 2: [0.2, 0.3], 10: [0.2, 0.4], 7: [0.2, 9.0]})
    measure(SECOND, {0: [0.9, 0.3], 1: [0.9, 0.1], 2: [0.1, 0.6], 10: [0.9, 0.4], 8: [0.9, 9.0]})
    paired_losses.display_paired_losses(FIRST, SECOND)
    title, _, pairs = title_and_axes()
    assert title == "Validation loss on MNIST: in 2 of 4 pairs it fell"
    joined = [line for line in pairs.lines if list(line.get_xdata()) == [0, 1]]
    assert [tuple(line.get_ydata()) for line in joined] == [(0.4, 0.3), (0.5, 0.1), (0.3, 0.6), (0.4, 0.4)]
    assert [line.get_linestyle() for line in joined] == ["-", "-", "--", "--"]
    assert texts(pairs) == ["0.4000", "0.3500"]


def test_the_curves_show_the_same_seeds_and_their_mean(measure):
    measure(FIRST, {0: [0.2, 0.4], 1: [0.4, 0.6], 5: [7.0, 7.0]})
    measure(SECOND, {0: [0.1, 0.2, 0.3], 1: [0.3, 0.4]})
    paired_losses.display_paired_losses(FIRST, SECOND)
    _, curves, _ = title_and_axes()
    thick = [line for line in curves.lines if line.get_linewidth() > 2]
    assert [list(line.get_ydata()) for line in thick] == [pytest.approx([0.3, 0.5]), pytest.approx([0.2, 0.3])]
    assert thick[0].get_linestyle() != thick[1].get_linestyle()
    assert [text.get_text() for text in curves.get_legend().get_texts()] == [
        "06 convolutions",
        "07 convolutions with dropout",
    ]


def test_missing_measurements_are_described_in_words(measure):
    measure(FIRST, {0: [0.2]})
    paired_losses.display_paired_losses(FIRST, SECOND)
    title, left, right = title_and_axes()
    assert "no seed was measured with both" in title
    assert texts(left) == ["06 convolutions\nmeasured with 1 seed"]
    assert texts(right) == ["07 convolutions with dropout\nmeasured with no seeds"]


def test_lessons_without_a_common_seed_are_not_compared(measure):
    measure(FIRST, {0: [0.2], 1: [0.2]})
    measure(SECOND, {2: [0.2]})
    paired_losses.display_paired_losses(FIRST, SECOND)
    assert "no seed" in title_and_axes()[0]


def test_the_size_of_the_figure_does_not_depend_on_the_data(measure):
    paired_losses.display_paired_losses(FIRST, SECOND)
    before = plt.gcf().get_size_inches().tolist(), len(plt.gcf().axes)
    measure(FIRST, {0: [0.2]})
    measure(SECOND, {0: [0.1]})
    paired_losses.display_paired_losses(FIRST, SECOND)
    assert before == (plt.gcf().get_size_inches().tolist(), len(plt.gcf().axes))
    assert before[0] == [9, 3.8]


def test_comparing_a_lesson_with_itself_is_refused():
    with pytest.raises(ValueError, match="'06_convolutions' twice"):
        paired_losses.display_paired_losses(FIRST, FIRST)
