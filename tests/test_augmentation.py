"""Data augmentation stays within its limits, repeats with the same seed, and differs in each epoch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data.augmentation import augment, random_affine
from mnist_lab.data.datasets import training_dataset

from .conftest import centres_of_mass, classes_shown

NO_DISTORTION = {"degrees": 0, "scale": 0, "shear": 0, "shift": 0}


def centres(*positions, **limit):
    """Return where dots at the positions (row, column) of 200 images are moved, relative to the images' middle."""
    images = np.zeros((200, 28, 28), np.float32)
    for row, column in positions:
        images[:, row, column] = 1
    return centres_of_mass(random_affine(images.reshape(200, 784), (1, 2), **NO_DISTORTION | limit)) - 13.5


def test_shift_moves_in_both_directions_up_to_its_limit():
    moved = centres((14, 14), shift=3) - 0.5
    assert moved.min() == pytest.approx(-2.75, abs=0.251)
    assert moved.max() == pytest.approx(2.75, abs=0.251)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.3, "the two directions are independent"


def test_degrees_rotate_about_the_middle():
    right = centres((13, 23), (14, 23), degrees=30)
    angles = np.rad2deg(np.arctan2(right[:, 0], right[:, 1]))
    assert -31 <= angles.min() < -25
    assert 25 < angles.max() <= 31
    assert np.hypot(*right.T) == pytest.approx(9.5, abs=0.3)


def test_scale_stretches_each_axis_by_a_factor_within_its_limit():
    high = centres((23, 13), (23, 14), scale=0.25)[:, 0] / 9.5
    wide = centres((13, 23), (14, 23), scale=0.25)[:, 1] / 9.5
    for factors in (high, wide):
        assert factors.min() == pytest.approx(1 / 1.25, abs=0.03)
        assert factors.max() == pytest.approx(1.25, abs=0.03)
        assert abs(np.mean(factors > 1) - 0.5) < 0.15
    assert abs(np.corrcoef(high, wide)[0, 1]) < 0.3, "the axes are independent"


def test_shear_moves_a_row_by_its_distance_from_the_middle():
    low = centres((23, 13), (23, 14), shear=0.2)
    assert low[:, 0] == pytest.approx(9.5, abs=0.1)
    assert np.abs(low[:, 1]).max() == pytest.approx(0.2 * 9.5, abs=0.15)


def test_augment_distorts_each_image_anew_in_each_pass_and_follows_the_global_seed(tiny):
    def passes(seed):
        keras.utils.set_random_seed(seed)
        dataset = augment(training_dataset(100))
        return [np.concatenate([images for images, _ in dataset]) for _ in range(2)]

    one, same, other = passes(3), passes(3), passes(4)
    np.testing.assert_array_equal(one, same)
    different = [*one, *other]
    assert all(np.abs(a - b).max() > 0.1 for i, a in enumerate(different) for b in different[:i])


def test_without_distortion_the_dataset_stays_the_same(tiny):
    plain = training_dataset(100)
    dataset = augment(plain, **NO_DISTORTION)
    assert (dataset.element_spec, dataset.cardinality()) == (plain.element_spec, plain.cardinality())
    for images, labels in dataset:
        np.testing.assert_array_equal(classes_shown(np.round(images, 4)), np.argmax(labels, axis=1))


@pytest.mark.parametrize(
    ("shape", "limits", "expected"),
    [((2, 783), {}, "images must have")]
    + [((2, 784), {name: limit}, f"{name} must be") for name in NO_DISTORTION for limit in (-1, np.nan, np.inf)],
)
def test_other_shapes_and_negative_or_infinite_limits_are_refused(shape, limits, expected):
    with pytest.raises(ValueError, match=expected):
        random_affine(tf.zeros(shape), (1, 2), **limits)
