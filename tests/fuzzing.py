"""Properties that must hold for any input to the reader of MNIST's files and to `preprocess_digit`."""

import gzip
import struct
import tracemalloc
import zlib

import numpy as np
import tensorflow  # noqa: F401  so that its import is not measured below

from mnist_lab import preprocess_digit
from mnist_lab.data import idx
from mnist_lab.data.idx import MnistFileError

PIXELS = 28 * 28
MAGIC = {"images": 2051, "labels": 2049}
SPARE_BYTES = 8_000_000  # for Python and TensorFlow themselves


def read_independently(data, kind):
    """Return the records, read independently of the package; None if the bytes are not a valid file of this kind."""
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return None
    numbers = 4 if kind == "images" else 2
    if len(data) < 4 * numbers:
        return None
    magic, count, *shape = struct.unpack(f">{numbers}I", data[: 4 * numbers])
    size = PIXELS if kind == "images" else 1
    if magic != MAGIC[kind] or shape not in ([], [28, 28]) or count == 0 or len(data) != 4 * numbers + count * size:
        return None
    records = np.frombuffer(data, np.uint8, offset=4 * numbers)
    if kind == "labels":
        return None if records.max() > 9 else records
    return records.reshape(count, PIXELS)


def trailer_matches(data, records, kind):
    """Return whether a gzip trailer holds the checksum and the length of the header and the records.

    Then the records are right, although the packed data may continue after them.
    """
    shape = (28, 28) if kind == "images" else ()
    content = struct.pack(f">{2 + len(shape)}I", MAGIC[kind], len(records), *shape) + records.tobytes()
    return data[:2] == b"\x1f\x8b" and data[-8:] == struct.pack("<2I", zlib.crc32(content), len(content))


def assert_read_correctly_or_refused(path, data, kind):
    """Read `data` as a file of `kind`, which must return its records or raise an error that names the file."""
    path.write_bytes(data)
    expected = read_independently(data, kind)
    found = None
    tracemalloc.start()
    try:
        found = idx.read_images(path) if kind == "images" else idx.read_labels(path)
    except MnistFileError as error:
        assert str(path) in str(error)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert expected is None or found is not None, "a good file was refused"
    if expected is not None:
        np.testing.assert_array_equal(found, expected)
    elif found is not None:
        assert trailer_matches(data, found, kind), "the file does not contain the records that were read"
    needed = 0 if expected is None else expected.nbytes
    assert peak <= 3 * max(needed, len(data)) + SPARE_BYTES, f"{peak:,} bytes for a file of {len(data):,}"


def preprocess_or_none(image):
    """Preprocess any array, which must return a digit like MNIST's or raise an error; None if there was an error."""
    try:
        digit = preprocess_digit(image)
    except (TypeError, ValueError) as error:
        assert "Expected" in str(error)
        return None
    assert digit.shape == (PIXELS,)
    assert digit.dtype == np.float32
    assert np.isfinite(digit).all()
    assert digit.min() >= 0
    assert digit.max() == 1
    square = digit.reshape(28, 28) > 0
    assert max(np.ptp(np.flatnonzero(square.any(axis))) for axis in (0, 1)) < 20
    return digit
