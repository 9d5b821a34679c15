"""Held-out digits: chosen at random or by writer, the same for the same seed, and never trained on."""

import gzip
import struct

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import download, idx, writers
from mnist_lab.data.datasets import holdout_dataset, training_dataset
from mnist_lab.data.download import DownloadError
from mnist_lab.data.find import NAMES, find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers

from .conftest import TRAINING

WRITERS = 25


def extended_labels(labels, writer_ids):
    rows = np.zeros((len(labels), 8), ">i4")
    rows[:, 0], rows[:, 2] = labels, writer_ids
    return struct.pack(">HBBII", 0, 12, 2, *rows.shape) + rows.tobytes()


@pytest.fixture
def writers_of_tiny(tiny):
    """Add a file of writers to the tiny folder; return the writer of each training digit."""
    labels = idx.read_labels(tiny / NAMES["train_labels"])
    writer_ids = np.random.default_rng(1).integers(0, WRITERS, TRAINING) * 7
    (tiny / f"{download.WRITERS}.gz").write_bytes(gzip.compress(extended_labels(labels, writer_ids)))
    return writer_ids


def images_in(dataset):
    return {image.tobytes() for images, _ in dataset for image in images.numpy()}


def rows_in(tiny, dataset):
    stored = idx.read_images(tiny / NAMES["train_images"]).astype(np.float32) / np.float32(255)
    rows = {image.tobytes(): row for row, image in enumerate(stored)}
    return sorted(rows[image] for image in images_in(dataset))


def test_held_out_digits_are_never_trained_on_and_no_digit_is_lost(tiny):
    training = training_dataset(1, holdout=60, split_seed=4)
    held_out = holdout_dataset(60, split_seed=4)
    assert training.cardinality().numpy() == TRAINING - 60
    assert held_out.element_spec == (tf.TensorSpec([60, 784], tf.float32), tf.TensorSpec([60, 10], tf.float32))
    trained = [image for _ in range(3) for image in rows_in(tiny, training)]
    assert not set(trained) & set(rows_in(tiny, held_out))
    assert set(trained) | set(rows_in(tiny, held_out)) == set(range(TRAINING))


def test_labels_stay_with_their_images(tiny):
    for images, labels in [*training_dataset(10, holdout=60), *holdout_dataset(60)]:
        bright = images.numpy().reshape(-1, 28, 28).mean(axis=2).argmax(axis=1)
        assert np.array_equal((bright - 4) // 2, labels.numpy().argmax(axis=1))


def test_whole_writers_are_held_out(tiny, writers_of_tiny):
    held_out = rows_in(tiny, holdout_dataset(60, by_writer=True))
    trained = rows_in(tiny, training_dataset(1, holdout=60, by_writer=True))
    assert not set(writers_of_tiny[held_out]) & set(writers_of_tiny[trained])
    assert sorted([*held_out, *trained]) == list(range(TRAINING))
    assert 60 <= len(held_out) < 60 + np.bincount(writers_of_tiny).max()


def test_the_split_follows_only_split_seed(tiny):
    keras.utils.set_random_seed(1)
    first = images_in(holdout_dataset(60, split_seed=2))
    keras.utils.set_random_seed(5)
    assert images_in(holdout_dataset(60, split_seed=2)) == first
    assert images_in(holdout_dataset(60, split_seed=3)) != first


def test_the_split_is_the_same_on_every_version_of_numpy():
    assert split(20, 5, 0)[1].tolist() == [1, 8, 10, 18, 19]
    assert split(6, 3, 1, np.array([3, 3, 1, 1, 2, 2]))[1].tolist() == [0, 1, 2, 3]


def test_a_larger_holdout_contains_the_smaller_one():
    assert set(split(100, 10, 0)[1]) < set(split(100, 30, 0)[1])


@pytest.mark.parametrize("holdout", [0, -1, TRAINING, 2.0, "60", None])
def test_a_holdout_out_of_range_is_refused(tiny, holdout):
    with pytest.raises(ValueError, match="holdout must be a whole number from 1 to 299"):
        holdout_dataset(holdout)


def test_by_writer_needs_a_holdout(tiny, writers_of_tiny):
    with pytest.raises(ValueError, match="holdout must be"):
        training_dataset(10, by_writer=True)


@pytest.mark.parametrize("seed", [-1, 1.5, 2**32, None])
def test_a_split_seed_out_of_range_is_refused(tiny, seed):
    with pytest.raises(ValueError, match="split_seed must be"):
        holdout_dataset(60, split_seed=seed)


def test_holding_out_every_writer_is_refused():
    with pytest.raises(ValueError, match="must leave a writer to train on"):
        split(6, 5, 0, np.array([1, 1, 1, 2, 2, 2]))


def test_a_folder_without_writers_is_an_error_only_with_by_writer(tiny):
    assert len(rows_in(tiny, holdout_dataset(60))) == 60
    with pytest.raises(MnistFileError, match=r"known for MNIST only\. Continue without by_writer=True"):
        holdout_dataset(60, by_writer=True)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "another header"),
        (b"<html>", "another header"),
        (extended_labels(np.zeros(10, int), np.zeros(10, int)), "another header"),
        (extended_labels(np.full(TRAINING, 10), np.zeros(TRAINING, int)), "found class 10 in row 0"),
        (extended_labels(np.zeros(TRAINING, int), np.zeros(TRAINING, int))[:-1], "another length"),
        (extended_labels(np.zeros(TRAINING, int), np.zeros(TRAINING, int)) + b"x", "another length"),
        (gzip.compress(bytes(1000))[:-12], "cannot be read"),
    ],
    ids=["empty", "another format", "other digits", "not a class", "too short", "too long", "damaged gzip"],
)
def test_a_file_of_writers_that_is_damaged_or_about_other_digits_is_refused(tmp_path, content, found):
    path = tmp_path / download.WRITERS
    path.write_bytes(content)
    with pytest.raises(MnistFileError, match=found):
        read_writers(path, np.zeros(TRAINING, np.uint8))


@pytest.fixture
def mnist_without_writers(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(writers, "default_data_dir", lambda: tmp_path / "data")
    files = find_mnist()
    return type(files)(**{**vars(files), "origin": "mnist"})


def test_mnists_writers_are_downloaded_into_the_default_folder(mnist_without_writers, tmp_path, monkeypatch):
    def deliver(folder):
        folder.mkdir()
        (folder / f"{download.WRITERS}.gz").touch()

    monkeypatch.setattr(download, "download_writers", deliver)
    expected = tmp_path / "data" / f"{download.WRITERS}.gz"
    assert find_writers(mnist_without_writers) == expected
    monkeypatch.setattr(download, "download_writers", None)
    assert find_writers(mnist_without_writers) == expected


def test_without_a_network_the_error_says_how_to_continue(mnist_without_writers, monkeypatch):
    def refuse(_folder):
        raise DownloadError("no network: nothing answers")

    monkeypatch.setattr(download, "download_writers", refuse)
    with pytest.raises(MnistFileError, match=r"nothing answers.*Continue without by_writer=True"):
        find_writers(mnist_without_writers)


def test_the_writers_are_downloaded_once_their_mirror_can_be_reached(mnist_without_writers, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(download, "WRITERS_MIRRORS", ("http://127.0.0.1:9/",))
        with pytest.raises(MnistFileError, match="no network"):
            find_writers(mnist_without_writers)
    monkeypatch.setattr(download, "download_writers", lambda folder: None)
    assert find_writers(mnist_without_writers).parent == tmp_path / "data"
