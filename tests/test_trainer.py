"""The trainer's parts: settings, the digits of each step, checkpoints, and training runs that are resumed exactly."""

import argparse
import json
import os
import re
import shutil
import signal
import sys
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import filelock
import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.files import write_whole
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.trainer import batches, checkpoints, network, strategies, train
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.reports import Reports
from mnist_lab.trainer.settings import ONE_CYCLE, Settings, TrainingError, add_flags, from_flags

from .conftest import classes_shown, write_tiny
from .processes import SIZES, assert_ended_alike, last_checkpoint, without_seconds

SMALL = {"batch_size": 60, "hp_conv1": 2, "hp_conv2": 3, "hp_conv3": 4, "hp_dense": 8}


def parse(*flags):
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return from_flags(parser.parse_args(flags))


def test_the_defaults_are_the_recipe_of_lesson_08():
    assert parse() == Settings()
    schedule = network.schedule(Settings(), 937)
    rates = [float(schedule(step)) for step in (0, 936, 937, 9 * 937)]
    assert rates == pytest.approx([0.01, 0.01, 0.00666, 0.01 * 0.666**9], rel=1e-5)
    assert network.build(Settings()).count_params() == 354_538


def test_the_one_cycle_schedule_of_lesson_10_rises_and_falls():
    schedule = network.schedule(Settings(hp_schedule=ONE_CYCLE, epochs=2), 100)
    rates = [float(schedule(step)) for step in range(201)]
    assert (rates[0], rates[40], rates[200]) == (pytest.approx(0.001), max(rates), pytest.approx(0, abs=1e-9))
    assert max(rates) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--epochs", "0", "a whole number above 0"),
        ("--epochs", "inf", "a whole number above 0"),
        ("--batch-size", "2.5", "a whole number above 0"),
        ("--hp-conv1", "many", "a whole number above 0"),
        ("--hp-dropout", "1", "a number that is at least 0 and below 1"),
        ("--hp-lr", "-1", "a number above 0"),
        ("--hp-lr", "inf", "a number above 0"),
        ("--hp-lr", "nan", "a number above 0"),
        ("--seed", "-1", "a whole number from 0 to 4,294,967,295"),
        ("--seed", "4294967296", "a whole number from 0 to 4,294,967,295"),
        ("--job-dir", "", "the name of a folder"),
    ],
)
def test_an_impossible_value_of_a_flag_is_refused(flag, value, expected, capsys):
    with pytest.raises(SystemExit):
        parse(flag, value)
    assert f"argument {flag}: expected {expected}; received '{value}'" in capsys.readouterr().err


def test_a_cloud_service_can_name_the_folders(monkeypatch):
    job = Settings(job_dir="gs://bucket/job/")
    folders = {"export": "AIP_MODEL_DIR", "logs": "AIP_TENSORBOARD_LOG_DIR", "checkpoints": "AIP_CHECKPOINT_DIR"}
    for name, variable in folders.items():
        assert job.folder(name) == f"gs://bucket/job/{name}"
        monkeypatch.setenv(variable, f"gs://elsewhere/{name}/")
        assert job.folder(name) == f"gs://elsewhere/{name}/"


# The digits of each step


def batches_of(share=batches.Share(), first_step=0, **changes):  # noqa: B008
    settings = Settings(**{"epochs": 2, "batch_size": 60, "seed": 3, **changes})
    return list(batches.training_batches(find_mnist(), settings, share, first_step).as_numpy_iterator())


def test_each_epoch_holds_all_digits_in_a_different_order(tiny):
    steps = batches_of()
    assert len(steps) == 10
    sums = [np.sort(np.concatenate([images.sum(1) for images, _ in steps[part]])) for part in (slice(5), slice(5, 10))]
    np.testing.assert_array_equal(*sums)
    assert len(np.unique(sums[0])) > 290
    for images, classes in steps:
        np.testing.assert_array_equal(classes, classes_shown(images))
    assert not np.array_equal(steps[0][0], steps[5][0])


def test_the_digits_of_a_step_and_their_distortions_depend_only_on_the_seed_and_the_step(tiny):
    whole, plain = batches_of(augment=True), batches_of()
    for first in (5, 7):
        for expected, batch in zip(whole[first:], batches_of(augment=True, first_step=first), strict=True):
            np.testing.assert_array_equal(batch[0], expected[0])
            np.testing.assert_array_equal(batch[1], expected[1])
    np.testing.assert_array_equal([classes for _, classes in whole], [classes for _, classes in plain])
    assert not np.array_equal(whole[0][0], plain[0][0])
    assert not np.array_equal(plain[0][0], batches_of(seed=4)[0][0])


@pytest.mark.parametrize(("workers", "replicas"), [(1, 2), (2, 1), (2, 3)])
def test_workers_share_each_batch_without_overlap_or_loss(tiny, workers, replicas):
    shares = [batches_of(batches.Share(worker, workers, replicas)) for worker in range(workers)]
    for step, (images, classes) in enumerate(batches_of()):
        parts = [part for share in shares for part in share[step * replicas : (step + 1) * replicas]]
        assert {len(labels) for _, labels in parts} == {60 // workers // replicas}
        np.testing.assert_array_equal(np.concatenate([digits for digits, _ in parts]), images)
        np.testing.assert_array_equal(np.concatenate([labels for _, labels in parts]), classes)


@pytest.mark.parametrize(("workers", "replicas"), [(1, 1), (2, 1), (3, 2)])
def test_every_validation_digit_is_evaluated_once(tiny, workers, replicas, monkeypatch):
    monkeypatch.setattr(batches, "_VALIDATION_BATCH_SIZE", 7)  # for several steps
    shares = [batches.Share(worker, workers, replicas) for worker in range(workers)]
    parts = [part for share in shares for part in batches.validation_batches(find_mnist(), share)]
    images, classes, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    np.testing.assert_array_equal(classes[weights == 1], classes_shown(images[weights == 1]))
    expected = idx.read_images(find_mnist().validation_images).sum(axis=1)
    np.testing.assert_allclose(np.sort(images[weights == 1].sum(axis=1)), np.sort(expected) / 255, rtol=1e-5)


# Checkpoints

ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.int64(5), np.array([1, 2], np.uint32)]
RECIPE = Settings().recipe


def test_a_checkpoint_is_restored_exactly_and_the_last_three_are_kept(tmp_path):
    assert checkpoints.latest(str(tmp_path / "none"), RECIPE) is None
    for step in (1, 20, 300, 4_000):
        checkpoints.save(str(tmp_path), step, [ARRAYS[0] + step, *ARRAYS[1:]], RECIPE)
    assert checkpoints.steps(str(tmp_path)) == [20, 300, 4_000]
    assert {path.name for path in tmp_path.iterdir()} == {f"step-{step:09}.npz" for step in (20, 300, 4_000)}
    step, arrays = checkpoints.latest(str(tmp_path), RECIPE)
    assert step == 4_000
    np.testing.assert_array_equal(arrays[0], ARRAYS[0] + 4_000)
    assert [array.dtype for array in arrays] == [np.asarray(array).dtype for array in ARRAYS]


def test_a_new_checkpoint_replaces_damaged_ones_of_later_steps(tmp_path):
    folder = tmp_path / "two-step-lr"
    for step in (7, 8, 9):
        write_whole(folder / f"step-{step:09}.npz", b"")
    with pytest.warns(UserWarning, match="it is passed over"):
        assert checkpoints.latest(str(folder), RECIPE) is None
    checkpoints.save(str(folder), 2, ARRAYS, RECIPE)
    assert checkpoints.steps(str(folder)) == [2]
    assert checkpoints.latest(str(folder), RECIPE)[0] == 2


class Code:
    """An object that creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def flipped(content):
    place = content.index(ARRAYS[0].tobytes()) + 5
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda content: content[: len(content) // 2], lambda _: b"", flipped], ids=["cut", "empty", "flipped"]
)
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(tmp_path, damage):
    for step in (1, 2):
        checkpoints.save(str(tmp_path), step, ARRAYS, RECIPE)
    last = tmp_path / "step-000000002.npz"
    last.write_bytes(damage(last.read_bytes()))
    with pytest.warns(UserWarning, match=r"step-000000002\.npz is damaged"):
        assert checkpoints.latest(str(tmp_path), RECIPE)[0] == 1


@pytest.mark.parametrize(
    ("step", "change", "expected"),
    [
        (9, lambda array, _: array, "it holds step 2"),
        (2, lambda array, _: 2 * array, "its checksum is wrong"),
        (2, lambda _, folder: np.array([Code(folder / "it was unpickled")], object), "allow_pickle"),
    ],
    ids=["renamed", "another array", "pickle"],
)
def test_a_file_that_is_no_checkpoint_of_its_step_is_passed_over(tmp_path, step, change, expected):
    for earlier in (1, 2):
        checkpoints.save(str(tmp_path), earlier, ARRAYS, RECIPE)
    with np.load(tmp_path / "step-000000002.npz") as file:
        arrays = {name: file[name] for name in file.files}
    (tmp_path / "step-000000002.npz").unlink()
    np.savez(tmp_path / f"step-{step:09}.npz", **arrays | {"0000": change(arrays["0000"], tmp_path)})
    with pytest.warns(UserWarning, match=expected):
        assert checkpoints.latest(str(tmp_path), RECIPE)[0] == 1
    assert not (tmp_path / "it was unpickled").exists()


def test_a_checkpoint_of_another_training_run_is_refused_with_the_flags_that_differ(tmp_path):
    checkpoints.save(str(tmp_path), 1, ARRAYS, RECIPE)
    differences = "--epochs is not set there, 10 here; --hp-conv1 is 12 there, 5 here; --hp-lr-decay is 0.666 there"
    with pytest.raises(TrainingError, match=differences):
        checkpoints.latest(str(tmp_path), Settings(hp_conv1=5, seed=1, hp_schedule=ONE_CYCLE).recipe)
    longer = Settings(epochs=20, checkpoint_every=7, job_dir="elsewhere").recipe
    assert checkpoints.latest(str(tmp_path), longer)[0] == 1


# The loop


def loop_of(**changes):
    return Loop(Settings(**SMALL, **changes), find_mnist(), tf.distribute.get_strategy())


def run(loop, start, *stops):
    """Train from step `start`, with a call for the steps to each stop; return the sums of loss and correct ones."""
    steps, totals = loop.batches(start), np.zeros(2)
    for begin, end in pairwise((start, *stops)):
        totals, stop = loop.train(steps, end - begin, totals, stop=False)
        assert not stop
    return totals


def test_an_interrupted_training_run_ends_exactly_like_an_uninterrupted_one(tiny):
    first, second = (loop_of(epochs=3, augment=True, hp_dropout=0.5) for _ in range(2))
    start = first.values()
    expected, uninterrupted = run(first, 0, 15), first.values()
    first.restore(start)
    totals = run(first, 0, 4, 7)
    second.restore(first.values())
    assert np.allclose(totals + run(second, 7, 8, 15), expected)
    for value, other in zip(second.values(), uninterrupted, strict=True):
        np.testing.assert_array_equal(value, other)


def test_the_evaluation_agrees_with_keras(tiny):
    loop = loop_of()
    run(loop, 0, 5)
    images, labels = idx.read_digits(find_mnist().validation_images, find_mnist().validation_labels)
    logits = loop.model.predict(images / np.float32(255), verbose=0)
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    assert loop.evaluate() == pytest.approx((np.mean(losses), np.mean(logits.argmax(1) == labels)), rel=1e-5)


def test_arrays_that_do_not_fit_the_network_are_refused(tiny):
    loop = loop_of()
    with pytest.raises(TrainingError, match=f"{len(loop.variables) - 1} arrays do not fit the network's"):
        loop.restore(loop.values()[1:])


def test_different_digits_change_the_recipe_and_unequal_numbers_are_refused(tiny):
    before = loop_of().recipe
    labels = idx.read_labels(find_mnist().train_labels)
    idx.write(find_mnist().train_labels, labels[::-1])
    after = loop_of().recipe
    assert {part for part in before if before[part] != after[part]} == {"the digits' checksum"}
    idx.write(find_mnist().train_labels, labels[:-1])
    with pytest.raises(MnistFileError, match=r"299 labels.*300"):
        loop_of()


# Workers

TWO = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        '{"cluster": {}}',
        '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 2}}',
        '{"cluster": {"worker": ["a:1"], "ps": ["b:2"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_an_invalid_cluster_is_refused(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(TrainingError, match=r"Expected TF_CONFIG .*Received: "):
        strategies.strategy_of_environment()


def test_a_cluster_of_one_worker_uses_the_default_strategy(monkeypatch):
    config = {"cluster": {"worker": ["127.0.0.1:1"]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert strategies.strategy_of_environment() is tf.distribute.get_strategy()


@pytest.mark.parametrize("error", [None, RuntimeError("Collective ops must be configured at program startup")])
def test_the_server_of_several_workers_starts_without_a_word_but_not_without_its_errors(error, monkeypatch, capfd):
    monkeypatch.setenv("TF_CONFIG", json.dumps(TWO))

    def start_server():
        os.write(2, b"Started server with target: grpc://")
        if error:
            raise error

    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", start_server)
    with pytest.raises(RuntimeError, match="program startup") if error else nullcontext():
        strategies.strategy_of_environment()
    assert capfd.readouterr().err == ""


def test_a_worker_that_loses_the_other_says_so_and_does_not_wait_for_it(tiny, monkeypatch, capsys):
    def lose():
        raise tf.errors.UnavailableError(None, None, "connection reset")

    monkeypatch.setenv("TF_CONFIG", json.dumps(TWO))
    monkeypatch.setattr(train, "strategy_of_environment", lose)
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit, match="1"):
        main(["train"])
    assert "connection reset). Most often another worker has ended" in capsys.readouterr().err
    monkeypatch.delenv("TF_CONFIG")
    with pytest.raises(tf.errors.UnavailableError):
        main(["train"])


# The command


def train_flags(job, epochs, *flags):
    return ["train", "--job-dir", str(job), "--epochs", str(epochs), *SIZES, *flags]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folders of the digits and of a job that trained on them for two epochs."""
    folder = tmp_path_factory.mktemp("finished")
    digits, job = write_tiny(folder / "tiny"), folder / "job"
    assert main(train_flags(job, 2, "--data-dir", str(digits))) == 0
    return digits, job


def test_the_exports_are_the_trained_network_and_predict_the_same(finished, tmp_path, capsys, monkeypatch):
    digits, job = finished
    files = find_mnist(digits)
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    images = images.reshape(-1, idx.SIDE, idx.SIDE).astype(np.float32)
    predictions = keras.models.load_model(job / "model.keras").predict(images, verbose=0)
    summary = json.loads((job / "metrics.json").read_text().splitlines()[-1])["summary"]
    losses = keras.losses.sparse_categorical_crossentropy(labels, predictions)
    assert np.mean(losses) == pytest.approx(summary["val_loss"], rel=1e-3)
    served = tf.saved_model.load(str(job / "export")).signatures["serving_default"](image=tf.constant(images))
    assert {name: array.shape for name, array in served.items()} == {"predictions": (100, 10), "classes": (100,)}
    np.testing.assert_array_equal(served["classes"], predictions.argmax(axis=1))
    np.testing.assert_allclose(served["predictions"], predictions, atol=2e-6)
    monkeypatch.setenv("MNIST_LAB_DATA", str(digits))
    instances = str(tmp_path / "instances.json")
    assert main(["sample", "--count", "9", "--output", instances]) == 0
    capsys.readouterr()
    assert main(["predict", "--model", str(job / "model.keras"), "--instances", instances, "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)["predictions"]
    np.testing.assert_allclose([answer["predictions"] for answer in answers], predictions[:9], atol=2e-6)


def test_the_log_is_what_tensorboard_reads(finished):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    _, job = finished
    events = accumulator.EventAccumulator(str(job / "logs"))
    events.Reload()
    *lines, _ = without_seconds(job)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert events.summary_metadata[name].plugin_data.plugin_name == "scalars"
        logged = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(name)]
        assert logged == [(line["epoch"], pytest.approx(line[name], rel=1e-6)) for line in lines]


def test_a_finished_run_exports_again_and_refuses_fewer_epochs(finished, tmp_path, capsys):
    digits, job = finished[0], shutil.copytree(finished[1], tmp_path / "job")
    expected = without_seconds(job)[-1:]
    (job / "metrics.json").unlink()
    (job / "model.keras").unlink()
    assert main(train_flags(job, 2, "--data-dir", str(digits))) == 0
    assert "Going on from step 10 of 10" in capsys.readouterr().out
    assert without_seconds(job) == expected
    assert (job / "model.keras").exists()
    assert main(train_flags(job, 1, "--data-dir", str(digits))) == 1
    assert "Set --epochs=2 or more" in capsys.readouterr().err


def test_a_run_that_is_stopped_twice_and_then_dies_ends_exactly_like_an_uninterrupted_one(
    finished, tmp_path, monkeypatch, capsys
):
    digits, uninterrupted = finished
    flags = train_flags(tmp_path, 2, "--data-dir", str(digits), "--checkpoint-every", "2")
    handlers, to_raise = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)], []
    monkeypatch.setattr(Reports, "advance", lambda *_: to_raise and signal.raise_signal(to_raise.pop()))
    for number, reached in ((signal.SIGTERM, 4), (signal.SIGINT, 7)):  # noticed by the call after the first one
        to_raise.append(number)
        assert main(flags) == 143
        assert last_checkpoint(tmp_path)[0] == reached
        assert f"Stopped after step {reached} of 10; its checkpoint is saved." in capsys.readouterr().err
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == handlers
    monkeypatch.setattr(checkpoints, "save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(flags)
    monkeypatch.undo()
    assert main(flags) == 0
    assert "Going on from step 7 of 10." in capsys.readouterr().out
    assert_ended_alike(tmp_path, uninterrupted)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--batch-size", "301"], "at most 300, the number of digits, and a multiple of 1, .* Received: 301"),
        (["--job-dir", "a file"], "could not be read or written: .*AIP_MODEL_DIR, AIP_CHECKPOINT_DIR"),
        (["--job-dir", "held"], "Another trainer is at work in held"),
        (["--data-dir", "nowhere"], "nowhere: found no such folder"),
    ],
)
def test_an_impossible_training_run_is_refused_without_a_traceback(
    tiny, tmp_path, monkeypatch, capsys, flags, expected
):
    monkeypatch.chdir(tmp_path)
    Path("a file").touch()
    Path("held").mkdir()
    with filelock.FileLock("held/trainer.lock"):
        assert main(["train", "--batch-size", "60", *flags]) == 1
    assert re.search(expected, capsys.readouterr().err)


# Reports


def test_the_seconds_of_a_resumed_run_include_those_of_the_earlier_run(tmp_path):
    lines = [{"epoch": epoch, "step": 10 * epoch, "seconds": 100.0 * epoch} for epoch in (1, 2, 3)]
    (tmp_path / "metrics.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
    reports = Reports(Settings(job_dir=str(tmp_path)), steps=50, first_step=25)
    reports.epoch(3, 30, [0.1, 0.9, 0.1, 0.9])
    reports.close()
    seconds = [json.loads(line)["seconds"] for line in (tmp_path / "metrics.json").read_text().splitlines()]
    assert seconds[:2] == [100, 200]
    assert 200 <= seconds[2] < 210


@pytest.mark.parametrize("line", ['{"epoch": 1', "[1, 2]"])
def test_metrics_that_are_not_json_are_refused_and_left_as_they_are(tmp_path, line):
    path = tmp_path / "metrics.json"
    path.write_text(f"{line}\n")
    with pytest.raises(TrainingError, match=r"metrics\.json: expected a JSON object in each line"):
        Reports(Settings(job_dir=str(tmp_path)), steps=10, first_step=5)
    assert path.read_text() == f"{line}\n"
