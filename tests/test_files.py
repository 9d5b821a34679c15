import dataclasses
import datetime
from pathlib import Path

import pytest

from mnist_lab.data import download, find, offline
from mnist_lab.data.download import DownloadError, NoNetworkError
from mnist_lab.data.find import NAMES, find_mnist, find_on_disk
from mnist_lab.data.idx import MnistFileError

from .conftest import write_tiny

NO_NETWORK = "no network: nothing answers"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty home: no variable, a cache and a place for downloads of its own, a small stand-in, no network."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(find, "our_place", lambda: tmp_path / "data")
    monkeypatch.setattr(find.stand_in, "write_stand_in", write_tiny)
    monkeypatch.setattr(find, "_announce", find._announce.__wrapped__)

    def refuse(folder):
        refuse.calls += 1
        raise NoNetworkError(NO_NETWORK)

    refuse.calls = 0
    monkeypatch.setattr(download, "download_mnist", refuse)
    return tmp_path / "data"


def fill_with_official(place, monkeypatch, suffix=".gz"):
    write_tiny(place, suffix)
    hashes = {path.name: download.sha256(path) for path in place.iterdir()}
    monkeypatch.setattr(download, "SHA256" if suffix else "RAW_SHA256", hashes)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_named_folder_is_used_exactly(tmp_path, monkeypatch, suffix):
    folder = write_tiny(tmp_path / "with spaces and ä", suffix)
    monkeypatch.setenv("MNIST_LAB_DATA", str(folder))
    found = find_mnist()
    assert found.train_images == folder / f"train-images-idx3-ubyte{suffix}"
    assert found.origin == "other"
    assert found.name == "images of with spaces and ä"
    assert "$MNIST_LAB_DATA" in str(found)


@pytest.mark.parametrize("name", ["digits", "zoo"])
def test_a_relative_folder_is_taken_from_here(tmp_path, monkeypatch, name):
    write_tiny(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert find_mnist(name).folder == tmp_path / name


@pytest.mark.parametrize("name", NAMES.values())
def test_one_of_the_four_missing_is_named(tiny, name):
    (tiny / name).unlink()
    expected = rf"{name}: found no such file; expected {name} or {name}.gz\. Put the one that belongs to the others"
    with pytest.raises(MnistFileError, match=expected):
        find_mnist()


def test_an_empty_folder_may_be_filled(tmp_path):
    with pytest.raises(MnistFileError, match=r"Put the four files there, or fetch them: `mnist-lab download .*`\."):
        find_mnist(tmp_path)


def test_a_folder_that_is_not_there_is_an_error_also_without_a_network(place, tmp_path):
    with pytest.raises(MnistFileError, match=r"no such folder.*the directory argument"):
        find_mnist(tmp_path / "nowhere")


def test_a_file_named_as_the_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MnistFileError, match=r"found a file; expected a folder"):
        find_mnist(tmp_path / "file")


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_what_was_downloaded_is_found_without_asking_again(place, monkeypatch, suffix):
    fill_with_official(place, monkeypatch, suffix)
    found = find_mnist()
    assert found.origin == "mnist"
    assert found.name == "MNIST digits"
    assert found.folder == place
    assert found.chosen_by == "data/ of this checkout"
    assert download.download_mnist.calls == 0


@pytest.mark.parametrize("name", ["cache", "mnist-lab"])
def test_what_lies_in_the_cache_is_said_to(place, monkeypatch, name):
    monkeypatch.setattr(find, "our_place", lambda: place.parent / name)
    fill_with_official(place.parent / name, monkeypatch)
    assert find_mnist().chosen_by == "the user's cache"


def test_what_was_found_stays_what_it_is(tiny):
    with pytest.raises(dataclasses.FrozenInstanceError):
        find_mnist().origin = "mnist"


def test_a_download_fills_our_place(place, monkeypatch):
    monkeypatch.setattr(download, "download_mnist", lambda folder: fill_with_official(folder, monkeypatch))
    assert find_mnist().folder == place


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_damaged_file_in_our_place_is_an_error_not_a_stand_in(place, monkeypatch, suffix):
    fill_with_official(place, monkeypatch)
    name = f"{NAMES['validation_images']}{suffix}"
    (place / f"{NAMES['validation_images']}.gz").unlink()
    (place / name).write_bytes(b"<html>")
    with pytest.raises(MnistFileError, match=f"{name}: found SHA-256 .*expected SHA-256"):
        find_mnist()


def test_a_foreign_file_beside_the_good_one_in_our_place_makes_no_difference(place, monkeypatch):
    fill_with_official(place, monkeypatch)
    (place / NAMES["train_images"]).write_bytes(b"of another data set")
    found = find_mnist()
    assert found.origin == "mnist"
    assert found.train_images.name == f"{NAMES['train_images']}.gz"


def test_without_a_network_the_stand_in_is_drawn_and_announced(place, capsys):
    found = find_mnist()
    assert found.origin == "stand-in"
    assert found.name == "stand-in digits"
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("Using stand-in digits")]
    assert "`mnist-lab download`" in lines[-1]
    assert NO_NETWORK in lines[-1]


def test_the_stand_in_is_drawn_once(place, monkeypatch):
    first = find_mnist()
    monkeypatch.setattr(find.stand_in, "write_stand_in", lambda folder: pytest.fail("drawn twice"))
    assert find_mnist() == dataclasses.replace(first, chosen_by=find_mnist().chosen_by)


def test_the_cache_is_made_with_the_folders_above_it(place, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "home" / "cache")
    assert find_mnist("stand-in").folder.parent == tmp_path / "home" / "cache"


def test_a_stand_in_that_was_not_finished_is_not_used(place, monkeypatch):
    def interrupted(folder):
        write_tiny(folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(find.stand_in, "write_stand_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            find_mnist("stand-in")
    assert not list((place.parent / "cache").glob("stand-in-*[0-9]"))
    assert find_mnist("stand-in").origin == "stand-in"


def test_a_stand_in_that_lost_a_file_is_drawn_again(place):
    found = find_mnist("stand-in")
    found.train_labels.unlink()
    assert find_mnist("stand-in").train_labels.is_file()


def test_no_network_is_remembered_for_the_day(place):
    find_mnist()
    find_mnist()
    assert download.download_mnist.calls == 1
    offline.forget_offline()
    find_mnist()
    assert download.download_mnist.calls == 2
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    offline._offline_note().write_text(yesterday.isoformat())
    find_mnist()
    assert download.download_mnist.calls == 3


def test_a_mirror_that_fails_is_not_taken_for_no_network(place, monkeypatch):
    def fail(folder):
        raise DownloadError("train-images could not be had: the hash differs")

    monkeypatch.setattr(download, "download_mnist", fail)
    assert find_mnist().origin == "stand-in"
    assert not offline._offline_note().exists()


@pytest.mark.parametrize("how", ["argument", "variable"])
def test_the_word_stand_in_chooses_it(place, monkeypatch, how, capsys):
    if how == "variable":
        monkeypatch.setenv("MNIST_LAB_DATA", "stand-in")
    found = find_mnist("stand-in" if how == "argument" else None)
    assert found.origin == "stand-in"
    assert download.download_mnist.calls == 0


def test_a_copy_of_the_stand_in_is_known_for_what_it_is(place, tmp_path):
    copy = tmp_path / "copy"
    find_mnist("stand-in").folder.rename(copy)
    assert find_mnist(copy).origin == "stand-in"


def test_a_cache_that_cannot_be_written(place, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(download, "user_cache", lambda: tmp_path / "file" / "cache")
    with pytest.raises(MnistFileError, match=r"cannot be made.*expected a cache.*MNIST_LAB_DATA"):
        find_mnist()


def test_on_disk_never_downloads_nor_draws(place):
    assert find_on_disk() is None
    assert download.download_mnist.calls == 0
    assert not (place.parent / "cache").exists()


def test_a_relative_variable_is_made_absolute_for_other_processes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for given in ("digits", "zoo"):
        monkeypatch.setenv("MNIST_LAB_DATA", given)
        assert find.absolute_data_variable() == {"MNIST_LAB_DATA": str(tmp_path / given)}
    for given, wanted in (("~/digits", str(Path.home() / "digits")), ("stand-in", "stand-in")):
        monkeypatch.setenv("MNIST_LAB_DATA", given)
        assert find.absolute_data_variable() == {"MNIST_LAB_DATA": wanted}
    monkeypatch.delenv("MNIST_LAB_DATA")
    assert find.absolute_data_variable() == {}


def test_the_checkouts_data_folder_is_ours():
    assert find.our_place() == Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("missing", ["pyproject.toml", "data/SHA256SUMS"])
def test_elsewhere_the_users_cache_is_ours(tmp_path, monkeypatch, missing):
    (tmp_path / "data").mkdir()
    for name in {"pyproject.toml", "data/SHA256SUMS"} - {missing}:
        (tmp_path / name).touch()
    monkeypatch.setattr(find, "__file__", str(tmp_path / "mnist_lab" / "data" / "find.py"))
    assert find.our_place() == download.user_cache()


def test_the_list_for_sha256sum_says_the_same():
    listed = (Path(__file__).resolve().parents[1] / "data" / "SHA256SUMS").read_text().splitlines()
    assert {name: digest for digest, name in (line.split() for line in listed)} == download.SHA256
    assert set(download.SHA256) == {f"{name}.gz" for name in NAMES.values()}
    assert set(download.RAW_SHA256) == set(NAMES.values())
