from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from mnist_lab.plots.comparisons import (
    compare_curves,
    compare_losses,
    compare_numbers,
    display_differences,
    display_error_curves,
)
from mnist_lab.plots.style import BLUE, VERMILLION


def axes():
    (ax,) = plt.gcf().axes
    return ax


def written(texts):
    return [text.get_text() for text in texts]


def test_each_number_has_a_bar_and_is_written_at_its_end():
    compare_numbers({"slow": 0.5, "fast": 0.97254}, "accuracy", percent=True)
    assert [bar.get_width() for bar in axes().patches] == [0.5, 0.97254]
    assert written(axes().texts) == ["50.00%", "97.25%"]
    assert written(axes().get_yticklabels()) == ["slow", "fast"]
    assert axes().yaxis_inverted()


def test_a_pair_has_one_name_and_two_bars_in_the_colours_of_training_and_validation_each_with_its_own():
    pairs = {"plain": {"training": 0.002, "validation": 0.09}, "dropout": {"training": 0.02, "validation": 0.08}}
    compare_numbers(pairs, "loss")
    bars = sorted(axes().patches, key=lambda bar: bar.get_y())
    assert [bar.get_width() for bar in bars] == [0.002, 0.09, 0.02, 0.08]
    assert [bar.get_facecolor() for bar in bars] == [to_rgba(VERMILLION), to_rgba(BLUE)] * 2
    assert {"0.002  training", "0.09  validation"} <= set(written(axes().texts))
    assert written(axes().get_yticklabels()) == ["plain", "dropout"]


@pytest.mark.parametrize("numbers", [[-0.3, 0.5], [0.0]])
def test_the_axis_has_room_for_the_smallest_and_the_largest_number(numbers):
    compare_numbers({str(number): number for number in numbers}, "")
    low, high = axes().get_xlim()
    assert low <= numbers[0] <= numbers[-1] < high
    assert written(axes().texts) == [f"{number:g}" for number in numbers]


@pytest.mark.parametrize("numbers", [{}, {"a": float("nan")}, {"a": {"training": 1.0}}])
def test_numbers_that_cannot_be_drawn_are_refused(numbers):
    with pytest.raises(ValueError, match="finite numbers or pairs"):
        compare_numbers(numbers, "")


def test_each_difference_has_a_dot_and_its_interval_about_zero_and_is_written_with_signs():
    display_differences({"seeds": (0.231, 0.15, 0.31), "digits": (-0.1, -0.25, 0.05)}, "gain")
    zero, *drawn = axes().lines
    assert list(zero.get_xdata()) == [0, 0]
    assert [list(line.get_xdata()) for line in drawn] == [[0.15, 0.31], [0.231], [-0.25, 0.05], [-0.1]]
    assert [line.get_ydata()[0] for line in drawn] == [0, 0, 1, 1]
    assert written(axes().texts) == ["+0.23  (+0.15 to +0.31)", "−0.10  (−0.25 to +0.05)"]
    assert written(axes().get_yticklabels()) == ["seeds", "digits"]
    assert axes().yaxis_inverted()
    plt.gcf().canvas.draw()
    assert {"−0.2", "0", "+0.2"} <= set(written(axes().get_xticklabels()))


@pytest.mark.parametrize(
    ("differences", "message"),
    [
        ({}, "at least one. Received: none"),
        ({"a": (0.15, 0.23, 0.31)}, r"'a' must be .* low ≤ difference ≤ high. Received: \(0.15, 0.23, 0.31\)"),
        ({"a": (0.2, 0.1)}, "'a' must be"),
        ({"a": (0.2, 0.1, np.nan)}, "'a' must be"),
        ({"a": (0.2, 0.1, np.inf)}, "'a' must be"),
    ],
)
def test_differences_that_cannot_be_drawn_are_refused(differences, message):
    with pytest.raises(ValueError, match=message):
        display_differences(differences, "")


def test_curves_start_at_epoch_1_and_differ_by_more_than_colour():
    compare_curves({"first": [3, 2, 1], "second": [2, 2, 2]}, "loss")
    first, second = axes().lines
    assert list(first.get_xdata()) == list(second.get_xdata()) == [1, 2, 3]
    assert first.get_linestyle() != second.get_linestyle()


def test_each_curve_is_named_beside_its_last_finite_number_and_names_keep_clear_of_each_other():
    compare_curves({"low": [1.0, 0.0], "high": [2, 1], "higher": [2, 1.001], "ended": [1, 0.5, np.nan]}, "loss")
    names = {text.get_text(): text for text in axes().texts}
    assert {name: text.xy for name, text in names.items()} == {
        "low": (2, 0),
        "high": (2, 1),
        "higher": (2, 1.001),
        "ended": (2, 0.5),
    }
    plt.gcf().canvas.draw()
    order = [names[name].get_window_extent() for name in ("low", "ended", "high", "higher")]
    assert all(below.y1 <= above.y0 for below, above in pairwise(order))


@pytest.mark.parametrize(("numbers", "starts"), [([0.3, 0.7], True), ([0.4, 0.7], False), ([-0.1, 0.7], False)])
def test_the_axis_starts_at_0_where_the_lowest_number_is_less_than_half_of_the_highest(numbers, starts):
    compare_curves({"first": numbers[:1], "second": numbers[1:]}, "loss")
    assert (axes().get_ylim()[0] == 0) == starts


def test_a_single_epoch_is_drawn_as_a_point():
    compare_curves({"short": [0.5]}, "accuracy", percent=True)
    assert axes().lines[0].get_marker() == "o"
    plt.gcf().canvas.draw()
    assert all(label.endswith("%") and " " not in label for label in written(axes().get_yticklabels()))


@pytest.mark.parametrize(
    ("curves", "message"),
    [({}, "1 to 6"), (dict.fromkeys("abcdefg", (1.0,)), "Received: 7"), ({"a": []}, "'a'"), ({"a": 3.0}, "'a'")],
)
def test_curves_that_cannot_be_drawn_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        compare_curves(curves, "")


PLAIN = {"loss": [0.9, 0.2, 0.01], "val_loss": [0.3, 0.2, 0.25]}
DROPPED = {"loss": [1.9, 0.4, 0.28], "val_loss": [0.2, 0.2, 0.2]}


def test_two_runs_share_an_axis_that_ends_above_the_validation_losses_and_each_names_its_gap():
    compare_losses({"plain": PLAIN, "dropout": DROPPED}, "Losses")
    plain, dropped = plt.gcf().axes
    assert [ax.get_title("left") for ax in (plain, dropped)] == ["plain: gap 0.24", "dropout: gap -0.08"]
    assert plain.get_ylim() == dropped.get_ylim() == pytest.approx((0, 1.08 * 0.3)), "training comes in from above"
    validation, training = plain.lines
    assert (list(validation.get_ydata()), list(training.get_ydata())) == (PLAIN["val_loss"], PLAIN["loss"])
    assert validation.get_linestyle() != training.get_linestyle()
    (arrow,) = [text for text in plain.texts if not text.get_text()]
    assert sorted((arrow.xy, arrow.get_position())) == [(3, 0.01), (3, 0.25)]
    assert {"validation", "training"} <= set(written(plain.texts))


def test_after_a_single_epoch_both_losses_lie_in_the_chart():
    compare_losses({name: {"loss": [0.5], "val_loss": [0.1]} for name in "ab"}, "Losses")
    assert plt.gcf().axes[0].get_ylim()[1] > 0.5


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({"a": PLAIN}, r"two histories. Received: \['a'\]"),
        ({"a": PLAIN, "b": {"loss": [0.1]}}, "The run 'b' must have .*'val_loss': None"),
        ({"a": PLAIN, "b": {"loss": [0.1], "val_loss": [np.nan]}}, "The run 'b'"),
        ({"a": {"loss": [0.1], "val_loss": [0.1, 0.2]}, "b": PLAIN}, "The run 'a'"),
    ],
)
def test_losses_that_cannot_be_drawn_are_refused(runs, message):
    with pytest.raises(ValueError, match=message):
        compare_losses(runs, "")
    assert not plt.get_fignums()


def test_each_run_is_a_thin_line_of_errors_and_their_mean_a_bold_one_with_its_name():
    display_error_curves({"ten": [[0.9, 0.98], [0.7, 0.99]], "yours": [0.95]}, "errors")
    *thin, mean, single = axes().lines
    assert [list(line.get_ydata()) for line in thin] == [pytest.approx([0.1, 0.02]), pytest.approx([0.3, 0.01])]
    assert list(mean.get_xdata()) == [1, 2]
    assert list(mean.get_ydata()) == pytest.approx([0.2, 0.015])
    assert mean.get_linewidth() > 2 * max(line.get_linewidth() for line in thin)
    assert (list(single.get_ydata()), single.get_marker()) == (pytest.approx([0.05]), "o")
    assert written(axes().texts) == ["ten", "yours"]


def test_errors_have_a_logarithmic_axis_on_which_none_at_all_is_drawn_low():
    display_error_curves({"a": [[0.9, 1.0], [0.99, 1.0]]}, "errors")
    assert axes().get_yscale() == "log"
    assert list(axes().lines[0].get_ydata()) == pytest.approx([0.1, 1e-4])
    plt.gcf().canvas.draw()
    shown = written(axes().get_yticklabels())
    assert {"10%", "1%", "0.1%"} <= set(shown)
    low, high = axes().get_ylim()
    assert all(low <= tick <= high for tick in axes().get_yticks())


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({}, "1 to 6 recipes. Received: 0"),
        ({name: [0.9] for name in "abcdefg"}, "Received: 7"),
        ({"a": [[]]}, r"'a' must hold accuracies from 0 to 1, \[runs, epochs\]"),
        ({"a": [98.7]}, "'a' must hold accuracies"),
        ({"a": [[[0.9]]]}, "'a' must hold accuracies"),
        ({"a": [np.nan]}, "'a' must hold accuracies"),
    ],
)
def test_error_curves_that_cannot_be_drawn_are_refused(runs, message):
    with pytest.raises(ValueError, match=message):
        display_error_curves(runs, "")
