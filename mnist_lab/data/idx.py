"""The MNIST file format ("IDX"): a big-endian header, then records of fixed length, raw or gzipped.

The format is described at the end of LeCun, Cortes and Burges' MNIST page: two zero bytes, a byte for the
type (8: unsigned byte), a byte for the number of dimensions, then each dimension as a 32-bit integer.
"""

import gzip
import io
import math
import os
import shlex
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

Kind = Literal["images", "labels"]

SIDE = 28
BOX = 20  # pixels: the box that MNIST scaled its digits into
PIXELS = SIDE * SIDE
CLASSES = 10

_LETTERS = 26

_UNSIGNED_BYTE = 8
_DIMENSIONS: dict[Kind, tuple[int, ...]] = {"images": (SIDE, SIDE), "labels": ()}
_BYTES_AT_A_TIME = 500 * PIXELS

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 1 << 20
_MAX_EXPANSION = 1032  # bytes that deflate can pack into one, at most (zlib's technical details)


class MnistFileError(ValueError):
    """A file that MNIST's format does not allow: the message names the file, what was found and what was expected."""

    def __init__(self, path: str | os.PathLike, found: str, expected: str, remedy: str | None = None):
        self.path = Path(path)
        remedy = remedy or (
            f"If it is MNIST's, delete it and run `mnist-lab download {quoted(self.path.parent)}`; otherwise replace "
            "it, or name another folder in MNIST_LAB_DATA."
        )
        super().__init__(f"{path}: found {found}; expected {expected}. {remedy}")


def quoted(path: str | os.PathLike) -> str:
    """Return a path as it is typed in a command: with spaces in it, for example, it stands in quotation marks."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def header_bytes(kind: Kind) -> int:
    """Return the length of the header: 16 bytes before images, 8 before labels."""
    return 4 + 4 * (1 + len(_DIMENSIONS[kind]))


def record_bytes(kind: Kind) -> int:
    """Return the length of one record: 784 bytes for an image, 1 for a label."""
    return PIXELS if kind == "images" else 1


def is_gzipped(path: Path) -> bool:
    """Return whether a file is gzipped, judged by its first two bytes, not by its name."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP_MAGIC


def compression_type(path: Path) -> Literal["", "GZIP"]:
    """Return tf.data's name for the file's compression, judged by its first two bytes, not by its name."""
    return "GZIP" if is_gzipped(Path(path)) else ""


def check_header(path: Path, kind: Kind) -> int:
    """Check a file of `kind` from its first byte to its length, and return how many records it holds.

    A gzipped file is unpacked once, in pieces, so that a truncated or damaged one is noticed here.

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
        header, length = _read_start(path, header_bytes(kind)), _unpacked_length(path)
    except OSError as error:  # gzip.BadGzipFile is one; a file that may not be read is another
        raise MnistFileError(path, f"a file that cannot be read ({error})", expected) from error
    except (EOFError, zlib.error) as error:
        raise MnistFileError(path, f"truncated or damaged gzip data ({error})", expected) from error
    count = _parse_header(path, header, kind)
    wanted = header_bytes(kind) + count * record_bytes(kind)
    if length != wanted:
        found = f"{length:,} bytes"
        raise MnistFileError(path, found, f"{wanted:,} bytes for the {count:,} {kind} that its header announces")
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
        found, remedy = f"label {labels[wrong[0]]} in record {wrong[0]:,}", None
        if labels.min() == 1 and labels.max() == _LETTERS:
            found += f", and labels from 1 to {_LETTERS}, as in EMNIST letters"
            remedy = "The lessons need ten classes: name a folder with MNIST or EMNIST digits in MNIST_LAB_DATA."
        raise MnistFileError(path, found, "labels from 0 to 9", remedy)
    return labels


def read_digits(images_path: Path, labels_path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read images and their labels, as `read_images` and `read_labels` do.

    Raises:
        MnistFileError: as `read_images` and `read_labels`, or the two files hold different numbers of records.
    """
    images, labels = read_images(images_path), read_labels(labels_path)
    if len(images) != len(labels):
        raise MnistFileError(
            labels_path, f"{len(labels):,} labels", f"{len(images):,}, one for each image of {images_path}"
        )
    return images, labels


def write(path: Path, array: np.ndarray) -> None:
    """Write a uint8 array, images `[count, 28, 28]` or labels `[count]`, as an IDX file (gzipped for `.gz`)."""
    array = np.asarray(array)
    if array.dtype != np.uint8:
        raise TypeError(f"The array must hold unsigned bytes (uint8). Received: dtype {array.dtype}")
    header = struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    data = header + array.tobytes()
    Path(path).write_bytes(gzip.compress(data, mtime=0) if Path(path).suffix == ".gz" else data)


def _parse_header(path: Path, header: bytes, kind: Kind) -> int:
    """Return the number of records that a header announces, or raise an error that says what is wrong with it."""
    dimensions = _DIMENSIONS[kind]
    expected = f"the header of an MNIST file of {kind}"
    if not header:
        raise MnistFileError(path, "an empty file", expected)
    if header.lstrip()[:1] == b"<":
        raise MnistFileError(path, f"what looks like a web page ({header[:16]!r} …)", expected)
    if len(header) < 4:
        raise MnistFileError(path, f"only {len(header)} bytes", expected)
    (magic,) = struct.unpack(">I", header[:4])
    wanted = _magic(kind)
    other: Kind = "labels" if kind == "images" else "images"
    if magic == _magic(other):
        remedy = "The two files may have been swapped: give each its own name."
        raise MnistFileError(path, f"a file of {other}", f"a file of {kind}", remedy)
    if magic != wanted:
        raise MnistFileError(path, f"magic number {magic}", f"{wanted}, the magic number of a file of {kind}")
    if len(header) < header_bytes(kind):
        raise MnistFileError(path, f"only {len(header)} bytes", expected)
    count, *shape = struct.unpack(f">{1 + len(dimensions)}I", header[4:])
    if tuple(shape) != dimensions:
        raise MnistFileError(path, f"images of {shape[0]}×{shape[1]} pixels", f"images of {SIDE}×{SIDE} pixels")
    if count == 0:
        raise MnistFileError(path, f"a header that announces no {kind}", "at least one record")
    return count


def _magic(kind: Kind) -> int:
    return _UNSIGNED_BYTE << 8 | 1 + len(_DIMENSIONS[kind])


def _read(path: Path, kind: Kind) -> np.ndarray:
    """Read the records in one pass. The whole file is examined only if something does not fit.

    TensorFlow takes a truncated gzip file for a complete one, and garbage from its end for data. So the checksum is
    compared here; data that is packed after the records is not looked for.
    """
    import tensorflow as tf

    path = Path(path)
    count = _count_if_length_fits(path, kind) or check_header(path, kind)
    group = math.gcd(count, _BYTES_AT_A_TIME // record_bytes(kind))
    records = tf.data.FixedLengthRecordDataset(
        str(path), group * record_bytes(kind), header_bytes(kind), compression_type=compression_type(path)
    )
    array = np.empty((count // group, group * record_bytes(kind)), np.uint8)
    filled, failure = 0, None
    try:
        for filled, record in enumerate(records.take(len(array)), start=1):
            array[filled - 1] = np.frombuffer(record.numpy(), np.uint8)
    except tf.errors.OpError as error:
        failure = error
    if filled < len(array):
        _raise_if_damaged(path, kind)
        found = f"data that TensorFlow cannot read ({failure.message})" if failure else f"{filled * group:,} {kind}"
        raise MnistFileError(path, found, f"{count:,} {kind}") from failure
    if not _checksum_fits(path, _read_start(path, header_bytes(kind)), array):
        _raise_if_damaged(path, kind)  # a file of several gzip members is good all the same
    return array.reshape(count, record_bytes(kind))


def _raise_if_damaged(path: Path, kind: Kind) -> None:
    """Examine the whole file, so that the error names the damage. A good file passes."""
    check_header(path, kind)


def _count_if_length_fits(path: Path, kind: Kind) -> int | None:
    """Return the count in the header, without unpacking the file; None if the file's claimed length contradicts it."""
    try:
        count = _parse_header(path, _read_start(path, header_bytes(kind)), kind)
        length = claimed_length(path)
    except (OSError, EOFError, zlib.error, MnistFileError):
        return None
    return count if length == header_bytes(kind) + count * record_bytes(kind) else None


def _read_start(path: Path, length: int) -> bytes:
    """Return the first `length` bytes of the unpacked file, or all of a shorter one.

    Raises:
        OSError, EOFError, zlib.error: the file cannot be read, or is truncated or damaged there.
    """
    with gzip.open(path) if is_gzipped(path) else path.open("rb") as file:
        return file.read(length)


def _unpacked_length(path: Path) -> int:
    """Return the length of the unpacked file, found by unpacking it in pieces, so that damage anywhere is noticed.

    Raises:
        OSError, EOFError, zlib.error: the file cannot be read, or is truncated or damaged.
    """
    if not is_gzipped(path):
        return path.stat().st_size
    length = 0
    with gzip.open(path) as file:
        while piece := file.read(_CHUNK_BYTES):
            length += len(piece)
    return length


def claimed_length(path: Path) -> int:
    """Return the length claimed in the gzip trailer, or the packed length if deflate cannot expand the file that far.

    The length of a raw file is its size on disk.

    Raises:
        OSError: the file cannot be read, or has too few bytes.
    """
    size = path.stat().st_size
    if not is_gzipped(path):
        return size
    _, unpacked = _gzip_trailer(path)
    return unpacked if unpacked <= _MAX_EXPANSION * size else size


def _checksum_fits(path: Path, header: bytes, records: np.ndarray) -> bool:
    """Return whether `header` and `records` have the CRC-32 in the gzip trailer; True for a raw file."""
    return not is_gzipped(path) or _gzip_trailer(path)[0] == zlib.crc32(records.data, zlib.crc32(header))


def _gzip_trailer(path: Path) -> tuple[int, int]:
    """Return the CRC-32 and the length, modulo 2³², of the last member (RFC 1952, section 2.3.1)."""
    with path.open("rb") as file:
        file.seek(-8, io.SEEK_END)
        checksum, length = struct.unpack("<2I", file.read())
        return checksum, length
