"""More digits than there are: each one moved, turned, stretched and slanted a little, anew in every epoch."""

import os

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import idx

_MIDDLE = (idx.SIDE - 1) / 2


def random_affine(
    images, seed, *, degrees: float = 10.0, scale: float = 0.1, shear: float = 0.15, shift: float = 2.0
) -> tf.Tensor:
    """Return images each of which went through an affine transformation of its own, about its middle.

    All four distortions are one matrix, so that an image is interpolated once only. Each number is drawn evenly from
    its range; the factors of stretching evenly on a logarithmic scale. What comes in from outside is paper.

    Args:
        images: `[n, 784]` float32, paper 0.
        seed: two whole numbers; the same images and seed give the same result.
        degrees: turned by at most this angle, to either side.
        scale: made wider and, apart from that, higher by a factor from 1 / (1 + scale) to 1 + scale.
        shear: slanted: a row moves by at most this part of its distance from the middle.
        shift: moved by at most this many pixels, sideways and, apart from that, up or down.

    Returns:
        `[n, 784]` float32.

    Raises:
        ValueError: the images are of another shape, or a limit is negative or not finite.
    """
    limits = {"degrees": degrees, "scale": scale, "shear": shear, "shift": shift}
    for name, limit in limits.items():
        if not 0 <= limit < np.inf:
            raise ValueError(f"{name} must be 0 or a positive number. Received: {limit!r}")
    images = tf.convert_to_tensor(images)
    if images.shape.rank != 2 or images.shape[1] != idx.PIXELS:
        raise ValueError(f"images must be [n, {idx.PIXELS}]. Received: {images.shape}")
    count = tf.shape(images)[0]
    angle, slant, wide, high, right, down = tf.unstack(tf.random.stateless_uniform([6, count], seed, -1, 1))
    cosine, sine = tf.cos(angle * np.deg2rad(degrees)), tf.sin(angle * np.deg2rad(degrees))
    slant, stretch = slant * shear, np.log1p(scale)
    wide, high = tf.exp(wide * stretch), tf.exp(high * stretch)
    rows = (
        (wide * cosine, wide * (slant * cosine - sine), right * shift),
        (high * sine, high * (slant * sine + cosine), down * shift),
    )
    numbers = [number for a, b, moved in rows for number in (a, b, _MIDDLE - (a + b) * _MIDDLE + moved)]
    transform = tf.stack([*numbers, tf.zeros(count), tf.zeros(count)], axis=1)
    square = tf.reshape(images, [-1, idx.SIDE, idx.SIDE, 1])
    return tf.reshape(keras.ops.image.affine_transform(square, transform, fill_mode="constant"), [-1, idx.PIXELS])


def augment(dataset: tf.data.Dataset, **limits: float) -> tf.data.Dataset:
    """Return a dataset of batches with the images distorted by `random_affine`, anew each time it is gone through.

    The distortions follow the global seed (`set_seed`). Labels, batches and cardinality stay as they are.

    Args:
        dataset: of pairs: images `[batch, 784]` float32, labels.
        limits: as for `random_affine`.
    """
    seeds = tf.data.Dataset.random(rerandomize_each_iteration=True).batch(2, drop_remainder=True)

    def distort(batch, seed):
        images, labels = batch
        return random_affine(images, seed, **limits), labels

    pairs = tf.data.Dataset.zip(dataset, seeds)
    return pairs.map(distort, num_parallel_calls=os.cpu_count(), deterministic=True).prefetch(4)
