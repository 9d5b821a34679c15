"""The MNIST file format ("IDX"): a big-endian header, then records of fixed length, raw or gzipped.

The header: two zero bytes, the type (8: unsigned byte), the number of dimensions, each dimension in 32 bits.
"""

import gzip
import math
import os
import shlex
import struct
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

Kind = Literal["images", "labels"]

SIDE = 28
BOX = 20  # pixels: the box that MNIST scaled its digits into
PIXELS = SIDE * SIDE
CLASSES = 10

_RECORD_SHAPE: dict[Kind, tuple[int, ...]] = {"images": (SIDE, SIDE), "labels": ()}
_MAGIC: dict[Kind, int] = {"images": 2051, "labels": 2049}
_GZIP_MAGIC = b"\x1f\x8b"


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
    """Return a path as it is typed in a command: in quotation marks if, for example, it contains spaces."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def read_images(path: str | os.PathLike) -> np.ndarray:
    """Read a file of images into a `[count, 784]` array of uint8 (0 is paper, 255 is ink).

    Raises:
        MnistFileError: the file is missing or damaged, or of another kind, shape or length than it should be.
    """
    return _read(Path(path), "images").reshape(-1, PIXELS)


def read_labels(path: str | os.PathLike) -> np.ndarray:
    """Read a file of labels into a `[count]` array of uint8 from 0 to 9.

    Raises:
        MnistFileError: as `read_images`, or a label is above 9.
    """
    labels = _read(Path(path), "labels")
    wrong = np.flatnonzero(labels >= CLASSES)
    if wrong.size:
        found, remedy = f"label {labels[wrong[0]]} in record {wrong[0]:,}", None
        if (labels.min(), labels.max()) == (1, 26):
            found += ", and labels from 1 to 26, as in EMNIST letters"
            remedy = "The lessons need ten classes: name a folder with MNIST or EMNIST digits in MNIST_LAB_DATA."
        raise MnistFileError(path, found, "labels from 0 to 9", remedy)
    return labels


def read_digits(images_path: str | os.PathLike, labels_path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray]:
    """Read images and their labels, as `read_images` and `read_labels` do.

    Raises:
        MnistFileError: as `read_images` and `read_labels`, or the two files hold different numbers of records.
    """
    images, labels = read_images(images_path), read_labels(labels_path)
    if len(images) != len(labels):
        expected = f"{len(images):,}, one for each image of {images_path}"
        raise MnistFileError(labels_path, f"{len(labels):,} labels", expected)
    return images, labels


def write(path: str | os.PathLike, array: np.ndarray) -> None:
    """Write a uint8 array, images `[count, 28, 28]` or labels `[count]`, as an IDX file (gzipped for `.gz`)."""
    data = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
    Path(path).write_bytes(gzip.compress(data, mtime=0) if Path(path).suffix == ".gz" else data)


@contextmanager
def unpacked(path: Path, expected: str, remedy: str | None = None) -> Iterator[BinaryIO | gzip.GzipFile]:
    """Open a file, raw or gzipped (judged by its first two bytes); what fails becomes a `MnistFileError`."""
    if not path.is_file():
        raise MnistFileError(path, "a directory" if path.is_dir() else "no such file", expected, remedy)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            yield gzip.GzipFile(fileobj=file) if packed else file
    except (OSError, EOFError, zlib.error) as error:
        raise MnistFileError(path, f"a file that cannot be read ({error})", expected, remedy) from error


def _read(path: Path, kind: Kind) -> np.ndarray:
    """Return the bytes after the header, in no more memory than it announces, nor than the file really has."""
    with unpacked(path, f"an MNIST file of {kind}") as file:
        header_length = 8 + 4 * len(_RECORD_SHAPE[kind])
        count = _records_announced(path, file.read(header_length), kind)
        length = count * math.prod(_RECORD_SHAPE[kind])
        records = bytearray()
        while len(records) <= length and (chunk := file.read(min(1 << 20, length + 1 - len(records)))):
            records += chunk
    if len(records) != length:
        total = header_length + length
        found = f"{header_length + len(records):,} bytes" if len(records) < length else f"more than {total:,} bytes"
        raise MnistFileError(path, found, f"{total:,} bytes for the {count:,} {kind} that its header announces")
    return np.frombuffer(records, np.uint8)


def _records_announced(path: Path, header: bytes, kind: Kind) -> int:
    """Return how many records a header announces, which must be of this kind and of MNIST's shape."""
    shape, expected = _RECORD_SHAPE[kind], f"the header of an MNIST file of {kind}"
    other: Kind = "labels" if kind == "images" else "images"
    magic = int.from_bytes(header[:4])
    if header.lstrip()[:1] == b"<":
        raise MnistFileError(path, f"what looks like a web page ({header[:16]!r} …)", expected)
    if magic == _MAGIC[other]:
        remedy = "The two files may have been swapped: give each its own name."
        raise MnistFileError(path, f"a file of {other}", f"a file of {kind}", remedy)
    if len(header) < 8 + 4 * len(shape):
        raise MnistFileError(path, f"only {len(header)} bytes", expected)
    if magic != _MAGIC[kind]:
        raise MnistFileError(path, f"magic number {magic}", f"{_MAGIC[kind]}, the magic number of a file of {kind}")
    count, *sides = struct.unpack(f">{1 + len(shape)}I", header[4:])
    if tuple(sides) != shape:
        raise MnistFileError(path, f"images of {sides[0]}×{sides[1]} pixels", f"images of {SIDE}×{SIDE} pixels")
    if count == 0:
        raise MnistFileError(path, f"a header that announces no {kind}", "at least one record")
    return count
