"""Where MNIST's four files come from, in this order: a named folder, `data/` or the cache, a mirror, the stand-in."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from filelock import FileLock

from mnist_lab.data import download
from mnist_lab.data.idx import MnistFileError, quoted

Origin = Literal["mnist", "stand-in", "other"]

VARIABLE = "MNIST_LAB_DATA"
STAND_IN = "stand-in"
_MARKER = "STAND-IN"  # a file beside the stand-in's, written last: they are complete, and a copy is recognized

NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "validation_images": "t10k-images-idx3-ubyte",
    "validation_labels": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True)
class MnistFiles:
    """Four files (each raw or gzipped), what they hold, and why they were chosen, which `str` returns in a line."""

    train_images: Path
    train_labels: Path
    validation_images: Path
    validation_labels: Path
    origin: Origin
    chosen_by: str

    @property
    def folder(self) -> Path:
        return self.train_images.parent

    @property
    def name(self) -> str:
        """The images' name in a title: 'MNIST digits', 'stand-in digits' or 'images of …'."""
        known = {"mnist": "MNIST digits", "stand-in": "stand-in digits"}
        return known.get(self.origin, f"images of {self.folder.name}")

    def __str__(self) -> str:
        return f"{self.name} ({self.chosen_by})"


def find_mnist(directory: str | os.PathLike | None = None) -> MnistFiles:
    """Return the four files of MNIST, or of its stand-in if MNIST cannot be downloaded.

    Args:
        directory: a folder with the four files, or the word "stand-in"; default: `$MNIST_LAB_DATA`, else the
            default folder, into which the files are downloaded if need be.

    Raises:
        MnistFileError: the named folder lacks a file, or the default folder holds a wrong one.
    """
    return find_on_disk(directory) or _download_or_stand_in(default_data_dir())


@cache  # without a network, a process waits for it once, is told so once, and keeps to the same digits
def _download_or_stand_in(folder: Path) -> MnistFiles:
    try:
        download.download_mnist(folder)
    except download.DownloadError as error:
        refuse_damaged(folder)
        print(
            f"Using stand-in digits drawn from fonts ({error}). The lessons tell of MNIST, and these differ here and "
            "there. For MNIST itself: run `mnist-lab download` once online."
        )
        return _stand_in("since MNIST could not be downloaded")
    found = find_on_disk()
    assert found, "download_mnist checks every file"
    return found


def find_on_disk(directory: str | os.PathLike | None = None) -> MnistFiles | None:
    """Return what `find_mnist` would (or raise its error); None if it would have to download."""
    if directory is not None:
        return _named_files(directory, "the directory argument")
    if chosen := os.environ.get(VARIABLE):
        return _named_files(chosen, f"${VARIABLE}")
    folder = default_data_dir()
    paths = _chosen(folder, download.is_official)
    chosen_by = "data/ of this checkout" if folder.name == "data" else "the user's cache"
    return MnistFiles(**paths, origin="mnist", chosen_by=chosen_by) if len(paths) == len(NAMES) else None


def default_data_dir() -> Path:
    """Return the folder that downloads go to: `data/` in a checkout, else the user's cache."""
    root = Path(__file__).resolve().parents[2]
    in_checkout = (root / "pyproject.toml").is_file() and (root / "data" / "SHA256SUMS").is_file()
    return root / "data" if in_checkout else download.user_cache()


def absolute_data_variable() -> dict[str, str]:
    """Return `$MNIST_LAB_DATA` as an absolute path, for child processes with another working directory."""
    chosen = os.environ.get(VARIABLE)
    if chosen and chosen != STAND_IN:
        chosen = str(Path(chosen).expanduser().resolve())
    return {VARIABLE: chosen} if chosen else {}


def _chosen(folder: Path, fits: Callable[[Path], bool]) -> dict[str, Path]:
    """Return for each of the four files, as far as there is one, the first candidate in the folder that fits."""
    firsts = {role: next(filter(fits, download.candidates(folder, name)), None) for role, name in NAMES.items()}
    return {role: path for role, path in firsts.items() if path}


def refuse_damaged(folder: Path) -> None:
    """Raise a `MnistFileError` if the default folder holds a damaged file, which the stand-in would hide."""
    official = _chosen(folder, download.is_official)
    for role, path in _chosen(folder, Path.is_file).items():
        if role not in official:
            raise MnistFileError(path, f"SHA-256 {download.sha256(path)[:12]}…", "the SHA-256 of MNIST's own file")


def _named_files(directory: str | os.PathLike, chosen_by: str) -> MnistFiles:
    if str(directory) == STAND_IN:
        return _stand_in(f"chosen by {chosen_by}")
    folder = Path(directory).expanduser().absolute()
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        remedy = f"Name a folder that holds them, or run `mnist-lab download {quoted(folder)}`."
        raise MnistFileError(folder, found, f"a folder with MNIST's four files (named by {chosen_by})", remedy)
    return _files_in(folder, chosen_by)


def _files_in(folder: Path, chosen_by: str) -> MnistFiles:
    paths = _chosen(folder, Path.is_file)
    if missing := [name for role, name in NAMES.items() if role not in paths]:
        raise _missing_file(folder, missing[0], mixed=bool(paths))
    official = all(map(download.is_official, paths.values()))
    origin: Origin = "stand-in" if (folder / _MARKER).is_file() else "mnist" if official else "other"
    return MnistFiles(**paths, origin=origin, chosen_by=chosen_by)


def _missing_file(folder: Path, name: str, *, mixed: bool) -> MnistFileError:
    """Return an error whose remedy depends on what the folder holds instead; `mixed`: others of the four files."""
    found, remedy = "no such file", f"Put the four files there, or run `mnist-lab download {quoted(folder)}`."
    other_names = [path.name for path in sorted(folder.glob("*-idx[13]-ubyte*")) if path.is_file()]
    if (folder / name).is_dir():
        found, remedy = "a directory", "If the file lies in it, move the file out, or name the directory that holds it."
    elif mixed:  # a download would mix two data sets
        remedy = "Put the missing file of the same data set there, or name another folder."
    elif other_names:
        remedy = f"Give the four files MNIST's names ({', '.join(NAMES.values())}). Received: {', '.join(other_names)}."
    return MnistFileError(folder / name, found, f"{name} or {name}.gz", remedy)


def _stand_in(chosen_by: str) -> MnistFiles:
    from mnist_lab.data import stand_in  # imported late: where MNIST is found, SciPy and fonts are not needed

    folder = download.user_cache() / f"stand-in-{stand_in.VERSION}"
    try:
        if not _is_complete(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder.with_suffix(".lock")):
                if not _is_complete(folder):  # another process may have drawn it meanwhile
                    print("Drawing 70,000 stand-in digits from fonts. This happens once.", flush=True)
                    (folder / _MARKER).unlink(missing_ok=True)
                    stand_in.write_stand_in(folder)
                    (folder / _MARKER).touch()
    except OSError as error:
        found, expected = f"a folder that cannot be created ({error})", "a cache with room for 55 MB of stand-in digits"
        remedy = f"Make it writable, or name a folder with MNIST's files in {VARIABLE}."
        raise MnistFileError(folder, found, expected, remedy) from error
    return _files_in(folder, chosen_by)


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (*NAMES.values(), _MARKER))
