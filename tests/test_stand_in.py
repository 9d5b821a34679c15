import numpy as np
import pytest

from mnist_lab.data import idx, stand_in
from mnist_lab.data.printed_digits import printed_digits

from .conftest import centres_of_mass

ALL_FACES = stand_in.TRAINING_FACES + stand_in.VALIDATION_ONLY_FACES
TWO_FACES = ("DejaVuSans-Bold.ttf", "cmr10.ttf")

# Means over 7×7 pixels of draw(4, TWO_FACES, seed=5). If you change the digits, raise VERSION and replace these.
FROZEN_LABELS = [6, 8, 0, 8]
FROZEN_MEANS = (
    (0, 20.1, 78.9, 2, 0, 160.1, 102.1, 0, 13.6, 167.6, 150.1, 13.2, 0, 74, 66.8, 0),
    (0, 27.4, 5.4, 0, 28.3, 136.4, 124.6, 0.5, 0, 99.3, 42.7, 76.2, 0, 0.3, 29.1, 24.3),
    (0, 29, 28.7, 0, 0, 110.6, 79.7, 0, 0, 124.6, 69.1, 10.3, 0, 13.3, 48.1, 0),
    (0, 47.4, 75.6, 0, 0, 134.8, 145.8, 7.1, 6.3, 155, 143.9, 0.1, 0, 43.3, 78.1, 0),
)

# The first digit of each typeface: means over 7×7 pixels, as grey levels from 0 to 255.
PRINTED_MEANS = (
    (0, 34.6, 55.7, 0, 0, 94.5, 86, 8, 0, 94.5, 86, 8, 0, 34.6, 55.7, 0),
    (0, 35.1, 35.2, 0, 0, 92.8, 92.8, 0, 0, 92.8, 92.8, 0, 0, 35.1, 35.2, 0),
)


@pytest.fixture(scope="module")
def drawn():
    return stand_in.draw(2000, ALL_FACES, seed=0)


def test_digits_are_different_balanced_and_in_random_order(drawn):
    images, labels = drawn
    assert images.dtype == labels.dtype == np.uint8
    assert len(np.unique(images.reshape(2000, 784), axis=0)) == 2000
    assert np.bincount(labels, minlength=10) == pytest.approx([200] * 10, abs=60)
    assert 0.06 < np.mean(labels[1:] == labels[:-1]) < 0.14


def test_digits_are_scaled_and_centred_and_inked_as_mnist(drawn):
    images, _ = drawn
    assert np.abs(centres_of_mass(images) - 14).max() < 0.55  # half a pixel, and the rounding to grey levels
    ink = images > 127
    sides = np.stack([np.ptp(np.where(ink.any(axis), np.arange(28), 14), axis=1) + 1 for axis in (1, 2)])
    assert np.median(sides.max(0)) == 20
    assert np.mean((sides.max(0) >= 18) & (sides.max(0) <= 21)) > 0.99
    assert 31 < images.mean() < 37  # MNIST: 33.3
    assert 0.78 < np.mean(images == 0) < 0.84  # MNIST: 0.81
    assert 7 < images.mean((1, 2)).std() < 13  # MNIST: 11


def test_digits_are_the_same_on_every_version_and_follow_the_seed(monkeypatch):
    images, labels = stand_in.draw(4, TWO_FACES, seed=5)
    assert labels.tolist() == FROZEN_LABELS
    np.testing.assert_allclose(images.reshape(4, 4, 7, 4, 7).mean((2, 4)).reshape(4, 16), FROZEN_MEANS, atol=1)
    assert not np.array_equal(images, stand_in.draw(4, TWO_FACES, seed=6)[0])
    monkeypatch.setattr(stand_in, "_BATCH_SIZE", 8)
    images, _ = stand_in.draw(21, TWO_FACES, seed=7)
    assert images.max((1, 2)).min() > 200, "more digits than one batch"


def test_both_sets_are_written_with_their_faces_as_mnist_files(tmp_path, monkeypatch):
    def draw(count, faces, seed):
        assert (count, faces) == {1: (60_000, stand_in.TRAINING_FACES), 2: (10_000, ALL_FACES)}[seed]
        return np.full((count // 1000, 28, 28), seed, np.uint8), np.full(count // 1000, seed, np.uint8)

    monkeypatch.setattr(stand_in, "draw", draw)
    stand_in.write_stand_in(tmp_path)
    for name, count, seed in (("train", 60, 1), ("t10k", 10, 2)):
        images, labels = idx.read_digits(
            *(tmp_path / f"{name}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1"))
        )
        assert len(images) == count
        assert images.mean() == labels.mean() == seed


def test_printed_digits_run_from_0_to_9_in_alternating_faces_scaled_and_centred_the_same_on_every_version():
    digits, labels = printed_digits(45)
    assert (digits.shape, digits.dtype, labels.dtype) == ((45, 784), np.float32, np.int64)
    assert labels.tolist() == [k % 10 for k in range(45)]
    np.testing.assert_array_equal(digits, np.resize(digits[:20], (45, 784)))
    images = digits[:20].reshape(-1, 28, 28)
    assert images.min() == 0
    assert 0.95 < images.max() <= 1
    assert np.abs(centres_of_mass(images) - 14).max() <= 0.501
    assert set((images.max(2) > 0.25).sum(1)) <= {19, 20}
    means = 255 * images[[0, 10]].reshape(2, 4, 7, 4, 7).mean((2, 4)).reshape(2, 16)
    np.testing.assert_allclose(means, PRINTED_MEANS, atol=1)
