import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from mnist_lab.data import glyphs, idx, stand_in
from mnist_lab.data.printed_digits import FACES as PRINTED_FACES

from .conftest import centres_of_mass

ALL_FACES = stand_in.TRAINING_FACES + stand_in.VALIDATION_ONLY_FACES
TWO_FACES = ("DejaVuSans-Bold.ttf", "cmr10.ttf")
FIELDS = glyphs.distance_fields(TWO_FACES)

# Means over 7×7 pixels of draw(4, TWO_FACES, seed=5). If you change the digits, raise VERSION and replace these.
FROZEN_LABELS = [6, 8, 0, 8]
FROZEN_MEANS = (
    (0, 20.1, 78.9, 2, 0, 160.1, 102.1, 0, 13.6, 167.6, 150.1, 13.2, 0, 74, 66.8, 0),
    (0, 27.4, 5.4, 0, 28.3, 136.4, 124.6, 0.5, 0, 99.3, 42.7, 76.2, 0, 0.3, 29.1, 24.3),
    (0, 29, 28.7, 0, 0, 110.6, 79.7, 0, 0, 124.6, 69.1, 10.3, 0, 13.3, 48.1, 0),
    (0, 47.4, 75.6, 0, 0, 134.8, 145.8, 7.1, 6.3, 155, 143.9, 0.1, 0, 43.3, 78.1, 0),
)


@pytest.fixture(scope="module")
def drawn():
    return stand_in.draw(2000, ALL_FACES, seed=0)


def test_images_and_labels_have_their_shapes_and_types(drawn):
    images, labels = drawn
    assert images.shape == (2000, 28, 28)
    assert labels.shape == (2000,)
    assert images.dtype == labels.dtype == np.uint8


def test_labels_are_balanced_and_in_random_order(drawn):
    _, labels = drawn
    counts = np.bincount(labels, minlength=10)
    assert len(counts) == 10
    assert counts.min() > 140
    assert counts.max() < 260
    assert 0.06 < np.mean(labels[1:] == labels[:-1]) < 0.14


def test_digits_are_centred_as_mnist(drawn):
    assert np.abs(centres_of_mass(drawn[0]) - 14).max() < 0.55  # half a pixel, and the rounding to grey levels


def test_the_longer_side_is_about_20_pixels(drawn):
    ink = drawn[0] > 127
    sides = np.stack([np.ptp(np.where(ink.any(axis), np.arange(28), 14), axis=1) + 1 for axis in (1, 2)])
    longer = sides.max(0)
    assert np.median(longer) == 20
    assert np.mean((longer >= 18) & (longer <= 21)) > 0.99


def test_ink_stays_inside_the_image(drawn):
    border = np.ones((28, 28), bool)
    border[1:-1, 1:-1] = False
    assert np.mean(drawn[0][:, border].max(1) > 127) < 0.03  # a 7 is moved down as far as it goes
    assert drawn[0][:, border].mean() < 0.5


def test_the_amount_of_ink_resembles_mnist(drawn):
    images = drawn[0]
    assert 31 < images.mean() < 37  # MNIST: 33.3
    assert 0.78 < np.mean(images == 0) < 0.84  # MNIST: 0.81
    assert 7 < images.mean((1, 2)).std() < 13  # MNIST: 11
    assert images.max() == 255


def test_images_show_their_labels(drawn):
    images, labels = drawn[0].reshape(-1, 784) / 255, drawn[1]
    means = np.stack([images[:1500][labels[:1500] == digit].mean(0) for digit in range(10)])
    nearest = ((images[1500:, None] - means) ** 2).sum(2).argmin(1)
    accuracy = np.mean(nearest == labels[1500:])
    assert 0.6 < accuracy < 0.95


def test_no_two_digits_are_the_same(drawn):
    assert len(np.unique(drawn[0].reshape(len(drawn[0]), -1), axis=0)) == 2000


def test_the_digits_depend_only_on_the_seed():
    np.random.seed(1)  # noqa: NPY002
    images, labels = stand_in.draw(30, TWO_FACES, seed=7)
    np.random.seed(2)  # noqa: NPY002
    again, labels_again = stand_in.draw(30, TWO_FACES, seed=7)
    assert np.array_equal(images, again)
    assert np.array_equal(labels, labels_again)


def test_another_seed_gives_other_digits():
    images, labels = stand_in.draw(30, TWO_FACES, seed=7)
    others, other_labels = stand_in.draw(30, TWO_FACES, seed=8)
    assert not np.array_equal(labels, other_labels)
    assert not np.array_equal(images, others)


def test_more_digits_than_one_batch_are_drawn(monkeypatch):
    monkeypatch.setattr(stand_in, "_BATCH_SIZE", 8)
    images, _ = stand_in.draw(21, TWO_FACES, seed=7)
    assert images.shape == (21, 28, 28)
    assert images.max((1, 2)).min() > 200
    assert np.abs(centres_of_mass(images) - 14).max() < 0.55


def test_only_the_given_faces_are_used(monkeypatch):
    asked = []
    monkeypatch.setattr(glyphs, "distance_fields", lambda faces: asked.append(faces) or FIELDS)
    stand_in.draw(5, TWO_FACES, seed=0)
    assert asked == [TWO_FACES]


def test_digits_are_the_same_on_every_version():
    images, labels = stand_in.draw(4, TWO_FACES, seed=5)
    means = images.reshape(4, 4, 7, 4, 7).mean((2, 4)).reshape(4, 16)
    assert labels.tolist() == FROZEN_LABELS
    np.testing.assert_allclose(means, FROZEN_MEANS, atol=1)


def test_training_validation_and_printed_faces_are_disjoint():
    training, validation, printed = map(set, (stand_in.TRAINING_FACES, stand_in.VALIDATION_ONLY_FACES, PRINTED_FACES))
    assert len(validation) >= 3
    assert len(printed) == 2
    assert len(training) + len(validation) + len(printed) == len(training | validation | printed) >= 15


def test_all_faces_come_with_matplotlib_and_differ():
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
    faces = ALL_FACES + PRINTED_FACES
    assert [face for face in faces if not (fonts / face).is_file()] == []
    sevens = [np.concatenate(glyphs._outline(face, 7)) for face in faces]
    shapes = {np.round(seven, 2).tobytes() for seven in sevens}
    assert len(shapes) == len(faces)


def test_a_field_is_positive_in_ink_and_negative_on_paper():
    zero, one = FIELDS[0], FIELDS[1]
    middle = len(zero) // 2
    assert zero[middle, middle] < 0
    assert one[middle, middle] > 0
    assert zero[0, 0] < -4


def test_half_width_of_a_straight_stroke():
    across = 3 - np.abs(np.linspace(-10, 10, 401))
    assert glyphs.half_widths(np.tile(across, (1, 5, 1))) == pytest.approx([3], abs=0.01)


def test_write_stand_in_draws_both_sets_with_their_faces(tmp_path, monkeypatch):
    asked = []

    def draw(count, faces, seed):
        asked.append((count, set(faces), seed))
        return np.full((2, 28, 28), len(asked), np.uint8), np.full(2, len(asked), np.uint8)

    monkeypatch.setattr(stand_in, "draw", draw)
    stand_in.write_stand_in(tmp_path)
    (training, training_faces, seed), (validation, validation_faces, other_seed) = asked
    assert (training, validation) == (60_000, 10_000)
    assert training_faces == set(stand_in.TRAINING_FACES)
    assert validation_faces == set(ALL_FACES)
    assert seed != other_seed
    assert (tmp_path / "train-images-idx3-ubyte").read_bytes()[-1] == 1
    assert (tmp_path / "t10k-images-idx3-ubyte").read_bytes()[-1] == 2


def test_the_written_files_are_mnist_files(tmp_path, monkeypatch):
    monkeypatch.setattr(stand_in, "_TRAINING", 60)
    monkeypatch.setattr(stand_in, "_VALIDATION", 20)
    monkeypatch.setattr(stand_in, "TRAINING_FACES", TWO_FACES)
    stand_in.write_stand_in(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    for name, count in (("train", 60), ("t10k", 20)):
        assert idx.check_header(tmp_path / f"{name}-images-idx3-ubyte", "images") == count
        assert idx.check_header(tmp_path / f"{name}-labels-idx1-ubyte", "labels") == count
    images, labels = stand_in.draw(60, TWO_FACES, seed=1)
    assert (tmp_path / "train-images-idx3-ubyte").read_bytes()[16:] == images.tobytes()
    assert (tmp_path / "train-labels-idx1-ubyte").read_bytes()[8:] == labels.tobytes()


def test_tensorflow_is_not_needed():
    code = "import sys, mnist_lab.data.stand_in, mnist_lab.data.printed_digits; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
