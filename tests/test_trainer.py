"""The trainer's parts: settings, the digits of each step, checkpoints, and training runs that are resumed exactly."""

import io
import json
import os
import re
import signal
import sys
from pathlib import Path
from unittest.mock import Mock

import filelock
import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.trainer import batches, checkpoints, network, strategies, train
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.reports import Reports
from mnist_lab.trainer.settings import ONE_CYCLE, Settings, TrainingError

from .conftest import classes_shown, write_tiny
from .processes import SIZES, assert_ended_alike, last_checkpoint, parse, without_seconds


def test_the_defaults_are_the_recipe_of_lesson_08_and_one_cycle_is_that_of_lesson_10():
    assert parse([]) == Settings()
    assert network.build(Settings()).count_params() == 354_538
    decay, cycle = network.schedule(Settings(), 937), network.schedule(Settings(hp_schedule=ONE_CYCLE, epochs=2), 100)
    rates = [float(decay(step)) for step in (0, 936, 937, 9 * 937)]
    assert rates == pytest.approx([0.01, 0.01, 0.00666, 0.01 * 0.666**9], rel=1e-5)
    assert [float(cycle(step)) for step in (0, 20, 40, 200)] == pytest.approx([0.001, 0.0055, 0.01, 0], abs=1e-9)


IMPOSSIBLE = (
    "--epochs=0 --epochs=inf --batch-size=2.5 --hp-conv1=many --hp-dropout=1 --hp-lr=-1 --hp-lr=inf --hp-lr=nan"
)


@pytest.mark.parametrize("flag", [*IMPOSSIBLE.split(), "--seed=-1", "--seed=4294967296", "--job-dir="])
def test_an_impossible_value_of_a_flag_is_refused(flag, capsys):
    with pytest.raises(SystemExit):
        parse([flag])
    name, value = flag.split("=")
    assert re.search(f"argument {name}: expected .*; received '{value}'", capsys.readouterr().err)


def batches_of(worker=0, workers=1, replicas=1, **changes):
    settings = Settings(**{"epochs": 2, "batch_size": 60, "seed": 3, **changes})
    share = batches.Share(worker, workers, replicas)
    return list(batches.training_batches(find_mnist(), settings, share).as_numpy_iterator())


def test_each_epoch_holds_all_digits_in_a_different_order_and_the_seed_sets_it(tiny):
    images, classes = map(np.concatenate, zip(*batches_of(), strict=True))
    np.testing.assert_array_equal(classes, classes_shown(images))
    first, second = images.sum(axis=1).reshape(2, 300)
    np.testing.assert_array_equal(np.sort(first), np.sort(second))
    assert len(np.unique(first)) > 290
    assert not np.array_equal(first, second)
    assert not np.array_equal(images[:60], batches_of(seed=4)[0][0])
    distorted, same_classes = batches_of(augment=True)[0]
    np.testing.assert_array_equal(same_classes, classes[:60])
    assert not np.array_equal(distorted, images[:60])


@pytest.mark.parametrize(("workers", "replicas"), [(1, 2), (2, 1), (2, 3)])
def test_workers_share_each_batch_without_overlap_or_loss(tiny, workers, replicas):
    shares = [batches_of(worker, workers, replicas) for worker in range(workers)]
    for step, whole in enumerate(batches_of()):
        parts = [part for share in shares for part in share[step * replicas : (step + 1) * replicas]]
        assert {len(classes) for _, classes in parts} == {60 // workers // replicas}
        for joined, expected in zip(map(np.concatenate, zip(*parts, strict=True)), whole, strict=True):
            np.testing.assert_array_equal(joined, expected)


@pytest.mark.parametrize(("workers", "replicas"), [(1, 1), (2, 1), (3, 2)])
def test_every_validation_digit_is_evaluated_once(tiny, workers, replicas, monkeypatch):
    monkeypatch.setattr(batches, "_VALIDATION_BATCH_SIZE", 7)  # for several steps
    shares = [batches.Share(worker, workers, replicas) for worker in range(workers)]
    parts = [part for share in shares for part in batches.validation_batches(find_mnist(), share)]
    images, classes, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    np.testing.assert_array_equal(classes[weights == 1], classes_shown(images[weights == 1]))
    expected = idx.read_images(find_mnist().validation_images).sum(axis=1)
    np.testing.assert_allclose(np.sort(images[weights == 1].sum(axis=1)), np.sort(expected) / 255, rtol=1e-5)


ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.int64(5), np.array([1, 2], np.uint32)]
RECIPE = Settings().recipe


def test_a_checkpoint_is_restored_exactly_and_the_last_three_are_kept(tmp_path):
    assert checkpoints.latest(str(tmp_path / "none"), RECIPE) is None
    for step in (1, 20, 300, 4_000):
        checkpoints.save(str(tmp_path), step, [ARRAYS[0] + step, *ARRAYS[1:]], RECIPE)
    assert {path.name for path in tmp_path.iterdir()} == {f"step-{step:09}.npz" for step in (20, 300, 4_000)}
    step, arrays = checkpoints.latest(str(tmp_path), RECIPE)
    assert step == 4_000
    np.testing.assert_array_equal(arrays[0], ARRAYS[0] + 4_000)
    assert [array.dtype for array in arrays] == [np.asarray(array).dtype for array in ARRAYS]


def with_array(array):
    def replace(content):
        arrays, changed = dict(np.load(io.BytesIO(content))), io.BytesIO()
        np.savez(changed, **arrays | {"0000": array})
        return changed.getvalue()

    return replace


DAMAGES = {
    "cut": (lambda content: content[: len(content) // 2], "is passed over"),
    "empty": (lambda _: b"", "is passed over"),
    "a flipped bit": (lambda content: content.replace(np.float32(5).tobytes(), np.float32(-5).tobytes()), "CRC"),
    "another array": (with_array(2 * ARRAYS[0]), "its checksum is wrong"),
    "pickle": (with_array(np.array([{}])), "allow_pickle"),
    "renamed": (lambda content: content, "it holds step 2"),
}


@pytest.mark.parametrize(("damage", "expected"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_checkpoint_is_passed_over_and_the_next_one_replaces_it(tmp_path, damage, expected):
    folder = str(tmp_path / "two-step-lr")
    for step in (1, 2):
        checkpoints.save(folder, step, ARRAYS, RECIPE)
    last = tmp_path / "two-step-lr" / "step-000000002.npz"
    content = last.read_bytes()
    last.rename(last.with_stem("step-000000009")).write_bytes(damage(content))
    with pytest.warns(UserWarning, match=rf"step-000000009\.npz is damaged .*{expected}"):
        assert checkpoints.latest(folder, RECIPE)[0] == 1
    checkpoints.save(folder, 2, ARRAYS, RECIPE)
    assert checkpoints.steps(folder) == [1, 2]


def test_a_checkpoint_of_another_training_run_is_refused_with_the_flags_that_differ(tmp_path):
    checkpoints.save(str(tmp_path), 1, ARRAYS, RECIPE)
    with pytest.raises(
        TrainingError, match="--epochs is not set there, 10 here; --hp-conv1 is 12 there, 5 here; --hp-lr-d"
    ):
        checkpoints.latest(str(tmp_path), Settings(hp_conv1=5, hp_schedule=ONE_CYCLE).recipe)
    longer = Settings(epochs=20, checkpoint_every=7, job_dir="elsewhere").recipe
    assert checkpoints.latest(str(tmp_path), longer)[0] == 1


def loop_of_tiny():
    return Loop(Settings(batch_size=60), find_mnist(), tf.distribute.get_strategy())


def test_different_digits_change_the_recipe_and_what_does_not_fit_is_refused(tiny):
    loop = loop_of_tiny()
    with pytest.raises(TrainingError, match=f"{len(loop.variables) - 1} arrays do not fit the network's"):
        loop.restore(loop.values()[1:])
    labels = idx.read_labels(find_mnist().train_labels)
    idx.write(find_mnist().train_labels, labels[::-1])
    after = loop_of_tiny().recipe
    assert {part for part, value in loop.recipe.items() if value != after[part]} == {"the digits' checksum"}
    idx.write(find_mnist().train_labels, labels[:-1])
    with pytest.raises(MnistFileError, match=r"299 labels.*300"):
        loop_of_tiny()


TWO = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}'


@pytest.mark.parametrize("config", ["{", "[]", '{"cluster": {}}', TWO.replace("1}", "2}"), TWO.replace("worker", "ps")])
def test_an_invalid_cluster_is_refused(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(TrainingError, match=r"Expected TF_CONFIG .*Received: "):
        strategies.strategy_of_environment()


def test_a_worker_that_loses_the_other_says_so_and_does_not_wait_for_it(tiny, monkeypatch, capsys):
    lost = tf.errors.UnavailableError(None, None, "connection reset")
    monkeypatch.setenv("TF_CONFIG", TWO)
    monkeypatch.setattr(train, "strategy_of_environment", Mock(side_effect=lost))
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit, match="1"):
        main(["train"])
    assert "connection reset). Most often another worker has ended" in capsys.readouterr().err
    monkeypatch.delenv("TF_CONFIG")
    with pytest.raises(tf.errors.UnavailableError):
        main(["train"])


def train_flags(digits, job):
    return ["train", "--data-dir", str(digits), "--job-dir", str(job), "--epochs=2", "--augment", *SIZES]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folders of the digits and of a job that trained on them for two epochs."""
    folder = tmp_path_factory.mktemp("finished")
    digits, job = write_tiny(folder / "tiny"), folder / "job"
    assert main(train_flags(digits, job)) == 0
    return digits, job


def test_the_exports_are_the_trained_network(finished):
    digits, job = finished
    files = find_mnist(digits)
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    images = images.reshape(-1, idx.SIDE, idx.SIDE).astype(np.float32)
    predictions = keras.models.load_model(job / "model.keras").predict(images, verbose=0)
    summary = without_seconds(job)[-1]["summary"]
    losses = keras.losses.sparse_categorical_crossentropy(labels, predictions)
    assert np.mean(losses) == pytest.approx(summary["val_loss"], rel=1e-3)
    assert np.mean(predictions.argmax(axis=1) == labels) == pytest.approx(summary["val_accuracy"])
    served = tf.saved_model.load(str(job / "export")).signatures["serving_default"](image=tf.constant(images))
    assert {name: array.shape for name, array in served.items()} == {"predictions": (100, 10), "classes": (100,)}
    np.testing.assert_array_equal(served["classes"], predictions.argmax(axis=1))
    np.testing.assert_allclose(served["predictions"], predictions, atol=2e-6)


def test_the_log_is_what_tensorboard_reads(finished):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(finished[1] / "logs"))
    events.Reload()
    *lines, _ = without_seconds(finished[1])
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert events.summary_metadata[name].plugin_data.plugin_name == "scalars"
        logged = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(name)]
        assert logged == [(line["epoch"], pytest.approx(line[name], rel=1e-6)) for line in lines]


def test_a_run_that_is_stopped_twice_and_dies_ends_like_an_uninterrupted_one(finished, tmp_path, monkeypatch, capsys):
    digits, uninterrupted = finished
    flags = [*train_flags(digits, tmp_path), "--checkpoint-every=2"]
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
    for step in (7, 10):  # a finished run exports again
        assert main(flags) == 0
        assert f"Going on from step {step} of 10." in capsys.readouterr().out
        assert_ended_alike(tmp_path, uninterrupted)
        (tmp_path / "model.keras").unlink()
    assert main([*flags, "--epochs=1"]) == 1
    assert "Set --epochs=2 or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--batch-size", "301"], "at most 300, the number of digits, and a multiple of 1, .* Received: 301"),
        (["--job-dir", "a file"], "could not be read or written: .*AIP_MODEL_DIR, AIP_CHECKPOINT_DIR"),
        (["--job-dir", "held"], "Another trainer is at work in held"),
        (["--data-dir", "nowhere"], "nowhere: found no such folder"),
    ],
)
def test_an_impossible_training_run_is_refused(tiny, tmp_path, monkeypatch, capsys, flags, expected):
    monkeypatch.chdir(tmp_path)
    Path("a file").touch()
    Path("held").mkdir()
    with filelock.FileLock("held/trainer.lock"):
        assert main(["train", "--batch-size", "60", *flags]) == 1
    assert re.search(expected, capsys.readouterr().err)


def test_the_seconds_of_a_resumed_run_include_those_of_the_earlier_run_unless_its_file_is_damaged(tmp_path):
    metrics, settings = tmp_path / "metrics.json", Settings(job_dir=str(tmp_path))
    metrics.write_text("".join(f'{{"step": {step}, "seconds": {10.0 * step}}}\n' for step in (10, 20, 30)))
    reports = Reports(settings, steps=50, first_step=25)
    reports.epoch(3, 30, [0.1, 0.9, 0.1, 0.9])
    reports.close()
    seconds = [json.loads(line)["seconds"] for line in metrics.read_text().splitlines()]
    assert seconds == [100, 200, pytest.approx(205, abs=5)]
    for damaged in ('{"epoch": 1', "[1, 2]"):
        metrics.write_text(damaged)
        with pytest.raises(TrainingError, match=r"metrics\.json: expected a JSON object in each line"):
            Reports(settings, steps=50, first_step=25)
        assert metrics.read_text() == damaged
