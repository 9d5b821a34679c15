import matplotlib.pyplot as plt
import pytest

from mnist_lab.plots import accuracy_ladder
from mnist_lab.results.store import AS_TAUGHT, LONG
from tools.store_results import store


@pytest.fixture
def measure(results_file):
    """Return a function that stores a lesson's last accuracy with some seeds; some lessons are measured already."""

    def store_runs(lesson, accuracy, seeds=4, variant=AS_TAUGHT, **more):
        for seed in range(seeds):
            entry = {"accuracy": [0.1, accuracy + seed / 1000], "loss": [1.0, 0.5], "misread": [], "seconds": 1.0}
            store(lesson, seed, entry | more, {}, origin="mnist", variant=variant)

    store_runs("01_a", 0.9)
    store_runs("02_b", 0.8)
    store_runs("03_c", 0.97, seeds=2)
    return store_runs


def rungs():
    (ax,) = plt.gcf().axes
    return {label.get_text(): text.get_text() for label, text in zip(ax.get_yticklabels(), ax.texts, strict=True)}


def test_each_measured_lesson_up_to_the_last_has_a_rung_with_a_dot_for_each_seed(measure):
    accuracy_ladder.display_ladder("02_b")
    assert rungs() == {"01 a": "90.15 %", "02 b": "80.15 %"}
    (ax,) = plt.gcf().axes
    assert sorted(ax.lines[0].get_xdata()) == pytest.approx([0.097, 0.098, 0.099, 0.1])
    plt.gcf().canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()][:4] == ["70 %", "80 %", "90 %", "95 %"]
    left, right = ax.get_xlim()
    assert left > 0.3 > 0.003 > right


@pytest.mark.parametrize(("upto", "lessons"), [("01_a", ["01 a"]), ("03_c", ["01 a", "02 b"])])
def test_later_lessons_and_lessons_with_too_few_seeds_are_left_out(measure, upto, lessons):
    accuracy_ladder.display_ladder(upto)
    assert list(rungs()) == lessons


def test_a_longer_training_run_has_a_rung_and_a_lesson_measured_on_a_held_out_set_has_none(measure):
    measure("01_a", 0.95, variant=LONG)
    measure("01_b", 0.95, held_out=5_000)
    accuracy_ladder.display_ladder("02_b")
    assert rungs() == {"01 a": "90.15 %", "01 a, long": "95.15 %", "02 b": "80.15 %"}


def test_no_measured_lesson_is_an_error(measure):
    with pytest.raises(ValueError, match="Received: '00'"):
        accuracy_ladder.display_ladder("00")
