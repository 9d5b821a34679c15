import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from mnist_lab.plots.digits import display_digits, display_top_unrecognized, plot_learning_rate
from mnist_lab.plots.style import VERMILLION

RNG = np.random.default_rng(0)
DIGITS = RNG.random((60, 784), np.float32)
LABELS = np.arange(60) % 10
PREDICTED = np.where(np.arange(60) % 6 == 0, (LABELS + 1) % 10, LABELS)


def texts(of=None):
    """Return what is written in the figure's chart, or in another part of it."""
    return [text.get_text() for text in (of or plt.gcf().axes[0]).texts]


def drawn(index):
    """Return the digit drawn at a position of the first line."""
    left = 4 + 36 * index
    return plt.gcf().axes[0].images[0].get_array()[4:32, left : left + 28].reshape(784)


def test_digits_stay_in_order_and_misclassified_ones_differ_by_more_than_colour():
    display_digits(DIGITS[:8].reshape(8, 28, 28), PREDICTED[:8], LABELS[:8], "a title")
    (ax,) = plt.gcf().axes
    assert texts() == ["1 (0)", "1", "2", "3", "4", "5", "7 (6)", "7"]
    assert [text.get_color() == VERMILLION for text in ax.texts] == [True, *[False] * 5, True, False]
    assert [text.get_weight() for text in ax.texts][:2] == ["bold", "normal"]
    assert len(ax.patches) == 2
    assert texts(plt.gcf())[0] == "a title"
    for index in (0, 1):
        np.testing.assert_array_equal(drawn(index), DIGITS[index], err_msg="images are drawn unchanged")


@pytest.mark.parametrize(
    ("count", "lines", "per_line", "width"), [(24, 1, 24, 24), (24, 2, 12, 12), (20, 2, 10, 12), (60, 1, 24, 24)]
)
def test_digits_fill_their_lines_evenly_and_two_lines_of_twelve_are_large(count, lines, per_line, width):
    display_digits(DIGITS[:count], None, LABELS[:count], "", lines=lines)
    (ax,) = plt.gcf().axes
    heights = [text.get_position()[1] for text in ax.texts]
    assert heights.count(heights[0]) == per_line
    assert ax.get_xlim() == (0, 36 * width)


def test_labels_alone_are_called_labels():
    display_digits(DIGITS[:3], None, LABELS[:3], "")
    assert texts() == ["0", "1", "2"]
    assert texts(plt.gcf())[1] == "Below each digit: its label."


def test_framed_digits_have_a_frame_that_says_nothing_of_their_class():
    display_digits(DIGITS[:3], None, LABELS[:3], "", framed=range(0, 3, 2))
    frames = plt.gcf().axes[0].patches
    assert [frame.get_xy() for frame in frames] == [(3, 3), (75, 3)]
    assert [frame.get_width() for frame in frames] == [30, 30]
    assert VERMILLION not in [to_hex(frame.get_edgecolor()).upper() for frame in frames]


def test_misclassified_digits_come_first():
    display_top_unrecognized(DIGITS, PREDICTED, LABELS, n=6, lines=2)
    assert all("(" in text for text in texts()[:10])
    assert texts()[10:] == ["1", "2"]
    for index, expected in enumerate(DIGITS[PREDICTED != LABELS][:2]):
        np.testing.assert_array_equal(drawn(index), expected)


@pytest.mark.parametrize(
    ("count", "predicted", "n", "lines", "title"),
    [
        (60, PREDICTED, 3, 2, "10 of 60 test digits misclassified, the first 6 of them shown"),
        (4, LABELS, 6, 5, "0 of 4 test digits misclassified"),
    ],
    ids=["more than fit", "fewer than fit"],
)
def test_the_title_counts_what_is_shown(count, predicted, n, lines, title):
    display_top_unrecognized(DIGITS[:count], predicted[:count], LABELS[:count], n, lines, "test digits")
    assert texts(plt.gcf())[0] == title
    assert len(texts()) == min(count, n * lines)


@pytest.mark.parametrize(
    ("digits", "predicted", "labels", "message"),
    [
        (DIGITS[:, :783], PREDICTED, LABELS, r"digits must have the shape \[n, 784\].*Received: \[60, 783\]"),
        (np.zeros((0, 784)), PREDICTED, LABELS, r"Received: \[0, 784\]"),
        (DIGITS, PREDICTED[:59], LABELS, r"predictions must have the shape \[60\].*Received: \[59\]"),
        (DIGITS, RNG.random((60, 10)), LABELS, r"np.argmax\(predictions, axis=1\)"),
        (DIGITS, PREDICTED, np.eye(10)[LABELS], r"np.argmax\(labels, axis=1\)"),
        (np.full((60, 784), 255, np.uint8), PREDICTED, LABELS, r"from 0 \(paper\) to 1 \(ink\).*255. Divide by 255"),
    ],
)
def test_shapes_and_scales_that_do_not_fit_are_refused(digits, predicted, labels, message):
    for display, arguments in ((display_digits, [""]), (display_top_unrecognized, [5, 5])):
        with pytest.raises(ValueError, match=message):
            display(digits, predicted, labels, *arguments)


@pytest.mark.parametrize("count", [1, 20, 30])
def test_nothing_overlaps_or_leaves_the_figure(count):
    display_digits(DIGITS[:count], (LABELS[:count] + 1) % 10, LABELS[:count], "title")
    figure = plt.gcf()
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*figure.texts, *figure.axes[0].texts]]
    assert all(figure.bbox.padded(1).contains(*corner) for box in boxes for corner in (box.min, box.max))
    inner = [box.shrunk(0.9, 0.7) for box in boxes]
    assert not any(one.overlaps(another) for one, another in itertools.combinations(inner, 2))


@pytest.mark.parametrize(
    ("first", "factor", "labels"), [(0.01, 0.6, ["0.01", "0.0013"]), (0.0001, 0.15, ["0.0001", "0.000000051"])]
)
def test_the_learning_rate_as_a_function_of_the_epoch_is_drawn_in_steps(first, factor, labels):
    plot_learning_rate(lambda epoch: first * factor**epoch, 5)
    (stairs,) = plt.gcf().axes[0].patches
    np.testing.assert_allclose(stairs.get_data().values, first * factor ** np.arange(5))
    assert texts() == labels


def test_labels_do_not_cross_a_curve_that_rises_and_falls():
    cosine = keras.optimizers.schedules.CosineDecay(0.001, 374, warmup_target=0.01, warmup_steps=93)
    plot_learning_rate(cosine, 1, steps_per_epoch=467)
    (ax,) = plt.gcf().axes
    assert texts() == ["0.001", "nearly 0"]
    x, rates = ax.lines[0].get_data()
    np.testing.assert_allclose(x, np.arange(467) / 467)
    np.testing.assert_allclose(rates[[0, 93]], [0.001, 0.01], rtol=1e-5)
    plt.gcf().canvas.draw()
    curve = ax.transData.transform(ax.lines[0].get_xydata())
    for label in ax.texts:
        assert not any(label.get_window_extent().contains(*point) for point in curve)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (display_top_unrecognized, (DIGITS, PREDICTED, LABELS, 0, 5), "n must be a positive whole number"),
        (display_top_unrecognized, (DIGITS, PREDICTED, LABELS, 5, "1"), "lines must be a positive whole number"),
        (plot_learning_rate, (lambda epoch: 0.1, 2.5), "epochs must be a positive whole number"),
        (plot_learning_rate, (lambda epoch: float("nan"), 3), "finite numbers. Received: nan"),
    ],
)
def test_numbers_that_cannot_be_drawn_are_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
