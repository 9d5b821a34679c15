"""The pictures of an evaluation."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.evaluations import display_confusion, display_distribution, display_reliability, display_runs


def axes():
    (ax,) = plt.gcf().axes
    return ax


def test_each_run_is_a_dot_and_each_recipe_a_row():
    display_runs({"one": [0.9, 0.92], "two": [0.95]}, "Runs", intervals={"one": (0.88, 0.93)})
    ax = axes()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]
    assert sorted(ax.lines[0].get_xdata()) == [0.9, 0.92]
    ring, mean, single = ax.lines[1:]
    assert list(ring.get_xdata()) == [0.9], "the interval is that of the first run"
    assert list(mean.get_xdata()) == pytest.approx([0.91, 0.91])
    assert list(single.get_xdata()) == [0.95], "one run has no mean"
    left, right = ax.get_xlim()
    assert left < 0.88 < 0.95 < right
    (bar,) = ax.patches
    assert (bar.get_x(), bar.get_width()) == pytest.approx((0.88, 0.05))
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first row is above"


def test_paired_runs_are_joined():
    display_runs({"one": [0.9, 0.92], "two": [0.95, 0.91]}, "Runs", paired=True)
    joined = [list(line.get_xdata()) for line in axes().lines[-2:]]
    assert joined == [[0.9, 0.95], [0.92, 0.91]]
    with pytest.raises(ValueError, match=r"Received: \[1, 2\]"):
        display_runs({"one": [0.9], "two": [0.95, 0.91]}, "Runs", paired=True)


@pytest.mark.parametrize(
    ("runs", "intervals"),
    [({}, {}), ({"a": []}, {}), ({"a": [97.8]}, {}), ({"a": [0.9]}, {"b": (0, 1)}), ({"a": 1}, {})],
)
def test_runs_that_cannot_be_drawn(runs, intervals):
    with pytest.raises(ValueError, match="Received"):
        display_runs(runs, "", intervals=intervals)


def test_a_distribution_with_marks():
    display_distribution(np.linspace(0, 1, 100), "Values", marks={"none": 0, "mean": 0.5})
    ax = axes()
    assert sum(bar.get_height() for bar in ax.patches) == 100
    assert [text.get_text() for text in ax.texts] == ["none: 0", "mean: 0.5"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0, 0.5]


def test_each_bar_stands_for_as_many_values_that_can_occur():
    values = np.repeat(np.arange(-30, 30) * 0.04, 20) + np.tile([0, 1e-15], 600)
    display_distribution(values, "Multiples of 0.04, each 20 times", marks={})
    assert {bar.get_height() for bar in axes().patches} == {40}


@pytest.mark.parametrize("values", [[5.0], [2.0, 2.0], np.random.default_rng(0).normal(size=999)])
def test_few_values_and_many(values):
    display_distribution(values, "Values", marks={})
    assert sum(bar.get_height() for bar in axes().patches) == len(values)
    assert 5 <= len(axes().patches) <= 41


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_a_distribution_of_nothing(values):
    with pytest.raises(ValueError, match="finite numbers"):
        display_distribution(values, "", marks={})


def test_a_confusion_matrix_counts_rows_by_truth_and_columns_by_reading():
    display_confusion(np.array([3, 3, 3, 5]), np.array([3, 3, 8, 5]), "Confusion")
    written = {text.get_position(): text.get_text() for text in axes().texts}
    assert written == {(3, 3): "2", (8, 3): "1", (5, 5): "1"}
    coloured = axes().images[0].get_array()
    assert coloured[3, 8] == 1
    assert coloured.sum() == 1, "the right ones are not coloured"


@pytest.mark.parametrize(
    ("labels", "read"), [([1], [1, 2]), ([], []), ([[1]], [[1]]), ([10], [1]), ([0.5], [1]), ([-1], [1]), ([1], [-2])]
)
def test_what_cannot_be_confused(labels, read):
    with pytest.raises(ValueError, match=r"labels and predictions"):
        display_confusion(np.array(labels), np.array(read), "")


def wilson(right, n, z=1.959964):
    """Wilson's 95 % interval for a share, as his paper of 1927 has it."""
    middle, half = right + z**2 / 2, z * np.sqrt(right * (n - right) / n + z**2 / 4)
    return (middle - half) / (n + z**2), (middle + half) / (n + z**2)


def test_reliability_by_group():
    probabilities = np.full((4, 10), 0.0)
    probabilities[:, 0] = [0.55, 0.6, 0.97, 0.97]
    probabilities[:, 1] = 1 - probabilities[:, 0]
    display_reliability(np.array([0, 1, 0, 0]), probabilities, "Reliability")
    ax = axes()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["50 to 60 %\n2 digits", "95 to 99 %\n2 digits"]
    sure = [line.get_ydata()[0] for line in ax.lines[::3]]
    right = [line.get_ydata()[0] for line in ax.lines[2::3]]
    assert sure == pytest.approx([0.575, 0.97])
    assert right == pytest.approx([0.5, 1])
    ends = [line.get_ydata() for line in ax.lines[1::3]]
    np.testing.assert_allclose(ends, [wilson(1, 2), wilson(2, 2)])


@pytest.mark.parametrize(
    ("labels", "probabilities"), [([], np.zeros((0, 10))), ([1], np.ones((1, 9))), ([1, 2], np.ones((1, 10)) / 10)]
)
def test_reliability_of_what_does_not_fit(labels, probabilities):
    with pytest.raises(ValueError, match="Received"):
        display_reliability(np.array(labels), probabilities, "")
