"""Good, bad and misbehaving mirrors, many processes, full disks: downloads end in time, with complete files or none."""

import errno
import hashlib
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mnist_lab.data import download
from mnist_lab.data.download import DownloadError, download_mnist, is_official

from . import hostile

CONTENT = {name: f"the content of {name}".encode() * 5_000 for name in sorted(download.SHA256)}
NAMES = list(CONTENT)
LIMITS = {"_NO_NETWORK_SECONDS": 2, "_READ_SECONDS": 0.5, "_FILE_SECONDS": 1, "_MAX_BYTES": 1_000_000}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in CONTENT.items()}
    for name, value in {"SHA256": hashes, **LIMITS}.items():
        monkeypatch.setattr(download, name, value)


@contextmanager
def mirrors(monkeypatch, *behaviours):
    """Serve the files from a mirror for each behaviour, in this order; yield the names that each is asked for."""
    with ExitStack() as stack:
        served = [stack.enter_context(hostile.mirror(behaviour, CONTENT)) for behaviour in behaviours]
        monkeypatch.setattr(download, "MIRRORS", tuple(address for address, _ in served))
        yield [asked for _, asked in served]


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".download.lock"}


@pytest.mark.parametrize("behaviour", hostile.BAD.values(), ids=hostile.BAD)
def test_a_bad_mirror_is_replaced_by_the_next_and_alone_is_an_error_in_time(behaviour, tmp_path, monkeypatch):
    began = time.perf_counter()
    with mirrors(monkeypatch, behaviour, hostile.good):
        download_mnist(tmp_path / "both")
    assert files_in(tmp_path / "both") == CONTENT
    monkeypatch.setattr(download, "_ROUNDS", 1)
    expected = r"could not be downloaded: http://127.0.0.1:\d+/ \(t10k-images-idx3-ubyte.gz: ."
    with mirrors(monkeypatch, behaviour), pytest.raises(DownloadError, match=expected):
        download_mnist(tmp_path / "alone")
    assert files_in(tmp_path / "alone") == {}
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("behaviour", hostile.UNUSUAL.values(), ids=hostile.UNUSUAL)
def test_an_odd_but_correct_answer_is_accepted(behaviour, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_FILE_SECONDS", 20)
    with mirrors(monkeypatch, behaviour):
        download_mnist(tmp_path)
    assert files_in(tmp_path) == CONTENT


@pytest.mark.parametrize("name", ["new/folder with spaces", "Übungen für Anfänger 数字"])
def test_missing_and_damaged_files_are_downloaded_for_everyone_to_read(name, tmp_path, monkeypatch, capsys):
    folder = tmp_path / name
    folder.mkdir(parents=True)
    (folder / NAMES[0]).write_bytes(CONTENT[NAMES[0]])
    (folder / NAMES[1]).write_bytes(b"<html>log in to the hotel's network</html>")
    with mirrors(monkeypatch, hostile.good) as (asked,):
        download_mnist(folder)
        download_mnist(folder)
    assert asked == NAMES[1:]
    assert files_in(folder) == CONTENT
    assert (folder / NAMES[1]).stat().st_mode == (folder / NAMES[0]).stat().st_mode
    captured = capsys.readouterr()
    assert NAMES[1] in captured.out
    assert captured.err == ""


def test_the_writers_have_their_own_mirror(tmp_path, monkeypatch):
    content, name = b"who wrote it" * 100, f"{download.WRITERS}.gz"
    monkeypatch.setitem(download.OTHER_SHA256, name, hashlib.sha256(content).hexdigest())
    with hostile.mirror(hostile.good, {name: content}) as (address, asked):
        monkeypatch.setattr(download, "WRITERS_MIRRORS", (address,))
        download.download_writers(tmp_path)
        download.download_writers(tmp_path)
    assert asked == [name]
    assert is_official(tmp_path / name)


def test_refused_connections_are_reported_at_once_as_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:10/"))
    began = time.perf_counter()
    with pytest.raises(DownloadError, match=r"no network: .*:9/ \(ConnectionError\); .*:10/ \(ConnectionError\)"):
        download_mnist(tmp_path)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("waits_for", ["an answer", "an address"])
def test_that_nothing_answers_is_decided_in_time_and_the_next_mirror_asked(waits_for, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf, mirrors(monkeypatch, hostile.good):
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(download, "MIRRORS", (address, *download.MIRRORS))
        download_mnist(tmp_path / "both")
        monkeypatch.setattr(download, "MIRRORS", (address, address.replace("127.0.0.1", "localhost")))
        if waits_for == "an address":
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: threading.Event().wait())
        began = time.perf_counter()
        with pytest.raises(DownloadError, match=r"no network"):
            download_mnist(tmp_path / "alone")
        assert 1.5 < time.perf_counter() - began < 3
    assert files_in(tmp_path / "both") == CONTENT


def test_eight_at_once_download_each_file_once(tmp_path, monkeypatch):
    with mirrors(monkeypatch, hostile.good) as (asked,), ThreadPoolExecutor(8) as pool:
        list(pool.map(download_mnist, [tmp_path] * 8))
    assert asked == NAMES
    assert files_in(tmp_path) == CONTENT


def test_a_folder_that_cannot_be_written_or_a_full_disk_is_reported(tmp_path, monkeypatch):
    def write_half(path, data):
        path.open("wb").write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    (tmp_path / "file").touch()
    monkeypatch.setattr(Path, "write_bytes", write_half)
    with mirrors(monkeypatch, hostile.good):
        with pytest.raises(DownloadError, match=r"cannot be written.*MNIST_LAB_DATA"):
            download_mnist(tmp_path / "file" / "data")
        with pytest.raises(DownloadError, match=r"cannot be written \(.*No space left"):
            download_mnist(tmp_path / "full")
    assert files_in(tmp_path / "full") == {}
