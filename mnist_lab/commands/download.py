"""`mnist-lab download`: download MNIST's four files, and the file of their writers if its mirror answers."""

import sys
from pathlib import Path

from mnist_lab.data.download import DownloadError, download_mnist, download_writers
from mnist_lab.data.find import default_data_dir


def download(directory: Path | None) -> int:
    """Download what is missing, by default into the folder that the lessons look in; return 1 if MNIST failed."""
    folder = directory.expanduser() if directory else default_data_dir()
    try:
        download_mnist(folder)
    except DownloadError as error:
        print(f"MNIST was not downloaded. {error}", file=sys.stderr)
        return 1
    print(f"MNIST's four files are in {folder}; the SHA-256 of each is correct.")
    try:
        download_writers(folder)
    except DownloadError as error:
        print(f"The file of the writers was not downloaded; only by_writer=True needs it. {error}", file=sys.stderr)
    return 0
