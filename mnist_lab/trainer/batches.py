"""The digits of each step: which ones, and how distorted, is a function of the seed and the step alone.

So a training that was interrupted goes on with the same digits, and several workers share each batch without overlap.
"""

import os
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.augmentation import random_affine
from mnist_lab.data.datasets import scale
from mnist_lab.data.find import MnistFiles
from mnist_lab.trainer.settings import TrainingError

_AHEAD = 8
_JUDGED_AT_ONCE = 500


@dataclass(frozen=True)
class Share:
    """Which part of every batch is a worker's.

    Attributes:
        worker: its number, from 0.
        workers: how many there are.
        replicas: how many processors each worker has.
    """

    worker: int = 0
    workers: int = 1
    replicas: int = 1

    def of(self, batch_size: int) -> int:
        """Return how many images of a batch each processor gets.

        Raises:
            TrainingError: the batch cannot be shared evenly.
        """
        processors = self.workers * self.replicas
        if batch_size % processors:
            raise TrainingError(
                f"A batch is shared by {processors} processors. Expected a batch size that is a multiple of that. "
                f"Received: {batch_size}"
            )
        return batch_size // processors


def training_batches(
    files: MnistFiles, *, epochs: int, batch_size: int, seed: int, augment: bool, first_step: int = 0, share: Share
) -> tf.data.Dataset:
    """Return a worker's batches from a step on, to the end of the training: one element for each of its processors.

    Each element is a pair: images `[batch, 784]` float32 from 0 to 1, classes `[batch]` int32. Each epoch has an order
    of its own; the digits at its end that do not fill a batch are left out.

    Args:
        files: MNIST's.
        epochs: passes over the digits.
        batch_size: of all workers together.
        seed: of the orders and the distortions.
        augment: distort each digit, as lesson 10 does.
        first_step: steps that were taken before, counted over all epochs.
        share: which part is this worker's.

    Raises:
        TrainingError: the batch cannot be shared evenly, or is larger than the training set.
    """
    images, labels = idx.read_digits(files.train_images, files.train_labels)
    each, steps = share.of(batch_size), steps_per_epoch(len(labels), batch_size)
    with tf.device("CPU"):
        images, labels = tf.constant(images), tf.constant(labels)
    mine = share.worker * share.replicas

    def steps_of(epoch):
        order = tf.random.experimental.stateless_shuffle(tf.range(len(labels)), seed=[seed, epoch])
        rows = tf.reshape(order[: steps * batch_size], [steps, -1, each])[:, mine : mine + share.replicas]
        numbers = (epoch * steps + tf.range(steps, dtype=tf.int64))[:, tf.newaxis] * share.workers * share.replicas
        numbers += tf.range(mine, mine + share.replicas, dtype=tf.int64)
        return tf.data.Dataset.from_tensor_slices((tf.reshape(numbers, [-1]), tf.reshape(rows, [-1, each])))

    def look_up(number, rows):
        batch = scale(tf.gather(images, rows))
        if augment:
            batch = random_affine(batch, tf.stack([tf.cast(seed, tf.int64), number]))
        return batch, tf.cast(tf.gather(labels, rows), tf.int32)

    first_epoch, done = divmod(first_step, steps)
    parts = tf.data.Dataset.range(first_epoch, epochs).flat_map(steps_of).skip(done * share.replicas)
    return parts.map(look_up, num_parallel_calls=os.cpu_count(), deterministic=True).prefetch(_AHEAD)


def steps_per_epoch(digits: int, batch_size: int) -> int:
    """Return how many whole batches so many digits make.

    Raises:
        TrainingError: not even one.
    """
    if digits < batch_size:
        raise TrainingError(
            f"Expected a batch size of at most {digits:,}, the number of digits. Received: {batch_size}"
        )
    return digits // batch_size


def validation_batches(files: MnistFiles, share: Share) -> tf.data.Dataset:
    """Return a worker's part of the validation digits, one element for each of its processors in turn.

    Each element is images `[500, 784]` float32, classes `[500]` int32, and weights `[500]` float32: 1, or 0 where there
    is no digit, so that all workers take as many steps.
    """
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    processors = share.workers * share.replicas
    steps = -(-len(labels) // (_JUDGED_AT_ONCE * processors))
    missing = steps * processors * _JUDGED_AT_ONCE - len(labels)
    weights = np.pad(np.ones(len(labels), np.float32), (0, missing))
    images, labels = np.pad(images, ((0, missing), (0, 0))), np.pad(labels.astype(np.int32), (0, missing))
    mine = slice(share.worker * share.replicas, (share.worker + 1) * share.replicas)

    def part(array):
        shared = array.reshape(steps, processors, _JUDGED_AT_ONCE, *array.shape[1:])[:, mine]
        return shared.reshape(-1, _JUDGED_AT_ONCE, *array.shape[1:])

    parts = tf.data.Dataset.from_tensor_slices(tuple(map(part, (images, labels, weights))))
    return parts.map(lambda digits, *rest: (scale(digits), *rest)).prefetch(_AHEAD)
