import dataclasses
import re
import shlex
from pathlib import Path

import pytest

from mnist_lab.data import download, find
from mnist_lab.data.download import DownloadError, NoNetworkError
from mnist_lab.data.find import NAMES, find_mnist, find_on_disk
from mnist_lab.data.idx import MnistFileError

from .conftest import write_tiny

NO_NETWORK = "no network: nothing answers"


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty default folder and cache, no variable, a small stand-in and no network; returns the default folder."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(find, "default_data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(find.stand_in, "write_stand_in", write_tiny)

    def refuse(folder):
        refuse.calls += 1
        raise NoNetworkError(NO_NETWORK)

    refuse.calls = 0
    monkeypatch.setattr(download, "download_mnist", refuse)
    return tmp_path / "data"


def fill_with_official(folder, monkeypatch, suffix=".gz"):
    write_tiny(folder, suffix)
    hashes = {path.name: download.sha256(path) for path in folder.iterdir()}
    monkeypatch.setattr(download, "SHA256" if suffix else "RAW_SHA256", hashes)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_the_named_folder_is_used(tmp_path, monkeypatch, suffix):
    folder = write_tiny(tmp_path / "with spaces and ä", suffix)
    monkeypatch.setenv("MNIST_LAB_DATA", str(folder))
    found = find_mnist()
    assert found.train_images == folder / f"train-images-idx3-ubyte{suffix}"
    assert found.origin == "other"
    assert found.name == "images of with spaces and ä"
    assert "$MNIST_LAB_DATA" in str(found)


@pytest.mark.parametrize("name", ["digits", "zoo"])
def test_a_relative_folder_starts_at_the_working_directory(tmp_path, monkeypatch, name):
    write_tiny(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert find_mnist(name).folder == tmp_path / name


@pytest.mark.parametrize("name", NAMES.values())
def test_the_error_names_a_missing_file(tiny, name):
    (tiny / name).unlink()
    expected = rf"{name}: found no such file; expected {name} or {name}.gz\. Put the missing file of the same data set"
    with pytest.raises(MnistFileError, match=expected):
        find_mnist()


@pytest.mark.parametrize("name", ["empty", "with spaces", "nobody's"])
def test_an_empty_folder_is_refused_with_the_command_that_fills_it(tmp_path, name):
    folder = tmp_path / name
    command = re.escape(f": `mnist-lab download {shlex.quote(str(folder))}`.")
    with pytest.raises(MnistFileError, match=f"Name a folder that holds them, or download into this one{command}"):
        find_mnist(folder)
    folder.mkdir()
    with pytest.raises(MnistFileError, match=f"Put the four files there, or download them{command}"):
        find_mnist(folder)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_the_names_that_kaggle_gives_to_the_files_are_accepted(data_dir, tmp_path, monkeypatch, suffix):
    fill_with_official(data_dir, monkeypatch, suffix)
    for name in NAMES.values():
        (data_dir / f"{name}{suffix}").rename(data_dir / f"{name.replace('-idx', '.idx')}{suffix}")
    for found in (find_mnist(data_dir), find_mnist()):
        assert found.train_images == data_dir / f"train-images.idx3-ubyte{suffix}"
        assert found.origin == "mnist"
    assert download.download_mnist.calls == 0


@pytest.mark.parametrize("official", [False, True])
def test_a_directory_beside_a_good_file_is_passed_over(data_dir, monkeypatch, official):
    fill_with_official(data_dir, monkeypatch)
    (data_dir / NAMES["train_images"]).mkdir()
    assert find_mnist(None if official else data_dir).train_images == data_dir / f"{NAMES['train_images']}.gz"


def test_a_directory_in_place_of_a_file_is_named_with_what_to_do(tiny):
    (tiny / NAMES["train_images"]).unlink()
    (tiny / NAMES["train_images"]).mkdir()
    with pytest.raises(MnistFileError, match=r"a directory; expected .* If the file lies in it, move the file out"):
        find_mnist()


def test_files_with_the_names_of_another_data_set_are_named_with_what_to_do(tmp_path):
    (tmp_path / "emnist-digits-train-images-idx3-ubyte.gz").touch()
    with pytest.raises(MnistFileError, match=r"Give the four files MNIST's names .*Received: emnist-digits-train-ima"):
        find_mnist(tmp_path)


def test_a_damaged_file_under_kaggles_name_in_the_default_folder_is_an_error(data_dir):
    data_dir.mkdir()
    (data_dir / "train-images.idx3-ubyte").write_bytes(b"<html>")
    with pytest.raises(MnistFileError, match=r"train-images\.idx3-ubyte: found SHA-256 .*expected SHA-256"):
        find_mnist()


def test_a_missing_folder_is_an_error_even_without_a_network(data_dir, tmp_path):
    with pytest.raises(MnistFileError, match=r"no such folder.*the directory argument"):
        find_mnist(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MnistFileError, match=r"found a file; expected a folder"):
        find_mnist(tmp_path / "file")


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_downloaded_files_are_found_without_another_download(data_dir, monkeypatch, suffix):
    fill_with_official(data_dir, monkeypatch, suffix)
    found = find_mnist()
    assert found.origin == "mnist"
    assert found.name == "MNIST digits"
    assert found.folder == data_dir
    assert found.chosen_by == "data/ of this checkout"
    assert download.download_mnist.calls == 0


@pytest.mark.parametrize("name", ["cache", "mnist-lab"])
def test_files_in_the_cache_are_reported_as_such(data_dir, monkeypatch, name):
    monkeypatch.setattr(find, "default_data_dir", lambda: data_dir.parent / name)
    fill_with_official(data_dir.parent / name, monkeypatch)
    assert find_mnist().chosen_by == "the user's cache"


def test_the_result_is_immutable(tiny):
    with pytest.raises(dataclasses.FrozenInstanceError):
        find_mnist().origin = "mnist"


def test_a_download_goes_to_the_default_folder(data_dir, monkeypatch):
    monkeypatch.setattr(download, "download_mnist", lambda folder: fill_with_official(folder, monkeypatch))
    assert find_mnist().folder == data_dir


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_damaged_file_in_the_default_folder_is_an_error_not_replaced_by_the_stand_in(data_dir, monkeypatch, suffix):
    fill_with_official(data_dir, monkeypatch)
    name = f"{NAMES['validation_images']}{suffix}"
    (data_dir / f"{NAMES['validation_images']}.gz").unlink()
    (data_dir / name).write_bytes(b"<html>")
    with pytest.raises(MnistFileError, match=f"{name}: found SHA-256 .*expected SHA-256"):
        find_mnist()


def test_another_data_sets_file_in_the_default_folder_is_ignored(data_dir, monkeypatch):
    fill_with_official(data_dir, monkeypatch)
    (data_dir / NAMES["train_images"]).write_bytes(b"of another data set")
    found = find_mnist()
    assert found.origin == "mnist"
    assert found.train_images.name == f"{NAMES['train_images']}.gz"


def test_without_a_network_the_stand_in_is_drawn_and_announced_once(data_dir, capsys):
    for _ in range(3):
        found = find_mnist()
    assert found.origin == "stand-in"
    assert found.name == "stand-in digits"
    _drawing, notice = capsys.readouterr().out.splitlines()
    assert notice.startswith("Using stand-in digits")
    assert "`mnist-lab download`" in notice
    assert NO_NETWORK in notice


def test_the_stand_in_is_drawn_once(data_dir, monkeypatch):
    first = find_mnist()
    monkeypatch.setattr(find.stand_in, "write_stand_in", lambda folder: pytest.fail("drawn twice"))
    assert find_mnist() == dataclasses.replace(first, chosen_by=find_mnist().chosen_by)


def test_the_cache_is_created_with_its_parent_folders(data_dir, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "home" / "cache")
    assert find_mnist("stand-in").folder.parent == tmp_path / "home" / "cache"


def test_an_unfinished_stand_in_is_not_used(data_dir, monkeypatch):
    def interrupted(folder):
        write_tiny(folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(find.stand_in, "write_stand_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            find_mnist("stand-in")
    assert not list((data_dir.parent / "cache").glob("stand-in-*[0-9]"))
    assert find_mnist("stand-in").origin == "stand-in"


def test_an_incomplete_stand_in_is_drawn_again(data_dir):
    found = find_mnist("stand-in")
    found.train_labels.unlink()
    assert find_mnist("stand-in").train_labels.is_file()


@pytest.mark.parametrize("error", [NoNetworkError, DownloadError])
def test_a_failed_download_is_remembered_by_this_process_alone(data_dir, monkeypatch, error):
    def fail(folder):
        fail.calls += 1
        raise error(NO_NETWORK)

    fail.calls = 0
    monkeypatch.setattr(download, "download_mnist", fail)
    assert find_mnist() == find_mnist()
    assert fail.calls == 1
    assert [path.name for path in (data_dir.parent / "cache").iterdir() if path.is_file()] in ([], ["stand-in-2.lock"])
    find._download_or_stand_in.cache_clear()  # as in another process
    find_mnist()
    assert fail.calls == 2


def test_digits_that_are_downloaded_meanwhile_are_used(data_dir, monkeypatch):
    assert find_mnist().origin == "stand-in"
    fill_with_official(data_dir, monkeypatch)
    assert find_mnist().origin == "mnist"


@pytest.mark.parametrize("how", ["argument", "variable"])
def test_the_word_stand_in_chooses_the_stand_in(data_dir, monkeypatch, how, capsys):
    if how == "variable":
        monkeypatch.setenv("MNIST_LAB_DATA", "stand-in")
    found = find_mnist("stand-in" if how == "argument" else None)
    assert found.origin == "stand-in"
    assert download.download_mnist.calls == 0


def test_a_copy_of_the_stand_in_is_recognized(data_dir, tmp_path):
    copy = tmp_path / "copy"
    find_mnist("stand-in").folder.rename(copy)
    assert find_mnist(copy).origin == "stand-in"


def test_a_cache_that_cannot_be_created_is_an_error(data_dir, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "file" / "cache")
    with pytest.raises(MnistFileError, match=r"cannot be created.*expected a cache.*MNIST_LAB_DATA"):
        find_mnist()


def test_find_on_disk_neither_downloads_nor_draws(data_dir):
    assert find_on_disk() is None
    assert download.download_mnist.calls == 0
    assert not (data_dir.parent / "cache").exists()


def test_a_relative_variable_is_made_absolute_for_other_processes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for given in ("digits", "zoo"):
        monkeypatch.setenv("MNIST_LAB_DATA", given)
        assert find.absolute_data_variable() == {"MNIST_LAB_DATA": str(tmp_path / given)}
    for given, expected in (("~/digits", str(Path.home() / "digits")), ("stand-in", "stand-in")):
        monkeypatch.setenv("MNIST_LAB_DATA", given)
        assert find.absolute_data_variable() == {"MNIST_LAB_DATA": expected}
    monkeypatch.delenv("MNIST_LAB_DATA")
    assert find.absolute_data_variable() == {}


def test_the_default_folder_is_data_in_a_checkout():
    assert find.default_data_dir() == Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("missing", ["pyproject.toml", "data/SHA256SUMS"])
def test_the_default_folder_is_the_users_cache_elsewhere(tmp_path, monkeypatch, missing):
    (tmp_path / "data").mkdir()
    for name in {"pyproject.toml", "data/SHA256SUMS"} - {missing}:
        (tmp_path / name).touch()
    monkeypatch.setattr(find, "__file__", str(tmp_path / "mnist_lab" / "data" / "find.py"))
    assert find.default_data_dir() == download.user_cache()


def test_the_list_for_sha256sum_holds_the_same_hashes():
    listed = (Path(__file__).resolve().parents[1] / "data" / "SHA256SUMS").read_text().splitlines()
    assert {name: digest for digest, name in (line.split() for line in listed)} == download.SHA256
    assert set(download.SHA256) == {f"{name}.gz" for name in NAMES.values()}
    assert set(download.RAW_SHA256) == set(NAMES.values())
