"""The trainer's parts: settings, the digits of each step, checkpoints, and training runs that are resumed exactly."""

import argparse
import json
import os
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import MnistFileError
from mnist_lab.trainer import batches, checkpoints, network, settings, strategies
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.reports import Reports

from .conftest import classes_shown

SMALL = {"hp_conv1": 2, "hp_conv2": 3, "hp_conv3": 4, "hp_dense": 8}


def parse(*flags):
    parser = argparse.ArgumentParser()
    settings.add_flags(parser)
    return settings.from_flags(parser.parse_args(flags))


def test_the_defaults_are_the_recipe_of_lesson_08():
    assert parse() == settings.Settings()
    schedule = network.schedule(settings.Settings(), 937)
    assert [float(schedule(step)) for step in (0, 936, 937, 9 * 937)] == pytest.approx(
        [0.01, 0.01, 0.00666, 0.01 * 0.666**9], rel=1e-5
    )
    assert network.build(settings.Settings()).count_params() == 354_538


def test_the_one_cycle_schedule_of_lesson_10_rises_and_falls():
    schedule = network.schedule(settings.Settings(hp_schedule=settings.ONE_CYCLE, epochs=2), 100)
    rates = [float(schedule(step)) for step in range(201)]
    assert rates[0] == pytest.approx(0.001)
    assert max(rates) == pytest.approx(0.01)
    assert rates.index(max(rates)) == 40
    assert rates[200] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--epochs", "0", "whole number above 0"),
        ("--batch-size", "2.5", "whole number above 0"),
        ("--hp-conv1", "many", "whole number above 0"),
        ("--hp-dropout", "1", "at least 0 and below 1"),
        ("--hp-lr", "-1", "above 0"),
        ("--hp-lr", "inf", "above 0"),
        ("--epochs", "inf", "whole number above 0"),
        ("--seed", "-1", "from 0 to 4,294,967,295"),
        ("--seed", "4294967296", "from 0 to 4,294,967,295"),
        ("--job-dir", "", "the name of a folder"),
    ],
)
def test_an_impossible_value_of_a_flag_is_refused(flag, value, expected, capsys):
    with pytest.raises(SystemExit):
        parse(flag, value)
    assert expected in capsys.readouterr().err


def test_a_cloud_service_can_name_the_folders(monkeypatch):
    job = settings.Settings(job_dir="gs://bucket/job/")
    assert (job.export, job.logs, job.checkpoints) == (
        "gs://bucket/job/export",
        "gs://bucket/job/logs",
        "gs://bucket/job/checkpoints",
    )
    monkeypatch.setenv("AIP_MODEL_DIR", "gs://elsewhere/model/")
    monkeypatch.setenv("AIP_TENSORBOARD_LOG_DIR", "gs://elsewhere/logs/")
    monkeypatch.setenv("AIP_CHECKPOINT_DIR", "gs://elsewhere/checkpoints/")
    assert (job.export, job.logs, job.checkpoints) == (
        "gs://elsewhere/model/",
        "gs://elsewhere/logs/",
        "gs://elsewhere/checkpoints/",
    )


ONE_WORKER = batches.Share()


def batches_of(files, share=ONE_WORKER, **changes):
    arguments = {"epochs": 2, "batch_size": 60, "seed": 3, "augment": False, "share": share, **changes}
    return [tuple(part.numpy() for part in pair) for pair in batches.training_batches(files, **arguments)]


def test_each_epoch_holds_all_digits_in_a_different_order(tiny):
    steps = batches_of(find_mnist())
    assert len(steps) == 10
    sums = [np.sort(np.concatenate([images.sum(1) for images, _ in steps[part]])) for part in (slice(5), slice(5, 10))]
    np.testing.assert_array_equal(*sums)
    assert len(np.unique(sums[0])) > 290
    for images, classes in steps:
        np.testing.assert_array_equal(classes, classes_shown(images))
    assert not np.array_equal(steps[0][0], steps[5][0])


@pytest.mark.parametrize("augment", [False, True])
def test_the_digits_of_a_step_depend_only_on_the_seed_and_the_step(tiny, augment):
    whole = batches_of(find_mnist(), augment=augment)
    for first in (1, 5, 7):
        rest = batches_of(find_mnist(), augment=augment, first_step=first)
        assert len(rest) == len(whole) - first
        for expected, batch in zip(whole[first:], rest, strict=True):
            np.testing.assert_array_equal(batch[0], expected[0])
            np.testing.assert_array_equal(batch[1], expected[1])
    assert not np.array_equal(whole[0][0], batches_of(find_mnist(), augment=augment, seed=4)[0][0])


@pytest.mark.parametrize(("workers", "replicas"), [(1, 2), (2, 1), (2, 3)])
def test_workers_share_each_batch_without_overlap_or_loss(tiny, workers, replicas):
    whole = batches_of(find_mnist())
    shares = [batches_of(find_mnist(), batches.Share(worker, workers, replicas)) for worker in range(workers)]
    for step, (images, classes) in enumerate(whole):
        parts = [part for share in shares for part in share[step * replicas : (step + 1) * replicas]]
        assert {len(labels) for _, labels in parts} == {60 // workers // replicas}
        np.testing.assert_array_equal(np.concatenate([digits for digits, _ in parts]), images)
        np.testing.assert_array_equal(np.concatenate([labels for _, labels in parts]), classes)


def test_an_impossible_batch_size_is_refused(tiny):
    with pytest.raises(ValueError, match=r"must be a multiple of 7, .* Received: 60"):
        batches_of(find_mnist(), batches.Share(0, 7, 1))
    with pytest.raises(ValueError, match="at most 300, the number of digits"):
        batches_of(find_mnist(), batch_size=301)


def test_an_impossible_training_run_prints_a_message_without_a_traceback(tiny, tmp_path, capsys):
    assert main(["train", "--job-dir", str(tmp_path / "job"), "--batch-size", "301"]) == 1
    assert "at most 300, the number of digits. Received: 301" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["train", "--job-dir", str(tmp_path / "file"), "--batch-size", "60"]) == 1
    assert "could not be read or written" in capsys.readouterr().err


@pytest.mark.parametrize(("workers", "replicas"), [(1, 1), (2, 1), (3, 2)])
def test_every_validation_digit_is_evaluated_once(tiny, workers, replicas, monkeypatch):
    monkeypatch.setattr(batches, "_VALIDATION_BATCH_SIZE", 7)  # for several steps
    parts = []
    for worker in range(workers):
        parts += list(batches.validation_batches(find_mnist(), batches.Share(worker, workers, replicas)))
    images, classes, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    np.testing.assert_array_equal(classes[weights == 1], classes_shown(images[weights == 1]))
    expected = idx.read_images(find_mnist().validation_images).sum(axis=1)
    np.testing.assert_allclose(np.sort(images[weights == 1].sum(axis=1)), np.sort(expected) / 255, rtol=1e-5)


ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.int64(5), np.array([1, 2], np.uint32)]
RECIPE = settings.Settings().recipe


def test_a_checkpoint_is_restored_exactly_and_the_last_three_are_kept(tmp_path):
    assert checkpoints.latest(str(tmp_path / "none"), RECIPE) is None
    for step in (1, 20, 300, 4_000):
        checkpoints.save(str(tmp_path), step, [ARRAYS[0] + step, *ARRAYS[1:]], RECIPE)
    assert checkpoints.steps(str(tmp_path)) == [20, 300, 4_000]
    step, arrays = checkpoints.latest(str(tmp_path), RECIPE)
    assert step == 4_000
    assert {path.name for path in tmp_path.iterdir()} == {f"step-{step:09}.npz" for step in (20, 300, 4_000)}
    np.testing.assert_array_equal(arrays[0], ARRAYS[0] + 4_000)
    assert [array.dtype for array in arrays] == [np.asarray(array).dtype for array in ARRAYS]


def test_a_new_checkpoint_replaces_damaged_ones_of_later_steps(tmp_path):
    folder = tmp_path / "two-step-lr"
    for step in (7, 8, 9):
        checkpoints.save(str(folder), step, ARRAYS, RECIPE)
        (folder / f"step-{step:09}.npz").write_bytes(b"")
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


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "renamed", "another array", "pickle"])
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(tmp_path, damage):
    for step in (1, 2):
        checkpoints.save(str(tmp_path), step, ARRAYS, RECIPE)
    last = tmp_path / "step-000000002.npz"
    content = bytearray(last.read_bytes())
    if damage == "cut":
        last.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        last.write_bytes(b"")
    elif damage == "flipped":
        content[content.index(ARRAYS[0].tobytes()) + 5] ^= 1
        last.write_bytes(content)
    elif damage == "renamed":
        last.rename(tmp_path / "step-000000009.npz")
    else:
        with np.load(last) as file:
            arrays = {name: file[name] for name in file.files}
        other = np.array([Code(tmp_path / "it was unpickled")], object) if damage == "pickle" else 2 * arrays["0000"]
        np.savez(last, **arrays | {"0000": other})
    expected = {"another array": "its checksum is wrong", "pickle": "allow_pickle"}.get(damage, "is damaged")
    with pytest.warns(UserWarning, match=expected):
        assert checkpoints.latest(str(tmp_path), RECIPE)[0] == 1
    assert not (tmp_path / "it was unpickled").exists()


def test_a_checkpoint_of_another_training_run_is_refused_with_the_flags_that_differ(tmp_path):
    checkpoints.save(str(tmp_path), 1, ARRAYS, RECIPE)
    other = settings.Settings(hp_conv1=5, seed=1, hp_schedule=settings.ONE_CYCLE).recipe
    differences = "--epochs is not set there, 10 here; --hp-conv1 is 12 there, 5 here; --hp-lr-decay is 0.666 there"
    with pytest.raises(settings.TrainingError, match=differences):
        checkpoints.latest(str(tmp_path), other)
    longer = settings.Settings(epochs=20, checkpoint_every=7, job_dir="elsewhere").recipe
    assert checkpoints.latest(str(tmp_path), longer)[0] == 1


def train(loop, start, *stops):
    """Train from step `start`, with a call for the steps to each stop; return the sums of loss and correct ones."""
    steps, totals = loop.batches(start), np.zeros(2)
    for begin, end in pairwise((start, *stops)):
        totals, stop = loop.train(steps, end - begin, totals, stop=False)
        assert not stop
    return totals


@pytest.mark.parametrize("augment", [False, True])
def test_an_interrupted_training_run_ends_exactly_like_an_uninterrupted_one(tiny, augment):
    chosen = settings.Settings(epochs=3, batch_size=60, augment=augment, hp_dropout=0.5, **SMALL)

    def new():
        return Loop(chosen, find_mnist(), tf.distribute.get_strategy())

    uninterrupted = new()
    expected = train(uninterrupted, 0, 4, 7, 15)
    first = new()
    totals = train(first, 0, 7)
    second = new()
    second.restore(first.values())
    assert np.allclose(totals + train(second, 7, 8, 15), expected)
    in_one_call = new()
    assert np.array_equal(train(in_one_call, 0, 15), expected)
    for value, other in zip(in_one_call.values(), uninterrupted.values(), strict=True):
        np.testing.assert_array_equal(value, other)
    for expected, value in zip(uninterrupted.values(), second.values(), strict=True):
        np.testing.assert_array_equal(value, expected)
    assert second.evaluate() == uninterrupted.evaluate()


def test_arrays_that_do_not_fit_the_network_are_refused(tiny):
    loop = Loop(settings.Settings(batch_size=60, **SMALL), find_mnist(), tf.distribute.get_strategy())
    with pytest.raises(settings.TrainingError, match=f"{len(loop.variables) - 1} arrays do not fit the network's"):
        loop.restore(loop.values()[1:])


def test_different_digits_change_the_recipe(tiny, tmp_path):
    chosen = settings.Settings(batch_size=60, **SMALL)
    before = Loop(chosen, find_mnist(), tf.distribute.get_strategy()).recipe
    labels = idx.read_labels(find_mnist().train_labels)
    idx.write(find_mnist().train_labels, labels[::-1])
    after = Loop(chosen, find_mnist(), tf.distribute.get_strategy()).recipe
    assert {part for part in before if before[part] != after[part]} == {"the digits' checksum"}


def test_the_seconds_of_a_resumed_run_include_those_of_the_earlier_run(tmp_path):
    lines = [{"epoch": epoch, "step": 10 * epoch, "seconds": 100.0 * epoch} for epoch in (1, 2, 3)]
    (tmp_path / "metrics.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
    reports = Reports(settings.Settings(job_dir=str(tmp_path)), steps=50, first_step=25)
    reports.epoch(3, 30, {"loss": 0.1, "accuracy": 0.9, "val_loss": 0.1, "val_accuracy": 0.9})
    seconds = [json.loads(line)["seconds"] for line in (tmp_path / "metrics.json").read_text().splitlines()]
    assert seconds[:2] == [100, 200]
    assert 200 <= seconds[2] < 210


@pytest.mark.parametrize("line", ['{"epoch": 1', "[1, 2]"])
def test_metrics_that_are_not_json_are_refused_and_left_as_they_are(tmp_path, line):
    path = tmp_path / "metrics.json"
    path.write_text(f"{line}\n")
    with pytest.raises(settings.TrainingError, match=r"metrics\.json: expected a JSON object in each line"):
        Reports(settings.Settings(job_dir=str(tmp_path)), steps=10, first_step=5)
    assert path.read_text() == f"{line}\n"


def test_the_evaluation_agrees_with_keras(tiny):
    loop = Loop(settings.Settings(batch_size=60, **SMALL), find_mnist(), tf.distribute.get_strategy())
    train(loop, 0, 5)
    (images, classes, weights), *_ = batches.validation_batches(find_mnist(), batches.Share())
    logits = loop.model.predict(images[weights == 1], verbose=0)
    losses = keras.losses.sparse_categorical_crossentropy(classes[weights == 1], logits, from_logits=True)
    expected = np.mean(losses), np.mean(logits.argmax(1) == classes[weights == 1])
    assert loop.evaluate() == pytest.approx(expected, rel=1e-5)


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
    monkeypatch.setenv(strategies.VARIABLE, config)
    with pytest.raises(ValueError, match=r"Expected .*Received: "):
        strategies.strategy_of_environment()


def test_a_cluster_of_one_worker_uses_the_default_strategy(monkeypatch):
    config = {"cluster": {"worker": ["127.0.0.1:1"]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv(strategies.VARIABLE, json.dumps(config))
    assert strategies.strategy_of_environment() is tf.distribute.get_strategy()


def test_different_numbers_of_images_and_labels_are_refused(tiny):
    idx.write(find_mnist().train_labels, idx.read_labels(find_mnist().train_labels)[:-1])
    with pytest.raises(MnistFileError, match=r"299 labels.*300"):
        Loop(settings.Settings(batch_size=60, **SMALL), find_mnist(), tf.distribute.get_strategy())


@pytest.mark.parametrize("error", [None, RuntimeError("Collective ops must be configured at program startup")])
def test_the_server_of_several_workers_starts_without_a_word_but_not_without_its_errors(error, monkeypatch, capfd):
    worker = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv(strategies.VARIABLE, json.dumps(worker))

    def start_server():
        os.write(2, b"Started server with target: grpc://")
        if error:
            raise error

    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", start_server)
    with pytest.raises(RuntimeError, match="program startup") if error else nullcontext():
        strategies.strategy_of_environment()
    assert capfd.readouterr().err == ""
