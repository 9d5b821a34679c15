from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.evaluations import display_confusion, display_distribution, display_reliability, display_runs


def axes():
    (ax,) = plt.gcf().axes
    return ax


def test_each_recipe_is_a_row_with_a_dot_for_each_run():
    display_runs({"one": [0.9, 0.92], "two": [0.95]}, "Runs", intervals={"one": (0.88, 0.93)})
    ax = axes()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]
    assert sorted(ax.lines[0].get_xdata()) == [0.9, 0.92]
    ring, mean, single = ax.lines[1:]
    assert list(ring.get_xdata()) == [0.9], "the interval belongs to the first run"
    assert list(mean.get_xdata()) == pytest.approx([0.91, 0.91])
    assert list(single.get_xdata()) == [0.95], "a single run has no mean"
    (number,) = ax.texts
    at, height = number.get_position()
    assert (at, number.get_text()) == (pytest.approx(0.91), "91.00%")
    assert height < min(ax.lines[0].get_ydata()) - 0.2, "above the dots"
    left, right = ax.get_xlim()
    assert left < 0.88 < 0.95 < right
    (bar,) = ax.patches
    assert (bar.get_x(), bar.get_width()) == pytest.approx((0.88, 0.05))
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first row is at the top"


def test_paired_runs_are_joined():
    display_runs({"one": [0.9, 0.92], "two": [0.95, 0.91]}, "Runs", paired=True)
    joined = [list(line.get_xdata()) for line in axes().lines[-2:]]
    assert joined == [[0.9, 0.95], [0.92, 0.91]]


def test_a_distribution_shows_all_values_and_its_marks():
    display_distribution(np.linspace(0, 1, 100), "Values", marks={"none": 0, "mean": 0.5})
    ax = axes()
    assert sum(bar.get_height() for bar in ax.patches) == 100
    assert [text.get_text() for text in ax.texts] == ["none: 0", "mean: 0.5"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0, 0.5]


NOISY_MULTIPLES = np.repeat(np.arange(-30, 30) * 0.04, 20) + np.tile([0, 1e-15], 600)  # each 20 times
NORMAL = np.random.default_rng(0).normal(size=999)


@pytest.mark.parametrize(("values", "bars"), [([2.0, 2.0], 1), (NOISY_MULTIPLES, 30), (NORMAL, 39)])
def test_each_of_at_most_forty_bars_covers_equally_many_possible_values(values, bars):
    display_distribution(values, "Values", marks={})
    heights = [bar.get_height() for bar in axes().patches]
    assert sum(heights) == len(values)
    assert len(heights) == bars
    if values is NOISY_MULTIPLES:
        assert set(heights) == {40}


def test_a_confusion_matrix_has_true_classes_as_rows_and_predicted_classes_as_columns():
    display_confusion(np.array([3, 3, 3, 5]), np.array([3, 3, 8, 5]), "Confusion")
    written = {text.get_position(): text.get_text() for text in axes().texts}
    assert {at: text for at, text in written.items() if at[0] in range(10) and at[1] in range(10)} == {
        (3, 3): "2",
        (8, 3): "1",
        (5, 5): "1",
    }
    recall, precision = ([written[at] for at in places] for places in ([(9.6, 3), (9.6, 5)], [(3, -0.85), (8, -0.85)]))
    assert recall == ["66.7", "100.0"], "two of the three threes were found"
    assert precision == ["100.0", "0.0"], "both predicted threes are threes, and the predicted eight is none"
    coloured = axes().images[0].get_array()
    assert coloured[3, 8] == 1
    assert coloured.sum() == 1, "correct predictions are not coloured"
    assert (axes().get_ylabel(), axes().get_xlabel()) == ("true class", "predicted class")


def test_reliability_shows_confidence_accuracy_and_interval_of_each_group():
    probabilities = np.zeros((4, 10))
    probabilities[:, 0] = [0.55, 0.6, 0.97, 0.97]
    probabilities[:, 1] = 1 - probabilities[:, 0]
    display_reliability(np.array([0, 1, 0, 0]), probabilities, "Reliability")
    ax = axes()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["50 to 60%\n2 digits", "95 to 99%\n2 digits"]
    confidence, interval, accuracy = (np.array([line.get_ydata() for line in ax.lines[part::3]]) for part in range(3))
    np.testing.assert_allclose(confidence[:, 0], [0.575, 0.97])
    np.testing.assert_allclose(accuracy[:, 0], [0.5, 1])
    np.testing.assert_allclose(interval, [[0.0945, 0.9055], [0.3424, 1]], atol=1e-4)  # Wilson's of 1 and 2 of 2


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (display_runs, [{}], r"Received: \[\]"),
        (display_runs, [{"a": []}], r"'a' must be numbers from 0 to 1.*Received: \[\]"),
        (display_runs, [{"a": [97.8]}], r"Received: \[97.8\]"),
        (partial(display_runs, intervals={"b": (0, 1)}), [{"a": [0.9]}], r"Received: \['a'\] and \['b'\]"),
        (partial(display_runs, paired=True), [{"a": [0.9], "b": [0.95, 0.91]}], r"Received: \[1, 2\]"),
        (partial(display_distribution, marks={}), [[]], "finite numbers.*Received: 0 values"),
        (partial(display_distribution, marks={}), [[np.nan]], "finite numbers"),
        (display_confusion, [[1], [1, 2]], r"Received: \(1,\) and \(2,\)"),
        (display_confusion, [[[1]], [[1]]], r"must be \[n\]. Received: \(1, 1\)"),
        (display_confusion, [[10], [1]], "Received: 1 to 10"),
        (display_confusion, [[0.5], [1]], "classes from 0 to 9"),
        (display_reliability, [[], np.zeros((0, 10))], "Received"),
        (display_reliability, [[1], np.ones((1, 9))], r"Received: \(1,\) and \(1, 9\)"),
        (display_reliability, [[1, 2], np.ones((1, 10)) / 10], r"Received: \(2,\) and \(1, 10\)"),
        (display_reliability, [[0, 1], np.arange(20.0).reshape(2, 10)], "if logits, apply softmax"),
    ],
)
def test_what_cannot_be_drawn_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments, title="")
