"""Who wrote which training digit: QMNIST's extended labels (Yadav and Bottou, 2019), in the order of MNIST's labels.

The file is in IDX format with eight 32-bit numbers per row: class, series, writer, and five more.
"""

import struct
from pathlib import Path

import numpy as np

from mnist_lab.data import download
from mnist_lab.data.find import MnistFiles, default_data_dir
from mnist_lab.data.idx import MnistFileError, unpacked

_INT32 = 12
_COLUMNS = 8
_CLASS, _WRITER = 0, 2
_REMEDY = "Continue without by_writer=True, or put the file there."


def find_writers(files: MnistFiles) -> Path:
    """Return the file of the writers of `files`: beside them, else (for MNIST) the default folder's, downloaded."""
    beside = files.folder / f"{download.WRITERS}.gz"
    folders = (files.folder, default_data_dir()) if files.origin == "mnist" else (files.folder,)
    for path in (path for folder in folders for path in download.candidates(folder, download.WRITERS)):
        if path.is_file():
            return path
    if files.origin != "mnist":
        raise MnistFileError(beside, "no such file", "the digits' writers, known for MNIST only", _REMEDY)
    try:
        download.download_writers(default_data_dir())
    except download.DownloadError as error:
        raise MnistFileError(beside, f"no such file ({error})", "QMNIST's extended labels", _REMEDY) from error
    return default_data_dir() / beside.name


def read_writers(path: Path, labels: np.ndarray) -> np.ndarray:
    """Return the number of each training digit's writer, `[count]` int32.

    Raises:
        MnistFileError: the file is damaged, in another format, or repeats other labels than `labels` `[count]`.
    """
    expected = f"{_COLUMNS} numbers for each of {len(labels):,} digits"
    header = struct.pack(">HBBII", 0, _INT32, 2, len(labels), _COLUMNS)
    length = len(header) + 4 * _COLUMNS * len(labels)
    with unpacked(path, expected, _REMEDY) as file:
        content = file.read(length + 1)
    if not content.startswith(header) or len(content) != length:
        raise MnistFileError(path, "another header or another length", expected, _REMEDY)
    rows = np.frombuffer(content, ">i4", offset=len(header)).reshape(-1, _COLUMNS)
    different = np.flatnonzero(rows[:, _CLASS] != labels)
    if different.size:
        row = different[0]
        expected = f"class {labels[row]}, as in the file of labels"
        raise MnistFileError(path, f"class {rows[row, _CLASS]} in row {row:,}", expected, _REMEDY)
    return rows[:, _WRITER].astype(np.int32)
