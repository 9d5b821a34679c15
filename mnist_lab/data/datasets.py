"""The tf.data pipelines that Keras trains on: batches of images and one-hot labels from the four files."""

import os

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data._validation import whole_number
from mnist_lab.data.find import find_mnist
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers

Folder = str | os.PathLike | None


def training_dataset(
    batch_size: int = 128, *, directory: Folder = None, holdout: int = 0, by_writer: bool = False, split_seed: int = 0
) -> tf.data.Dataset:
    """Return one epoch of training batches, reshuffled in each iteration over it.

    Each element is a pair: images `[batch_size, 784]` float32 from 0 (paper) to 1 (ink), labels `[batch_size, 10]`
    float32 one-hot. The last digits of an epoch, others each time, are dropped if they do not fill a batch.

    Args:
        batch_size: images per batch, from 1 to the number of images.
        directory: as for `find_mnist`.
        holdout: how many digits to leave out. With the same arguments, `holdout_dataset` returns them.
        by_writer: as for `holdout_dataset`.
        split_seed: as for `holdout_dataset`.

    Raises:
        ValueError: a number is out of range, or `by_writer` is set without a `holdout`.
        MnistFileError: a file is missing or damaged.
    """
    images, labels = _training_digits(directory, holdout, by_writer, split_seed, held_out=False)
    count = len(labels)
    batch_size = whole_number("batch_size", batch_size, 1, count)
    steps = count // batch_size
    with tf.device("CPU"):  # as bytes, 47 MB: a batch becomes floats only when it is needed
        images, labels = tf.constant(images), tf.constant(labels)

    def shuffled_batches(seed: tf.Tensor) -> tf.data.Dataset:
        random = tf.random.stateless_uniform([count], seed, minval=None, maxval=None, dtype=tf.int64)
        rows = tf.argsort(random)[: steps * batch_size]
        return tf.data.Dataset.from_tensor_slices(tf.reshape(rows, [steps, batch_size]))

    def look_up(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return scale(tf.gather(images, rows)), _one_hot(tf.gather(labels, rows))

    one_seed = tf.data.Dataset.random(rerandomize_each_iteration=True).batch(2).take(1)
    batches = one_seed.flat_map(shuffled_batches).apply(tf.data.experimental.assert_cardinality(steps))
    # tf.data's own optimizers copy the images once more and slow down small batches: benchmarks/loader.py measures it.
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return batches.map(look_up).prefetch(16).with_options(options)


def holdout_dataset(
    holdout: int, *, by_writer: bool = False, split_seed: int = 0, directory: Folder = None
) -> tf.data.Dataset:
    """Return one batch, `[holdout, 784]` and `[holdout, 10]`, of the digits that `training_dataset` leaves out.

    Args:
        holdout: how many digits to hold out.
        by_writer: hold out all digits of some writers, so that training sees none of them: in random order as many
            as have written `holdout` digits or a few more. The file of the writers is downloaded if need be.
        split_seed: decides which digits are held out; it does not follow `set_seed`.
        directory: as for `find_mnist`.

    Raises:
        ValueError: a number is out of range.
        MnistFileError: a file is missing or damaged.
    """
    return _one_batch(*_training_digits(directory, holdout, by_writer, split_seed, held_out=True))


def validation_dataset(*, directory: Folder = None) -> tf.data.Dataset:
    """Return MNIST's 10,000 test digits as one batch: images `[10000, 784]`, labels `[10000, 10]`, both float32.

    Up to lesson 08 they are the validation digits. From lesson 09 on, `holdout_dataset` is for validation; this one is
    then called `test_dataset`, and only `SealedTest` opens it. Args and errors are those of `find_mnist`.
    """
    files = find_mnist(directory)
    return _one_batch(*idx.read_digits(files.validation_images, files.validation_labels))


test_dataset = validation_dataset


def first_digits(dataset: tf.data.Dataset, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first `n` digits of a dataset of batches: images `[n, 784]` float32, and classes `[n]` int64.

    Raises:
        ValueError: `n` is not a positive whole number, or the dataset holds fewer than `n` digits.
    """
    n = whole_number("n", n)
    images, labels = next(iter(dataset.rebatch(n)))
    if len(labels) < n:
        raise ValueError(f"n must be at most {len(labels):,}, the number of digits in the dataset. Received: {n:,}")
    return images.numpy(), np.argmax(labels, axis=1)


def _training_digits(
    directory: Folder, holdout: int, by_writer: bool, split_seed: int, *, held_out: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels to train on, or those that are held out."""
    files = find_mnist(directory)
    images, labels = idx.read_digits(files.train_images, files.train_labels)
    if not (holdout or by_writer or held_out):
        return images, labels
    writers = read_writers(find_writers(files), labels) if by_writer else None
    rows = split(len(labels), holdout, split_seed, writers)[held_out]
    return images[rows], labels[rows]


def _one_batch(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensors((scale(images), _one_hot(labels)))


def scale(images: npt.ArrayLike | tf.Tensor) -> tf.Tensor:
    """Return pixels from 0 to 255 as float32 from 0 to 1."""
    return tf.cast(images, tf.float32) / 255


def _one_hot(labels: npt.ArrayLike | tf.Tensor) -> tf.Tensor:
    return tf.one_hot(labels, idx.CLASSES, dtype=tf.float32)
