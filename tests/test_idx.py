import gzip
import re
import struct

import numpy as np
import pytest

from mnist_lab.data import idx
from mnist_lab.data.idx import MnistFileError

IMAGES = np.arange(3 * 784).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([3, 1, 9], np.uint8)


def images_header(magic=2051, count=3, rows=28, columns=28):
    return struct.pack(">4I", magic, count, rows, columns)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train-images-idx3-ubyte"


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_written_files_are_read_back(tmp_path, suffix):
    idx.write(tmp_path / f"images{suffix}", IMAGES)
    idx.write(tmp_path / f"labels{suffix}", LABELS)
    images = idx.read_images(tmp_path / f"images{suffix}")
    labels = idx.read_labels(tmp_path / f"labels{suffix}")
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images, IMAGES.reshape(3, 784))
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("count", [1, 2, 1001])
def test_a_good_file_is_read_without_examining_it_again(tmp_path, monkeypatch, suffix, count):
    images = np.zeros((count, 28, 28), np.uint8)  # the last bytes of a raw file are not a gzip trailer
    images[:, 3:9, 5] = 255
    labels = np.arange(count).astype(np.uint8) % 10
    idx.write(tmp_path / f"images{suffix}", images)
    idx.write(tmp_path / f"labels{suffix}", labels)
    monkeypatch.setattr(idx, "check_header", lambda *_: pytest.fail("examined"))
    read_images, read_labels = idx.read_digits(tmp_path / f"images{suffix}", tmp_path / f"labels{suffix}")
    np.testing.assert_array_equal(read_images, images.reshape(count, 784))
    np.testing.assert_array_equal(read_labels, labels)


def test_no_memory_is_allocated_for_an_impossible_length(path, monkeypatch):
    count = 4_000_000
    packed = gzip.compress(images_header(count=count) + bytes(784))
    path.write_bytes(packed[:-4] + struct.pack("<I", 16 + 784 * count))
    monkeypatch.setattr(idx.np, "empty", lambda shape, dtype: pytest.fail(f"allocated {shape}"))
    with pytest.raises(MnistFileError, match=r"Incorrect length"):
        idx.read_images(path)


@pytest.mark.parametrize("labels", [2, 4])
def test_another_number_of_labels_than_images_is_refused(tmp_path, labels):
    idx.write(tmp_path / "images", IMAGES)
    idx.write(tmp_path / "labels", np.ones(labels, np.uint8))
    with pytest.raises(MnistFileError, match=rf"labels: found {labels} labels; expected 3, one for each image"):
        idx.read_digits(tmp_path / "images", tmp_path / "labels")


def test_only_files_named_gz_are_compressed(tmp_path):
    for name, compression in (("images", ""), ("images.gz", "GZIP"), ("images.bin", ""), ("images.idx", "")):
        idx.write(tmp_path / name, IMAGES)
        assert idx.compression_type(tmp_path / name) == compression


def test_compression_is_detected_by_content_not_by_name(tmp_path):
    idx.write(tmp_path / "images.gz", IMAGES)
    (tmp_path / "images.gz").rename(tmp_path / "images")
    np.testing.assert_array_equal(idx.read_images(tmp_path / "images"), IMAGES.reshape(3, 784))


def test_header_and_record_lengths():
    assert (idx.header_bytes("images"), idx.header_bytes("labels")) == (16, 8)
    assert (idx.record_bytes("images"), idx.record_bytes("labels")) == (784, 1)


def test_check_header_returns_the_number_of_records(path):
    idx.write(path, IMAGES)
    assert idx.check_header(path, "images") == 3


DAMAGED = {
    "empty": (b"", "an empty file", "header of an MNIST file of images"),
    "short header": (b"\0\0\x08", "only 3 bytes", "header"),
    "truncated header": (images_header()[:10], "only 10 bytes", "header"),
    "truncated": (images_header() + bytes(3 * 784 - 1), "2,367 bytes", "2,368 bytes for the 3 images"),
    "too long": (images_header() + bytes(3 * 784 + 5), "2,373 bytes", "2,368 bytes"),
    "one record too many": (images_header() + bytes(4 * 784), "3,152 bytes", "2,368 bytes for the 3 images"),
    "wrong magic": (images_header(magic=1234) + bytes(3 * 784), "magic number 1234", "2051"),
    "magic of four dimensions": (images_header(magic=2052) + bytes(3 * 784), "magic number 2052", "2051"),
    "plain text": (b"see the web page of MNIST", "magic number", "2051"),
    "wrong count": (images_header(count=4) + bytes(3 * 784), "2,368 bytes", "3,152 bytes for the 4 images"),
    "27 rows": (images_header(rows=27) + bytes(3 * 27 * 28), "27×28", "28×28"),
    "29 columns": (images_header(columns=29) + bytes(3 * 28 * 29), "28×29", "28×28"),
    "no records": (images_header(count=0), "announces no images", "at least one"),
    "huge count": (images_header(count=2**32 - 1) + bytes(784), "800 bytes", "4,294,967,295 images"),
    "web page": (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "web page", "header"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["raw", "gzip"])
@pytest.mark.parametrize(("content", "found", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_the_error_for_a_damaged_file_says_what_was_found_and_expected(path, content, found, expected, packed):
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(MnistFileError) as error:
        idx.read_images(path)
    text = str(error.value)
    assert str(path) in text
    assert found in text
    assert expected in text
    assert "mnist-lab download" in text


@pytest.mark.parametrize("end", [1, 9, 11, 100, -9, -1])
def test_truncated_gzip_is_refused(path, end):
    packed = gzip.compress(images_header() + IMAGES.tobytes())
    path.write_bytes(packed[:end])
    for read in (lambda: idx.check_header(path, "images"), lambda: idx.read_images(path)):
        with pytest.raises(MnistFileError, match=r"expected"):
            read()


def test_gzip_of_several_members_is_read(path):
    content = images_header() + IMAGES.tobytes()
    path.write_bytes(gzip.compress(content[:1000]) + gzip.compress(content[1000:]))
    np.testing.assert_array_equal(idx.read_images(path), IMAGES.reshape(3, 784))


@pytest.mark.parametrize("count", [1, 7, 500, 1001])
def test_any_number_of_records_is_read(tmp_path, count):
    images = np.random.default_rng(count).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    idx.write(tmp_path / "images", images)
    np.testing.assert_array_equal(idx.read_images(tmp_path / "images"), images.reshape(count, 784))


def test_gzip_with_a_flipped_bit_is_refused(path):
    packed = bytearray(gzip.compress(images_header() + np.random.default_rng(0).bytes(3 * 784)))
    packed[len(packed) // 2] ^= 1
    path.write_bytes(packed)
    for read in (lambda: idx.check_header(path, "images"), lambda: idx.read_images(path)):
        with pytest.raises(MnistFileError, match=r"truncated or damaged|cannot be read"):
            read()


def test_swapped_files_are_recognized(tmp_path):
    idx.write(tmp_path / "images", IMAGES)
    idx.write(tmp_path / "labels", LABELS)
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


def test_the_remedy_for_a_damaged_file_is_about_its_own_folder(tmp_path):
    folder = tmp_path / "two words"
    folder.mkdir()
    with pytest.raises(MnistFileError, match=re.escape(f"`mnist-lab download '{folder}'`")):
        idx.read_images(folder / "images")


def test_a_missing_file_and_a_directory_are_refused(path):
    with pytest.raises(MnistFileError, match=r"no such file"):
        idx.read_images(path)
    path.mkdir()
    with pytest.raises(MnistFileError, match=r"a directory"):
        idx.read_images(path)


def test_the_error_is_a_value_error_with_the_path(path):
    with pytest.raises(ValueError, match=r"no such file") as error:
        idx.check_header(path, "labels")
    assert error.value.path == path


def test_a_file_that_shrinks_while_it_is_read_is_refused(path, monkeypatch):
    idx.write(path, IMAGES)
    monkeypatch.setattr(idx, "_count_if_length_fits", lambda path, kind: 503)
    with pytest.raises(MnistFileError, match="found 3 images; expected 503"):
        idx.read_images(path)


@pytest.mark.parametrize(("in_trailer", "claimed"), [(1032 * 100, 1032 * 100), (1032 * 100 + 1, 100)])
def test_a_claimed_length_beyond_the_limit_of_deflate_is_ignored(path, in_trailer, claimed):
    path.write_bytes(b"\x1f\x8b" + bytes(94) + struct.pack("<I", in_trailer))
    assert idx.claimed_length(path) == claimed


@pytest.mark.parametrize("dtype", ["float64", "int8", "bool"])
def test_only_unsigned_bytes_are_written(path, dtype):
    with pytest.raises(TypeError, match=f"dtype {dtype}"):
        idx.write(path, np.zeros((1, 28, 28), dtype))
    assert not path.exists()


@pytest.mark.parametrize("count", [1, 3, 500])
@pytest.mark.parametrize("pixels", ["blank", "noise"])
def test_gzip_with_bytes_missing_before_its_length_is_refused(path, count, pixels):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 28, 28)) if pixels == "noise" else np.zeros((count, 28, 28))
    idx.write(path.with_suffix(".gz"), images.astype(np.uint8))
    packed = path.with_suffix(".gz").read_bytes()
    for missing in range(1, 20):
        path.write_bytes(packed[: -4 - missing] + packed[-4:])
        with pytest.raises(MnistFileError):
            idx.read_images(path)


@pytest.mark.parametrize("damage", [b"\0\0\0\0", b""], ids=["wrong checksum", "no checksum"])
def test_a_large_gzip_file_with_a_wrong_checksum_is_refused(path, damage):
    rng = np.random.default_rng(0)
    idx.write(path.with_suffix(".gz"), rng.integers(0, 256, (2_000, 28, 28)).astype(np.uint8))
    data = path.with_suffix(".gz").read_bytes()
    path.write_bytes(data[:-8] + damage + data[-4:])
    with pytest.raises(MnistFileError, match=r"truncated or damaged gzip data|cannot be read"):
        idx.read_images(path)
