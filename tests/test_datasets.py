import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.datasets import first_digits, holdout_dataset, training_dataset, validation_dataset
from mnist_lab.data.find import NAMES

from .conftest import TRAINING, VALIDATION


def digits_in(dataset):
    images, labels = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def stored(tiny, part):
    images, labels = idx.read_digits(tiny / NAMES[f"{part}_images"], tiny / NAMES[f"{part}_labels"])
    return images.astype(np.float32) / np.float32(255), labels


def test_batches_have_a_fixed_shape_and_each_epoch_drops_other_digits(tiny):
    dataset = training_dataset()
    assert dataset.element_spec == (tf.TensorSpec([128, 784], tf.float32), tf.TensorSpec([128, 10], tf.float32))
    assert dataset.cardinality().numpy() == len(list(dataset)) == TRAINING // 128
    epochs = [{image.tobytes() for image in digits_in(dataset)[0]} for _ in range(2)]
    assert all(len(epoch) == 2 * 128 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_every_epoch_contains_every_digit_once_in_another_order_of_the_whole_set(tiny):
    expected, expected_labels = stored(tiny, "train")
    row_of = {image.tobytes(): row for row, image in enumerate(expected)}
    dataset, orders = training_dataset(10), []
    for _ in range(2):
        images, labels = digits_in(dataset)
        rows = np.array([row_of[image.tobytes()] for image in images])
        assert sorted(rows) == list(range(TRAINING))
        np.testing.assert_array_equal(labels, np.eye(10)[expected_labels[rows]])
        assert abs(np.corrcoef(rows, np.arange(TRAINING))[0, 1]) < 0.3
        orders.append(rows)
    assert not np.array_equal(*orders)


def test_the_order_follows_the_global_seed(tiny):
    epochs = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        epochs.append(digits_in(training_dataset(50))[0])
    np.testing.assert_array_equal(epochs[0], epochs[1])
    assert (epochs[0] != epochs[2]).any()


@pytest.mark.parametrize("n", [20, VALIDATION])
def test_validation_is_one_batch_and_first_digits_keep_the_order_of_the_files(tiny, n):
    expected, expected_labels = stored(tiny, "validation")
    ((images, labels),) = validation_dataset()
    assert images.dtype == labels.dtype == tf.float32
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(labels, np.eye(10)[expected_labels])
    digits, classes = first_digits(validation_dataset().unbatch().batch(7), n)
    assert (digits.dtype, classes.dtype, digits.flags.writeable) == (np.float32, np.int64, True)
    np.testing.assert_array_equal(digits, expected[:n])
    np.testing.assert_array_equal(classes, expected_labels[:n])


@pytest.mark.parametrize(
    ("call", "error", "expected"),
    [
        (lambda: training_dataset(0), ValueError, f"batch_size must be a whole number from 1 to {TRAINING}. Received"),
        (lambda: training_dataset(TRAINING + 1), ValueError, f"batch_size .* to {TRAINING}. Received: 301"),
        (lambda: first_digits(validation_dataset(), 0), ValueError, "n must be a positive whole number"),
        (lambda: first_digits(validation_dataset(), 101), ValueError, "n must be at most 100, .* Received: 101"),
        (lambda: training_dataset(10, "folder"), TypeError, "positional argument"),
        (lambda: holdout_dataset(10, "folder"), TypeError, "positional argument"),
        (lambda: validation_dataset("folder"), TypeError, "positional argument"),
        (lambda: validation_dataset(directory="folder"), idx.MnistFileError, "no such folder"),
    ],
)
def test_wrong_arguments_are_refused(tiny, call, error, expected):
    with pytest.raises(error, match=expected):
        call()
