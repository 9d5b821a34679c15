import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.digits import display_digits, display_top_unrecognized, plot_learning_rate
from mnist_lab.plots.style import GREY, WRONG

RNG = np.random.default_rng(0)
DIGITS = RNG.random((60, 784), np.float32)
LABELS = np.arange(60) % 10
PREDICTED = np.where(np.arange(60) % 6 == 0, (LABELS + 1) % 10, LABELS)


def captions():
    (ax,) = plt.gcf().axes
    return [text.get_text() for text in ax.texts]


def titles():
    return [text.get_text() for text in plt.gcf().texts]


def test_digits_stay_in_order_and_misclassified_ones_differ_by_more_than_colour():
    display_digits(DIGITS[:8], PREDICTED[:8], LABELS[:8], "a title")
    (ax,) = plt.gcf().axes
    assert captions() == ["1 (0)", "1", "2", "3", "4", "5", "7 (6)", "7"]
    assert [text.get_color() == WRONG for text in ax.texts] == [True, *[False] * 5, True, False]
    assert [text.get_weight() for text in ax.texts][:2] == ["bold", "normal"]
    assert len(ax.patches) == 2
    assert titles()[0] == "a title"


def test_images_are_drawn_unchanged():
    display_digits(DIGITS[:3].reshape(3, 28, 28), LABELS[:3], LABELS[:3], "")
    wall = plt.gcf().axes[0].images[0].get_array()
    np.testing.assert_array_equal(wall[4:32, 4:32], DIGITS[0].reshape(28, 28))
    np.testing.assert_array_equal(wall[4:32, 40:68], DIGITS[1].reshape(28, 28))


def test_labels_alone_are_called_labels():
    display_digits(DIGITS[:3], None, LABELS[:3], "")
    assert captions() == ["0", "1", "2"]
    assert "label" in titles()[1]
    assert "read" not in titles()[1]


def test_misclassified_digits_come_first_and_are_counted():
    display_top_unrecognized(DIGITS, PREDICTED, LABELS, n=6, lines=2, title="test digits")
    texts = captions()
    assert len(texts) == 12
    assert all("(" in text for text in texts[:10])
    assert texts[10:] == ["1", "2"]
    assert titles()[0] == "10 of 60 test digits misread, 10 of them shown"
    wall = plt.gcf().axes[0].images[0].get_array()
    first, second = np.flatnonzero(PREDICTED != LABELS)[:2]
    assert second > 1
    np.testing.assert_array_equal(wall[4:32, 4:32], DIGITS[first].reshape(28, 28))
    np.testing.assert_array_equal(wall[4:32, 40:68], DIGITS[second].reshape(28, 28))


def test_only_as_many_misclassified_digits_as_fit_are_shown():
    display_top_unrecognized(DIGITS, PREDICTED, LABELS, n=3, lines=2)
    assert titles()[0] == "10 of 60 digits misread, 6 of them shown"


def test_fewer_digits_than_fit_and_none_misclassified():
    display_top_unrecognized(DIGITS[:4], LABELS[:4], LABELS[:4], n=6, lines=5)
    assert titles()[0] == "0 of 4 digits misread, 0 of them shown"
    assert captions() == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("digits", "predicted", "labels", "message"),
    [
        (DIGITS[:, :783], PREDICTED, LABELS, r"digits must have the shape \[n, 784\].*Received: \[60, 783\]"),
        (DIGITS[0], PREDICTED, LABELS, r"Received: \[784\]"),
        (np.zeros((0, 784)), PREDICTED, LABELS, r"Received: \[0, 784\]"),
        (DIGITS, PREDICTED[:59], LABELS, r"predictions must have the shape \[60\].*Received: \[59\]"),
        (DIGITS, RNG.random((60, 10)), LABELS, r"np.argmax\(predictions, axis=1\)"),
        (DIGITS, PREDICTED, np.eye(10)[LABELS], r"np.argmax\(labels, axis=1\)"),
        (np.full((60, 784), 255, np.uint8), PREDICTED, LABELS, r"from 0 \(paper\) to 1 \(ink\).*255. Divide by 255"),
    ],
)
def test_shapes_and_scales_that_do_not_fit_are_refused(digits, predicted, labels, message):
    with pytest.raises(ValueError, match=message):
        display_digits(digits, predicted, labels, "")
    with pytest.raises(ValueError, match=message):
        display_top_unrecognized(digits, predicted, labels, 5, 5)


@pytest.mark.parametrize(("n", "lines"), [(0, 5), (5, 0), (2.5, 1), ("5", 1)])
def test_numbers_of_digits_that_are_not_positive_whole_numbers_are_refused(n, lines):
    with pytest.raises(ValueError, match=r"positive whole number. Received"):
        display_top_unrecognized(DIGITS, PREDICTED, LABELS, n, lines)


@pytest.mark.parametrize("count", [1, 20, 24, 60])
def test_nothing_overlaps_or_leaves_the_figure(count):
    display_digits(DIGITS[:count], (LABELS[:count] + 1) % 10, LABELS[:count], "title")
    figure = plt.gcf()
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*figure.texts, *figure.axes[0].texts]]
    inside = figure.bbox.padded(1)
    assert all(inside.contains(box.x0, box.y0) and inside.contains(box.x1, box.y1) for box in boxes)
    assert not any(a.shrunk(0.9, 0.7).overlaps(b.shrunk(0.9, 0.7)) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_size_of_the_wall_does_not_depend_on_the_data():
    sizes = set()
    for predicted in (PREDICTED, LABELS):
        display_top_unrecognized(DIGITS, predicted, LABELS, 10, 3)
        sizes.add((tuple(plt.gcf().get_size_inches()), len(plt.gcf().axes)))
    assert len(sizes) == 1


def test_the_learning_rate_as_a_function_of_the_epoch_is_drawn_in_steps():
    plot_learning_rate(lambda epoch: 0.01 * 0.6**epoch, 5)
    (stairs,) = plt.gcf().axes[0].patches
    np.testing.assert_allclose(stairs.get_data().values, 0.01 * 0.6 ** np.arange(5))
    assert [text.get_text() for text in plt.gcf().axes[0].texts] == ["0.01", "0.0013"]


def test_a_small_learning_rate_is_written_without_an_exponent():
    plot_learning_rate(lambda epoch: 0.00001 * 0.0061**epoch, 2)
    assert [text.get_text() for text in plt.gcf().axes[0].texts] == ["0.00001", "0.000000061"]


def test_labels_do_not_cross_a_curve_that_rises_and_falls():
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(0.001, 374, warmup_target=0.01, warmup_steps=93)
    plot_learning_rate(schedule, 1, steps_per_epoch=467)
    (ax,) = plt.gcf().axes
    first, last = ax.texts
    assert (first.get_text(), last.get_text()) == ("0.001", "nearly 0")
    plt.gcf().canvas.draw()
    curve = ax.transData.transform(ax.lines[0].get_xydata())
    for label in (first, last):
        box = label.get_window_extent()
        assert not any(box.contains(*point) for point in curve)


def test_the_learning_rate_of_a_keras_schedule_is_drawn_by_step():
    import keras

    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=100, decay_rate=0.5)
    plot_learning_rate(schedule, 2, steps_per_epoch=100)
    (line,) = plt.gcf().axes[0].lines
    x, y = line.get_data()
    np.testing.assert_allclose(x, np.arange(200) / 100)
    np.testing.assert_allclose(y[[0, 100]], [0.01, 0.005], rtol=1e-5)


@pytest.mark.parametrize("arguments", [{"epochs": 0}, {"epochs": 2.5}, {"epochs": 2, "steps_per_epoch": -1}])
def test_epochs_that_are_not_positive_whole_numbers_are_refused(arguments):
    with pytest.raises(ValueError, match=r"positive whole number. Received"):
        plot_learning_rate(lambda epoch: 0.1, **arguments)


def test_a_learning_rate_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match=r"finite numbers. Received: nan"):
        plot_learning_rate(lambda epoch: float("nan"), 3)


def test_colours_differ_in_luminance_too():
    """The caption of a misclassified digit is darker even without colour vision."""

    def luminance(colour):
        return np.dot([0.2126, 0.7152, 0.0722], [int(colour[i : i + 2], 16) for i in (1, 3, 5)])

    assert luminance(WRONG) < luminance(GREY) - 5
