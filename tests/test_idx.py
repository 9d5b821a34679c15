import gzip
import re
import struct
import tracemalloc

import numpy as np
import pytest

from mnist_lab.data import idx
from mnist_lab.data.idx import MnistFileError

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.uint8)


def header(magic=2051, count=3, rows=28):
    return struct.pack(">4I", magic, count, rows, 28)


GOOD = header() + IMAGES.tobytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train-images-idx3-ubyte"


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("count", [1, 1001])
def test_written_files_are_read_back(tmp_path, suffix, count):
    images, labels = np.resize(IMAGES, (count, 28, 28)), np.arange(count).astype(np.uint8) % 10
    paths = [tmp_path / f"{name}{suffix}" for name in ("images", "labels")]
    for path, array in zip(paths, (images, labels), strict=True):
        idx.write(path, array)
        assert (path.read_bytes()[:2] == b"\x1f\x8b") == (suffix == ".gz")
    read_images, read_labels = idx.read_digits(*paths)
    assert read_images.dtype == read_labels.dtype == np.uint8
    np.testing.assert_array_equal(read_images, images.reshape(count, 784))
    np.testing.assert_array_equal(read_labels, labels)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["raw", "gzip"])
@pytest.mark.parametrize(
    ("content", "found", "expected"),
    [
        (b"", "only 0 bytes", "header of an MNIST file of images"),
        (header()[:10], "only 10 bytes", "header"),
        (GOOD[:-1], "2,367 bytes", "2,368 bytes for the 3 images"),
        (GOOD + bytes(784), "more than 2,368 bytes", "2,368 bytes for the 3 images"),
        (b"see the web page of MNIST", "magic number", "2051"),
        (header(count=4) + bytes(3 * 784), "2,368 bytes", "3,152 bytes for the 4 images"),
        (header(rows=27) + bytes(3 * 27 * 28), "27×28", "28×28"),
        (header(count=0), "announces no images", "at least one"),
        (header(count=2**32 - 1) + bytes(784), "800 bytes", "4,294,967,295 images"),
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "web page", "header"),
    ],
)
def test_the_error_for_a_damaged_file_says_what_was_found_and_expected(path, content, found, expected, pack):
    path.write_bytes(pack(content))
    with pytest.raises(MnistFileError) as error:
        idx.read_images(path)
    assert all(part in str(error.value) for part in (str(path), found, expected, "mnist-lab download"))


@pytest.mark.parametrize(("count", "length"), [(1, 30_000_000), (4_000_000, 784)])
def test_no_more_memory_is_taken_than_the_announced_and_the_real_length(path, count, length):
    path.write_bytes(gzip.compress(header(count=count) + bytes(length), compresslevel=1))
    tracemalloc.start()
    with pytest.raises(MnistFileError, match="bytes for the"):
        idx.read_images(path)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1, 2], "labels: found 2 labels; expected 3, one for each image"),
        ([1, 2, 3, 4], "labels: found 4 labels; expected 3, one for each image"),
        (IMAGES, "found a file of images; expected a file of labels. The two files may have been swapped"),
        ([0, 9, 10, 12], "label 10 in record 2; expected labels from 0 to 9"),
        ([0, 255, 0], "label 255 in record 1; expected labels from 0 to 9"),
        (
            [23, 1, 26],
            "label 23 in record 0, and labels from 1 to 26, as in EMNIST letters; .* a folder with MNIST",
        ),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path, labels, expected):
    idx.write(tmp_path / "images", IMAGES)
    idx.write(tmp_path / "labels", np.array(labels, np.uint8))
    with pytest.raises(MnistFileError, match=expected):
        idx.read_digits(tmp_path / "images", tmp_path / "labels")


def test_what_is_no_file_is_refused_with_a_remedy_for_its_folder(tmp_path):
    path = tmp_path / "two words" / "images"
    remedy = re.escape(f"`mnist-lab download '{path.parent}'`")
    with pytest.raises(ValueError, match=f"no such file.*{remedy}"):
        idx.read_images(path)
    path.mkdir(parents=True)
    with pytest.raises(MnistFileError, match=f"a directory.*{remedy}"):
        idx.read_images(path)
