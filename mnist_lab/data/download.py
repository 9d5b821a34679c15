"""Download MNIST's four files, and the file of their writers: mirrors in turn, SHA-256, nothing half-written."""

import hashlib
import logging
import queue
import sys
import threading
import time
import warnings
from functools import cache, partial
from pathlib import Path

import requests
from filelock import FileLock, Timeout
from tqdm import tqdm

with warnings.catch_warnings():  # tqdm, which pooch imports, warns in a notebook without widgets
    warnings.simplefilter("ignore")
    import pooch

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)

# The hashes of the gzip files as the mirrors serve them (data/SHA256SUMS is the same list for sha256sum).
SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}

# The hashes of the same files unpacked.
RAW_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

# Who wrote which training digit: QMNIST's extended labels (Yadav and Bottou, "Cold case: the lost MNIST digits", 2019).
WRITERS = "qmnist-train-labels-idx2-int"
WRITERS_SHA256 = {
    f"{WRITERS}.gz": "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
    WRITERS: "bb1b6e1ec7b04fd5696f1ed50b5f58f8ef195118edd5c93c81783df9740b8ac5",
}
WRITERS_MIRRORS = ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",)

PROBE_SECONDS = 12
_GRACE_SECONDS = 1
_READ_SECONDS = 10
_PATIENCE_SECONDS = 20  # for a file, on top of the time it takes at the minimum speed
_MIN_BYTES_PER_SECOND = 32_000
_MAX_BYTES = 16_000_000  # of a file
_LOCK_SECONDS = 900
_TRIES_PER_MIRROR = 2


class DownloadError(OSError):
    """The files could not be downloaded; the message lists what went wrong with each mirror."""


class NoNetworkError(DownloadError):
    """No mirror answered at all."""


def user_cache() -> Path:
    """Return this project's folder in the user's cache."""
    return Path(pooch.os_cache("mnist-lab"))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_official(path: Path) -> bool:
    """Return whether `path` is one of MNIST's files or the file of its writers, byte for byte, gzipped or unpacked."""
    if not path.is_file():
        return False
    state = path.stat()
    return _is_official(path, state.st_mtime_ns, state.st_size)


@cache
def _is_official(path: Path, modified: int, size: int) -> bool:
    name = path.name.replace(".idx", "-idx")
    return sha256(path) == {**SHA256, **RAW_SHA256, **WRITERS_SHA256}.get(name)


def candidates(folder: Path, name: str) -> list[Path]:
    """Return the paths that the file `name` may have in `folder`: unpacked or gzipped, and as Kaggle names it.

    Example:
        >>> [path.name for path in candidates(Path("data"), "t10k-labels-idx1-ubyte")]
        ['t10k-labels-idx1-ubyte', 't10k-labels-idx1-ubyte.gz', 't10k-labels.idx1-ubyte', 't10k-labels.idx1-ubyte.gz']
    """
    spellings = dict.fromkeys((name, name.replace("-idx", ".idx")))
    return [folder / f"{spelling}{suffix}" for spelling in spellings for suffix in ("", ".gz")]


def undamaged(folder: Path, name: str) -> Path | None:
    """Return the first of the candidates for the file `name` in `folder` that is undamaged; None if none is."""
    return next(filter(is_official, candidates(folder, name)), None)


def download_mnist(folder: Path) -> None:
    """Download the four files into `folder`; undamaged files that are there already are kept.

    Several processes may call this at once: one downloads, the others wait for it.

    Raises:
        DownloadError: no mirror can be reached, no mirror has the right file, or `folder` cannot be written.
    """
    _download(folder, SHA256, MIRRORS)


def download_writers(folder: Path) -> None:
    """Download the file of the training digits' writers (0.5 MB) into `folder`, as `download_mnist` does.

    Raises:
        DownloadError: as `download_mnist`.
    """
    name = f"{WRITERS}.gz"
    _download(folder, {name: WRITERS_SHA256[name]}, WRITERS_MIRRORS)


def _download(folder: Path, hashes: dict[str, str], mirrors: tuple[str, ...]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".download.lock", timeout=_LOCK_SECONDS):
            missing = {
                name: expected for name, expected in hashes.items() if not undamaged(folder, name.removesuffix(".gz"))
            }
            if missing:
                answering = answering_mirrors(mirrors, next(iter(missing)))
                for name, expected in missing.items():
                    _fetch(name, expected, folder, answering)
    except Timeout as error:
        raise DownloadError(
            f"{folder}: another process has been downloading for {_LOCK_SECONDS // 60} minutes. "
            f"If there is none, delete {error.lock_file} and try again."
        ) from error
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"{folder}: found a folder that cannot be written ({error}); expected one with room for 12 MB. "
            "Name a folder that already holds MNIST's files in MNIST_LAB_DATA, "
            "or download into another folder: `mnist-lab download DIR`."
        ) from error


def answering_mirrors(mirrors: tuple[str, ...], name: str) -> list[str]:
    """Return the mirrors that answer a request for `name`. All are probed at once, within `PROBE_SECONDS`.

    Raises:
        NoNetworkError: no mirror answers.
    """
    answers: queue.Queue[tuple[str, str | None]] = queue.Queue()
    for mirror in mirrors:
        threading.Thread(target=_probe, args=(mirror, name, answers), daemon=True).start()
    deadline = time.monotonic() + PROBE_SECONDS
    failures = dict.fromkeys(mirrors, f"no answer within {PROBE_SECONDS} s")
    reached = set()
    for _ in mirrors:
        try:
            mirror, failure = answers.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if failure:
            failures[mirror] = failure
        else:
            reached.add(mirror)
            deadline = min(deadline, time.monotonic() + _GRACE_SECONDS)
    if not reached:
        raise NoNetworkError(f"no network: {_join(failures)}")
    return [mirror for mirror in mirrors if mirror in reached]


def _probe(mirror: str, name: str, answers: queue.Queue) -> None:
    try:
        requests.head(mirror + name, timeout=PROBE_SECONDS / 2)
    except requests.RequestException as error:
        answers.put((mirror, type(error).__name__))
    else:
        answers.put((mirror, None))


def _fetch(name: str, expected: str, folder: Path, mirrors: list[str]) -> None:
    pooch.get_logger().setLevel(logging.WARNING)
    failures = {}
    for mirror in mirrors:
        source = pooch.create(
            path=folder, base_url=mirror, registry={name: expected}, retry_if_failed=_TRIES_PER_MIRROR - 1
        )
        try:
            source.fetch(name, downloader=partial(_get, name=name))
        except (ValueError, requests.RequestException, DownloadError) as error:  # ValueError: the hash differs
            failures[mirror] = str(error)
        else:
            return
    raise DownloadError(f"{name} could not be downloaded: {_join(failures)}")


def _get(url: str, output_file: str, _pooch_instance: pooch.Pooch, *, name: str) -> None:
    with requests.get(url, stream=True, timeout=_READ_SECONDS, headers={"Accept-Encoding": "identity"}) as response:
        response.raise_for_status()
        announced = int(response.headers.get("Content-Length", _MAX_BYTES))
        seconds = _PATIENCE_SECONDS + min(announced, _MAX_BYTES) / _MIN_BYTES_PER_SECOND
        too_slow = threading.Timer(seconds, response.raw.shutdown)
        too_slow.start()
        try:
            # The bar goes to standard output: in a notebook, text on standard error looks like a failure.
            bar = tqdm(total=announced, unit="B", unit_scale=True, desc=name, file=sys.stdout, leave=False)
            with Path(output_file).open("wb") as file, bar:
                for piece in response.iter_content(1 << 16):
                    file.write(piece)
                    bar.update(len(piece))
                    if file.tell() > _MAX_BYTES:
                        raise DownloadError(f"more than {_MAX_BYTES:,} bytes, the most that a file may have")
        except (requests.RequestException, ValueError) as error:
            if too_slow.finished.is_set():
                raise DownloadError(f"incomplete after {seconds:.0f} s") from error
            raise
        finally:
            too_slow.cancel()


def _join(failures: dict[str, str]) -> str:
    return "; ".join(f"{mirror} ({failure})" for mirror, failure in failures.items())
