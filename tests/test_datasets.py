import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.datasets import first_digits, holdout_dataset, training_dataset, validation_dataset
from mnist_lab.data.find import NAMES

from .conftest import TRAINING, VALIDATION


def rows_of(dataset):
    images, labels = zip(*((x.numpy(), y.numpy()) for x, y in dataset), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def test_training_batches_have_a_fixed_shape_and_a_known_number(tiny):
    dataset = training_dataset(64)
    assert dataset.cardinality().numpy() == TRAINING // 64
    assert dataset.element_spec == (tf.TensorSpec([64, 784], tf.float32), tf.TensorSpec([64, 10], tf.float32))
    assert len(list(dataset)) == TRAINING // 64


def test_an_epoch_contains_every_digit_once_scaled_and_one_hot(tiny):
    images, labels = rows_of(training_dataset(100))
    stored = idx.read_images(tiny / NAMES["train_images"])
    stored_labels = idx.read_labels(tiny / NAMES["train_labels"])
    assert images.min() >= 0
    assert images.max() == 1
    np.testing.assert_array_equal(labels.sum(axis=1), 1)
    seen = sorted((image.tobytes(), label) for image, label in zip(images, labels.argmax(axis=1), strict=True))
    scaled = stored.astype(np.float32) / np.float32(255)
    expected = sorted((image.tobytes(), label) for image, label in zip(scaled, stored_labels, strict=True))
    assert seen == expected


def test_every_epoch_has_a_different_order(tiny):
    dataset = training_dataset(100)
    first, second = rows_of(dataset)[0], rows_of(dataset)[0]
    assert not np.array_equal(first, second)


def test_the_whole_set_is_shuffled_not_only_neighbours(tiny):
    stored = idx.read_images(tiny / NAMES["train_images"]).astype(np.float32) / np.float32(255)
    position = {row.tobytes(): index for index, row in enumerate(stored)}
    images, _ = rows_of(training_dataset(10))
    order = np.array([position[image.tobytes()] for image in images])
    assert abs(np.corrcoef(order, np.arange(len(order)))[0, 1]) < 0.3


def test_the_order_follows_the_global_seed(tiny):
    keras.utils.set_random_seed(3)
    first, _ = rows_of(training_dataset(50))
    keras.utils.set_random_seed(3)
    second, _ = rows_of(training_dataset(50))
    np.testing.assert_array_equal(first, second)
    keras.utils.set_random_seed(4)
    assert (rows_of(training_dataset(50))[0] != first).any()


def test_different_digits_are_dropped_in_each_epoch(tiny):
    dataset = training_dataset(128)
    epochs = [{image.tobytes() for image in rows_of(dataset)[0]} for _ in range(2)]
    assert all(len(epoch) == 2 * 128 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_validation_is_one_batch_in_the_order_of_the_files(tiny):
    dataset = validation_dataset()
    assert dataset.cardinality().numpy() == 1
    images, labels = rows_of(dataset)
    assert images.shape == (VALIDATION, 784)
    assert images.dtype == labels.dtype == np.float32
    stored = idx.read_images(tiny / NAMES["validation_images"])
    np.testing.assert_array_equal(images, stored.astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(labels.argmax(axis=1), idx.read_labels(tiny / NAMES["validation_labels"]))


@pytest.mark.parametrize("batch_size", [0, -1, TRAINING + 1, 12.5, "128", None])
def test_a_batch_size_out_of_range_is_refused(tiny, batch_size):
    with pytest.raises(ValueError, match=f"from 1 to {TRAINING}. Received"):
        training_dataset(batch_size)


def test_another_number_of_labels_than_images_is_refused(tiny):
    idx.write(tiny / NAMES["train_labels"], np.zeros(TRAINING - 1, np.uint8))
    with pytest.raises(idx.MnistFileError, match="299 labels; expected 300"):
        training_dataset(10)


@pytest.mark.parametrize("call", [(training_dataset, 10), (holdout_dataset, 10), (validation_dataset,)])
def test_all_but_the_first_argument_are_keyword_only(tiny, call):
    function, *arguments = call
    with pytest.raises(TypeError, match="positional argument"):
        function(*arguments, tiny)


def test_first_digits_keep_the_order_across_batches(tiny):
    dataset = validation_dataset().unbatch().batch(7)
    digits, labels = first_digits(dataset, 20)
    stored = idx.read_labels(tiny / NAMES["validation_labels"])
    assert digits.shape == (20, 784)
    assert digits.dtype == np.float32
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, stored[:20])


def test_first_digits_returns_the_whole_dataset_if_asked(tiny):
    digits, _ = first_digits(validation_dataset(), VALIDATION)
    assert len(digits) == VALIDATION


def test_the_default_batch_size_is_128(tiny):
    assert [images.shape[0] for images, _ in training_dataset()] == [128, 128]


@pytest.mark.parametrize("n", [0, -3, 2.5, "all"])
def test_first_digits_refuses_what_is_not_a_positive_whole_number(tiny, n):
    with pytest.raises(ValueError, match="positive whole number"):
        first_digits(validation_dataset(), n)


def test_first_digits_refuses_more_digits_than_there_are(tiny):
    with pytest.raises(ValueError, match=f"n must be at most {VALIDATION}, .* Received: {VALIDATION + 1}"):
        first_digits(validation_dataset().unbatch().batch(7), VALIDATION + 1)


def test_the_directory_argument_overrides_the_variable(tiny, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DATA", str(tiny / "nowhere"))
    assert training_dataset(10, directory=tiny).cardinality().numpy() == 30
    with pytest.raises(idx.MnistFileError, match="no such folder"):
        validation_dataset()
