"""Lesson 08's recipe by `mnist-lab train`, on all digits: killed ten times, and shared by two workers.

It takes the better part of an hour, and is run with `--full-length` only.
"""

import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from .processes import cluster, content, ended, kill_again_and_again

SEEDS = range(3)
KILLS, STEPS = 10, 9_370
LEAST_ACCURACY, FARTHEST = 0.992, 0.003
TRAINING_SECONDS = 1_800


@pytest.fixture(autouse=True)
def at_full_length(pytestconfig):
    if not pytestconfig.getoption("full_length"):
        pytest.skip("only with --full-length")


def trainer(job, seed):
    return "-m", "mnist_lab", "train", "--job-dir", str(job), "--seed", str(seed)


def accuracy(job):
    """The validation accuracy in the last line of metrics.json."""
    summary = json.loads((job / "metrics.json").read_text().splitlines()[-1])["summary"]
    assert summary["steps"] == STEPS
    return summary["val_accuracy"]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """A function that returns the folder of one process's training with a seed; each is trained once."""
    folder = tmp_path_factory.mktemp("unbroken")

    @cache
    def train(seed):
        job = folder / str(seed)
        subprocess.run([sys.executable, *trainer(job, seed)], check=True, capture_output=True, timeout=TRAINING_SECONDS)
        return job

    return train


def test_killed_ten_times_it_reads_as_well_as_an_unbroken_training(unbroken, tmp_path, start):
    job = tmp_path / "job"
    seconds = np.random.default_rng(6).uniform(0, 10, KILLS)
    moments = [(number * 8_500 // KILLS, wait) for number, wait in enumerate(seconds, start=1)]
    kill_again_and_again(start, trainer(job, 0), job, moments)
    status, told = ended(start(*trainer(job, 0)), TRAINING_SECONDS)
    assert status == 0, told
    (step, arrays), (steps, expected) = content(job), content(unbroken(0))
    assert step == steps == STEPS
    assert arrays.keys() == expected.keys()
    assert all(np.array_equal(arrays[name], expected[name]) for name in arrays)
    for checkpoint in (job / "checkpoints").iterdir():
        with np.load(checkpoint) as file:
            assert all(np.isfinite(file[name]).all() for name in file.files if file[name].dtype.kind == "f")
    assert accuracy(job) == accuracy(unbroken(0)) >= LEAST_ACCURACY


@pytest.mark.parametrize("seed", SEEDS)
def test_two_workers_read_as_well_as_one(unbroken, tmp_path, start, seed):
    job = tmp_path / "job"
    for process in [start(*trainer(job, seed), **task) for task in cluster()]:
        status, told = ended(process, TRAINING_SECONDS)
        assert status == 0, told
    assert abs(accuracy(job) - accuracy(unbroken(seed))) <= FARTHEST
