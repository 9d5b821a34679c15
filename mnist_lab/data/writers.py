"""Who wrote which training digit: column 2 of QMNIST's extended labels, row for row beside MNIST's own.

Yadav and Bottou, "Cold case: the lost MNIST digits", 2019, traced every digit of MNIST back to its writer in NIST's
collection. The file is IDX with eight 32-bit numbers a row: class, series, writer, and five more.
"""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from mnist_lab.data import download
from mnist_lab.data.find import MnistFiles, our_place
from mnist_lab.data.idx import MnistFileError, compression_type
from mnist_lab.data.offline import refuse_if_offline

_HEADER = struct.Struct(">HBBII")
_INT32 = 12
_COLUMNS = 8
_CLASS, _WRITER = 0, 2
_REMEDY = "Go on without by_writer=True, or put the file there."


def find_writers(files: MnistFiles) -> Path:
    """Return the file of the writers of `files`: beside them, else in the place for downloads, where it may be fetched.

    Raises:
        MnistFileError: there is none, and it cannot be downloaded, or the digits are not MNIST's.
    """
    names = (download.WRITERS, f"{download.WRITERS}.gz")
    folders = [files.folder, our_place()] if files.origin == "mnist" else [files.folder]
    here = [folder / name for folder in folders for name in names]
    found = next(filter(Path.is_file, here), None)
    if found:
        return found
    wanted = here[1]
    if files.origin != "mnist":
        raise MnistFileError(wanted, "no such file", "the digits' writers, which are known of MNIST only", _REMEDY)
    try:
        refuse_if_offline()
        download.download_writers(our_place())  # its one mirror may be out of reach where MNIST's are not
    except download.DownloadError as error:
        raise MnistFileError(wanted, f"no such file ({error})", "QMNIST's extended labels", _REMEDY) from error
    return our_place() / names[1]


def read_writers(path: Path, labels: np.ndarray) -> np.ndarray:
    """Return the number of each training digit's writer, `[count]` int32.

    Args:
        path: QMNIST's extended labels, raw or gzipped.
        labels: the digits' classes `[count]`: the file must name the same ones in the same order.

    Raises:
        MnistFileError: the file is damaged, of another form, or about other digits.
    """
    count = len(labels)
    wanted = f"{_COLUMNS} numbers for each of {count:,} digits"
    length = _HEADER.size + 4 * _COLUMNS * count
    try:
        with gzip.open(path) if compression_type(path) else Path(path).open("rb") as file:
            content = file.read(length + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MnistFileError(path, f"a file that cannot be read ({error})", wanted, _REMEDY) from error
    if content[: _HEADER.size] != _HEADER.pack(0, _INT32, 2, count, _COLUMNS) or len(content) != length:
        raise MnistFileError(path, "another header or another length", wanted, _REMEDY)
    rows = np.frombuffer(content, ">i4", offset=_HEADER.size).reshape(count, _COLUMNS)
    other = np.flatnonzero(rows[:, _CLASS] != labels)
    if other.size:
        found = f"class {rows[other[0], _CLASS]} in row {other[0]:,}"
        raise MnistFileError(path, found, f"{labels[other[0]]}, as in the file of labels", _REMEDY)
    return rows[:, _WRITER].astype(np.int32)
