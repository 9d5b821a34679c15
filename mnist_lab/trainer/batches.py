"""The digits of each step, and their distortions: only the seed and the step decide, so that a run can be resumed."""

import os
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.augmentation import random_affine
from mnist_lab.data.datasets import scale
from mnist_lab.data.find import MnistFiles
from mnist_lab.trainer.settings import Settings

_PREFETCHED_BATCHES = 8
_VALIDATION_BATCH_SIZE = 500


@dataclass(frozen=True)
class Share:
    """A worker's part of every batch: its index, from 0, and how many replicas of the network each worker has."""

    worker: int = 0
    workers: int = 1
    replicas: int = 1

    @property
    def all_replicas(self) -> int:
        return self.workers * self.replicas

    @property
    def own_replicas(self) -> slice:
        return slice(self.worker * self.replicas, (self.worker + 1) * self.replicas)


def training_batches(files: MnistFiles, settings: Settings, share: Share, first_step: int = 0) -> tf.data.Dataset:
    """Return a worker's batches from a step on, to the end of the training run: one element for each of its replicas.

    An element is images `[batch, 784]` float32 from 0 to 1 and classes `[batch]` int32. Each epoch has another order.
    """
    images, labels = idx.read_digits(files.train_images, files.train_labels)
    seed, steps = settings.seed, len(labels) // settings.batch_size
    size = settings.batch_size // share.all_replicas
    with tf.device("CPU"):
        images, labels = tf.constant(images), tf.constant(labels)
    own = share.own_replicas

    def batches_of_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(len(labels)), seed=[seed, epoch])
        rows = tf.reshape(order[: steps * settings.batch_size], [steps, -1, size])[:, own]
        numbers = (epoch * steps + tf.range(steps, dtype=tf.int64))[:, tf.newaxis] * share.all_replicas
        numbers += tf.range(own.start, own.stop, dtype=tf.int64)
        return tf.data.Dataset.from_tensor_slices((tf.reshape(numbers, [-1]), tf.reshape(rows, [-1, size])))

    def look_up(number: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = scale(tf.gather(images, rows))
        if settings.augment:
            batch = random_affine(batch, tf.stack([tf.cast(seed, tf.int64), number]))
        return batch, tf.cast(tf.gather(labels, rows), tf.int32)

    first_epoch, steps_done = divmod(first_step, steps)
    rows = tf.data.Dataset.range(first_epoch, settings.epochs).flat_map(batches_of_epoch)
    rows = rows.skip(steps_done * share.replicas)
    return rows.map(look_up, num_parallel_calls=os.cpu_count(), deterministic=True).prefetch(_PREFETCHED_BATCHES)


def validation_batches(files: MnistFiles, share: Share) -> tf.data.Dataset:
    """Return a worker's part of the validation digits, one element for each of its replicas in turn.

    An element is images, classes, and weights `[500]`: 1 for a digit, 0 for padding, so that all have as many steps.
    """
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    size = _VALIDATION_BATCH_SIZE
    padding = -len(labels) % (size * share.all_replicas)
    weights = np.pad(np.ones(len(labels), np.float32), (0, padding))
    images, labels = np.pad(images, ((0, padding), (0, 0))), np.pad(labels.astype(np.int32), (0, padding))

    def own_batches(array: np.ndarray) -> np.ndarray:
        by_replica = array.reshape(-1, share.all_replicas, size, *array.shape[1:])
        return by_replica[:, share.own_replicas].reshape(-1, size, *array.shape[1:])

    batches = tf.data.Dataset.from_tensor_slices(tuple(map(own_batches, (images, labels, weights))))
    return batches.map(lambda digits, *rest: (scale(digits), *rest)).prefetch(_PREFETCHED_BATCHES)
