import matplotlib.pyplot as plt
import pytest

from mnist_lab.plots.comparisons import compare_curves, compare_numbers


def test_each_number_has_a_bar_and_is_written_at_its_end():
    compare_numbers({"slow": 0.5, "fast": 0.97254}, "accuracy", percent=True)
    (ax,) = plt.gcf().axes
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.97254]
    assert [text.get_text() for text in ax.texts] == ["50.00 %", "97.25 %"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["slow", "fast"]
    assert ax.yaxis_inverted()


def test_a_logarithmic_axis_has_room_for_the_smallest_and_the_largest_number():
    compare_numbers({"a": 1e-7, "b": 0.5}, "gradients", logarithmic=True)
    (ax,) = plt.gcf().axes
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    assert low < 1e-7 < 0.5 < high


@pytest.mark.parametrize(
    ("numbers", "options"),
    [({}, {}), ({"a": float("nan")}, {}), ({"a": 0.0, "b": 1.0}, {"logarithmic": True})],
    ids=["none", "nan", "zero on a logarithmic axis"],
)
def test_numbers_that_cannot_be_drawn_are_refused(numbers, options):
    with pytest.raises(ValueError, match="finite numbers"):
        compare_numbers(numbers, "", **options)


def test_a_zero_is_drawn_with_its_number():
    compare_numbers({"a": 0.0}, "")
    (ax,) = plt.gcf().axes
    assert [text.get_text() for text in ax.texts] == ["0"]
    assert ax.get_xlim()[0] == 0 < ax.get_xlim()[1]


def test_curves_start_at_epoch_1_and_differ_by_more_than_colour():
    compare_curves({"first": [3, 2, 1], "second": [2, 2, 2]}, "loss")
    (ax,) = plt.gcf().axes
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2, 3]] * 2
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["first", "second"]


def test_a_single_epoch_is_drawn_as_a_point():
    compare_curves({"short": [0.5]}, "accuracy", percent=True)
    (ax,) = plt.gcf().axes
    assert ax.lines[0].get_marker() == "o"
    plt.gcf().canvas.draw()
    assert all(label.get_text().endswith(" %") for label in ax.get_yticklabels())


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "must hold 1 to 6"),
        ({str(k): [1.0] for k in range(7)}, "Received: 7"),
        ({"a": []}, "The curve 'a'"),
        ({"a": 3.0}, "The curve 'a'"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        compare_curves(curves, "")
