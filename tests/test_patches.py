import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.patches import display_strongest_patches, strongest_patches

RNG = np.random.default_rng(0)
IMAGES = RNG.random((12, 28, 28))
MAPS = RNG.random((12, 14, 14, 3))
MAPS[..., 2] = 0


@pytest.mark.parametrize(("side", "strides"), [(3, 1), (6, 2)])
def test_a_filter_answers_most_to_the_patches_that_are_drawn(side, strides):
    kernel = RNG.normal(size=(side, side, 1, 1))
    maps = np.asarray(keras.ops.conv(IMAGES[..., np.newaxis], kernel, strides=strides, padding="same"))
    patches = strongest_patches(IMAGES, maps[..., 0], side)
    expected = np.sort(maps.max(axis=(1, 2, 3)))[:-10:-1]
    assert [(patch * kernel[:, :, 0, 0]).sum() for patch in patches] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("inputs", "drawn"), [(1, 2 + 9), (2, 9), (None, 9)])
def test_filters_are_drawn_if_they_are_flat_and_a_channel_without_answers_says_so(inputs, drawn):
    weights = None if inputs is None else np.ones((6, 6, inputs, 3))
    display_strongest_patches(IMAGES.reshape(12, 784), MAPS, [0, 2], 8, weights)
    (ax,) = plt.gcf().axes
    assert len(ax.images) == drawn
    assert {"channel 0", "channel 2", "answers to none of these images"} <= {text.get_text() for text in ax.texts}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGES[:, 1:], MAPS, [0], 8), r"images must .* Received: \[12, 27, 28\]"),
        ((IMAGES, MAPS[:5], [0], 8), r"shape \[12, rows, columns, channels\].* Received: \[5, 14, 14, 3\]"),
        ((IMAGES, MAPS[:, 1:], [0], 8), r'Received: \[12, 13, 14, 3\]. Use convolutions with padding="same"'),
        ((IMAGES, MAPS, [3], 8), "Each of channels must be a whole number from 0 to 2. Received: 3"),
        ((IMAGES, MAPS, [0] * 5, 8), "number of channels must be a whole number from 1 to 4. Received: 5"),
        ((IMAGES, MAPS, [0], 29), "patch must be a whole number from 1 to 28. Received: 29"),
        ((IMAGES, MAPS, [0], 8, np.ones((3, 3, 1, 2))), r"\[rows, columns, in, 3\]. Received: \[3, 3, 1, 2\]"),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        display_strongest_patches(*arguments)
