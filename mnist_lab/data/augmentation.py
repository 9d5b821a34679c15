"""Data augmentation: each digit is shifted, rotated, scaled and sheared a little, differently in every epoch."""

import os
from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_lab.data import idx

_MIDDLE = (idx.SIDE - 1) / 2


def random_affine(
    images: npt.ArrayLike | tf.Tensor,
    seed: Sequence[int] | tf.Tensor,
    *,
    degrees: float = 10.0,
    scale: float = 0.1,
    shear: float = 0.15,
    shift: float = 2.0,
) -> tf.Tensor:
    """Return the images, each distorted by a random affine transformation of its own about its middle.

    Each amount is drawn uniformly from its range, scale factors on a logarithmic scale. An image is interpolated once.

    Args:
        images: `[n, 784]` float32, paper 0.
        seed: two whole numbers; the same images and seed give the same result.
        degrees: the largest angle of rotation, in either direction.
        scale: width and height are scaled independently, by factors from 1 / (1 + scale) to 1 + scale.
        shear: a row moves sideways by at most this fraction of its distance from the middle.
        shift: the largest shift in pixels, horizontally and independently vertically.

    Raises:
        ValueError: the images have another shape, or a limit is negative or not finite.
    """
    for name, limit in {"degrees": degrees, "scale": scale, "shear": shear, "shift": shift}.items():
        if not 0 <= limit < np.inf:
            raise ValueError(f"{name} must be finite and at least 0. Received: {limit!r}")
    images = tf.convert_to_tensor(images)
    if images.shape.rank != 2 or images.shape[1] != idx.PIXELS:
        raise ValueError(f"images must have the shape [n, {idx.PIXELS}]. Received: {images.shape}")
    count = tf.shape(images)[0]
    angle, slant, width, height, right, down = tf.unstack(tf.random.stateless_uniform([6, count], seed, -1, 1))
    cosine, sine = tf.cos(angle * np.deg2rad(degrees)), tf.sin(angle * np.deg2rad(degrees))
    slant, stretch = slant * shear, np.log1p(scale)
    width, height = tf.exp(width * stretch), tf.exp(height * stretch)
    rows = (
        (width * cosine, width * (slant * cosine - sine), right * shift),
        (height * sine, height * (slant * sine + cosine), down * shift),
    )
    coefficients = [number for a, b, offset in rows for number in (a, b, _MIDDLE - (a + b) * _MIDDLE + offset)]
    transform = tf.stack([*coefficients, tf.zeros(count), tf.zeros(count)], axis=1)
    square = tf.reshape(images, [-1, idx.SIDE, idx.SIDE, 1])
    return tf.reshape(keras.ops.image.affine_transform(square, transform, fill_mode="constant"), [-1, idx.PIXELS])


def augment(dataset: tf.data.Dataset, **limits: float) -> tf.data.Dataset:
    """Return a dataset of images `[batch, 784]` and labels with its images distorted anew in each iteration.

    The distortions are those of `random_affine` with these `limits`, and follow the global seed.
    """
    seeds = tf.data.Dataset.random(rerandomize_each_iteration=True).batch(2, drop_remainder=True)

    def distort(batch: tuple[tf.Tensor, tf.Tensor], seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return random_affine(batch[0], seed, **limits), batch[1]

    pairs = tf.data.Dataset.zip(dataset, seeds)
    return pairs.map(distort, num_parallel_calls=os.cpu_count(), deterministic=True).prefetch(4)
