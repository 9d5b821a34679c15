import re
import shlex
from pathlib import Path
from unittest.mock import Mock

import pytest

from mnist_lab.data import download, find, stand_in
from mnist_lab.data.download import DownloadError
from mnist_lab.data.find import NAMES, find_mnist, find_on_disk
from mnist_lab.data.idx import MnistFileError

from .conftest import write_tiny

NO_NETWORK = "no network: nothing answers"
TRAIN_IMAGES = NAMES["train_images"]


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty default folder and cache, no variable, a small stand-in and no network; returns the default folder."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(find, "default_data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(stand_in, "write_stand_in", write_tiny)
    monkeypatch.setattr(download, "download_mnist", Mock(side_effect=DownloadError(NO_NETWORK)))
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


OTHERS = [name for name in NAMES.values() if name != TRAIN_IMAGES]
EMNIST = "emnist-digits-train-images-idx3-ubyte.gz"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([], "no such folder; .*the directory argument.* Name a folder that holds them, or run DOWNLOAD"),
        ([""], "found a file; expected a folder"),
        (["./"], "no such file; .* Put the four files there, or run DOWNLOAD"),
        (["./", *OTHERS], f"{TRAIN_IMAGES}: found no such file; .* Put the missing file of the same data"),
        (["./", f"{TRAIN_IMAGES}/", *OTHERS], "a directory; expected .* If the file lies in it, move the file out"),
        (["./", EMNIST], f"Give the four files MNIST's names .*Received: {EMNIST}"),
    ],
)
def test_a_named_folder_that_lacks_a_file_is_refused_with_what_to_do(tmp_path, made, expected):
    folder = tmp_path / "nobody's digits"
    for name in made:
        (folder / name).mkdir() if name.endswith("/") else (folder / name).touch()
    command = re.escape(f"`mnist-lab download {shlex.quote(str(folder))}`.")
    with pytest.raises(MnistFileError, match=expected.replace("DOWNLOAD", command)):
        find_mnist(folder)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_the_names_that_kaggle_gives_to_the_files_are_accepted_beside_a_folder(data_dir, monkeypatch, suffix):
    fill_with_official(data_dir, monkeypatch, suffix)
    for name in NAMES.values():
        (data_dir / f"{name}{suffix}").rename(data_dir / f"{name.replace('-idx', '.idx')}{suffix}")
    (data_dir / TRAIN_IMAGES).mkdir()
    for found in (find_mnist(data_dir), find_mnist()):
        assert found.train_images == data_dir / f"train-images.idx3-ubyte{suffix}"
        assert found.origin == "mnist"
    assert download.download_mnist.call_count == 0


@pytest.mark.parametrize(("name", "where"), [("data", "data/ of this checkout"), ("mnist-lab", "the user's cache")])
def test_a_download_goes_to_the_default_folder_and_is_found_there(data_dir, monkeypatch, name, where):
    folder = data_dir.parent / name
    monkeypatch.setattr(find, "default_data_dir", lambda: folder)
    monkeypatch.setattr(download, "download_mnist", lambda folder: fill_with_official(folder, monkeypatch))
    assert (find_mnist().folder, str(find_mnist())) == (folder, f"MNIST digits ({where})")
    (folder / NAMES["train_labels"]).write_bytes(b"of another data set")
    assert find_mnist().train_labels == folder / f"{NAMES['train_labels']}.gz"


@pytest.mark.parametrize("name", ["t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz", "t10k-labels.idx1-ubyte"])
def test_a_damaged_file_in_the_default_folder_is_not_replaced_by_the_stand_in(data_dir, monkeypatch, name):
    fill_with_official(data_dir, monkeypatch)
    (data_dir / "t10k-labels-idx1-ubyte.gz").unlink()
    (data_dir / name).write_bytes(b"<html>")
    with pytest.raises(MnistFileError, match=rf"{name}: found SHA-256 .*expected the SHA-256 of MNIST's own"):
        find_mnist()


def test_without_a_network_the_stand_in_is_drawn_and_announced_once(data_dir, monkeypatch, capsys):
    assert find_on_disk() is None
    assert not (data_dir.parent / "cache").exists()
    found = {str(find_mnist()) for _ in range(3)}
    assert found == {"stand-in digits (since MNIST could not be downloaded)"}
    notice, _drawing = capsys.readouterr().out.splitlines()
    assert re.match(f"Using stand-in digits .*{NO_NETWORK}.*`mnist-lab download`", notice)
    assert download.download_mnist.call_count == 1
    find._download_or_stand_in.cache_clear()  # as in another process
    monkeypatch.setattr(stand_in, "write_stand_in", lambda folder: pytest.fail("drawn twice"))
    assert find_mnist().origin == "stand-in"
    fill_with_official(data_dir, monkeypatch)  # downloaded meanwhile
    assert find_mnist().origin == "mnist"


def test_the_word_stand_in_chooses_the_stand_in_a_copy_of_which_is_recognized(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DATA", "stand-in")
    assert find_mnist().origin == find_mnist("stand-in").origin == "stand-in"
    assert download.download_mnist.call_count == 0
    find_mnist().folder.rename(tmp_path / "copy")
    assert find_mnist(tmp_path / "copy").origin == "stand-in"


def test_an_unfinished_or_incomplete_stand_in_is_drawn_again(data_dir, monkeypatch):
    def interrupted(folder):
        write_tiny(folder)
        raise KeyboardInterrupt

    find_mnist("stand-in").train_labels.unlink()
    monkeypatch.setattr(stand_in, "write_stand_in", interrupted)
    with pytest.raises(KeyboardInterrupt):
        find_mnist("stand-in")
    drawn = []
    monkeypatch.setattr(stand_in, "write_stand_in", lambda folder: drawn.append(write_tiny(folder)))
    assert [find_mnist("stand-in").folder] == drawn


def test_a_cache_that_cannot_be_created_is_an_error(data_dir, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(MnistFileError, match=r"cannot be created.*expected a cache.*MNIST_LAB_DATA"):
        find_mnist()


@pytest.mark.parametrize("given", ["digits", "~/digits", "stand-in", ""])
def test_a_relative_variable_is_made_absolute_for_other_processes(monkeypatch, given):
    monkeypatch.setenv("MNIST_LAB_DATA", given)
    expected = str(Path(given).expanduser().absolute()) if "digits" in given else given
    assert find.absolute_data_variable() == ({"MNIST_LAB_DATA": expected} if given else {})


@pytest.mark.parametrize("missing", [None, "pyproject.toml", "data/SHA256SUMS"])
def test_the_default_folder_is_data_in_a_checkout_and_elsewhere_the_users_cache(tmp_path, monkeypatch, missing):
    (tmp_path / "data").mkdir()
    for name in {"pyproject.toml", "data/SHA256SUMS"} - {missing}:
        (tmp_path / name).touch()
    monkeypatch.setattr(find, "__file__", str(tmp_path / "mnist_lab" / "data" / "find.py"))
    assert find.default_data_dir() == (download.user_cache() if missing else tmp_path / "data")
