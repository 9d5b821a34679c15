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
    left, right = ax.get_xlim()
    assert left < 0.88 < 0.95 < right
    (bar,) = ax.patches
    assert (bar.get_x(), bar.get_width()) == pytest.approx((0.88, 0.05))
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first row is at the top"


def test_paired_runs_are_joined_and_must_have_the_same_length():
    display_runs({"one": [0.9, 0.92], "two": [0.95, 0.91]}, "Runs", paired=True)
    joined = [list(line.get_xdata()) for line in axes().lines[-2:]]
    assert joined == [[0.9, 0.95], [0.92, 0.91]]
    with pytest.raises(ValueError, match=r"Received: \[1, 2\]"):
        display_runs({"one": [0.9], "two": [0.95, 0.91]}, "Runs", paired=True)


@pytest.mark.parametrize(
    ("runs", "intervals"),
    [({}, {}), ({"a": []}, {}), ({"a": [97.8]}, {}), ({"a": [0.9]}, {"b": (0, 1)}), ({"a": 1}, {})],
)
def test_runs_that_cannot_be_drawn_are_refused(runs, intervals):
    with pytest.raises(ValueError, match="Received"):
        display_runs(runs, "", intervals=intervals)


def test_a_distribution_shows_all_values_and_its_marks():
    display_distribution(np.linspace(0, 1, 100), "Values", marks={"none": 0, "mean": 0.5})
    ax = axes()
    assert sum(bar.get_height() for bar in ax.patches) == 100
    assert [text.get_text() for text in ax.texts] == ["none: 0", "mean: 0.5"]
    assert [line.get_xdata()[0] for line in ax.lines] == [0, 0.5]


def test_each_bar_covers_equally_many_possible_values():
    values = np.repeat(np.arange(-30, 30) * 0.04, 20) + np.tile([0, 1e-15], 600)
    display_distribution(values, "Multiples of 0.04, each 20 times", marks={})
    assert {bar.get_height() for bar in axes().patches} == {40}


@pytest.mark.parametrize("values", [[5.0], [2.0, 2.0], np.random.default_rng(0).normal(size=999)])
def test_few_and_many_values_get_a_sensible_number_of_bars(values):
    display_distribution(values, "Values", marks={})
    assert sum(bar.get_height() for bar in axes().patches) == len(values)
    assert 5 <= len(axes().patches) <= 41


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_a_distribution_without_finite_values_is_refused(values):
    with pytest.raises(ValueError, match="finite numbers"):
        display_distribution(values, "", marks={})


def test_a_confusion_matrix_has_true_classes_as_rows_and_predicted_classes_as_columns():
    display_confusion(np.array([3, 3, 3, 5]), np.array([3, 3, 8, 5]), "Confusion")
    written = {text.get_position(): text.get_text() for text in axes().texts}
    assert written == {(3, 3): "2", (8, 3): "1", (5, 5): "1"}
    coloured = axes().images[0].get_array()
    assert coloured[3, 8] == 1
    assert coloured.sum() == 1, "correct predictions are not coloured"


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [([1], [1, 2]), ([], []), ([[1]], [[1]]), ([10], [1]), ([0.5], [1]), ([-1], [1]), ([1], [-2])],
)
def test_labels_and_predictions_that_are_not_matching_classes_are_refused(labels, predicted):
    with pytest.raises(ValueError, match=r"labels and predictions"):
        display_confusion(np.array(labels), np.array(predicted), "")


def wilson(correct, n, z=1.959964):
    """Return Wilson's 95% interval for a proportion, by the formula of his paper of 1927."""
    middle, half = correct + z**2 / 2, z * np.sqrt(correct * (n - correct) / n + z**2 / 4)
    return (middle - half) / (n + z**2), (middle + half) / (n + z**2)


def test_reliability_shows_confidence_accuracy_and_interval_of_each_group():
    probabilities = np.full((4, 10), 0.0)
    probabilities[:, 0] = [0.55, 0.6, 0.97, 0.97]
    probabilities[:, 1] = 1 - probabilities[:, 0]
    display_reliability(np.array([0, 1, 0, 0]), probabilities, "Reliability")
    ax = axes()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["50 to 60 %\n2 digits", "95 to 99 %\n2 digits"]
    confidence = [line.get_ydata()[0] for line in ax.lines[::3]]
    accuracy = [line.get_ydata()[0] for line in ax.lines[2::3]]
    assert confidence == pytest.approx([0.575, 0.97])
    assert accuracy == pytest.approx([0.5, 1])
    ends = [line.get_ydata() for line in ax.lines[1::3]]
    np.testing.assert_allclose(ends, [wilson(1, 2), wilson(2, 2)])


@pytest.mark.parametrize(
    ("labels", "probabilities"), [([], np.zeros((0, 10))), ([1], np.ones((1, 9))), ([1, 2], np.ones((1, 10)) / 10)]
)
def test_reliability_of_shapes_that_do_not_match_is_refused(labels, probabilities):
    with pytest.raises(ValueError, match="Received"):
        display_reliability(np.array(labels), probabilities, "")


def test_reliability_of_logits_is_refused():
    with pytest.raises(ValueError, match="if they are logits, apply softmax"):
        display_reliability(np.zeros(3, int), np.arange(30.0).reshape(3, 10), "")
