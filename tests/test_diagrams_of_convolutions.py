"""What the diagrams of convolutions compute, and what they refuse to draw."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.diagrams import convolutions, feature_maps, learned_filters, shrinking, sliding_filter
from mnist_lab.diagrams._drawing import sign_colors

IMAGE = np.random.default_rng(0).random((28, 28), "float32")


def test_the_diagram_of_cubes_has_the_shapes_of_the_lessons_network():
    layers = [keras.layers.Reshape((28, 28, 1)), keras.layers.Conv2D(12, 3, padding="same")]
    layers += [keras.layers.Conv2D(filters, 6, strides=2, padding="same") for filters in (24, 32)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(200), keras.layers.Dense(10)]
    shapes = [tuple(layer.output.shape[1:]) for layer in keras.Sequential([keras.Input((784,)), *layers]).layers]
    assert shapes == [*convolutions.CUBES, *((count,) for count in convolutions.VECTORS)]


def test_the_sliding_filter_gives_what_keras_computes():
    weights = convolutions.UPPER_EDGE.astype("float32")
    expected = keras.ops.conv(IMAGE[None, :, :, None], weights[:, :, None, None])[0, :, :, 0]
    assert np.allclose(convolutions.weighted_sums(IMAGE, weights), expected, atol=1e-5)


def test_max_pool_gives_what_keras_computes():
    expected = keras.ops.max_pool(IMAGE[None, :, :, None], 2)[0, :, :, 0]
    assert np.allclose(convolutions.max_pool(IMAGE), expected)


def test_positive_numbers_are_blue_and_negative_ones_orange():
    blue, orange, white = sign_colors(np.array([2.0, -2.0, 0.0]))
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]
    assert white.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("draw", "arguments", "says"),
    [
        (sliding_filter, (np.zeros(783),), r"image must have shape \[784\] or \[28, 28\]"),
        (shrinking, (np.full(784, 255),), "between 0 and 1"),
        (learned_filters, (np.zeros((3, 3, 2, 12)),), r"\[rows, columns, 1, filters\].*Received: \[3, 3, 2, 12\]"),
        (learned_filters, (np.zeros((9, 9, 1, 12)),), "at most 7 × 7"),
        (learned_filters, (np.full((3, 3, 1, 12), np.nan),), "finite"),
        (feature_maps, (np.zeros(784), {}), "one to three layers. Received: 0"),
        (feature_maps, (np.zeros(784), {"first": np.zeros((28, 28))}), r"Received: \[28, 28\]"),
        (feature_maps, (np.zeros(784), {"first": -np.ones((7, 7, 2))}), "from 0 up.* Received: -1"),
    ],
)
def test_a_diagram_refuses_arrays_that_it_cannot_draw(draw, arguments, says):
    with pytest.raises(ValueError, match=says):
        draw(*arguments)


def test_at_most_twelve_feature_maps_are_drawn_per_layer():
    feature_maps(np.zeros(784), {"first": np.ones((28, 28, 12)), "second": np.ones((14, 14, 24))})
    assert len(plt.gcf().axes[0].images) == 1 + 12 + 12
