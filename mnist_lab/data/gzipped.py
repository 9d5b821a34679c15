"""Files that are gzipped or not: their first bytes, their unpacked length, and the checksum of what is in them."""

import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np

_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 1 << 20
_MOST_UNPACKED = 1032  # bytes for one that is packed by deflate (zlib's technical details)


def is_gzipped(path: Path) -> bool:
    """Whether a file is gzipped, judged by its first two bytes, not by its name."""
    with path.open("rb") as file:
        return file.read(2) == _MAGIC


def head_of(path: Path, length: int) -> bytes:
    """Return the first bytes of the unpacked file, fewer where it is shorter.

    Raises:
        OSError, EOFError, zlib.error: it cannot be read, or is cut short or damaged there.
    """
    with gzip.open(path) if is_gzipped(path) else path.open("rb") as file:
        return file.read(length)


def length_of(path: Path) -> int:
    """Return the length of the unpacked file. It is unpacked for that, in pieces, so that damage anywhere is noticed.

    Raises:
        OSError, EOFError, zlib.error: it cannot be read, or is cut short or damaged.
    """
    if not is_gzipped(path):
        return path.stat().st_size
    length = 0
    with gzip.open(path) as file:
        while piece := file.read(_CHUNK_BYTES):
            length += len(piece)
    return length


def told_length(path: Path) -> int:
    """Return the length of the unpacked file; that of a gzipped one by its last bytes' word, as far as it can be true.

    Raises:
        OSError: it cannot be read, or has too few bytes.
    """
    size = path.stat().st_size
    if not is_gzipped(path):
        return size
    _, unpacked = _trailer(path)
    return unpacked if unpacked <= _MOST_UNPACKED * size else size


def has_its_checksum(path: Path, head: bytes, records: np.ndarray) -> bool:
    """Whether a file is not packed, or `head` and `records` behind it are what its last bytes have the CRC-32 of.

    TensorFlow takes a gzipped file that ends too early for a whole one, and what it makes of its last bytes for data.
    That nothing is packed behind the records is not looked at.
    """
    return not is_gzipped(path) or _trailer(path)[0] == zlib.crc32(records, zlib.crc32(head))


def _trailer(path: Path) -> tuple[int, int]:
    """Return the CRC-32 and the length, modulo 2³², of the last member (RFC 1952, section 2.3.1)."""
    with path.open("rb") as file:
        file.seek(-8, io.SEEK_END)
        return struct.unpack("<2I", file.read())
