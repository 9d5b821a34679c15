"""Misbehaving mirrors, many processes, full disks: downloads end in time, with complete files or none."""

import errno
import hashlib
import io
import multiprocessing
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from mnist_lab.data import download
from mnist_lab.data.download import DownloadError, download_mnist, is_official

from . import hostile
from .mirrors import files_in, mirror

PROCESSES = 8
NAMES = sorted(download.SHA256)
SECONDS = 15
BAD = [
    hostile.unavailable,
    hostile.missing,
    hostile.login_page,
    hostile.changed,
    hostile.hanging,
    hostile.stalling,
    hostile.resetting,
    hostile.truncating,
    hostile.announcing_less,
    hostile.dripping,
    hostile.flooding,
    hostile.unpacking,
    hostile.redirecting_to_itself,
]
UNUSUAL = [hostile.compressing, hostile.redirecting, hostile.slow_but_correct]
bad = pytest.mark.parametrize("behaviour", BAD, ids=lambda behaviour: behaviour.__name__)


@pytest.fixture(scope="module")
def content():
    """MNIST's real files by name where MNIST_LAB_DATA holds them gzipped, else small ones."""
    folder = Path(os.environ.get("MNIST_LAB_DATA", "stand-in"))
    if all(is_official(folder / name) for name in NAMES):
        return {name: (folder / name).read_bytes() for name in NAMES}
    return {name: f"the content of {name}".encode() * 5_000 for name in NAMES}


@pytest.fixture(autouse=True)
def impatient(content, monkeypatch):
    monkeypatch.setattr(download, "SHA256", {name: hashlib.sha256(body).hexdigest() for name, body in content.items()})
    monkeypatch.setattr(download, "PROBE_SECONDS", 2)
    monkeypatch.setattr(download, "_READ_SECONDS", 1)
    monkeypatch.setattr(download, "_PATIENCE_SECONDS", 2)
    monkeypatch.setattr(download, "_MIN_BYTES_PER_SECOND", 16_000_000)


@contextmanager
def mirrors(content, monkeypatch, *behaviours):
    """Serve the files from one mirror for each behaviour, tried in this order; None behaves as it should."""
    if not behaviours:
        yield
        return
    behaviour, *others = behaviours

    def answer(name):
        return (200, content[name]) if behaviour is None else lambda request: behaviour(request, content[name])

    with mirror(answer) as address, mirrors(content, monkeypatch, *others):
        known = download.MIRRORS if others else ()
        monkeypatch.setattr(download, "MIRRORS", (address, *known))
        yield


@bad
def test_a_bad_mirror_is_replaced_by_the_next(behaviour, content, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_TRIES_PER_MIRROR", 1)
    began = time.perf_counter()
    with mirrors(content, monkeypatch, behaviour, None):
        download_mnist(tmp_path)
    assert time.perf_counter() - began < len(NAMES) * SECONDS
    assert {name: (tmp_path / name).read_bytes() for name in files_in(tmp_path)} == content


@bad
def test_without_a_good_mirror_there_is_an_error_in_time_and_no_file(behaviour, content, tmp_path, monkeypatch):
    began = time.perf_counter()
    with mirrors(content, monkeypatch, behaviour), pytest.raises(DownloadError, match=r"could not be downloaded: http"):
        download_mnist(tmp_path)
    assert time.perf_counter() - began < SECONDS
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("behaviour", UNUSUAL, ids=lambda behaviour: behaviour.__name__)
def test_an_odd_but_correct_answer_is_accepted(behaviour, content, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_PATIENCE_SECONDS", 20)
    with mirrors(content, monkeypatch, behaviour):
        download_mnist(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files_in(tmp_path)} == content


def _download(folder, address, hashes, all_ready):
    download.SHA256, download.MIRRORS = hashes, (address,)
    all_ready.wait(60)
    download_mnist(folder)


def test_eight_processes_at_once_download_each_file_once(content, tmp_path):
    context = multiprocessing.get_context("spawn")
    all_ready = context.Barrier(PROCESSES)
    with mirror(lambda name: (200, content[name])) as address:
        arguments = (tmp_path, str(address), download.SHA256, all_ready)
        processes = [context.Process(target=_download, args=arguments) for _ in range(PROCESSES)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * PROCESSES
        assert sorted(address.asked) == NAMES
    assert files_in(tmp_path) == NAMES


@pytest.mark.parametrize("name", ["a folder with spaces", "Übungen für Anfänger", "数字"])
def test_the_folder_may_have_any_name(name, content, tmp_path, monkeypatch):
    with mirrors(content, monkeypatch, None):
        download_mnist(tmp_path / name)
    assert files_in(tmp_path / name) == NAMES


def test_the_folder_may_be_a_symbolic_link(content, tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    with mirrors(content, monkeypatch, None):
        download_mnist(tmp_path / "link")
    assert files_in(tmp_path / "real") == NAMES


class FileOnAFullDisk(io.FileIO):
    def write(self, data):
        if self.tell():  # the first piece still fits
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.name)
        return super().write(data)


class PathOnAFullDisk(type(Path())):
    def open(self, mode="r", *arguments, **named):
        return FileOnAFullDisk(self, "w") if "w" in mode else super().open(mode, *arguments, **named)


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A file system with room for 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:  # only root may mount
        monkeypatch.setattr(download, "Path", PathOnAFullDisk)
        yield disk
        return
    yield disk
    subprocess.run(["umount", disk], check=True, timeout=30)


def test_a_full_disk_is_reported_and_leaves_no_truncated_file(small_disk, content, monkeypatch):
    with (
        mirrors(content, monkeypatch, None),
        pytest.raises(DownloadError, match=r"disk: found a folder that cannot be written \(.*No space left"),
    ):
        download_mnist(small_disk)
    assert all((small_disk / name).read_bytes() == content[name] for name in files_in(small_disk))


@contextmanager
def as_nobody():
    """Give up root's right to write everywhere while the block runs."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_folder_is_reported(content, monkeypatch):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "read-only")
        folder.mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        with (
            mirrors(content, monkeypatch, None),
            as_nobody(),
            pytest.raises(DownloadError, match=r"cannot be written \(.*Permission denied"),
        ):
            download_mnist(folder)
        assert list(folder.iterdir()) == []
