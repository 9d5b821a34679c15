"""The MNIST file format ("IDX"): a big-endian header, then records of fixed length, raw or gzipped.

The format is described at the end of LeCun, Cortes and Burges' MNIST page: two zero bytes, a byte for the
type (8: unsigned byte), a byte for the number of dimensions, then each dimension as a 32-bit integer.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from mnist_lab.data.gzipped import has_its_checksum, head_of, is_gzipped, length_of, told_length

Kind = Literal["images", "labels"]

SIDE = 28
BOX = 20  # pixels: the box that MNIST scaled its digits into
PIXELS = SIDE * SIDE
CLASSES = 10

_UNSIGNED_BYTE = 8
_DIMENSIONS = {"images": (SIDE, SIDE), "labels": ()}
_BYTES_AT_A_TIME = 500 * PIXELS


class MnistFileError(ValueError):
    """A file is not what MNIST's format demands: names the file, what was found, what was expected."""

    def __init__(self, path: Path, found: str, expected: str, remedy: str | None = None):
        self.path = Path(path)
        remedy = remedy or "Delete the file and run `mnist-lab download`, or name another folder in MNIST_LAB_DATA."
        super().__init__(f"{path}: found {found}; expected {expected}. {remedy}")


def header_bytes(kind: Kind) -> int:
    """Return the length of the header: 16 bytes before images, 8 before labels."""
    return 4 + 4 * (1 + len(_DIMENSIONS[kind]))


def record_bytes(kind: Kind) -> int:
    """Return the length of one record: 784 bytes for an image, 1 for a label."""
    return PIXELS if kind == "images" else 1


def compression_type(path: Path) -> Literal["", "GZIP"]:
    """Return tf.data's name for the file's compression, judged by its first two bytes, not by its name."""
    return "GZIP" if is_gzipped(Path(path)) else ""


def check_header(path: Path, kind: Kind) -> int:
    """Check a file of `kind` from its first byte to its length, and return how many records it holds.

    A gzipped file is unpacked once, in pieces, so that one that was cut short or damaged is noticed here.

    Raises:
        MnistFileError: the file is missing, no regular file, empty, damaged, of the other kind, of another
            shape, or its length does not agree with the number of records in its header.
    """
    path = Path(path)
    expected = f"an MNIST file of {kind}"
    if not path.exists():
        raise MnistFileError(path, "no such file", expected)
    if not path.is_file():
        raise MnistFileError(path, "a directory" if path.is_dir() else "no regular file", expected)
    try:
        head, length = head_of(path, header_bytes(kind)), length_of(path)
    except OSError as error:  # gzip.BadGzipFile is one; a file that may not be read is another
        raise MnistFileError(path, f"a file that cannot be read ({error})", expected) from error
    except (EOFError, zlib.error) as error:
        raise MnistFileError(path, f"gzip data that are cut short or damaged ({error})", expected) from error
    count = _parse(path, head, kind)
    wanted = header_bytes(kind) + count * record_bytes(kind)
    if length != wanted:
        found = f"{length:,} bytes"
        raise MnistFileError(path, found, f"{wanted:,} bytes for the {count:,} {kind} its header announces")
    return count


def read_images(path: Path) -> np.ndarray:
    """Read a file of images into a `[count, 784]` array of uint8 (0 is paper, 255 is ink).

    Raises:
        MnistFileError: as `check_header`.
    """
    return _read(path, "images")


def read_labels(path: Path) -> np.ndarray:
    """Read a file of labels into a `[count]` array of uint8 from 0 to 9.

    Raises:
        MnistFileError: as `check_header`, or a label is above 9.
    """
    labels = _read(path, "labels")[:, 0]
    wrong = np.flatnonzero(labels >= CLASSES)
    if wrong.size:
        raise MnistFileError(path, f"label {labels[wrong[0]]} in record {wrong[0]:,}", "labels from 0 to 9")
    return labels


def read_digits(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the images and the labels that belong together, as `read_images` and `read_labels` do.

    Raises:
        MnistFileError: as they, or there are not as many of the one as of the other.
    """
    pictures, classes = read_images(images), read_labels(labels)
    if len(pictures) != len(classes):
        raise MnistFileError(labels, f"{len(classes):,} labels", f"{len(pictures):,}, one for each of {images}")
    return pictures, classes


def write(path: Path, array: np.ndarray) -> None:
    """Write a uint8 array, images `[count, 28, 28]` or labels `[count]`, as an IDX file (gzipped for `.gz`)."""
    array = np.asarray(array)
    if array.dtype != np.uint8:
        raise TypeError(f"IDX files of MNIST hold unsigned bytes. Received: dtype {array.dtype}")
    header = struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    data = header + array.tobytes()
    Path(path).write_bytes(gzip.compress(data, mtime=0) if Path(path).suffix == ".gz" else data)


def _parse(path: Path, head: bytes, kind: Kind) -> int:
    dimensions = _DIMENSIONS[kind]
    expected = f"the header of an MNIST file of {kind}"
    if not head:
        raise MnistFileError(path, "an empty file", expected)
    if head.lstrip()[:1] == b"<":
        raise MnistFileError(path, f"what looks like a web page ({head[:16]!r} …)", expected)
    if len(head) < 4:
        raise MnistFileError(path, f"only {len(head)} bytes", expected)
    (magic,) = struct.unpack(">I", head[:4])
    wanted = _magic(kind)
    other: Kind = "labels" if kind == "images" else "images"
    if magic == _magic(other):
        remedy = "The two files may have been swapped: give each its own name."
        raise MnistFileError(path, f"a file of {other}", f"a file of {kind}", remedy)
    if magic != wanted:
        raise MnistFileError(path, f"magic number {magic}", f"{wanted}, that of a file of {kind}")
    if len(head) < header_bytes(kind):
        raise MnistFileError(path, f"only {len(head)} bytes", expected)
    count, *shape = struct.unpack(f">{1 + len(dimensions)}I", head[4:])
    if tuple(shape) != dimensions:
        raise MnistFileError(path, f"images of {shape[0]}×{shape[1]} pixels", f"images of {SIDE}×{SIDE} pixels")
    if count == 0:
        raise MnistFileError(path, f"a header that announces no {kind}", "at least one record")
    return count


def _magic(kind: Kind) -> int:
    return _UNSIGNED_BYTE << 8 | 1 + len(_DIMENSIONS[kind])


def _read(path: Path, kind: Kind) -> np.ndarray:
    """Read the records in one pass; only where something does not fit is the file examined by `check_header`."""
    import tensorflow as tf

    path = Path(path)
    count = _announced_count(path, kind) or check_header(path, kind)
    group = math.gcd(count, _BYTES_AT_A_TIME // record_bytes(kind))
    records = tf.data.FixedLengthRecordDataset(
        str(path), group * record_bytes(kind), header_bytes(kind), compression_type=compression_type(path)
    )
    array = np.empty((count // group, group * record_bytes(kind)), np.uint8)
    filled = 0
    try:
        for filled, record in enumerate(records.take(len(array)), start=1):
            array[filled - 1] = np.frombuffer(record.numpy(), np.uint8)
    except tf.errors.OpError as error:
        check_header(path, kind)
        raise MnistFileError(
            path, f"data that TensorFlow cannot read ({error.message})", f"{count:,} {kind}"
        ) from error
    if filled < len(array):
        check_header(path, kind)
        raise MnistFileError(path, f"{filled * group:,} {kind}", f"{count:,}")
    if not has_its_checksum(path, head_of(path, header_bytes(kind)), array):
        check_header(path, kind)  # a file of several members is good all the same
    return array.reshape(count, record_bytes(kind))


def _announced_count(path: Path, kind: Kind) -> int | None:
    """Return the count of a header that fits what is told of the length of the file; else None."""
    try:
        count = _parse(path, head_of(path, header_bytes(kind)), kind)
        length = told_length(path)
    except (OSError, EOFError, zlib.error, MnistFileError):
        return None
    return count if length == header_bytes(kind) + count * record_bytes(kind) else None
