"""What the diagrams show is computed correctly."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text

from mnist_lab import diagrams
from mnist_lab.diagrams import convolutions, descent
from mnist_lab.diagrams.descent import DECAYING_RATES, LARGE_RATES, SMALL_RATES, final_distance
from mnist_lab.plots.style import BLUE, INK, VERMILLION
from mnist_lab.results.experiments import measured_values

from .test_diagrams import CERTAIN, LAYERS_06, LOGITS, PROBABILITIES, SEVEN

DIGITS = np.zeros((24, 28, 28))
DIGITS[:, 6:22, 8:20] = np.linspace(0.3, 0.9, 12)
BAR = np.zeros((28, 28))
BAR[8:10, 4:16] = 0.5


def draw(name: str, *args) -> Figure:
    plt.close("all")
    getattr(diagrams, name)(*args)
    return plt.gcf()


def texts_of(artist: Figure | Axes) -> list[str]:
    return [text.get_text() for text in artist.findobj(Text) if text.get_text()]


def gradient(function, at):
    """Return the gradient of a function of two weights, measured by small differences."""
    return np.array([(function(at + step) - function(at - step)) / 2e-5 for step in 1e-5 * np.eye(2)])


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("matrix_product", (100,), ["X [100, 784]", "W [784, 10]", "b [10]", "L [100, 10]"]),
        ("stacked_layers", ([784, 5, 10],), ["784", "pixels", "[784, 5]", "hidden layer", "[5, 10]", "softmax"]),
        ("stacked_layers", ([784, 5, 5, 10],), ["sigmoid", "hidden layers"]),
        (
            "gradients_by_layer",
            ({"a": [0.33], "b": [0.01, 0.1, 0.3]},),
            ["a (its only layer)", "33 times less", "0.01"],
        ),
        ("activations_by_layer", ({"8": [1, 8]},), ["variance × inputs", "8"]),
        ("held_out_and_sealed", (1_000,), ["59,000 to train on", "1,000 held out", "10,000 sealed"]),
        ("softmax", (LOGITS,), ["4.1", "2.6", "60.3", f"sum = {np.exp(LOGITS).sum():.4g}", "0.723", "0.161"]),
        ("softmax", (LOGITS * 1e5,), ["410,000", "too large for a float", "1"]),
        ("cross_entropy", (PROBABILITIES, 6, SEVEN), ["the digit, labelled 6", "p", "= −log 0.00022", "= 8.42"]),
        ("cross_entropy", (np.array([1e-9, 1, *[0] * 8]), 0, SEVEN), ["= −log 1.0e-09", "= 20.72"]),
        ("cross_entropy", (CERTAIN[0], 9, SEVEN), ["= −log 0", "= ∞"]),
        ("cross_entropy", (CERTAIN[0], 0, SEVEN), ["= −log 1", "= 0.00"]),
        ("loss_curves", (), ["3.91", "0.96", "0.98", "0.04"]),  # only cross-entropy is steep for a confident mistake
        ("layer_costs", (LAYERS_06,), ["weights: 353,724", "convolutions: 11%", "0.03%"]),
        ("layer_costs", (LAYERS_06,), ["28×28×1", "3×3, 12 filters", "6×6, 24 filters", "200 neurons"]),
        ("shifted_maps", (BAR,), ["20 of 28 inked\npixels unchanged", "6 of 10 inked\nwindows unchanged"]),
        ("layer_costs", (LAYERS_06,), ["multiply-adds: 3,787,152", "convolutions: 92%", "54%"]),
        (
            "occlusion",
            (DIGITS[:2], np.stack([np.full((24, 24), 0.25), np.eye(24)]), [0.25, 0.5], 3),
            ["uncovered: 25%", "with patch: 25%", "uncovered: 50%", "with patch: 100%"],
        ),
        ("feature_maps", (DIGITS[0], {"a": np.ones((7, 7, 24))}), ["a: 7 × 7, 12 of 24 channels"]),
    ],
)
def test_a_diagram_writes_its_numbers_and_names(name, args, expected):
    assert set(expected) <= set(texts_of(draw(name, *args)))


def test_the_card_of_the_clinic_shows_the_means_of_the_measured_runs():
    leak, company = (measured_values("13-patients", patient=name) for name in ("C2", "C3"))
    expected = {
        f"{leak['fresh'].mean():.0%} of new digits",
        f"{leak['permuted'].mean():.0%} of shuffled labels",
        f"Validation {company['val_accuracy'].mean():.0%},\nnonsense in use",
        "stops at 1.46, which is",
    }
    assert expected <= set(texts_of(draw("clinic_card")))


@pytest.mark.parametrize("probability", [0.99, 0.3333, 0.0999, 6.81e-5, 7.05e-5, 1.234e-6, 9.876e-8])
def test_the_logarithm_of_the_probability_that_is_written_is_the_loss_that_is_written(probability):
    *_, written, loss = texts_of(draw("cross_entropy", [probability, 1 - probability, *[0] * 8], 0, SEVEN).axes[2])
    assert f"= {-np.log(float(written.removeprefix('= −log '))):.2f}" == loss


STEPS = ["RecordDataset", "map(decode)", "zip", "cache", "shuffle", "batch(128)", "prefetch", "fit"]


def test_the_pipeline_shows_its_steps_in_order():
    assert sorted(STEPS, key="".join(texts_of(draw("input_pipeline"))).index) == STEPS


@pytest.mark.parametrize(
    ("name", "lines", "inner"),
    [
        ("sigmoid", (0,), np.ones_like),
        ("relu_and_sigmoid", (0, 1), np.ones_like),
        ("loss_curves", (0, 2), lambda p: -p * (1 - p)),  # with respect to the logit of the true one of two classes
    ],
)
def test_the_slope_drawn_is_that_of_the_curve_drawn(name, lines, inner):
    axes = draw(name).axes
    for line in lines:
        (x, values), (_, slopes) = (ax.lines[line].get_data() for ax in axes)
        smooth = (np.abs(x) > 0.1) & (x < x[-1])
        np.testing.assert_allclose(slopes[smooth], (np.gradient(values, x) * inner(x))[smooth], atol=1e-3)


def test_one_neuron_is_wrong_about_one_of_four_images_and_two_about_none():
    wrong = []
    for ax in draw("exactly_one").axes:
        (shaded,) = ax.collections[0].get_paths()
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        says_yes = [shaded.contains_point([line.get_xdata()[0], line.get_ydata()[0]]) for line in dots]
        wrong.append(sum(yes != (sum(dot.get_xydata()[0]) == 1) for yes, dot in zip(says_yes, dots, strict=True)))
        assert all(same_color(dot.get_markerfacecolor(), INK) == (sum(dot.get_xydata()[0]) == 1) for dot in dots)
    assert wrong == [1, 0]


def test_sums_reach_from_the_smallest_to_the_largest_on_one_axis_for_all_layers():
    values = np.stack([np.linspace(-2, 60, 101), np.full(101, -0.4)], axis=1)  # the second neuron: always the same
    axes = draw("sums_by_layer", {"a": [values] * 4, "b": [values / 100] * 4}).axes
    assert {(ax.get_xscale(), *map(round, ax.get_xlim())) for ax in axes} == {("symlog", -110, 110)}
    reach, middle = ([path.vertices[:, 0] for path in lines.get_paths()] for lines in axes[0].collections)
    np.testing.assert_allclose(reach, [[-2, 60], [-0.4, -0.4]])
    np.testing.assert_allclose(middle, [[1.1, 56.9], [-0.4, -0.4]])
    np.testing.assert_allclose(axes[0].lines[0].get_xdata(), [29, -0.4])


def test_networks_of_different_depth_end_at_the_same_output():
    (ax,) = draw("gradients_by_layer", {"shallow": [0.3], "deep": [0.01, 0.1, 0.3]}).axes
    names = dict(zip(ax.get_xticks(), [label.get_text() for label in ax.get_xticklabels()], strict=True))
    assert [[names[x] for x in line.get_xdata()] for line in ax.lines] == [["output"], ["1", "2", "output"]]


def test_convolutions_and_pooling_give_what_keras_computes():
    image, weights = np.random.default_rng(0).random((28, 28)), convolutions.UPPER_EDGE
    sums = keras.ops.conv(image[None, :, :, None], weights[:, :, None, None])[0, :, :, 0]
    assert np.allclose(convolutions.weighted_sums(image, weights), sums, atol=1e-5)
    assert np.allclose(convolutions.max_pool(image), keras.ops.max_pool(image[None, :, :, None], 2)[0, :, :, 0])


def test_of_a_shifted_digit_the_map_moved_back_and_the_largest_sum_are_the_same():
    differences = draw("shifted_maps", SEVEN).axes[0].images[2::3]
    assert [np.ptp(image.get_array()) == 0 for image in differences] == [False, False, True, False, True]


def test_the_two_filters_whose_outputs_differ_differ():
    grids = [image.get_array() for image in draw("convolution_weights").axes[0].images]
    assert [np.array_equal(*pair) for pair in zip(grids[:3], grids[3:], strict=True)] == [False] * 3


def test_a_digit_pooled_twice_is_drawn_equally_large_each_time():
    images = draw("shrinking", SEVEN).axes[0].images
    assert [len(image.get_array()) for image in images] == [28, 14, 7]
    assert len({tuple(np.diff(image.get_extent())[[0, 2]].round(6)) for image in images}) == 1


def test_softmax_draws_logits_exponentials_and_probabilities_and_marks_the_largest():
    axes = draw("softmax", LOGITS).axes
    for ax, expected in zip(axes, (LOGITS, np.exp(LOGITS), PROBABILITIES), strict=True):
        assert np.allclose([bar.get_height() for bar in ax.patches], expected)
        assert [i for i, bar in enumerate(ax.patches) if same_color(bar.get_facecolor(), BLUE)] == [3]


@pytest.mark.parametrize("point", [(0, 0), (0, np.sqrt(2)), (0.7, -1.3)])
def test_the_gradient_at_the_saddle_is_that_of_its_height(point):
    slopes = gradient(lambda w: descent.saddle(*w), np.array(point))
    assert np.allclose(descent.saddle_gradient(np.array(point)), slopes, atol=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_decay_ends_nearer_the_minimum_and_a_large_learning_rate_never_settles(seed):
    schedules = SMALL_RATES, LARGE_RATES, DECAYING_RATES
    small, large, decaying = (descent.noisy_descent(rates, seed) for rates in schedules)
    assert final_distance(decaying) < min(final_distance(small), final_distance(large))
    distances = np.linalg.norm(large, axis=1)
    assert 0.5 < distances[40:].mean() / distances[20:40].mean() < 2


def test_a_step_may_drop_more_or_fewer_than_a_quarter_of_the_hidden_neurons_and_predicting_drops_none():
    (ax,) = draw("dropout").axes
    dropped = [circle.center for circle in ax.findobj(Circle) if circle.get_facecolor() == (1, 1, 1, 1)]
    first, second, predicting = (
        [round(x - left, 6) for x, _ in dropped if left <= x < left + 3] for left in (0.35, 3.35, 6.35)
    )
    assert {*first, *second} == {0.72, 1.44}, "only hidden layers"
    assert len(first) != len(second)
    assert len(first + second) == 16 / 4, "a quarter on average"
    assert not predicting


def test_the_steps_of_batch_normalization_are_computed_as_by_keras_and_follow_from_each_other():
    axes = draw("batch_normalization").axes
    steps = [np.array([line.get_ydata() for line in ax.lines if len(line.get_ydata()) > 2]) for ax in axes]
    sums, normalized, shifted, after_relu = steps
    layer = keras.layers.BatchNormalization(center=False, scale=False)
    assert np.allclose(normalized, np.transpose(layer(sums.T.astype("float32"), training=True)), atol=1e-4)
    assert np.allclose(shifted - shifted.mean(axis=1, keepdims=True), normalized)
    assert np.array_equal(after_relu, np.maximum(shifted, 0))
    assert (sums[0] < 0).all(), "the lesson says that neuron A is useless before normalization"
    for ax, values in zip(axes, steps, strict=True):
        assert np.abs(values).max() < ax.get_ylim()[1]


def test_the_box_lies_on_the_patch_that_makes_the_class_most_probable_on_the_digit_and_on_the_map():
    maps = np.zeros((1, 24, 24))
    maps[0, 6, 9] = 1
    (ax,) = draw("occlusion", DIGITS[:1], maps, [0], 3).axes
    boxes = [patch for patch in ax.patches if same_color(patch.get_edgecolor(), VERMILLION)]
    digit, under, colours = [image.get_extent() for image in ax.images if image.get_array().shape[1] in (1, 24, 28)]
    for box, (left, right, _bottom, top) in zip(boxes, (digit, under), strict=True):
        pixel = (right - left) / 28
        np.testing.assert_allclose(box.get_width(), 5 * pixel)
        np.testing.assert_allclose(box.get_x(), left + 9 * pixel)
        np.testing.assert_allclose(box.get_y() + box.get_height(), top - 6 * pixel)
    middle, width = boxes[1].get_x() + boxes[1].get_width() / 2, (colours[1] - colours[0]) / 24
    np.testing.assert_allclose(middle, colours[0] + 9.5 * width, err_msg="the map's pixel is in the patch's middle")


def test_the_sets_of_digits_are_drawn_to_scale():
    boxes = draw("held_out_and_sealed", 5_000).findobj(Rectangle)
    held_out, sealed, training = sorted(box.get_width() for box in boxes if box.get_height() == 0.6)
    assert training / held_out == pytest.approx(11)
    assert training / sealed == pytest.approx(5.5)
