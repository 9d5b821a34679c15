"""Trainings as real processes: killed, stopped, started twice, shared by two workers, and left by one of them."""

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

from .processes import SECONDS, cluster, content, ended, kill_again_and_again, wait_for_step

WORKER = Path(__file__).with_name("worker.py")
SIZES = ("--hp-conv1", 2, "--hp-conv2", 3, "--hp-conv3", 4, "--hp-dense", 8)
FLAGS = ("--batch-size", 60, "--checkpoint-every", 2, *SIZES)
KILLS, KILLS_AT_FULL_LENGTH = 2, 10


def trainer(job, epochs, *flags):
    return "-m", "mnist_lab", "train", "--job-dir", job, "--epochs", epochs, *FLAGS, *flags


def test_killed_at_any_moment_it_ends_as_an_unbroken_training(tiny, tmp_path, start, pytestconfig):
    kills = KILLS_AT_FULL_LENGTH if pytestconfig.getoption("full_length") else KILLS
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    status, told = ended(start(*trainer(unbroken, 60)))
    assert (status, told.count("epoch ")) == (0, 60), told
    seconds = np.random.default_rng(5).uniform(0, 1, kills) / 4
    moments = [(number * 180 // kills, wait) for number, wait in enumerate(seconds, start=1)]
    kill_again_and_again(start, trainer(broken, 60), broken, moments)
    status, told = ended(start(*trainer(broken, 60)))
    assert status == 0, told
    (step, arrays), (steps, others) = content(broken), content(unbroken)
    assert step == steps == 300
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
    lines, expected = (
        [json.loads(line) for line in (job / "metrics.json").read_text().splitlines()] for job in (broken, unbroken)
    )
    assert [line.get("epoch") for line in lines] == [*range(1, 61), None]
    for line in lines + expected:
        line.pop("seconds", None)
    assert lines == expected


def test_sigterm_saves_first_and_a_second_trainer_is_refused(tiny, tmp_path, start):
    job = tmp_path / "job"
    first = start(*trainer(job, 5_000, "--checkpoint-every", 100_000))
    wait_for_step(job, 5, first)
    second = start(*trainer(job, 5_000))
    status, told = ended(second)
    assert status == 1
    assert "Another trainer is at work in" in told
    first.send_signal(signal.SIGTERM)
    status, told = ended(first)
    assert status == 143
    assert f"Stopped after step {content(job)[0]} of 25000; its checkpoint is saved." in told


def test_ctrl_c_saves_first_too(tiny, tmp_path, start):
    job = tmp_path / "job"
    process = start(*trainer(job, 5_000))
    wait_for_step(job, 5, process)
    process.send_signal(signal.SIGINT)
    status, told = ended(process)
    assert (status, f"Stopped after step {content(job)[0]} of" in told) == (143, True), told


def test_where_the_chief_is_refused_the_other_worker_ends_too(tiny, tmp_path, start):
    job = tmp_path / "job"
    job.mkdir()
    with filelock.FileLock(job / "trainer.lock"):
        chief, worker = (start(*trainer(job, 5), **task) for task in cluster())
        for process, expected in ((chief, "Another trainer is at work"), (worker, "another worker has ended")):
            status, told = ended(process)
            assert (status, expected in told) == (1, True), told


def test_workers_with_different_digits_are_refused(tiny, tmp_path, start):
    job, other = tmp_path / "job", tmp_path / "other digits"
    shutil.copytree(tiny, other)
    files = find_mnist(other)
    images = idx.read_images(files.train_images).reshape(-1, idx.SIDE, idx.SIDE)
    idx.write(files.train_images, images[:, ::-1])  # the same labels, other images
    flags = trainer(job, 5)
    first, second = (
        start(*flags, "--data-dir", place, **task) for place, task in zip((tiny, other), cluster(), strict=True)
    )
    ends = [ended(process) for process in (first, second)]
    assert [status for status, _ in ends] == [1, 1]
    refused = ["start from different checkpoints or digits" in told for _, told in ends]
    assert any(refused)
    assert all(mine or "another worker has ended" in told for mine, (_, told) in zip(refused, ends, strict=True))


def test_started_again_when_all_is_done_it_exports_again(tiny, tmp_path, start):
    job = tmp_path / "job"
    assert ended(start(*trainer(job, 2)))[0] == 0
    expected = json.loads((job / "metrics.json").read_text().splitlines()[-1])
    (job / "metrics.json").unlink()
    (job / "model.keras").unlink()
    status, told = ended(start(*trainer(job, 2)))
    assert status == 0, told
    assert "Going on from step 10 of 10" in told
    assert json.loads((job / "metrics.json").read_text()) == expected
    assert (job / "model.keras").exists()
    status, told = ended(start(*trainer(job, 1)))
    assert (status, "Give --epochs=2 or more" in told) == (1, True)


def test_it_exports_what_it_trained(tiny, tmp_path, start):
    job, instances = tmp_path / "job", tmp_path / "instances.json"
    assert ended(start(*trainer(job, 2)))[0] == 0
    files = find_mnist()
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    given = keras.models.load_model(job / "model.keras").predict(images.reshape(-1, idx.SIDE, idx.SIDE), verbose=0)
    told = json.loads((job / "metrics.json").read_text().splitlines()[-1])["summary"]
    losses = keras.losses.sparse_categorical_crossentropy(labels, given)
    assert np.mean(losses) == pytest.approx(told["val_loss"], rel=1e-3)
    assert ended(start("-m", "mnist_lab", "sample", "--count", 9, "--output", instances))[0] == 0
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
def test_two_workers_hold_the_same_variables_as_each_other_and_nearly_those_of_one_process(
    tiny, tmp_path, start, kind, steps, apart
):
    files = [tmp_path / f"{name}.npz" for name in ("first", "second", "alone")]
    running = [start(WORKER, file, steps, kind, **task) for file, task in zip(files, cluster(), strict=False)]
    running.append(start(WORKER, files[2], steps, kind))
    for process in running:
        status, told = ended(process)
        assert status == 0, told
    first, second, alone = ([np.load(file)[name] for name in np.load(file).files] for file in files)
    assert len(first) == len(alone) > 4
    for one, two, single in zip(first, second, alone, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, single, atol=apart)


def assert_that_both_go_on(job, start):
    reached = content(job)[0]
    epochs = reached // 5 + 2
    for process in [start(*trainer(job, epochs), **task) for task in cluster()]:
        status, told = ended(process)
        assert status == 0, told
    assert content(job)[0] == epochs * 5 > reached


def test_a_worker_whose_other_is_killed_says_so_and_both_can_go_on(tiny, tmp_path, start):
    job = tmp_path / "job"
    flags = trainer(job, 2_000)
    first, second = (start(*flags, **task) for task in cluster())
    wait_for_step(job, 10, first)
    second.send_signal(signal.SIGKILL)
    began = time.monotonic()
    status, told = ended(first)
    assert time.monotonic() - began < 60
    assert status == 1
    assert "Most often another worker has ended" in told
    assert_that_both_go_on(job, start)


def test_sigterm_to_one_worker_stops_both_after_the_same_step_and_both_can_go_on(tiny, tmp_path, start):
    job = tmp_path / "job"
    flags = trainer(job, 2_000)
    first, second = (start(*flags, **task) for task in cluster())
    wait_for_step(job, 10, first)
    second.send_signal(signal.SIGTERM)
    for process in (first, second):
        status, told = ended(process)
        reached = content(job)[0]
        assert status == 143, told
        assert f"Stopped after step {reached} of 10000; its checkpoint is saved." in told
    assert_that_both_go_on(job, start)
