import matplotlib.pyplot as plt
import pytest

from mnist_lab.plots import accuracy_ladder
from mnist_lab.results.store import LONG
from tools.store_results import store


@pytest.fixture
def measured(results_file):
    for lesson, accuracy in (("01_a", 0.9), ("02_b", 0.8), ("03_c", 0.97)):
        for seed in range(4 if lesson != "03_c" else 2):
            entry = {"accuracy": [0.1, accuracy + seed / 1000], "loss": [1.0, 0.5], "misread": [], "seconds": 1.0}
            store(lesson, seed, entry, {"python": "3"}, origin="mnist")


def labels_and_texts():
    (ax,) = plt.gcf().axes
    return [label.get_text() for label in ax.get_yticklabels()], [text.get_text() for text in ax.texts]


def test_each_measured_lesson_up_to_the_last_has_a_rung_with_a_dot_for_each_seed(measured):
    accuracy_ladder.display_ladder("02_b")
    assert labels_and_texts() == (["01 a", "02 b"], ["90.15 %", "80.15 %"])
    (ax,) = plt.gcf().axes
    assert sorted(ax.lines[0].get_xdata()) == pytest.approx([0.097, 0.098, 0.099, 0.1])


def test_later_lessons_and_lessons_with_too_few_seeds_are_left_out(measured):
    accuracy_ladder.display_ladder("01_a")
    assert labels_and_texts()[0] == ["01 a"]
    plt.close("all")
    accuracy_ladder.display_ladder("03_c")
    assert labels_and_texts()[0] == ["01 a", "02 b"]


def test_a_longer_training_run_has_a_rung_of_its_own(measured):
    for seed in range(3):
        entry = {"accuracy": [0.5, 0.95], "loss": [1.0, 0.5], "misread": [], "seconds": 1.0}
        store("01_a", seed, entry, {}, origin="mnist", variant=LONG)
    accuracy_ladder.display_ladder("02_b")
    assert labels_and_texts() == (["01 a", "01 a, long", "02 b"], ["90.15 %", "95.00 %", "80.15 %"])


def test_a_lesson_measured_on_a_held_out_set_has_no_rung(measured):
    for seed in range(3):
        entry = {"accuracy": [0.95], "loss": [0.5], "misread": [], "seconds": 1.0, "held_out": 5_000}
        store("01_b", seed, entry, {"python": "3"}, origin="mnist")
    accuracy_ladder.display_ladder("02_b")
    assert labels_and_texts()[0] == ["01 a", "02 b"]


def test_the_axis_runs_from_many_errors_to_few(measured):
    accuracy_ladder.display_ladder("02_b")
    (ax,) = plt.gcf().axes
    left, right = ax.get_xlim()
    assert left > 0.3 > 0.003 > right
    plt.gcf().canvas.draw()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels[:4] == ["70 %", "80 %", "90 %", "95 %"]


def test_no_measured_lesson_is_an_error(measured):
    with pytest.raises(ValueError, match="Received: '00'"):
        accuracy_ladder.display_ladder("00")
