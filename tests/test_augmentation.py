"""Data augmentation stays within its limits, repeats with the same seed, and differs in each epoch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data.augmentation import augment, random_affine
from mnist_lab.data.datasets import training_dataset

from .conftest import centres_of_mass, classes_shown

NO_DISTORTION = {"degrees": 0, "scale": 0, "shear": 0, "shift": 0}


def dots(*positions, n=200):
    """Return `n` images with one bright pixel at each position (row, column)."""
    images = np.zeros((n, 28, 28), np.float32)
    for row, column in positions:
        images[:, row, column] = 1
    return images.reshape(n, 784)


def centres(*positions, **limit):
    """Return the centres of mass of distorted dots, relative to the middle of the image."""
    return centres_of_mass(random_affine(dots(*positions), (1, 2), **NO_DISTORTION | limit)) - 13.5


def test_limits_of_zero_leave_the_images_unchanged():
    images = np.random.default_rng(0).random((5, 784), np.float32)
    np.testing.assert_allclose(random_affine(images, (1, 2), **NO_DISTORTION), images, atol=1e-5)


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


def test_a_seed_repeats_the_distortions_which_differ_from_image_to_image():
    first, again, other = (random_affine(dots((10, 10), n=4), seed).numpy() for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert len({image.tobytes() for image in first}) == 4


def test_augment_distorts_anew_in_each_pass_and_follows_the_global_seed(tiny):
    def passes(seed):
        keras.utils.set_random_seed(seed)
        dataset = augment(training_dataset(100))
        return [np.concatenate([images for images, _ in dataset]) for _ in range(2)]

    one, same, other = passes(3), passes(3), passes(4)
    np.testing.assert_array_equal(one, same)
    different = [*one, *other]
    assert all(np.abs(a - b).max() > 0.1 for i, a in enumerate(different) for b in different[:i])


def test_augment_keeps_labels_with_their_images_and_the_shape_of_the_dataset(tiny):
    plain = training_dataset(100)
    dataset = augment(plain, **NO_DISTORTION)
    assert dataset.element_spec == plain.element_spec
    assert dataset.cardinality() == plain.cardinality()
    for images, labels in dataset:
        np.testing.assert_array_equal(classes_shown(images), np.argmax(labels, axis=1))


@pytest.mark.parametrize("limit", [-1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", NO_DISTORTION)
def test_negative_and_infinite_limits_are_refused(name, limit):
    with pytest.raises(ValueError, match=f"{name} must be"):
        random_affine(dots(), (1, 2), **{name: limit})


@pytest.mark.parametrize("shape", [(784,), (2, 28, 28), (2, 783)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="images must have"):
        random_affine(tf.zeros(shape), (1, 2))
