"""check_task: every filling of every task, and whatever else is handed in."""

import json
import linecache
from importlib import import_module

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import mnist_lab as lab
from mnist_lab.checks import check_task as module
from mnist_lab.checks.check_task import TASKS, check_task

keras = tf.keras
LESSONS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "13")
MODULES = [import_module(f".solutions.tasks_{name}", __package__) for name in (*LESSONS, "appendix_gpu")]
CALLS = {task: call for each in MODULES for task, call in each.CALLS.items()}
FILLINGS = [(task, name) for each in MODULES for task, fillings in each.FILLINGS.items() for name in fillings]
TRAINED = [(task, name) for each in MODULES for task, fillings in each.TRAINED.items() for name in fillings]


@pytest.fixture
def verdict(tmp_path, monkeypatch):
    """Return a function that runs a cell's source, with the names of a notebook, and returns the recorded verdict."""
    monkeypatch.setenv("MNIST_LAB_RESULTS", str(tmp_path / "checks.jsonl"))

    def run(source, **names):
        lines, file = source.splitlines(keepends=True), "<the cell>"
        linecache.cache[file] = len(source), None, lines, file  # that's where tf.function reads a loop
        exec(compile(source, file, "exec"), {"np": np, "tf": tf, "keras": keras, "stats": stats, "lab": lab} | names)
        return json.loads((tmp_path / "checks.jsonl").read_text().splitlines()[-1])["verdicts"][0]

    return run


def judge(verdict, fillings, task, name, **names):
    source, hint = next(each[task][name] for each in fillings if task in each)
    found = verdict(f"{source}\n{CALLS[task]}", **names)
    assert found["holds"] == (hint is None), found
    assert (hint or "") in found["hint"], found


@pytest.mark.parametrize(("task", "name"), FILLINGS)
def test_a_filling_is_judged_as_its_solution_says(tiny, verdict, task, name):
    lab.set_seed(0)
    training = lab.training_dataset(300) if task == "02.2" else None
    judge(verdict, [each.FILLINGS for each in MODULES], task, name, training=training, EAGERLY=True)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "name"), TRAINED)
def test_a_filling_that_trains_is_judged_as_its_solution_says(verdict, task, name):
    lab.set_seed(0)
    holdout = 5_000 if task.startswith(("09", "10")) else 0
    names = {"training": lab.training_dataset(128, holdout=holdout), "EAGERLY": False, "HOLDOUT": 5_000, "EPOCHS": 2}
    judge(verdict, [each.TRAINED for each in MODULES], task, name, **names)


def test_every_task_has_an_unsolved_filling_a_right_and_a_wrong_one():
    for task in TASKS:
        fillings = [each.get(task, {}) for both in MODULES for each in (both.FILLINGS, both.TRAINED)]
        hints = {name: hint for each in fillings for name, (_, hint) in each.items()}
        assert hints["unsolved"]
        assert None in hints.values()


class Hostile:
    """It raises whatever is asked of it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    __array__ = __len__ = __str__ = __repr__ = __call__ = __getattr__


ODD = [None, "text", "", 3, float("nan"), [], [[]], {}, {1: 2}, np.zeros((0, 2)), np.array("x"), tf.constant("x")]
ODD += [lambda: 1, lambda *_: None, lambda *_: {}, print, np.random.default_rng, keras.Input((2,)), Hostile(), Hostile]


@pytest.mark.parametrize("task", TASKS)
def test_whatever_is_handed_in_gets_one_line(tiny, task, capsys):
    count = len(CALLS[task].split(",")) - 1
    for odd in ODD:
        monkey = [odd] * count
        check_task(task, *monkey)
        assert capsys.readouterr().out.partition("\n    A smaller case:")[0].rstrip().count("\n") == 0, odd


def test_a_wrong_call_is_not_yet_and_an_unknown_task_an_error(verdict):
    assert "Expected check_task('09.1', interval)" in verdict("lab.check_task('09.1', 1, 2)")["hint"]
    assert "missing a required argument" in verdict("lab.check_task('02.2', cause='depth')")["hint"]
    with pytest.raises(ValueError, match=r"no task '2\.1'.*01\.1, .*02\.2, .*09\.1"):
        check_task("2.1")


def test_the_second_failure_of_a_task_in_a_kernel_shows_a_smaller_case(capsys, monkeypatch):
    monkeypatch.setattr(module, "_failures", module.Counter())
    shown = []
    for task, function in [("09.1", 0), ("09.2", 0), ("09.1", 0), ("09.1", lambda marks: _wilson(marks)), ("09.1", 0)]:
        check_task(task, function)
        shown.append(capsys.readouterr().out)
    assert ["A smaller case" in each for each in shown] == [False, False, True, False, True]
    assert shown[0] == "not yet 09.1: Found 0, expected a function. Hand in its name, without parentheses.\n"
    assert shown[3] == f"✓ 09.1 {TASKS['09.1'].fact}\n"


def _wilson(marks):
    print("a print that is dropped")
    marks.sort()  # it has an array of its own
    return tf.constant(stats.binomtest(int(marks.sum()), len(marks)).proportion_ci(method="wilson"))


def test_an_interrupt_ends_the_check():
    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_task("09.1", interrupted)
