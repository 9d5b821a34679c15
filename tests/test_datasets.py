import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.datasets import first_digits, holdout_dataset, training_dataset, validation_dataset
from mnist_lab.data.find import NAMES

from .conftest import TRAINING, VALIDATION


def digits_in(dataset):
    images, labels = zip(*((x.numpy(), y.numpy()) for x, y in dataset), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def stored(tiny, part):
    images, labels = idx.read_digits(tiny / NAMES[f"{part}_images"], tiny / NAMES[f"{part}_labels"])
    return images.astype(np.float32) / np.float32(255), labels


@pytest.mark.parametrize(("arguments", "size"), [((), 128), ((64,), 64)], ids=["by default", "64"])
def test_training_batches_have_a_fixed_shape_and_a_known_number(tiny, arguments, size):
    dataset = training_dataset(*arguments)
    assert dataset.cardinality().numpy() == len(list(dataset)) == TRAINING // size
    assert dataset.element_spec == (tf.TensorSpec([size, 784], tf.float32), tf.TensorSpec([size, 10], tf.float32))


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


def test_different_digits_are_dropped_in_each_epoch(tiny):
    dataset = training_dataset(128)
    epochs = [{image.tobytes() for image in digits_in(dataset)[0]} for _ in range(2)]
    assert all(len(epoch) == 2 * 128 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_validation_is_one_batch_in_the_order_of_the_files(tiny):
    dataset = validation_dataset()
    assert dataset.cardinality().numpy() == 1
    images, labels = digits_in(dataset)
    assert images.dtype == labels.dtype == np.float32
    expected, expected_labels = stored(tiny, "validation")
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(labels, np.eye(10)[expected_labels])


@pytest.mark.parametrize("batch_size", [0, TRAINING + 1, 12.5])
def test_a_batch_size_out_of_range_is_refused(tiny, batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be a whole number from 1 to {TRAINING}. Received"):
        training_dataset(batch_size)


@pytest.mark.parametrize("call", [(training_dataset, 10), (holdout_dataset, 10), (validation_dataset,)])
def test_all_but_the_first_argument_are_keyword_only(tiny, call):
    function, *arguments = call
    with pytest.raises(TypeError, match="positional argument"):
        function(*arguments, tiny)


@pytest.mark.parametrize("n", [20, VALIDATION])
def test_first_digits_keep_the_order_across_batches(tiny, n):
    digits, labels = first_digits(validation_dataset().unbatch().batch(7), n)
    expected, expected_labels = stored(tiny, "validation")
    assert digits.dtype == np.float32
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(digits, expected[:n])
    np.testing.assert_array_equal(labels, expected_labels[:n])


@pytest.mark.parametrize(
    ("n", "expected"),
    [(0, "positive whole number"), (2.5, "positive whole number"), (101, "at most 100, .* Received: 101")],
)
def test_first_digits_refuses_numbers_out_of_range(tiny, n, expected):
    with pytest.raises(ValueError, match=f"n must be .*{expected}"):
        first_digits(validation_dataset(), n)


def test_the_directory_argument_overrides_the_variable(tiny, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DATA", str(tiny / "nowhere"))
    assert training_dataset(10, directory=tiny).cardinality().numpy() == 30
    with pytest.raises(idx.MnistFileError, match="no such folder"):
        validation_dataset()
