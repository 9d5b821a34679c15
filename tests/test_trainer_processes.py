"""Training runs as real processes: killed, stopped, started twice, on two workers, and with one of them lost."""

import json
import shutil
import signal
import time
from pathlib import Path

import filelock
import keras
import numpy as np
import pytest

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist

from .processes import SECONDS, cluster, kill_again_and_again, last_checkpoint, wait_for_end, wait_for_step

WORKER = Path(__file__).with_name("worker.py")
SIZES = ("--hp-conv1", 2, "--hp-conv2", 3, "--hp-conv3", 4, "--hp-dense", 8)
FLAGS = ("--batch-size", 60, "--checkpoint-every", 2, *SIZES)
KILLS, KILLS_AT_FULL_LENGTH = 2, 10


def trainer(job, epochs, *flags):
    return "-m", "mnist_lab", "train", "--job-dir", job, "--epochs", epochs, *FLAGS, *flags


def test_a_run_killed_at_any_moment_ends_exactly_like_an_uninterrupted_one(tiny, tmp_path, start, pytestconfig):
    kills = KILLS_AT_FULL_LENGTH if pytestconfig.getoption("full_length") else KILLS
    uninterrupted, killed = tmp_path / "uninterrupted", tmp_path / "killed"
    status, output = wait_for_end(start(*trainer(uninterrupted, 60)))
    assert (status, output.count("epoch ")) == (0, 60), output
    seconds = np.random.default_rng(5).uniform(0, 1, kills) / 4
    moments = [(number * 180 // kills, wait) for number, wait in enumerate(seconds, start=1)]
    kill_again_and_again(start, trainer(killed, 60), killed, moments)
    status, output = wait_for_end(start(*trainer(killed, 60)))
    assert status == 0, output
    (step, arrays), (steps, others) = last_checkpoint(killed), last_checkpoint(uninterrupted)
    assert step == steps == 300
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
    lines, expected = (
        [json.loads(line) for line in (job / "metrics.json").read_text().splitlines()]
        for job in (killed, uninterrupted)
    )
    assert [line.get("epoch") for line in lines] == [*range(1, 61), None]
    for line in lines + expected:
        line.pop("seconds", None)
    assert lines == expected


def test_sigterm_saves_a_checkpoint_and_a_second_trainer_is_refused(tiny, tmp_path, start):
    job = tmp_path / "job"
    first = start(*trainer(job, 5_000, "--checkpoint-every", 100_000))
    wait_for_step(job, 5, first)
    second = start(*trainer(job, 5_000))
    status, output = wait_for_end(second)
    assert status == 1
    assert "Another trainer is at work in" in output
    first.send_signal(signal.SIGTERM)
    status, output = wait_for_end(first)
    assert status == 143
    assert f"Stopped after step {last_checkpoint(job)[0]} of 25000; its checkpoint is saved." in output


def test_ctrl_c_saves_a_checkpoint(tiny, tmp_path, start):
    job = tmp_path / "job"
    process = start(*trainer(job, 5_000))
    wait_for_step(job, 5, process)
    process.send_signal(signal.SIGINT)
    status, output = wait_for_end(process)
    assert (status, f"Stopped after step {last_checkpoint(job)[0]} of" in output) == (143, True), output


def test_if_the_chief_is_refused_the_other_worker_ends(tiny, tmp_path, start):
    job = tmp_path / "job"
    job.mkdir()
    with filelock.FileLock(job / "trainer.lock"):
        chief, worker = (start(*trainer(job, 5), **task) for task in cluster())
        for process, expected in ((chief, "Another trainer is at work"), (worker, "another worker has ended")):
            status, output = wait_for_end(process)
            assert (status, expected in output) == (1, True), output


def test_workers_with_different_digits_are_refused(tiny, tmp_path, start):
    job, other = tmp_path / "job", tmp_path / "other digits"
    shutil.copytree(tiny, other)
    files = find_mnist(other)
    images = idx.read_images(files.train_images).reshape(-1, idx.SIDE, idx.SIDE)
    idx.write(files.train_images, images[:, ::-1])  # the same labels, other images
    flags = trainer(job, 5)
    first, second = (
        start(*flags, "--data-dir", folder, **task) for folder, task in zip((tiny, other), cluster(), strict=True)
    )
    ends = [wait_for_end(process) for process in (first, second)]
    assert [status for status, _ in ends] == [1, 1]
    refused = ["must start from the same checkpoint with the same digits" in output for _, output in ends]
    assert any(refused)
    assert all(wrong or "another worker has ended" in output for wrong, (_, output) in zip(refused, ends, strict=True))


def test_a_finished_run_exports_again_and_refuses_fewer_epochs(tiny, tmp_path, start):
    job = tmp_path / "job"
    assert wait_for_end(start(*trainer(job, 2)))[0] == 0
    expected = json.loads((job / "metrics.json").read_text().splitlines()[-1])
    (job / "metrics.json").unlink()
    (job / "model.keras").unlink()
    status, output = wait_for_end(start(*trainer(job, 2)))
    assert status == 0, output
    assert "Going on from step 10 of 10" in output
    assert json.loads((job / "metrics.json").read_text()) == expected
    assert (job / "model.keras").exists()
    status, output = wait_for_end(start(*trainer(job, 1)))
    assert (status, "Set --epochs=2 or more" in output) == (1, True)


def test_the_exports_are_the_trained_network_and_predict_the_same(tiny, tmp_path, start):
    job, instances = tmp_path / "job", tmp_path / "instances.json"
    assert wait_for_end(start(*trainer(job, 2)))[0] == 0
    files = find_mnist()
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    given = keras.models.load_model(job / "model.keras").predict(images.reshape(-1, idx.SIDE, idx.SIDE), verbose=0)
    summary = json.loads((job / "metrics.json").read_text().splitlines()[-1])["summary"]
    losses = keras.losses.sparse_categorical_crossentropy(labels, given)
    assert np.mean(losses) == pytest.approx(summary["val_loss"], rel=1e-3)
    assert wait_for_end(start("-m", "mnist_lab", "sample", "--count", 9, "--output", instances))[0] == 0
    predict = "-m", "mnist_lab", "predict", "--instances", instances, "--json"
    answers = []
    for model in (("--model", job / "model.keras"), ("--export", job / "export")):
        process = start(*predict, *model)
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        answers.append(json.loads(out)["predictions"])
    for one, other in zip(*answers, strict=True):
        assert one["classes"] == other["classes"] == int(np.argmax(one["predictions"]))
        assert one["predictions"] == pytest.approx(other["predictions"], abs=2e-6)
        assert sum(one["predictions"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("kind", "steps", "apart"), [("plain", 20, 1e-4), ("normalized", 1, 1e-3)])
def test_two_workers_have_equal_variables_and_almost_those_of_one_process(tiny, tmp_path, start, kind, steps, apart):
    files = [tmp_path / f"{name}.npz" for name in ("first", "second", "alone")]
    running = [start(WORKER, file, steps, kind, **task) for file, task in zip(files, cluster(), strict=False)]
    running.append(start(WORKER, files[2], steps, kind))
    for process in running:
        status, output = wait_for_end(process)
        assert status == 0, output
    first, second, alone = ([np.load(file)[name] for name in np.load(file).files] for file in files)
    assert len(first) == len(alone) > 4
    for one, two, single in zip(first, second, alone, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, single, atol=apart)


def assert_that_both_resume(job, start):
    reached = last_checkpoint(job)[0]
    epochs = reached // 5 + 2
    for process in [start(*trainer(job, epochs), **task) for task in cluster()]:
        status, output = wait_for_end(process)
        assert status == 0, output
    assert last_checkpoint(job)[0] == epochs * 5 > reached


def test_if_one_worker_is_killed_the_other_reports_it_and_both_can_resume(tiny, tmp_path, start):
    job = tmp_path / "job"
    flags = trainer(job, 2_000)
    first, second = (start(*flags, **task) for task in cluster())
    wait_for_step(job, 10, first)
    second.send_signal(signal.SIGKILL)
    began = time.monotonic()
    status, output = wait_for_end(first)
    assert time.monotonic() - began < 60
    assert status == 1
    assert "Most often another worker has ended" in output
    assert_that_both_resume(job, start)


def test_sigterm_to_one_worker_stops_both_after_the_same_step_and_both_can_resume(tiny, tmp_path, start):
    job = tmp_path / "job"
    flags = trainer(job, 2_000)
    first, second = (start(*flags, **task) for task in cluster())
    wait_for_step(job, 10, first)
    second.send_signal(signal.SIGTERM)
    for process in (first, second):
        status, output = wait_for_end(process)
        reached = last_checkpoint(job)[0]
        assert status == 143, output
        assert f"Stopped after step {reached} of 10000; its checkpoint is saved." in output
    assert_that_both_resume(job, start)
