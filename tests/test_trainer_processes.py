"""Training runs as real processes: killed, on two workers, and with one of them refused, stopped or lost."""

import shutil
import signal
import time

import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist

from .processes import SIZES, assert_ended_alike, cluster, last_checkpoint, wait_for_end, wait_for_step, without_seconds
from .worker import work


def trainer(job, epochs):
    return "-m", "mnist_lab", "train", "--job-dir", job, "--epochs", epochs, "--checkpoint-every", 2, *SIZES


def assert_end_well(processes):
    ends = [wait_for_end(process) for process in processes]
    assert [status for status, _ in ends] == [0] * len(ends), ends
    return [output for _, output in ends]


@pytest.mark.slow
def test_a_run_killed_ten_times_ends_exactly_like_an_uninterrupted_one(tiny, tmp_path, start):
    uninterrupted, killed = tmp_path / "uninterrupted", tmp_path / "killed"
    running = [start(*trainer(uninterrupted, 60))]
    for number, seconds in enumerate(np.random.default_rng(5).uniform(0, 0.25, 10)):
        process = start(*trainer(killed, 60))
        wait_for_step(killed, 18 * number, process)
        time.sleep(seconds)
        process.kill()
        assert wait_for_end(process)[0] == -signal.SIGKILL
    assert_end_well([*running, start(*trainer(killed, 60))])
    assert last_checkpoint(killed)[0] == 300
    assert_ended_alike(killed, uninterrupted)


def test_two_workers_have_equal_variables_and_almost_those_of_one_process(tiny, tmp_path, start):
    files, job = [tmp_path / f"{name}.npz" for name in ("first", "second", "alone")], tmp_path / "job"
    running = [start("-m", "tests.worker", file, job, **task) for file, task in zip(files, cluster(), strict=False)]
    work(find_mnist(), tf.distribute.get_strategy(), files[2])
    chief, worker = assert_end_well(running)
    first, second, alone = map(np.load, files)
    arrays = [name for name in alone.files if name.startswith(("plain", "normalized"))]
    assert len(arrays) > 20
    for name in arrays:
        np.testing.assert_array_equal(first[name], second[name])
        np.testing.assert_allclose(first[name], alone[name], atol=1e-4 if name.startswith("plain") else 1e-3)
    assert [found["agree"].tolist() for found in (first, second, alone)] == [[True, False], [True, False], [True, True]]
    assert [bool(found["stopped"]) for found in (first, second, alone)] == [True, True, False]
    assert ("epoch 1/1" in chief, "epoch" in worker) == (True, False)
    assert (last_checkpoint(job)[0], without_seconds(job)[-1]["summary"]["steps"]) == (5, 5)


@pytest.mark.slow
def test_workers_with_different_digits_are_refused(tiny, tmp_path, start):
    files = find_mnist(shutil.copytree(tiny, tmp_path / "other digits"))
    images = idx.read_images(files.train_images).reshape(-1, idx.SIDE, idx.SIDE)
    idx.write(files.train_images, images[:, ::-1])  # the same labels, other images
    folders = zip((tiny, files.folder), cluster(), strict=True)
    running = [start(*trainer(tmp_path / "job", 5), "--data-dir", folder, **task) for folder, task in folders]
    ends = [wait_for_end(process) for process in running]
    assert [status for status, _ in ends] == [1, 1]
    refused = ["must start from the same checkpoint with the same digits" in output for _, output in ends]
    assert any(refused)
    assert all(wrong or "another worker has ended" in output for wrong, (_, output) in zip(refused, ends, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_one_worker_ends_both_and_both_can_resume(tiny, tmp_path, start, number):
    first, second = (start(*trainer(tmp_path, 2_000), **task) for task in cluster())
    wait_for_step(tmp_path, 10, first)
    second.send_signal(number)
    ends = [wait_for_end(process, seconds=60) for process in (first, second)]
    reached = last_checkpoint(tmp_path)[0]
    if number == signal.SIGTERM:
        stopped = f"Stopped after step {reached} of 10000; its checkpoint is saved."
        assert [(status, stopped in output) for status, output in ends] == [(143, True)] * 2, ends
    else:
        assert [status for status, _ in ends] == [1, -signal.SIGKILL]
        assert "Most often another worker has ended" in ends[0][1]
    epochs = reached // 5 + 2
    assert_end_well([start(*trainer(tmp_path, epochs), **task) for task in cluster()])
    assert last_checkpoint(tmp_path)[0] == epochs * 5 > reached
