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
    images = np.asarray(images, float).reshape(-1, idx.SIDE, idx.SIDE)
    axis, mass = np.arange(idx.SIDE), images.sum((1, 2))
    return np.stack([images.sum(2) @ axis, images.sum(1) @ axis], axis=1) / mass[:, None]


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

    def unless_mnist_lab(look_up):
        def look_up_others(name):
            if name == "mnist-lab":
                raise PackageNotFoundError(name)
            return look_up(name)

        return look_up_others

    monkeypatch.setattr(environment, "version", unless_mnist_lab(version))
    monkeypatch.setattr(environment, "requires", unless_mnist_lab(requires))


@pytest.fixture
def start():
    """Return a function that starts Python with arguments and extra environment variables; kill what is left."""
    running = []

    def begin(*command, **environment):
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()
