import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.measurements import display_ladder, display_paired_losses, display_pairs
from mnist_lab.plots.style import GREY, INK, VERMILLION
from mnist_lab.results.store import AS_TAUGHT, LONG, TESTED
from tools.store_results import store

FOUR_SEEDS = {seed: [1.0, 0.5] for seed in range(4)}
FIRST, SECOND = "06_convolutions", "07_convolutions_with_dropout"


@pytest.fixture
def measure(results_file):
    """Return a function that stores a lesson's losses, a list of epochs for each seed; two lessons are measured."""

    def store_runs(lesson, losses, accuracy=0.9, variant=AS_TAUGHT, **more):
        for seed, loss in losses.items():
            accuracies = [accuracy + seed / 1000] * len(loss)
            entry = {"accuracy": accuracies, "loss": loss, "misread": [], "seconds": 1.0, **more}
            store(lesson, seed, entry, {}, origin="mnist", variant=variant)

    store_runs("01_a", FOUR_SEEDS)
    store_runs("02_b", FOUR_SEEDS, 0.8)
    return store_runs


def rungs():
    (ax,) = plt.gcf().axes
    names = [label.get_text().replace("\n", " ") for label in ax.get_xticklabels()]
    return dict(zip(names, [text.get_text() for text in ax.texts], strict=True))


def test_each_measured_lesson_up_to_the_last_has_a_rung_and_fewest_errors_are_on_top(measure):
    measure("03_c", FOUR_SEEDS)
    display_ladder("02_b")
    assert rungs() == {"01 a": "9.85%", "02 b": "19.85%"}
    (ax,) = plt.gcf().axes
    (first, second), (bar, _) = ax.lines, ax.patches
    assert [*first.get_ydata(), *second.get_ydata()] == pytest.approx([0.0985] * 2 + [0.1985] * 2), "the means"
    assert (bar.get_y(), bar.get_height()) == pytest.approx((0.097, 0.003)), "the range over the seeds"
    assert [first.get_color() == VERMILLION, second.get_color() == VERMILLION] == [False, True]
    assert [label.get_text() for label in ax.get_yticklabels()][2:6] == ["10%", "5%", "3%", "2%"]
    bottom, top = ax.get_ylim()
    assert bottom > 0.3 > 0.003 > top
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize(("last", "rotation"), [(8, 0), (9, 30)])
def test_names_stand_upright_while_there_is_room_and_slanted_from_then_on(measure, last, rotation):
    for number in range(3, last + 1):
        measure(f"{number:02}_batch_normalization", FOUR_SEEDS)
    display_ladder("12_z")
    plt.gcf().canvas.draw()
    labels = plt.gcf().axes[0].get_xticklabels()
    assert {label.get_rotation() for label in labels} == {rotation}
    boxes = [label.get_window_extent() for label in labels]
    assert rotation or not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def test_a_longer_training_run_has_a_rung_but_few_seeds_and_a_held_out_set_have_none(measure):
    measure("01_a", FOUR_SEEDS, 0.95, variant=LONG)
    measure("01_b", FOUR_SEEDS, held_out=5_000)
    measure("03_c", {0: [0.5], 1: [0.5]})
    display_ladder("03_c")
    assert rungs() == {"01 a": "9.85%", "01 a, long": "4.85%", "02 b": "19.85%"}


def test_a_lesson_with_a_held_out_set_has_the_rung_of_its_tested_runs(measure):
    measure("03_c", FOUR_SEEDS, held_out=5_000)
    measure("03_c", FOUR_SEEDS, 0.97, variant=TESTED)
    display_ladder("03_c")
    assert rungs() == {"01 a": "9.85%", "02 b": "19.85%", "03 c": "2.85%"}


@pytest.mark.parametrize(("upto", "judges"), [("08_z", "validation"), ("09_a", "test"), ("12_z", "test")])
def test_the_title_calls_the_digits_what_the_lessons_up_to_there_call_them(measure, upto, judges):
    display_ladder(upto)
    assert f"on MNIST's {judges} digits" in plt.gcf().axes[0].get_title("left")


def test_no_measured_lesson_is_an_error(measure):
    with pytest.raises(ValueError, match="Received: '00'"):
        display_ladder("00")


def compare(measure, first, second):
    """Store and draw the losses of two lessons; return the figure's title and its axes."""
    measure(FIRST, first)
    measure(SECOND, second)
    display_paired_losses(FIRST, SECOND)
    return plt.gcf().get_suptitle(), *plt.gcf().axes


def test_each_seed_measured_with_both_lessons_is_a_pair(measure):
    title, _, pairs = compare(
        measure,
        {0: [0.2, 0.4], 1: [0.2, 0.5], 2: [0.2, 0.3], 10: [0.2, 0.4], 7: [0.2, 9.0]},
        {0: [0.9, 0.3], 1: [0.9, 0.1], 2: [0.1, 0.6], 10: [0.9, 0.4], 8: [0.9, 9.0]},
    )
    assert title == "Validation loss on MNIST: in 2 of 4 pairs it fell"
    joined = [line for line in pairs.lines if list(line.get_xdata()) == [0, 1]]
    assert [tuple(line.get_ydata()) for line in joined] == [(0.4, 0.3), (0.5, 0.1), (0.3, 0.6), (0.4, 0.4)]
    assert [line.get_color() for line in joined] == [GREY, GREY, INK, INK]
    assert {line.get_linestyle() for line in joined} == {"-"}, "dashes mean the second lesson, on the left"
    assert [text.get_text() for text in pairs.texts] == ["0.4", "0.35"]


def test_the_curves_show_the_same_seeds_and_their_mean(measure):
    first, second = {0: [0.2, 0.4], 1: [0.4, 0.6], 5: [7.0, 7.0]}, {0: [0.1, 0.2, 0.3], 1: [0.3, 0.4]}
    _, curves, _ = compare(measure, first, second)
    thick = [line for line in curves.lines if line.get_linewidth() > 2]
    assert [list(line.get_ydata()) for line in thick] == [pytest.approx([0.3, 0.5]), pytest.approx([0.2, 0.3])]
    assert thick[0].get_linestyle() != thick[1].get_linestyle()
    assert [line.get_label() for line in thick] == ["06 convolutions", "07 convolutions with dropout"]


def test_without_a_common_seed_the_title_says_so(measure):
    title, left, right = compare(measure, {0: [0.2], 1: [0.2]}, {2: [0.2]})
    assert title == "Validation loss on MNIST: no seed was measured with both lessons yet"
    assert not [*left.lines, *right.lines]


def test_pairs_are_joined_and_those_that_did_not_fall_are_black():
    display_pairs({"without": [0.3, 0.2, 0.4], "with": np.array([0.1, 0.25, 0.4])}, "Loss")
    (ax,) = plt.gcf().axes
    assert ax.get_title("left") == "Loss: in 1 of 3 pairs it fell"
    joined = {tuple(line.get_ydata()): line.get_color() for line in ax.lines if list(line.get_xdata()) == [0, 1]}
    assert joined == {(0.3, 0.1): GREY, (0.2, 0.25): INK, (0.4, 0.4): INK}
    assert [text.get_text() for text in ax.texts] == ["0.3", "0.25"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["without", "with"]


@pytest.mark.parametrize(
    "values", [{}, {"a": [1]}, {"a": [1], "b": [1, 2]}, {"a": [np.nan], "b": [1]}, {"a": [], "b": []}]
)
def test_lists_that_make_no_pairs_are_refused(values):
    with pytest.raises(ValueError, match="two lists of equally many finite numbers"):
        display_pairs(values, "Loss")
    assert not plt.get_fignums()
