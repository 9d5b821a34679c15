"""What the drawings of lesson 08 show was computed rightly."""

import io
from base64 import b64decode, b64encode

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.special import softmax

from mnist_lab import diagrams
from mnist_lab.commands import notebook_format
from mnist_lab.diagrams import card, layer_statistics, regularization


def test_what_is_drawn_is_what_keras_computes():
    sums = regularization.random_sums(4)
    layer = keras.layers.BatchNormalization(center=False, scale=False)
    assert layer.epsilon == regularization.EPSILON
    assert np.allclose(regularization.normalize(sums), layer(sums.astype("float32"), training=True), atol=1e-4)


def test_the_four_steps_follow_from_each_other():
    diagrams.batch_normalization()
    dots = [np.array([line.get_ydata() for line in ax.lines if len(line.get_ydata()) > 2]) for ax in plt.gcf().axes]
    sums, level, centred, cut = dots
    assert np.ptp(sums.mean(axis=1)) > 10
    assert np.allclose(level.mean(axis=1), 0)
    assert np.allclose(level.std(axis=1), 1, atol=1e-2)
    assert np.allclose(centred - centred.mean(axis=1, keepdims=True), level)
    assert np.array_equal(cut, np.maximum(centred, 0))
    assert (sums[0] < 0).all(), "the lesson says that neuron A is useless as it comes"
    for ax, values in zip(plt.gcf().axes, dots, strict=True):
        assert ax.get_ylim()[0] < values.min()
        assert values.max() < ax.get_ylim()[1]


def test_lines_are_mean_and_standard_deviation():
    values = np.random.default_rng(1).normal(3, 2, (40, 30))
    means, spreads = layer_statistics.mean_and_standard_deviation(values)
    assert len(means) == 12
    assert (means[0], means[-1]) == (values[:, 0].mean(), values[:, 29].mean())
    assert np.isclose(spreads[0] ** 2, ((values[:, 0] - means[0]) ** 2).mean())
    diagrams.sums_by_layer({"a row": [values] * 4})
    (drawn,) = plt.gcf().axes[0].collections
    ends = np.array([segment[:, 0] for segment in drawn.get_segments()])
    assert np.allclose(ends, np.stack([means - spreads, means + spreads], axis=1))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({}, "one to three. Received: 0"),
        ({"a": [np.zeros((2, 2))] * 3}, "'a' must hold four layers. Received: 3"),
        ({"a": [np.zeros(2)] * 4}, r"'a' must hold finite numbers.* Received: \[2\]"),
        ({"a": [np.full((2, 2), np.nan)] * 4}, "finite numbers"),
        ({"a": ["x"] * 4}, "array of numbers. Received: 'x'"),
    ],
)
def test_rows_that_do_not_fit(rows, says):
    with pytest.raises(ValueError, match=says):
        diagrams.sums_by_layer(rows)
    assert not plt.get_fignums()


def test_the_card_computes_its_softmax_and_its_descent():
    np.testing.assert_allclose(card.probabilities(), softmax(card._LOGITS))
    losses = card.downhill() ** 2
    assert (np.diff(losses) < 0).all()


def test_the_card_is_small_as_a_notebook_keeps_it():
    diagrams.summary_card()
    png = io.BytesIO()
    plt.gcf().savefig(png, dpi=96, bbox_inches="tight")
    kept = b64decode(notebook_format._smaller(b64encode(png.getvalue()).decode()))
    assert len(kept) <= 100_000


def test_the_card_names_each_idea():
    diagrams.summary_card()
    text = " ".join(drawn.get_text() for drawn in plt.gcf().axes[0].texts)
    for idea in ("Dense", "ReLU", "Softmax", "log p", "adam", "rate", "Dropout", "Convolution", "Batch norm"):
        assert idea in text
