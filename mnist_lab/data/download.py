"""Download MNIST's files and that of their writers: mirrors in turn, SHA-256, nothing half-written."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache, partial
from pathlib import Path

from filelock import FileLock
from tqdm import tqdm

with warnings.catch_warnings():  # tqdm, which pooch imports, warns in a notebook without widgets
    warnings.simplefilter("ignore")
    import pooch

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)

# The hashes of MNIST's four files as the mirrors serve them (data/SHA256SUMS is the same list for sha256sum).
SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}

# Who wrote which training digit: QMNIST's extended labels (Yadav and Bottou, "Cold case: the lost MNIST digits", 2019).
WRITERS = "qmnist-train-labels-idx2-int"
WRITERS_MIRRORS = ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",)

# Of the file of the writers, and of all five files unpacked.
OTHER_SHA256 = {
    f"{WRITERS}.gz": "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
    WRITERS: "bb1b6e1ec7b04fd5696f1ed50b5f58f8ef195118edd5c93c81783df9740b8ac5",
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

_NO_NETWORK_SECONDS = 12  # until it is decided that no mirror answers
_READ_SECONDS = 10
_FILE_SECONDS = 300  # 10 MB at 33 kB/s
_MAX_BYTES = 16_000_000  # of a file
_ROUNDS = 2


class DownloadError(OSError):
    """The files could not be downloaded; the message lists what went wrong with each mirror."""


def user_cache() -> Path:
    """Return this project's folder in the user's cache."""
    return Path(pooch.os_cache("mnist-lab"))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits; it is computed once while the file stays as it is."""
    state = path.stat()
    return _sha256(path, state.st_mtime_ns, state.st_size)


@cache
def _sha256(path: Path, _modified: int, _size: int) -> str:
    return pooch.file_hash(path)


def is_official(path: Path) -> bool:
    """Return whether `path` is one of MNIST's files or the file of its writers, byte for byte, gzipped or unpacked."""
    return path.is_file() and sha256(path) == (SHA256 | OTHER_SHA256).get(path.name.replace(".idx", "-idx"))


def candidates(folder: Path, name: str) -> list[Path]:
    """Return the paths that the file `name` may have in `folder`: unpacked or gzipped, and as Kaggle names it."""
    spellings = (name, name.replace("-idx", ".idx"))
    return [folder / f"{spelling}{suffix}" for spelling in spellings for suffix in ("", ".gz")]


def download_mnist(folder: Path) -> None:
    """Download those of the four files that `folder` lacks; of several processes at once, one downloads.

    Raises:
        DownloadError: no mirror can be reached, no mirror has the right file, or `folder` cannot be written.
    """
    _download(folder, SHA256, MIRRORS)


def download_writers(folder: Path) -> None:
    """Download the file of the training digits' writers (0.5 MB) as `download_mnist` does, with the same errors."""
    _download(folder, {f"{WRITERS}.gz": OTHER_SHA256[f"{WRITERS}.gz"]}, WRITERS_MIRRORS)


def _download(folder: Path, hashes: dict[str, str], mirrors: tuple[str, ...]) -> None:
    """Download what is missing. What one mirror fails to deliver is asked of the next, in two rounds."""
    names = [name for name in hashes if not any(map(is_official, candidates(folder, name.removesuffix(".gz"))))]
    if not names:
        return
    answering, failures = _answering(mirrors, names[0]), {}
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".download.lock"):
            for mirror in answering * _ROUNDS:
                try:
                    for name in names:  # but those that another process has just downloaded
                        pooch.retrieve(mirror + name, hashes[name], name, folder, downloader=_get)
                    return
                except (DownloadError, ValueError) as error:  # ValueError: the hash differs
                    failures[mirror] = f"{mirror} ({name}: {error})"
    except OSError as error:
        raise DownloadError(
            f"{folder}: found a folder that cannot be written ({error}); expected one with room for 12 MB. Name a "
            "folder with MNIST's files in MNIST_LAB_DATA, or download into another one: `mnist-lab download DIR`."
        ) from error
    raise DownloadError(f"MNIST's files could not be downloaded: {'; '.join(failures.values())}")


def _answering(mirrors: tuple[str, ...], name: str) -> list[str]:
    """Return the mirrors that answer a request for a file, whatever they answer."""
    answering, failures = [], []
    seconds = _NO_NETWORK_SECONDS / len(mirrors)
    for mirror in mirrors:
        request = partial(pooch.HTTPDownloader(timeout=seconds), mirror + name, None, None, check_only=True)
        try:
            _within(seconds, request)
            answering.append(mirror)
        except OSError as error:
            failures.append(f"{mirror} ({type(error).__name__})")
    if not answering:
        raise DownloadError(f"no network: {'; '.join(failures)}")
    return answering


def _get(url: str, output_file: str, _pooch: object) -> None:
    """Download a file for pooch: first into memory, so that it is known whether the mirror or the disk fails."""
    content = _BoundedBytesIO()
    # The bar goes to standard output: in a notebook, text on standard error looks like a failure.
    name, headers = url.rpartition("/")[2], {"Accept-Encoding": "identity"}
    with tqdm(total=_MAX_BYTES, unit="B", unit_scale=True, desc=name, file=sys.stdout, leave=False) as bar:
        request = pooch.HTTPDownloader(bar, chunk_size=1 << 16, timeout=_READ_SECONDS, headers=headers)
        try:
            _within(_FILE_SECONDS, partial(request, url, content, None))
        except OSError as error:  # as all errors of requests are
            raise DownloadError(str(error) or f"incomplete after {_FILE_SECONDS} s") from error
    Path(output_file).unlink()  # made by pooch as a temporary file, which only this user could read
    Path(output_file).write_bytes(content.getbuffer())


class _BoundedBytesIO(io.BytesIO):
    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() > _MAX_BYTES:
            raise DownloadError(f"more than {_MAX_BYTES:,} bytes, the most that a file may have")
        return super().write(data)


def _within(seconds: float, function: Callable[[], object]) -> None:
    """Call a function in a thread, which ends with the process; raise a TimeoutError if it takes longer."""
    # Requests' own timeouts do not end the search for a host's address, nor a transfer of one byte now and then.
    outcome: Future[object] = Future()

    def call() -> None:
        try:
            outcome.set_result(function())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    outcome.result(seconds)
