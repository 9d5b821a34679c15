"""Good, bad and misbehaving mirrors, many processes, full disks: downloads end in time, with complete files or none."""

import errno
import hashlib
import os
import socket
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from mnist_lab.data import download
from mnist_lab.data.download import DownloadError, download_mnist, is_official

from . import hostile
from .mirrors import files_in, mirror

CONTENT = {name: f"the content of {name}".encode() * 5_000 for name in sorted(download.SHA256)}
NAMES = list(CONTENT)
SECONDS = 5


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in CONTENT.items()}
    monkeypatch.setattr(download, "SHA256", hashes)
    for name, value in {
        "NO_NETWORK_SECONDS": 2,
        "READ_SECONDS": 0.5,
        "FILE_SECONDS": 1,
        "MAX_BYTES": 1_000_000,
    }.items():
        monkeypatch.setattr(download, f"_{name}", value)


@contextmanager
def mirrors(monkeypatch, *behaviours):
    """Serve the files from one mirror for each behaviour, in this order; yield their addresses. None is a good one."""

    def answer(behaviour, name):
        return (200, CONTENT[name]) if behaviour is None else lambda request: behaviour(request, CONTENT[name])

    with ExitStack() as stack:
        addresses = tuple(stack.enter_context(mirror(partial(answer, behaviour))) for behaviour in behaviours)
        monkeypatch.setattr(download, "MIRRORS", addresses)
        yield addresses


def assert_complete(folder):
    assert {name: (folder / name).read_bytes() for name in files_in(folder)} == CONTENT


@pytest.mark.parametrize("behaviour", hostile.BAD.values(), ids=hostile.BAD)
def test_a_bad_mirror_is_replaced_by_the_next_and_alone_is_an_error_in_time(behaviour, tmp_path, monkeypatch):
    began = time.perf_counter()
    with mirrors(monkeypatch, behaviour, None):
        download_mnist(tmp_path / "both")
    assert_complete(tmp_path / "both")
    monkeypatch.setattr(download, "_ROUNDS", 1)
    expected = r"could not be downloaded: http://127.0.0.1:\d+/ \(t10k-images"
    with mirrors(monkeypatch, behaviour), pytest.raises(DownloadError, match=expected):
        download_mnist(tmp_path / "alone")
    assert files_in(tmp_path / "alone") == []
    assert time.perf_counter() - began < SECONDS


@pytest.mark.parametrize("behaviour", hostile.UNUSUAL.values(), ids=hostile.UNUSUAL)
def test_an_odd_but_correct_answer_is_accepted(behaviour, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_FILE_SECONDS", 20)
    with mirrors(monkeypatch, behaviour):
        download_mnist(tmp_path)
    assert_complete(tmp_path)


@pytest.mark.parametrize("name", ["new/folder with spaces", "Übungen für Anfänger", "数字", "link"])
def test_missing_and_damaged_files_are_downloaded_for_everyone_to_read(name, tmp_path, monkeypatch, capsys):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    folder = tmp_path / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAMES[0]).write_bytes(CONTENT[NAMES[0]])
    (folder / NAMES[1]).write_bytes(b"<html>log in to the hotel's network</html>")
    with mirrors(monkeypatch, None) as (address,):
        download_mnist(folder)
        download_mnist(folder)
    assert address.asked == NAMES[1:]
    assert_complete(folder)
    assert all(is_official(folder / name) for name in NAMES)
    assert (folder / NAMES[1]).stat().st_mode == (folder / NAMES[0]).stat().st_mode
    captured = capsys.readouterr()
    assert NAMES[1] in captured.out
    assert captured.err == ""


def test_the_writers_have_their_own_mirror(tmp_path, monkeypatch):
    content, name = b"who wrote it" * 100, f"{download.WRITERS}.gz"
    monkeypatch.setitem(download.OTHER_SHA256, name, hashlib.sha256(content).hexdigest())
    with mirror(lambda asked: (200, content) if asked == name else (404, b"")) as address:
        monkeypatch.setattr(download, "WRITERS_MIRRORS", (address,))
        download.download_writers(tmp_path)
        download.download_writers(tmp_path)
        assert address.asked == [name]
    assert is_official(tmp_path / name)


def test_all_mirrors_use_tls():
    assert all(address.startswith("https://") for address in (*download.MIRRORS, *download.WRITERS_MIRRORS))


def test_refused_connections_are_reported_at_once_as_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:10/"))
    began = time.perf_counter()
    with pytest.raises(DownloadError, match=r"no network: .*:9/ \(ConnectionError\); .*:10/ \(ConnectionError\)"):
        download_mnist(tmp_path)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("waits_for", ["an answer", "an address"])
def test_that_nothing_answers_is_decided_in_time(waits_for, tmp_path, monkeypatch):
    if waits_for == "an address":
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: threading.Event().wait())
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts the connection but never answers
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(download, "MIRRORS", (address, address.replace("127.0.0.1", "localhost")))
        began = time.perf_counter()
        with pytest.raises(DownloadError, match=r"no network"):
            download_mnist(tmp_path)
    assert 1.5 < time.perf_counter() - began < 3


def test_a_silent_mirror_does_not_keep_the_next_from_being_asked(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf, mirrors(monkeypatch, None) as addresses:
        monkeypatch.setattr(download, "MIRRORS", (f"http://127.0.0.1:{deaf.getsockname()[1]}/", *addresses))
        download_mnist(tmp_path)
    assert_complete(tmp_path)


def test_eight_at_once_download_each_file_once(tmp_path, monkeypatch):
    with mirrors(monkeypatch, None) as (address,):
        threads = [threading.Thread(target=download_mnist, args=[tmp_path]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert address.asked == NAMES
    assert_complete(tmp_path)


def test_a_full_disk_is_reported_and_leaves_no_truncated_file(tmp_path, monkeypatch):
    def write_half(path, data):
        path.open("wb").write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with mirrors(monkeypatch, None), pytest.raises(DownloadError, match=r"cannot be written \(.*No space left"):
        download_mnist(tmp_path)
    assert files_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    with mirrors(monkeypatch, None), pytest.raises(DownloadError, match=r"cannot be written.*MNIST_LAB_DATA"):
        download_mnist(tmp_path / "file" / "data")
    with tempfile.TemporaryDirectory() as name, mirrors(monkeypatch, None):
        Path(name).chmod(0o555)
        if not os.geteuid():
            os.seteuid(65534)  # root may write everywhere
        try:
            with pytest.raises(DownloadError, match=r"cannot be written \(.*Permission denied"):
                download_mnist(Path(name))
        finally:
            os.seteuid(os.getuid())
