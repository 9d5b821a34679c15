"""Run after the notebooks: does every lesson still reach what was measured over seeds?"""

import json
import math
from pathlib import Path

import pytest

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.results.store import summary

# Written by hand: how each layer's record by `check_lesson` begins. Lesson 09 chooses its dropout rate itself.
NETWORKS = json.loads(Path(__file__).with_name("networks.json").read_text(encoding="utf-8"))

of_each_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.fixture
def record(name, request, checks_of_the_lessons):
    """The last record of the lesson's check."""
    executed = {item.path.stem for item in request.session.items if item.path.suffix == ".ipynb"}
    if name not in executed:
        pytest.skip("its notebook is not part of this run")
    lines = checks_of_the_lessons.read_text(encoding="utf-8").splitlines() if checks_of_the_lessons.exists() else []
    checks = [check for check in map(json.loads, lines) if check["lesson"] == name]
    assert checks, "the notebook ran, but its check was not recorded"
    return checks[-1]


@of_each_lesson
def test_the_accuracy_is_as_measured(name, record):
    measured = summary(name, origin=record["origin"])
    assert LESSONS[name].floor(record["origin"]) <= record["evaluated"] <= (measured.ceiling if measured else 1)


@of_each_lesson
def test_the_loss_is_as_measured(name, record):
    measured = summary(name, origin=record["origin"])
    least, largest = measured.losses if measured else (0, math.inf)
    assert least <= record["loss"][-1] <= largest


@of_each_lesson
def test_the_network_is_as_described(name, record):
    assert len(record["network"]) == len(NETWORKS[name])
    for layer, expected in zip(record["network"], NETWORKS[name], strict=True):
        assert f"{layer} ".startswith(f"{expected} ")
