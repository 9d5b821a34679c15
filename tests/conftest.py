"""Fixtures: small IDX files, and processes that end with their test."""

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from mnist_lab import environment
from mnist_lab.data import idx
from mnist_lab.data.find import NAMES
from mnist_lab.results import runs, store

from .notebooks import execute_here

TRAINING, VALIDATION = 300, 100


def write_tiny(folder, suffix=""):
    """Write four small files into `folder`, in which a bright row of pixels gives away each digit's class."""
    rng = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", TRAINING), ("validation", VALIDATION)):
        labels = rng.integers(0, 10, count).astype(np.uint8)
        images = rng.integers(0, 120, (count, 28, 28)).astype(np.uint8)
        images[np.arange(count), labels * 2 + 4] = 255
        idx.write(folder / f"{NAMES[f'{part}_images']}{suffix}", images)
        idx.write(folder / f"{NAMES[f'{part}_labels']}{suffix}", labels)
    return folder


def classes_shown(images):
    """Return the classes `[n]` that the bright rows of small digits `[n, 784]` give away."""
    return (np.asarray(images).reshape(-1, idx.SIDE, idx.SIDE).min(axis=2).argmax(axis=1) - 4) // 2


def centres_of_mass(images):
    """Return the centres of mass `[n, 2]`, row and column, of images `[n, 784]` or `[n, 28, 28]`."""
    return np.array([center_of_mass(image) for image in np.reshape(images, (-1, idx.SIDE, idx.SIDE))])


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Return a folder with four small files, and set MNIST_LAB_DATA to it."""
    folder = write_tiny(tmp_path / "tiny")
    monkeypatch.setenv("MNIST_LAB_DATA", str(folder))
    return folder


@pytest.fixture
def without_kernels(monkeypatch):
    """Let `run`, `grade` and `measure` execute notebooks in this process, in milliseconds."""
    for module in ("mnist_lab.commands.run", "mnist_lab.commands.grade", "tools.measure"):
        monkeypatch.setattr(f"{module}.execute", execute_here)


@pytest.fixture
def results_file(tmp_path, monkeypatch):
    """Return an empty file of measured results, which stands for that of the package."""
    file = tmp_path / "results.json"
    file.write_text('{"environments": [], "results": {}}')
    monkeypatch.setattr(store, "FILE", file)
    for module in (store, runs):
        monkeypatch.setattr(module, "MISCLASSIFIED", tmp_path / "misclassified.npz")
    return file


@pytest.fixture(autouse=True)
def isolated_from_the_lessons(monkeypatch):
    """Keep unit tests from recording checks among those of the lessons, and from leaving figures open."""
    monkeypatch.delenv("MNIST_LAB_RESULTS", raising=False)
    yield
    plt.close("all")


@pytest.fixture
def without_metadata(monkeypatch):
    """Make importlib.metadata forget mnist-lab, as in a checkout that is on the path but not installed."""

    for look_up in (version, requires):

        def look_up_others(name, look_up=look_up):
            if name == "mnist-lab":
                raise PackageNotFoundError(name)
            return look_up(name)

        monkeypatch.setattr(environment, look_up.__name__, look_up_others)


@pytest.fixture
def start():
    """Return a function that starts Python with arguments and extra environment variables; kill what is left."""
    running = []

    def begin(*command, **environment):
        command = [sys.executable, *map(str, command)]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", **environment}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(subprocess.Popen(command, env=environment, text=True, **pipes))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()
