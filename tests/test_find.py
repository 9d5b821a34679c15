import re
import shlex
from pathlib import Path

import pytest

from mnist_lab.data import download, find, stand_in
from mnist_lab.data.download import DownloadError
from mnist_lab.data.find import NAMES, find_mnist, find_on_disk
from mnist_lab.data.idx import MnistFileError

from .conftest import write_tiny

ROOT = Path(__file__).resolve().parents[1]
NO_NETWORK = "no network: nothing answers"
TRAIN_IMAGES = NAMES["train_images"]
raw_and_gzipped = pytest.mark.parametrize("suffix", ["", ".gz"])


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty default folder and cache, no variable, a small stand-in and no network; returns the default folder."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(find, "default_data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(stand_in, "write_stand_in", write_tiny)

    def refuse(folder):
        refuse.calls += 1
        raise DownloadError(NO_NETWORK)

    refuse.calls = 0
    monkeypatch.setattr(download, "download_mnist", refuse)
    return tmp_path / "data"


def fill_with_official(folder, monkeypatch, suffix=".gz"):
    write_tiny(folder, suffix)
    hashes = {path.name: download.sha256(path) for path in folder.iterdir()}
    monkeypatch.setattr(download, "SHA256" if suffix else "OTHER_SHA256", hashes)


def test_the_named_folder_is_used(tmp_path, monkeypatch):
    folder = write_tiny(tmp_path / "with spaces and ä", ".gz")
    monkeypatch.setenv("MNIST_LAB_DATA", str(folder))
    assert find_mnist().train_images == folder / f"{TRAIN_IMAGES}.gz"
    assert str(find_mnist()) == "images of with spaces and ä ($MNIST_LAB_DATA)"
    write_tiny(tmp_path / "digits")
    monkeypatch.chdir(tmp_path)
    assert find_mnist("digits").folder == tmp_path / "digits"


def no_folder(folder):
    folder.rmdir()


def a_file(folder):
    folder.rmdir()
    folder.touch()


def a_file_is_missing(folder):
    (write_tiny(folder) / NAMES["validation_labels"]).unlink()


def a_directory(folder):
    (write_tiny(folder) / TRAIN_IMAGES).unlink()
    (folder / TRAIN_IMAGES).mkdir()


def names_of_emnist(folder):
    (folder / "emnist-digits-train-images-idx3-ubyte.gz").touch()


REFUSED = {
    no_folder: "no such folder; .*the directory argument.* Name a folder that holds them, or download into this one: ",
    a_file: "found a file; expected a folder",
    Path.exists: "no such file; .* Put the four files there, or download them: ",
    a_file_is_missing: rf"{NAMES['validation_labels']}: found no such file; .* Put the missing file of the same data",
    a_directory: "a directory; expected .* If the file lies in it, move the file out",
    names_of_emnist: "Give the four files MNIST's names .*Received: emnist-digits-train-images-idx3-ubyte.gz",
}


@pytest.mark.parametrize(("make", "expected"), REFUSED.items(), ids=lambda case: getattr(case, "__name__", ""))
def test_a_named_folder_that_lacks_a_file_is_refused_with_what_to_do(data_dir, tmp_path, make, expected):
    folder = tmp_path / "nobody's digits"
    folder.mkdir()
    make(folder)
    if expected.endswith(": "):
        expected += re.escape(f"`mnist-lab download {shlex.quote(str(folder))}`.")
    with pytest.raises(MnistFileError, match=expected):
        find_mnist(folder)


@raw_and_gzipped
def test_the_names_that_kaggle_gives_to_the_files_are_accepted(data_dir, monkeypatch, suffix):
    fill_with_official(data_dir, monkeypatch, suffix)
    for name in NAMES.values():
        (data_dir / f"{name}{suffix}").rename(data_dir / f"{name.replace('-idx', '.idx')}{suffix}")
    for found in (find_mnist(data_dir), find_mnist()):
        assert found.train_images == data_dir / f"train-images.idx3-ubyte{suffix}"
        assert found.origin == "mnist"
    assert download.download_mnist.calls == 0


def test_what_else_lies_beside_a_good_file_is_passed_over(data_dir, monkeypatch):
    fill_with_official(data_dir, monkeypatch)
    (data_dir / NAMES["train_labels"]).write_bytes(b"of another data set")
    (data_dir / TRAIN_IMAGES).mkdir()
    assert find_mnist().train_labels == data_dir / f"{NAMES['train_labels']}.gz"
    assert find_mnist(data_dir).train_images == data_dir / f"{TRAIN_IMAGES}.gz"


@pytest.mark.parametrize("name", ["data", "mnist-lab"])
@raw_and_gzipped
def test_downloaded_files_are_found_without_another_download(data_dir, monkeypatch, suffix, name):
    folder = data_dir.parent / name
    monkeypatch.setattr(find, "default_data_dir", lambda: folder)
    fill_with_official(folder, monkeypatch, suffix)
    where = "data/ of this checkout" if name == "data" else "the user's cache"
    assert str(find_mnist()) == f"MNIST digits ({where})"
    assert find_mnist().folder == folder
    assert download.download_mnist.calls == 0


def test_a_download_goes_to_the_default_folder(data_dir, monkeypatch):
    monkeypatch.setattr(download, "download_mnist", lambda folder: fill_with_official(folder, monkeypatch))
    assert find_mnist().folder == data_dir


@pytest.mark.parametrize("name", ["t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz", "t10k-labels.idx1-ubyte"])
def test_a_damaged_file_in_the_default_folder_is_not_replaced_by_the_stand_in(data_dir, monkeypatch, name):
    fill_with_official(data_dir, monkeypatch)
    (data_dir / "t10k-labels-idx1-ubyte.gz").unlink()
    (data_dir / name).write_bytes(b"<html>")
    with pytest.raises(MnistFileError, match=rf"{name}: found SHA-256 .*expected SHA-256"):
        find_mnist()


def test_without_a_network_the_stand_in_is_drawn_and_announced_once(data_dir, monkeypatch, capsys):
    found = {str(find_mnist()) for _ in range(3)}
    assert found == {"stand-in digits (since MNIST could not be downloaded)"}
    _drawing, notice = capsys.readouterr().out.splitlines()
    assert re.match(f"Using stand-in digits .*{NO_NETWORK}.*`mnist-lab download`", notice)
    assert download.download_mnist.calls == 1
    find._download_or_stand_in.cache_clear()  # as in another process
    monkeypatch.setattr(stand_in, "write_stand_in", lambda folder: pytest.fail("drawn twice"))
    find_mnist()
    assert download.download_mnist.calls == 2
    assert sorted(path.name for path in (data_dir.parent / "cache").iterdir()) == ["stand-in-2", "stand-in-2.lock"]


def test_digits_that_are_downloaded_meanwhile_are_used(data_dir, monkeypatch):
    assert find_mnist().origin == "stand-in"
    fill_with_official(data_dir, monkeypatch)
    assert find_mnist().origin == "mnist"


def test_the_word_stand_in_chooses_the_stand_in_a_copy_of_which_is_recognized(data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "home" / "cache")
    monkeypatch.setenv("MNIST_LAB_DATA", "stand-in")
    assert find_mnist().origin == find_mnist("stand-in").origin == "stand-in"
    assert download.download_mnist.calls == 0
    find_mnist().folder.rename(tmp_path / "copy")
    assert find_mnist(tmp_path / "copy").origin == "stand-in"


def test_an_unfinished_or_incomplete_stand_in_is_drawn_again(data_dir, monkeypatch):
    def interrupted(folder):
        write_tiny(folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stand_in, "write_stand_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            find_mnist("stand-in")
    assert [path.name for path in (data_dir.parent / "cache").iterdir()] == ["stand-in-2.lock"]
    find_mnist("stand-in").train_labels.unlink()
    assert find_mnist("stand-in").train_labels.is_file()


def test_a_cache_that_cannot_be_created_is_an_error(data_dir, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "file" / "cache")
    with pytest.raises(MnistFileError, match=r"cannot be created.*expected a cache.*MNIST_LAB_DATA"):
        find_mnist()


def test_find_on_disk_neither_downloads_nor_draws(data_dir):
    assert find_on_disk() is None
    assert download.download_mnist.calls == 0
    assert not (data_dir.parent / "cache").exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("digits", Path.cwd() / "digits"), ("~/digits", Path.home() / "digits"), ("stand-in", "stand-in"), ("", None)],
)
def test_a_relative_variable_is_made_absolute_for_other_processes(monkeypatch, given, expected):
    monkeypatch.setenv("MNIST_LAB_DATA", given)
    assert find.absolute_data_variable() == ({"MNIST_LAB_DATA": str(expected)} if given else {})


@pytest.mark.parametrize("missing", [None, "pyproject.toml", "data/SHA256SUMS"])
def test_the_default_folder_is_data_in_a_checkout_and_elsewhere_the_users_cache(tmp_path, monkeypatch, missing):
    (tmp_path / "data").mkdir()
    for name in {"pyproject.toml", "data/SHA256SUMS"} - {missing}:
        (tmp_path / name).touch()
    monkeypatch.setattr(find, "__file__", str(tmp_path / "mnist_lab" / "data" / "find.py"))
    assert find.default_data_dir() == (download.user_cache() if missing else tmp_path / "data")


def test_the_hash_of_each_file_is_known_gzipped_and_raw():
    assert set(download.SHA256) == {f"{name}.gz" for name in NAMES.values()}
    assert set(download.OTHER_SHA256) == {*NAMES.values(), download.WRITERS, f"{download.WRITERS}.gz"}
