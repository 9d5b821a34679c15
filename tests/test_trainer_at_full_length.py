"""Lesson 08's recipe with `mnist-lab train` on all digits: killed ten times, and on two workers. It takes an hour."""

import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from .processes import assert_ended_alike, cluster, kill_again_and_again, wait_for_end, without_seconds

pytestmark = pytest.mark.slow
KILLS, STEPS = 10, 9_370
LEAST_ACCURACY, MOST_APART = 0.992, 0.003
TRAINING_SECONDS = 1_800


def trainer(job, seed):
    return "-m", "mnist_lab", "train", "--job-dir", str(job), "--seed", str(seed)


def accuracy(job):
    summary = without_seconds(job)[-1]["summary"]
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
    seconds = np.random.default_rng(6).uniform(0, 10, KILLS)
    moments = [(number * 8_500 // KILLS, wait) for number, wait in enumerate(seconds, start=1)]
    kill_again_and_again(start, trainer(tmp_path, 0), tmp_path, moments)
    status, output = wait_for_end(start(*trainer(tmp_path, 0)), TRAINING_SECONDS)
    assert status == 0, output
    assert_ended_alike(tmp_path, uninterrupted(0))
    assert accuracy(tmp_path) >= LEAST_ACCURACY


@pytest.mark.parametrize("seed", range(3))
def test_two_workers_reach_the_accuracy_of_one(uninterrupted, tmp_path, start, seed):
    for process in [start(*trainer(tmp_path, seed), **task) for task in cluster()]:
        status, output = wait_for_end(process, TRAINING_SECONDS)
        assert status == 0, output
    assert abs(accuracy(tmp_path) - accuracy(uninterrupted(seed))) <= MOST_APART
