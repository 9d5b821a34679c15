import matplotlib.pyplot as plt
import pytest

from mnist_lab.plots import paired_losses
from tools.store_results import store

FIRST, SECOND = "06_convolutions", "07_convolutions_with_dropout"


@pytest.fixture
def compare(results_file):
    """Return a function that draws two lessons' losses, a list of epochs for each seed: it returns title and axes."""

    def draw(first, second):
        for lesson, losses in ((FIRST, first), (SECOND, second)):
            for seed, loss in losses.items():
                entry = {"accuracy": [0.9] * len(loss), "loss": loss, "misread": [], "seconds": 1.0}
                store(lesson, seed, entry, {"python": "3"}, origin="mnist")
        paired_losses.display_paired_losses(FIRST, SECOND)
        figure = plt.gcf()
        assert figure.get_size_inches().tolist() == [9, 3.8]
        return figure.get_suptitle(), *figure.axes

    return draw


def test_each_seed_measured_with_both_lessons_is_a_pair(compare):
    title, _, pairs = compare(
        {0: [0.2, 0.4], 1: [0.2, 0.5], 2: [0.2, 0.3], 10: [0.2, 0.4], 7: [0.2, 9.0]},
        {0: [0.9, 0.3], 1: [0.9, 0.1], 2: [0.1, 0.6], 10: [0.9, 0.4], 8: [0.9, 9.0]},
    )
    assert title == "Validation loss on MNIST: in 2 of 4 pairs it fell"
    joined = [line for line in pairs.lines if list(line.get_xdata()) == [0, 1]]
    assert [tuple(line.get_ydata()) for line in joined] == [(0.4, 0.3), (0.5, 0.1), (0.3, 0.6), (0.4, 0.4)]
    assert [line.get_linestyle() for line in joined] == ["-", "-", "--", "--"]
    assert [text.get_text() for text in pairs.texts] == ["0.4000", "0.3500"]


def test_the_curves_show_the_same_seeds_and_their_mean(compare):
    _, curves, _ = compare(
        {0: [0.2, 0.4], 1: [0.4, 0.6], 5: [7.0, 7.0]},
        {0: [0.1, 0.2, 0.3], 1: [0.3, 0.4]},
    )
    thick = [line for line in curves.lines if line.get_linewidth() > 2]
    assert [list(line.get_ydata()) for line in thick] == [pytest.approx([0.3, 0.5]), pytest.approx([0.2, 0.3])]
    assert thick[0].get_linestyle() != thick[1].get_linestyle()
    legend = [text.get_text() for text in curves.get_legend().get_texts()]
    assert legend == ["06 convolutions", "07 convolutions with dropout"]


@pytest.mark.parametrize("second", [{}, {2: [0.2]}], ids=["not measured", "another seed"])
def test_without_a_common_seed_the_title_says_so(compare, second):
    title, left, right = compare({0: [0.2], 1: [0.2]}, second)
    assert title == "Validation loss on MNIST: no seed was measured with both lessons yet"
    assert not [*left.lines, *right.lines]
