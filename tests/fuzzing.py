"""What must hold for any input: of the reader of MNIST's files, and of `preprocess_digit`."""

import gzip
import struct
import tracemalloc
import zlib

import numpy as np
import tensorflow  # noqa: F401  its import is not to be counted below

from mnist_lab import preprocess_digit
from mnist_lab.data import idx
from mnist_lab.data.idx import MnistFileError

PIXELS = 28 * 28
MAGIC = {"images": 2051, "labels": 2049}
SPARE_BYTES = 8_000_000  # for what Python and TensorFlow need beside the data


def read_again(data, kind):
    """The records, by the format's description alone; None where the bytes are no such file."""
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


def vouches_for(data, records, kind):
    """Whether a gzip file's last bytes hold the checksum and the length of the records and their header.

    Where they do, the records are right, though what is packed may go on behind them without an end.
    """
    shape = (28, 28) if kind == "images" else ()
    content = struct.pack(f">{2 + len(shape)}I", MAGIC[kind], len(records), *shape) + records.tobytes()
    return data[:2] == b"\x1f\x8b" and data[-8:] == struct.pack("<2I", zlib.crc32(content), len(content))


def reads_right_or_refuses(path, data, kind):
    """Read `data` as a file of `kind`: the records that are in it come, or an error that names the file."""
    path.write_bytes(data)
    expected = read_again(data, kind)
    found = None
    tracemalloc.start()
    try:
        found = idx.read_images(path) if kind == "images" else idx.read_labels(path)
    except MnistFileError as error:
        assert str(path) in str(error)
    finally:
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert expected is None or found is not None, "a good file was refused"
    if expected is not None:
        np.testing.assert_array_equal(found, expected)
    elif found is not None:
        assert vouches_for(data, found, kind), "records were read that are not in the file"
    needed = 0 if expected is None else expected.nbytes
    assert highest <= 3 * max(needed, len(data)) + SPARE_BYTES, f"{highest:,} bytes for a file of {len(data):,}"


def prepares_or_refuses(image):
    """Prepare any array: a digit as MNIST has them comes, or an error that says what was expected."""
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
