"""Where MNIST's four files come from: a folder, the cache, a mirror, or the stand-in.

`find_mnist` looks in this order: the `directory` argument; the folder in `$MNIST_LAB_DATA`; `data/` of a
checkout, else the user's cache; a download into that place; without a network the stand-in.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from filelock import FileLock

from mnist_lab.data import download, stand_in
from mnist_lab.data.idx import MnistFileError
from mnist_lab.data.offline import unless_offline

Origin = Literal["mnist", "stand-in", "other"]

VARIABLE = "MNIST_LAB_DATA"
STAND_IN = "stand-in"

NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "validation_images": "t10k-images-idx3-ubyte",
    "validation_labels": "t10k-labels-idx1-ubyte",
}

# Beside the stand-in's files, so that a copy of them is known for what it is.
_MARKER = "STAND-IN"


@dataclass(frozen=True)
class MnistFiles:
    """Four files (each raw or gzipped), what they are, and why these were chosen."""

    train_images: Path
    train_labels: Path
    validation_images: Path
    validation_labels: Path
    origin: Origin
    chosen_by: str

    @property
    def folder(self) -> Path:
        """The folder the files lie in."""
        return self.train_images.parent

    @property
    def name(self) -> str:
        """What to call one of these images in a title: 'MNIST digits', 'stand-in digits' or 'images of …'."""
        return {"mnist": "MNIST digits", "stand-in": "stand-in digits"}.get(
            self.origin, f"images of {self.folder.name}"
        )

    def __str__(self) -> str:
        """One line: what the files are and who chose them."""
        return f"{self.name} ({self.chosen_by})"


def find_mnist(directory: str | os.PathLike | None = None) -> MnistFiles:
    """Return the four files of MNIST, or of its stand-in where MNIST cannot be had.

    Args:
        directory: a folder with the four files, or the word "stand-in"; default: `$MNIST_LAB_DATA`, which is
            read in the same way; without either, the files are looked for, downloaded, or stood in for.

    Raises:
        MnistFileError: the folder that was named, or the one that is ours to fill, lacks a file or holds a wrong one.
    """
    found = find_on_disk(directory)
    if found:
        return found
    place = our_place()
    try:
        unless_offline(download.download_mnist, place)
    except download.DownloadError as error:
        refuse_damaged(place)
        files = _stand_in("since MNIST could not be downloaded")
        _announce(str(error))
        return files
    return _whole_in(place)


def find_on_disk(directory: str | os.PathLike | None = None) -> MnistFiles | None:
    """Return what `find_mnist` would, as far as it is there without a download; None where it is not.

    Raises:
        MnistFileError: the folder that was named lacks a file.
    """
    if directory is not None:
        return _named(directory, "the directory argument")
    if chosen := os.environ.get(VARIABLE):
        return _named(chosen, f"${VARIABLE}")
    return _whole_in(our_place())


def our_place() -> Path:
    """Return the folder that downloads go to: `data/` in a checkout, else the user's cache."""
    root = Path(__file__).resolve().parents[2]
    in_checkout = (root / "pyproject.toml").is_file() and (root / "data" / "SHA256SUMS").is_file()
    return root / "data" if in_checkout else download.user_cache()


def absolute_data_variable() -> dict[str, str]:
    """Return `$MNIST_LAB_DATA` as an absolute path, for the processes started from here that run elsewhere."""
    chosen = os.environ.get(VARIABLE)
    if not chosen:
        return {}
    return {VARIABLE: chosen if chosen == STAND_IN else str(Path(chosen).expanduser().resolve())}


def _whole_in(place: Path) -> MnistFiles | None:
    """Return MNIST's own files in the place that is ours, whatever else lies there; None where one is missing."""
    paths = {role: download.undamaged(place, name) for role, name in NAMES.items()}
    if None in paths.values():
        return None
    chosen_by = "data/ of this checkout" if place.name == "data" else "the user's cache"
    return MnistFiles(**paths, origin="mnist", chosen_by=chosen_by)


def _named(directory: str | os.PathLike, chosen_by: str) -> MnistFiles:
    if str(directory) == STAND_IN:
        return _stand_in(f"chosen by {chosen_by}")
    folder = Path(directory).expanduser().absolute()
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        raise MnistFileError(
            folder,
            found,
            f"a folder with MNIST's four files (named by {chosen_by})",
            f"Name a folder that holds them, or fill this one: `mnist-lab download {folder}`.",
        )
    return _in_folder(folder, chosen_by)


def _in_folder(folder: Path, chosen_by: str) -> MnistFiles:
    paths = {role: _one_of(folder, name) for role, name in NAMES.items()}
    return MnistFiles(**paths, origin=_origin(folder, tuple(paths.values())), chosen_by=chosen_by)


def _one_of(folder: Path, name: str) -> Path:
    if path := _present(folder, name):
        return path
    remedy = f"Put the four files there, or fetch them: `mnist-lab download {folder}`."
    if any(_present(folder, other) for other in NAMES.values()):  # a download would mix two data sets
        remedy = "Put the one that belongs to the others there, or name another folder."
    raise MnistFileError(folder / name, "no such file", f"{name} or {name}.gz", remedy)


def _present(folder: Path, name: str) -> Path | None:
    return next(filter(Path.exists, (folder / name, folder / f"{name}.gz")), None)


def _origin(folder: Path, paths: tuple[Path, ...]) -> Origin:
    if (folder / _MARKER).is_file():
        return "stand-in"
    return "mnist" if all(map(download.is_official, paths)) else "other"


def refuse_damaged(place: Path) -> None:
    """Say so when the place that is ours holds a damaged file: the stand-in would hide it.

    Raises:
        MnistFileError: it does.
    """
    for name, wanted in (download.SHA256 | download.RAW_SHA256).items():
        path = place / name
        if path.exists() and not download.undamaged(place, name.removesuffix(".gz")):
            found = f"SHA-256 {download.sha256(path)[:12]}…" if path.is_file() else "a directory"
            raise MnistFileError(path, found, f"SHA-256 {wanted[:12]}…")


def _stand_in(chosen_by: str) -> MnistFiles:
    folder = download.user_cache() / f"stand-in-{stand_in.VERSION}"
    try:
        if not _is_whole_stand_in(folder):
            download.user_cache().mkdir(parents=True, exist_ok=True)
            with FileLock(folder.with_suffix(".lock")):
                if not _is_whole_stand_in(folder):
                    shutil.rmtree(folder, ignore_errors=True)
                    _draw_stand_in(folder)
    except OSError as error:
        raise MnistFileError(
            folder,
            f"a folder that cannot be made ({error})",
            "a cache with room for 55 MB of stand-in digits",
            f"Make it writable, or name a folder with MNIST's files in {VARIABLE}.",
        ) from error
    return _in_folder(folder, chosen_by)


def _is_whole_stand_in(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (*NAMES.values(), _MARKER))


def _draw_stand_in(folder: Path) -> None:
    print("Drawing 70,000 stand-in digits from fonts. This happens once.", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as unfinished:
        drawn = Path(unfinished, folder.name)
        drawn.mkdir()
        stand_in.write_stand_in(drawn)
        (drawn / _MARKER).write_text(stand_in.VERSION)
        drawn.rename(folder)


@cache
def _announce(reason: str) -> None:
    print(
        f"Using stand-in digits drawn from fonts ({reason}). The lessons tell of MNIST: here and there these differ. "
        "For MNIST itself: run `mnist-lab download` once online."
    )
