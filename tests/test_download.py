import hashlib
import queue
import socket
import time
from types import SimpleNamespace

import pytest

from mnist_lab.data import download
from mnist_lab.data.download import DownloadError, NoNetworkError, answering_mirrors, download_mnist, is_official

from .mirrors import files_in, mirror

PROBED = "t10k-labels-idx1-ubyte.gz"
CONTENT = {name: f"the content of {name}".encode() * 1000 for name in download.SHA256}
NAMES = sorted(CONTENT)
REAL_PROBE_SECONDS = download.PROBE_SECONDS


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(download, "SHA256", hashes)
    monkeypatch.setattr(download, "_TRIES_PER_MIRROR", 1)
    monkeypatch.setattr(download, "PROBE_SECONDS", 2)


def good(name):
    return (200, CONTENT[name]) if name in CONTENT else (404, b"")


def wrong(name):
    return 200, b"something else"


def test_four_files_are_downloaded(tmp_path, monkeypatch):
    with mirror(good) as address:
        monkeypatch.setattr(download, "MIRRORS", (address,))
        download_mnist(tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert files_in(folder) == NAMES
    assert all(is_official(folder / name) for name in NAMES)


def test_the_writers_have_their_own_mirror(tmp_path, monkeypatch):
    content = b"who wrote it" * 100
    name = f"{download.WRITERS}.gz"
    monkeypatch.setattr(download, "WRITERS_SHA256", {name: hashlib.sha256(content).hexdigest()})
    with mirror(lambda asked: (200, content) if asked == name else (404, b"")) as address:
        monkeypatch.setattr(download, "WRITERS_MIRRORS", (address,))
        download.download_writers(tmp_path)
        download.download_writers(tmp_path)
        assert address.asked == [name]
    assert files_in(tmp_path) == [name]
    assert is_official(tmp_path / name)


def test_existing_files_are_not_downloaded_again(tmp_path, monkeypatch):
    (tmp_path / NAMES[0]).write_bytes(CONTENT[NAMES[0]])
    with mirror(good) as address:
        monkeypatch.setattr(download, "MIRRORS", (address,))
        download_mnist(tmp_path)
        download_mnist(tmp_path)
        assert sorted(address.asked) == NAMES[1:]


def test_a_damaged_file_is_downloaded_again(tmp_path, monkeypatch):
    (tmp_path / NAMES[0]).write_bytes(b"<html>log in to the hotel's network</html>")
    with mirror(good) as address:
        monkeypatch.setattr(download, "MIRRORS", (address,))
        download_mnist(tmp_path)
    assert is_official(tmp_path / NAMES[0])


def test_a_download_with_a_wrong_hash_is_discarded_and_reported(tmp_path, monkeypatch):
    with mirror(wrong) as one, mirror(wrong) as two:
        monkeypatch.setattr(download, "MIRRORS", (one, two))
        with pytest.raises(DownloadError) as error:
            download_mnist(tmp_path)
    assert files_in(tmp_path) == []
    text = str(error.value)
    assert "hash" in text
    assert str(one) in text
    assert str(two) in text


def test_a_failed_download_is_retried(tmp_path, monkeypatch):
    failures = dict.fromkeys(NAMES, 1)

    def failing_once(name):
        if failures.get(name):
            failures[name] -= 1
            return 503, b""
        return good(name)

    monkeypatch.setattr(download, "_TRIES_PER_MIRROR", 2)
    monkeypatch.setattr(download, "answering_mirrors", lambda mirrors, _name: list(mirrors))
    with mirror(failing_once) as address:
        monkeypatch.setattr(download, "MIRRORS", (address,))
        download_mnist(tmp_path)
    assert files_in(tmp_path) == NAMES


def test_refused_connections_are_reported_at_once_as_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:10/"))
    began = time.perf_counter()
    with pytest.raises(DownloadError, match=r"no network: .*:9/ .*:10/"):
        download_mnist(tmp_path)
    assert time.perf_counter() - began < 2


def test_mirrors_that_never_answer_are_reported_in_time_as_no_network(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts the connection but never answers
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(download, "MIRRORS", (address, address.replace("127.0.0.1", "localhost")))
        began = time.perf_counter()
        with pytest.raises(DownloadError, match=r"no network"):
            answering_mirrors(download.MIRRORS, PROBED)
        assert time.perf_counter() - began < 3


def test_silent_mirrors_are_given_up_within_fifteen_seconds(monkeypatch):
    waits = []

    class SilentQueue(queue.Queue):
        def get(self, timeout):
            waits.append(timeout)
            raise queue.Empty

    monkeypatch.setattr(download, "queue", SimpleNamespace(Queue=SilentQueue, Empty=queue.Empty))
    monkeypatch.setattr(download, "PROBE_SECONDS", REAL_PROBE_SECONDS)
    with pytest.raises(NoNetworkError, match="no answer within"):
        answering_mirrors(("http://127.0.0.1:9/", "http://127.0.0.1:10/"), PROBED)
    assert 0 < sum(waits) <= 15


def test_a_silent_mirror_does_not_delay_the_other(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf, mirror(good) as address:
        silent = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(download, "PROBE_SECONDS", 20)
        monkeypatch.setattr(download, "MIRRORS", (silent, address))
        began = time.perf_counter()
        assert answering_mirrors(download.MIRRORS, PROBED) == [address]
        assert time.perf_counter() - began < 3


def test_a_folder_that_cannot_be_created_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match=r"cannot be written.*MNIST_LAB_DATA"):
        download_mnist(tmp_path / "file" / "data")


def test_all_mirrors_use_tls():
    assert all(address.startswith("https://") for address in (*download.MIRRORS, *download.WRITERS_MIRRORS))
