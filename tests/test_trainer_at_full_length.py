"""Lesson 08's recipe with `mnist-lab train` on all digits: killed ten times, and on two workers.

These tests take almost an hour, so they run only where this file is named.
"""

import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from .processes import cluster, kill_again_and_again, last_checkpoint, wait_for_end

SEEDS = range(3)
KILLS, STEPS = 10, 9_370
LEAST_ACCURACY, MOST_APART = 0.992, 0.003
TRAINING_SECONDS = 1_800


def trainer(job, seed):
    return "-m", "mnist_lab", "train", "--job-dir", str(job), "--seed", str(seed)


def accuracy(job):
    """Return the validation accuracy in the last line of metrics.json."""
    summary = json.loads((job / "metrics.json").read_text().splitlines()[-1])["summary"]
    assert summary["steps"] == STEPS
    return summary["val_accuracy"]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Return a function that trains with a seed in one process, once for each seed, and returns the job's folder."""
    folder = tmp_path_factory.mktemp("uninterrupted")

    @cache
    def train(seed):
        job = folder / str(seed)
        subprocess.run([sys.executable, *trainer(job, seed)], check=True, capture_output=True, timeout=TRAINING_SECONDS)
        return job

    return train


def test_a_run_killed_ten_times_ends_exactly_like_an_uninterrupted_one(uninterrupted, tmp_path, start):
    job = tmp_path / "job"
    seconds = np.random.default_rng(6).uniform(0, 10, KILLS)
    moments = [(number * 8_500 // KILLS, wait) for number, wait in enumerate(seconds, start=1)]
    kill_again_and_again(start, trainer(job, 0), job, moments)
    status, output = wait_for_end(start(*trainer(job, 0)), TRAINING_SECONDS)
    assert status == 0, output
    (step, arrays), (steps, expected) = last_checkpoint(job), last_checkpoint(uninterrupted(0))
    assert step == steps == STEPS
    assert arrays.keys() == expected.keys()
    assert all(np.array_equal(arrays[name], expected[name]) for name in arrays)
    for checkpoint in (job / "checkpoints").iterdir():
        with np.load(checkpoint) as file:
            assert all(np.isfinite(file[name]).all() for name in file.files if file[name].dtype.kind == "f")
    assert accuracy(job) == accuracy(uninterrupted(0)) >= LEAST_ACCURACY


@pytest.mark.parametrize("seed", SEEDS)
def test_two_workers_reach_the_accuracy_of_one(uninterrupted, tmp_path, start, seed):
    job = tmp_path / "job"
    for process in [start(*trainer(job, seed), **task) for task in cluster()]:
        status, output = wait_for_end(process, TRAINING_SECONDS)
        assert status == 0, output
    assert abs(accuracy(job) - accuracy(uninterrupted(seed))) <= MOST_APART
