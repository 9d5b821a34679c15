"""Helpers of the tests that train or start processes; the fixture `start` is in conftest.py."""

import argparse
import json
import socket
import time

import numpy as np

from mnist_lab.trainer import checkpoints
from mnist_lab.trainer.settings import add_flags, from_flags

SECONDS = 180
SIZES = ("--batch-size", "60", "--hp-conv1", "2", "--hp-conv2", "3", "--hp-conv3", "4", "--hp-dense", "8")


def parse(flags):
    """Return the settings of a command line."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_flags(parser)
    return from_flags(parser.parse_args(flags))


def wait_for_end(process, seconds=SECONDS):
    """Wait for a process; return its exit status and its output."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out + err


def wait_for_step(job, step, process):
    """Wait until there is a checkpoint of that step or of a later one."""
    deadline = time.monotonic() + SECONDS
    while max(checkpoints.steps(str(job / "checkpoints")), default=-1) < step:
        assert process.poll() is None, wait_for_end(process)
        assert time.monotonic() < deadline
        time.sleep(0.02)


def last_checkpoint(job):
    """Return the step and the arrays of the last checkpoint."""
    (*_, last) = sorted((job / "checkpoints").glob("step-*.npz"))
    with np.load(last) as file:
        return int(file["step"]), dict(file)


def without_seconds(job):
    """Return the lines of metrics.json without the seconds, which no two runs share."""
    lines = map(json.loads, (job / "metrics.json").read_text().splitlines())
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


def assert_ended_alike(job, other):
    """Assert that two runs ended with the same variables, and reported the same figures."""
    np.testing.assert_equal(last_checkpoint(job), last_checkpoint(other))
    assert without_seconds(job) == without_seconds(other)


def free_address():
    """Return an address of this machine with a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def cluster():
    """Return the environment variable TF_CONFIG for each of two workers on this machine."""
    workers = [free_address(), free_address()]
    tasks = [{"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}} for index in range(2)]
    return [{"TF_CONFIG": json.dumps(task)} for task in tasks]
