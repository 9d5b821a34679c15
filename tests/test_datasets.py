"""Batches for training, digits that are held out (at random or by writer), and digits for validation."""

import dataclasses
import gzip
import struct
from unittest.mock import Mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import download, idx, writers
from mnist_lab.data.datasets import first_digits, holdout_dataset, training_dataset, validation_dataset
from mnist_lab.data.download import DownloadError
from mnist_lab.data.find import NAMES, find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers

from .conftest import TRAINING, VALIDATION


def stored(tiny, part):
    images, labels = idx.read_digits(tiny / NAMES[f"{part}_images"], tiny / NAMES[f"{part}_labels"])
    return images.astype(np.float32) / np.float32(255), labels


def rows_in(tiny, dataset):
    """Return the numbers of the training digits in a dataset, in its order; their labels must fit."""
    expected, expected_labels = stored(tiny, "train")
    row_of = {image.tobytes(): row for row, image in enumerate(expected)}
    images, labels = zip(*dataset.unbatch().as_numpy_iterator(), strict=True)
    rows = [row_of[image.tobytes()] for image in images]
    np.testing.assert_array_equal(labels, np.eye(10)[expected_labels[rows]])
    return rows


def test_batches_have_a_fixed_shape_and_each_epoch_drops_other_digits(tiny):
    dataset = training_dataset()
    assert dataset.element_spec == (tf.TensorSpec([128, 784], tf.float32), tf.TensorSpec([128, 10], tf.float32))
    first, second = set(rows_in(tiny, dataset)), set(rows_in(tiny, dataset))
    assert len(first) == len(second) == dataset.cardinality().numpy() * 128 == 2 * 128
    assert first != second


def test_every_epoch_contains_every_digit_once_in_another_order_of_the_whole_set(tiny):
    dataset = training_dataset(10)
    first, second = rows_in(tiny, dataset), rows_in(tiny, dataset)
    assert sorted(first) == sorted(second) == list(range(TRAINING))
    assert np.abs(np.corrcoef([first, second, range(TRAINING)]) - np.eye(3)).max() < 0.3


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


def extended_labels(labels, writer_ids=0):
    rows = np.zeros((len(labels), 8), ">i4")
    rows[:, 0], rows[:, 2] = labels, writer_ids
    return struct.pack(">HBBII", 0, 12, 2, *rows.shape) + rows.tobytes()


@pytest.fixture
def writers_of_tiny(tiny):
    """Add a file of writers to the tiny folder; return the writer of each training digit."""
    labels = idx.read_labels(tiny / NAMES["train_labels"])
    writer_ids = np.random.default_rng(1).integers(0, 25, TRAINING) * 7
    (tiny / f"{download.WRITERS}.gz").write_bytes(gzip.compress(extended_labels(labels, writer_ids)))
    return writer_ids


def test_held_out_digits_are_never_trained_on_and_no_digit_is_lost(tiny):
    training, held_out = training_dataset(10, holdout=60, split_seed=4), holdout_dataset(60, split_seed=4)
    assert training.cardinality().numpy() == (TRAINING - 60) // 10
    assert held_out.element_spec == (tf.TensorSpec([60, 784], tf.float32), tf.TensorSpec([60, 10], tf.float32))
    for _ in range(2):
        assert sorted(rows_in(tiny, training) + rows_in(tiny, held_out)) == list(range(TRAINING))


def test_whole_writers_are_held_out(tiny, writers_of_tiny):
    held_out = rows_in(tiny, holdout_dataset(60, by_writer=True))
    trained = rows_in(tiny, training_dataset(1, holdout=60, by_writer=True))
    assert not set(writers_of_tiny[held_out]) & set(writers_of_tiny[trained])
    assert sorted([*held_out, *trained]) == list(range(TRAINING))
    assert 60 <= len(held_out) < 60 + np.bincount(writers_of_tiny).max()


def test_the_split_follows_only_split_seed_and_is_the_same_on_every_version_of_numpy(tiny):
    keras.utils.set_random_seed(1)
    first = rows_in(tiny, holdout_dataset(60, split_seed=2))
    keras.utils.set_random_seed(5)
    assert rows_in(tiny, holdout_dataset(60, split_seed=2)) == first
    assert split(20, 5, 0)[1].tolist() == [1, 8, 10, 18, 19]
    assert split(6, 3, 1, np.array([3, 3, 1, 1, 2, 2]))[1].tolist() == [0, 1, 2, 3]
    assert set(split(100, 10, 0)[1]) < set(split(100, 30, 0)[1]), "a larger holdout contains the smaller one"


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (training_dataset, {"batch_size": 0}, "batch_size must be a whole number from 1 to 300. Received: 0"),
        (training_dataset, {"batch_size": 301}, "batch_size must be a whole number from 1 to 300. Received: 301"),
        (training_dataset, {"holdout": 300}, "holdout must be a whole number from 1 to 299"),
        (training_dataset, {"by_writer": True}, "holdout must be a whole number from 1 to 299"),
        (holdout_dataset, {"holdout": 0}, "holdout must be a whole number from 1 to 299"),
        (holdout_dataset, {"holdout": 60, "split_seed": -1}, "split_seed must be a whole number from 0 to 4,294"),
        (holdout_dataset, {"holdout": 299, "by_writer": True}, "must leave a writer to train on"),
        (validation_dataset, {"directory": "folder"}, "no such folder"),
        (lambda n: first_digits(validation_dataset(), n), {"n": 0}, "n must be a positive whole number"),
        (lambda n: first_digits(validation_dataset(), n), {"n": 101}, "n must be at most 100, .* Received: 101"),
    ],
)
def test_wrong_arguments_are_refused(writers_of_tiny, function, arguments, expected):
    with pytest.raises(ValueError, match=expected):
        function(**arguments)


RIGHT = extended_labels(np.zeros(TRAINING), np.arange(TRAINING))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<html>", "another header"),
        (extended_labels(np.zeros(10)), "another header"),
        (extended_labels(np.full(TRAINING, 10)), "found class 10 in row 0"),
        (RIGHT[:-1], "another length"),
        (gzip.compress(RIGHT)[:-12], "cannot be read"),
    ],
    ids=["a web page", "too few", "a class above 9", "cut short", "gzip cut short"],
)
def test_a_file_of_writers_that_is_damaged_or_about_other_digits_is_refused(tmp_path, content, found):
    path = tmp_path / download.WRITERS
    path.write_bytes(content)
    with pytest.raises(MnistFileError, match=f"{found}.*Continue without by_writer=True"):
        read_writers(path, np.zeros(TRAINING, np.uint8))


def test_mnists_writers_are_downloaded_once_into_the_default_folder(tiny, tmp_path, monkeypatch):
    refuse = Mock(side_effect=DownloadError("no network: nothing answers"))
    writers_file = tmp_path / f"{download.WRITERS}.gz"
    monkeypatch.setattr(writers, "default_data_dir", lambda: tmp_path)
    with pytest.raises(MnistFileError, match=r"known for MNIST only\. Continue without by_writer=True"):
        find_writers(find_mnist())
    mnist = dataclasses.replace(find_mnist(), origin="mnist")
    monkeypatch.setattr(download, "download_writers", refuse)
    with pytest.raises(MnistFileError, match=r"nothing answers.*Continue without by_writer=True"):
        find_writers(mnist)
    for function in (lambda folder: writers_file.touch(), refuse):
        monkeypatch.setattr(download, "download_writers", function)
        assert find_writers(mnist) == writers_file
