import gzip
import re
import struct
import tracemalloc

import numpy as np
import pytest

from mnist_lab.data import idx
from mnist_lab.data.idx import MnistFileError

IMAGES = np.arange(3 * 784).reshape(3, 28, 28).astype(np.uint8)
NOISE = np.random.default_rng(0).integers(0, 256, (500, 28, 28)).astype(np.uint8)


def header(magic=2051, count=3, rows=28, columns=28):
    return struct.pack(">4I", magic, count, rows, columns)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train-images-idx3-ubyte"


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("count", [1, 3, 1001])
def test_written_files_are_read_back(tmp_path, suffix, count):
    images, labels = np.resize(NOISE, (count, 28, 28)), np.arange(count).astype(np.uint8) % 10
    paths = [tmp_path / f"{name}{suffix}" for name in ("images", "labels")]
    for path, array in zip(paths, (images, labels), strict=True):
        idx.write(path, array)
        assert (path.read_bytes()[:2] == b"\x1f\x8b") == (suffix == ".gz")
    read_images, read_labels = idx.read_digits(*paths)
    assert read_images.dtype == read_labels.dtype == np.uint8
    np.testing.assert_array_equal(read_images, images.reshape(count, 784))
    np.testing.assert_array_equal(read_labels, labels)


@pytest.mark.parametrize("dtype", ["float64", "int8", "bool"])
def test_only_unsigned_bytes_are_written(path, dtype):
    with pytest.raises(TypeError, match=f"dtype {dtype}"):
        idx.write(path, np.zeros((1, 28, 28), dtype))
    assert not path.exists()


GOOD = header() + IMAGES.tobytes()


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(GOOD), gzip.compress(GOOD[:1000]) + gzip.compress(GOOD[1000:]), gzip.compress(GOOD) + bytes(100)],
    ids=["one part", "two parts", "zeros after the end"],
)
def test_gzip_is_recognized_by_its_content(path, packed):
    path.write_bytes(packed)
    np.testing.assert_array_equal(idx.read_images(path), IMAGES.reshape(3, 784))


DAMAGED = {
    "empty": (b"", "an empty file", "header of an MNIST file of images"),
    "short header": (b"\0\0\x08", "only 3 bytes", "header"),
    "truncated header": (header()[:10], "only 10 bytes", "header"),
    "truncated": (GOOD[:-1], "2,367 bytes", "2,368 bytes for the 3 images"),
    "too long": (GOOD + bytes(5), "more than 2,368 bytes", "2,368 bytes for the 3 images"),
    "one record too many": (GOOD + bytes(784), "more than 2,368 bytes", "2,368 bytes for the 3 images"),
    "wrong magic": (header(magic=1234) + bytes(3 * 784), "magic number 1234", "2051"),
    "magic of four dimensions": (header(magic=2052) + bytes(3 * 784), "magic number 2052", "2051"),
    "plain text": (b"see the web page of MNIST", "magic number", "2051"),
    "wrong count": (header(count=4) + bytes(3 * 784), "2,368 bytes", "3,152 bytes for the 4 images"),
    "27 rows": (header(rows=27) + bytes(3 * 27 * 28), "27×28", "28×28"),
    "29 columns": (header(columns=29) + bytes(3 * 28 * 29), "28×29", "28×28"),
    "no records": (header(count=0), "announces no images", "at least one"),
    "huge count": (header(count=2**32 - 1) + bytes(784), "800 bytes", "4,294,967,295 images"),
    "web page": (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "web page", "header"),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["raw", "gzip"])
@pytest.mark.parametrize(("content", "found", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_the_error_for_a_damaged_file_says_what_was_found_and_expected(path, content, found, expected, pack):
    path.write_bytes(pack(content))
    with pytest.raises(MnistFileError) as error:
        idx.read_images(path)
    assert all(part in str(error.value) for part in (str(path), found, expected, "mnist-lab download"))


@pytest.mark.parametrize("count", [1, 3, 500])
@pytest.mark.parametrize("pixels", [np.zeros_like(NOISE), NOISE], ids=["blank", "noise"])
def test_damaged_gzip_is_refused(path, count, pixels):
    packed = gzip.compress(header(count=count) + pixels[:count].tobytes(), compresslevel=1)
    middle = len(packed) // 2
    damaged = [packed[:end] for end in (2, 9, 11, 30, -9, -1)]
    damaged += [packed[: -4 - missing] + packed[-4:] for missing in range(1, 20)]  # the length in its trailer fits
    damaged += [packed[:-8] + bytes(4) + packed[-4:], packed + b"rubbish", packed + gzip.compress(b"more")]
    if pixels is NOISE:  # a blank image may be packed in other ways, too
        damaged += [packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :]]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(MnistFileError, match="expected"):
            idx.read_images(path)


@pytest.mark.parametrize("count", [1, 4_000_000], ids=["more data", "fewer data than announced"])
def test_no_more_memory_is_taken_than_the_announced_and_the_real_length(path, count):
    path.write_bytes(gzip.compress(header(count=count) + bytes(30_000_000 if count == 1 else 784), compresslevel=1))
    tracemalloc.start()
    with pytest.raises(MnistFileError, match="bytes for the"):
        idx.read_images(path)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("labels", [2, 4])
def test_another_number_of_labels_than_images_is_refused(tmp_path, labels):
    idx.write(tmp_path / "images", IMAGES)
    idx.write(tmp_path / "labels", np.ones(labels, np.uint8))
    with pytest.raises(MnistFileError, match=rf"labels: found {labels} labels; expected 3, one for each image"):
        idx.read_digits(tmp_path / "images", tmp_path / "labels")


def test_swapped_files_are_recognized(tmp_path):
    idx.write(tmp_path / "images", IMAGES)
    idx.write(tmp_path / "labels", np.ones(3, np.uint8))
    with pytest.raises(MnistFileError, match=r"found a file of labels; expected a file of images.*swapped"):
        idx.read_images(tmp_path / "labels")
    with pytest.raises(MnistFileError, match=r"found a file of images; expected a file of labels.*swapped"):
        idx.read_labels(tmp_path / "images")


@pytest.mark.parametrize("label", [10, 255])
def test_a_label_above_nine_is_refused_and_its_record_named(path, label):
    idx.write(path, np.array([0, 9, label, 12], np.uint8))
    with pytest.raises(MnistFileError, match=f"label {label} in record 2; expected labels from 0 to 9"):
        idx.read_labels(path)


def test_the_labels_of_letters_are_recognized(path):
    idx.write(path, np.array([23, 1, 26, 12], np.uint8))
    expected = r"label 23 in record 0, and labels from 1 to 26, as in EMNIST letters; .* name a folder with MNIST"
    with pytest.raises(MnistFileError, match=expected) as error:
        idx.read_labels(path)
    assert "download" not in str(error.value)


def test_what_is_no_file_is_refused_with_a_remedy_for_its_folder(tmp_path):
    path = tmp_path / "two words" / "images"
    remedy = re.escape(f"`mnist-lab download '{path.parent}'`")
    with pytest.raises(ValueError, match=f"no such file.*{remedy}") as error:
        idx.read_images(path)
    assert error.value.path == path
    path.mkdir(parents=True)
    with pytest.raises(MnistFileError, match=f"a directory.*{remedy}"):
        idx.read_images(path)
