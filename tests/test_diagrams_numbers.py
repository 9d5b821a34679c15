"""What the diagrams show is computed correctly."""

import io
from base64 import b64decode, b64encode
from itertools import pairwise

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.special
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text

from mnist_lab import diagrams
from mnist_lab.commands import notebook_format
from mnist_lab.diagrams import activations, card, descent, layer_statistics, losses, regularization
from mnist_lab.plots.style import BLUE

DIGITS = np.zeros((24, 28, 28))
DIGITS[:, 6:22, 8:20] = np.linspace(0.3, 0.9, 12)
LOGITS = np.array([-1.2, -3.0, 0.4, 4.1, -2.1, 2.6, -4.0, 0.9, 1.5, -0.3])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum()
CERTAIN = np.eye(10)


def draw(name: str, *args) -> Figure:
    plt.close("all")
    getattr(diagrams, name)(*args)
    return plt.gcf()


def texts_of(artist: Figure | Axes) -> list[str]:
    return [text.get_text() for text in artist.findobj(Text) if text.get_text()]


def derivative(function, at):
    return (function(at + 1e-5) - function(at - 1e-5)) / 2e-5


def gradient(function, at):
    """Return the gradient of a function of two weights, measured by small differences."""
    return np.array([(function(at + step) - function(at - step)) / 2e-5 for step in 1e-5 * np.eye(2)])


def test_tensors_writes_the_values_of_16_pixels():
    numbers = [text for text in texts_of(draw("tensors", DIGITS[0])) if text.startswith(("0.", "1."))]
    assert len(numbers) == 16
    assert {float(number) for number in numbers} <= set(DIGITS[0].round(2).ravel())


def test_flattening_lays_the_rows_end_to_end():
    image = np.linspace(0, 1, 784)
    images = draw("flattening", image).axes[0].images
    (vector,) = [np.asarray(drawn.get_array()) for drawn in images if drawn.get_size() == (1, 784)]
    darkness = vector[0].sum(axis=-1).reshape(28, 28)
    assert (np.diff(darkness, axis=1) < 0).all()


def test_matrix_product_writes_its_shapes():
    text = " ".join(texts_of(draw("matrix_product", 100)))
    for dimensions in ("X [100, 784]", "W [784, 10]", "b [10]", "L [100, 10]"):
        assert dimensions in text


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_the_slope_of_an_activation_is_its_derivative(name):
    z = np.array([-6.0, -2.0, -0.5, 0.5, 2.0, 6.0])
    curve, slope = getattr(activations, f"{name}_of"), getattr(activations, f"{name}_slope")
    np.testing.assert_allclose(slope(z), derivative(curve, z), atol=1e-6)


def test_at_zero_the_sigmoid_is_a_half_and_its_slope_a_quarter():
    assert activations.sigmoid_of(0.0) == 0.5
    assert activations.sigmoid_slope(np.linspace(-9, 9, 1801)).max() == 0.25


def test_softmax_draws_logits_exponentials_and_probabilities():
    logits, exponentials, probabilities = (
        np.array([bar.get_height() for bar in ax.patches]) for ax in draw("softmax", LOGITS).axes
    )
    assert np.allclose(logits, LOGITS)
    assert np.allclose(exponentials, np.exp(LOGITS))
    assert np.isclose(probabilities.sum(), 1)
    assert np.allclose(probabilities, PROBABILITIES)


def test_softmax_highlights_and_labels_the_largest():
    for ax in draw("softmax", LOGITS).axes:
        assert [i for i, bar in enumerate(ax.patches) if same_color(bar.get_facecolor(), BLUE)] == [3]
    assert {"4.1", "60.3", "0.723"} <= set(texts_of(plt.gcf()))


def test_argmax_writes_the_class_of_each_row():
    rows = np.stack([np.roll(PROBABILITIES, shift) for shift in (0, 4, 6)])
    texts = draw("argmax", rows).axes[0].texts
    answers = [int(text.get_text()) for text in texts if text.get_fontsize() == 13]
    assert answers == rows.argmax(axis=1).tolist() == [3, 7, 9]
    assert "axis=1" in texts_of(plt.gcf())


def test_cross_entropy_is_the_sum_over_the_one_hot_label():
    for label in (3, 5, 6):
        expected = -(CERTAIN[label] * np.log(PROBABILITIES)).sum()
        assert np.isclose(losses.cross_entropy_loss(PROBABILITIES[label]), expected)
        assert f"= {expected:.2f}" in texts_of(draw("cross_entropy", PROBABILITIES, label))


def test_cross_entropy_is_infinite_for_probability_0_and_zero_for_1():
    assert "= ∞" in texts_of(draw("cross_entropy", CERTAIN[0], 9))
    assert "= 0.00" in texts_of(draw("cross_entropy", CERTAIN[0], 0))


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (losses.cross_entropy_of, losses.cross_entropy_slope),
        (losses.squared_error_of, losses.squared_error_slope),
    ],
)
def test_the_slope_of_a_loss_is_its_derivative_with_respect_to_the_logit(loss, slope):
    z, other_logit = np.linspace(-6, 6, 49), 0.7

    def p(logit):
        return np.exp(logit) / (np.exp(logit) + np.exp(other_logit))

    measured = derivative(lambda logit: loss(p(logit)), z)
    assert (measured < 0).all()
    assert np.allclose(-measured, slope(p(z)), atol=1e-8)


def test_for_a_confident_mistake_only_cross_entropy_is_steep():
    assert losses.cross_entropy_slope(1e-6) > 0.99
    assert losses.squared_error_slope(1e-6) < 1e-5
    assert losses.squared_error_of(0.0) == 1


def paths(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(ax.lines[-3].get_xydata()) for ax in figure.axes]


def test_a_learning_rate_is_too_small_good_or_too_large():
    slow, good, diverging = paths(draw("gradient_descent"))
    start, end = np.linalg.norm(good[0]), np.linalg.norm(good[-1])
    assert end < 0.2 * start
    assert 0.5 * start < np.linalg.norm(slow[-1]) < start
    assert descent.bowl(diverging[-1]) > descent.bowl(diverging[0])
    text = " ".join(texts_of(plt.gcf()))
    assert text.index("too small") < text.index("good") < text.index("too large")


def test_gradient_descent_steps_against_the_gradient():
    for learning_rate, path in zip((0.02, 0.2, 0.35), paths(draw("gradient_descent")), strict=True):
        assert len(path) == 13
        for before, after in pairwise(path):
            assert np.allclose(after, before - learning_rate * gradient(descent.bowl, before), atol=1e-6)


def test_larger_batches_are_less_noisy():
    inputs, targets = descent.line_examples()
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    late = [np.linalg.norm(path[-15:] - best, axis=1).mean() for path in paths(draw("mini_batches"))]
    assert late[0] > 2 * late[1] > 4 * late[2]


def test_the_full_batch_gradient_is_that_of_the_mean_squared_error():
    inputs, targets = descent.line_examples()
    first, second = descent.mini_batch_path(inputs, targets, descent.EXAMPLES)[:2]
    measured = gradient(lambda weights: ((inputs @ weights - targets) ** 2).mean(), first)
    assert np.allclose((first - second) / 0.25, measured, atol=1e-6)


def test_the_saddle_has_the_gradient_and_the_stationary_points_that_it_claims():
    at = np.array([0.7, -0.4])
    np.testing.assert_allclose(descent.saddle_gradient(*at), gradient(lambda w: descent.saddle(*w), at), atol=1e-6)
    assert not descent.saddle_gradient(0.0, 0.0).any()
    np.testing.assert_allclose(descent.saddle_gradient(0.0, np.sqrt(2)), 0, atol=1e-12)


def test_all_optimizers_start_at_one_point_and_only_plain_sgd_does_not_arrive():
    paths = [descent.sgd_path(), descent.momentum_path(), descent.adam_path()]
    assert {tuple(path[0]) for path in paths} == {(-1.6, 0.02)}
    sgd, momentum, adam = (descent.saddle(*path[-1]) + 1 for path in paths)
    assert sgd > 0.3
    assert max(momentum, adam) < 0.05


def test_plain_sgd_subtracts_learning_rate_times_gradient():
    path = descent.sgd_path()
    np.testing.assert_allclose(path[1], path[0] - 0.03 * descent.saddle_gradient(*path[0]))


def constant(step):
    return descent.LARGE_LEARNING_RATE


def decaying(step):
    return descent.LARGE_LEARNING_RATE * descent.DECAY**step


def test_every_schedule_steps_against_the_gradient_plus_the_same_noise():
    noises = []
    for schedule in (constant, decaying):
        path = descent.noisy_descent(schedule, 5)
        assert len(path) == descent.NOISY_STEPS + 1
        noises.append(
            [
                (before - after) / schedule(step) - gradient(descent.bowl, before)
                for step, (before, after) in enumerate(pairwise(path))
            ]
        )
    assert np.allclose(*noises, atol=1e-6)
    assert np.isclose(np.std(noises[0]), 1.6, atol=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_decay_ends_nearer_the_minimum_than_a_small_or_a_large_learning_rate(seed):
    def distance(schedule):
        return descent.final_distance(descent.noisy_descent(schedule, seed))

    assert distance(decaying) < distance(constant)
    assert distance(decaying) < distance(lambda step: descent.SMALL_LEARNING_RATE)


def test_a_large_learning_rate_never_settles():
    distances = np.linalg.norm(descent.noisy_descent(constant), axis=1)
    assert 0.5 < distances[40:].mean() / distances[20:40].mean() < 2


@pytest.mark.parametrize("seed", range(5))
def test_the_average_of_noisy_steps_is_nearer_the_minimum_than_the_steps(seed):
    path = descent.noisy_descent(constant, seed)
    assert np.linalg.norm(path[-descent.LAST_STEPS :].mean(axis=0)) < descent.final_distance(path)


def test_averaged_steps_writes_the_distances_from_the_minimum():
    distances = [float(ax.get_xlabel().split(": ")[1].split()[0]) for ax in draw("averaged_steps").axes]
    path = descent.noisy_descent(constant)
    average = np.linalg.norm(path[-descent.LAST_STEPS :].mean(axis=0))
    decayed = descent.final_distance(descent.noisy_descent(decaying))
    assert distances == pytest.approx([descent.final_distance(path), average, decayed], abs=0.006)


def test_a_quarter_of_the_hidden_neurons_is_dropped():
    dropped = regularization.choose_dropped(np.random.default_rng(1))
    assert [int(layer.sum()) for layer in dropped] == [0, 1, 1, 0]


def test_two_steps_drop_different_neurons_and_predicting_drops_none():
    (ax,) = draw("dropout").axes
    dropped = [circle.center for circle in ax.findobj(Circle) if circle.get_facecolor() == (1, 1, 1, 1)]
    crosses = [text.get_position() for text in ax.findobj(Text) if text.get_text() == "×"]
    assert sorted(dropped) == sorted(crosses)
    first, second = ([(x - left, y) for x, y in dropped if left <= x < left + 3] for left in (0.35, 3.35))
    assert len(first) == len(second) == 2
    assert first != second
    assert len(dropped) == 4
    assert [text.get_text() for text in ax.texts if "0.25" in text.get_text()] == ["survivors × 1 / (1 − 0.25)"] * 2


def test_batch_normalization_is_computed_as_by_keras():
    sums = regularization.random_sums()
    layer = keras.layers.BatchNormalization(center=False, scale=False)
    assert layer.epsilon == regularization.EPSILON
    assert np.allclose(regularization.normalize(sums), layer(sums.astype("float32"), training=True), atol=1e-4)


def test_the_four_steps_of_batch_normalization_follow_from_each_other():
    axes = draw("batch_normalization").axes
    steps = [np.array([line.get_ydata() for line in ax.lines if len(line.get_ydata()) > 2]) for ax in axes]
    sums, normalized, shifted, after_relu = steps
    assert np.ptp(sums.mean(axis=1)) > 10
    assert np.allclose(normalized.mean(axis=1), 0)
    assert np.allclose(normalized.std(axis=1), 1, atol=1e-2)
    assert np.allclose(shifted - shifted.mean(axis=1, keepdims=True), normalized)
    assert np.array_equal(after_relu, np.maximum(shifted, 0))
    assert (sums[0] < 0).all(), "the lesson says that neuron A is useless before normalization"
    for ax, values in zip(axes, steps, strict=True):
        assert ax.get_ylim()[0] < values.min()
        assert values.max() < ax.get_ylim()[1]


def test_sums_by_layer_draws_mean_and_standard_deviation():
    values = np.random.default_rng(1).normal(3, 2, (40, 30))
    means, deviations = layer_statistics.mean_and_standard_deviation(values)
    assert len(means) == 12
    assert (means[0], means[-1]) == (values[:, 0].mean(), values[:, 29].mean())
    assert np.isclose(deviations[0] ** 2, ((values[:, 0] - means[0]) ** 2).mean())
    (lines,) = draw("sums_by_layer", {"a row": [values] * 4}).axes[0].collections
    ends = np.array([segment[:, 0] for segment in lines.get_segments()])
    assert np.allclose(ends, np.stack([means - deviations, means + deviations], axis=1))


@pytest.mark.parametrize("name", ["gradients_by_layer", "activations_by_layer"])
def test_each_network_has_a_line_style_and_a_marker_of_its_own(name):
    (ax,) = draw(name, {"shallow": [0.1, 0.2], "deep": [1e-6, 1e-3, 1e-1]}).axes
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.1, 0.2], [1e-6, 1e-3, 1e-1]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in ax.lines}) == 2
    assert ax.get_yscale() == "log"


def test_the_steps_of_the_pipeline_are_in_order():
    text = " ".join(texts_of(draw("input_pipeline")))
    steps = ["RecordDataset", "map(decode)", "zip", "cache", "shuffle", "batch(128)", "prefetch", "fit"]
    assert sorted(steps, key=text.index) == steps


def test_training_and_validation_digits_are_six_to_one():
    images = [image.get_array() for image in draw("train_and_validation", DIGITS, 1 - DIGITS).axes[0].images]
    assert sum(np.mean(pixels) < 0.5 for pixels in images) == 24
    assert sum(np.mean(pixels) > 0.5 for pixels in images) == 4


def test_the_card_computes_its_softmax_and_its_descent():
    np.testing.assert_allclose(card.probabilities(), scipy.special.softmax(card._LOGITS))
    losses = card.descent_steps() ** 2
    assert (np.diff(losses) < 0).all()


def test_the_card_is_small_when_stored_in_a_notebook():
    png = io.BytesIO()
    draw("summary_card").savefig(png, dpi=96, bbox_inches="tight")
    stored = b64decode(notebook_format._smaller(b64encode(png.getvalue()).decode()))
    assert len(stored) <= 100_000


def test_the_card_names_each_idea():
    text = " ".join(texts_of(draw("summary_card")))
    for idea in ("Dense", "ReLU", "Softmax", "log p", "adam", "rate", "Dropout", "Convolution", "Batch norm"):
        assert idea in text
