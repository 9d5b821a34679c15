"""Run after the notebooks: is every lesson still what was measured over seeds?"""

import json
from pathlib import Path

import pytest

from mnist_lab.checks.lessons import LESSONS

# How each layer begins to be described, by hand; `check_lesson` records it. Lesson 09's dropout rate is chosen in it.
NETWORKS = json.loads(Path(__file__).with_name("networks.json").read_text(encoding="utf-8"))

of_each_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.fixture
def found(name, request, checks_of_the_lessons):
    """What the lesson's check recorded."""
    executed = {item.path.stem for item in request.session.items if item.path.suffix == ".ipynb"}
    if name not in executed:
        pytest.skip("its notebook is not part of this run")
    lines = checks_of_the_lessons.read_text(encoding="utf-8").splitlines() if checks_of_the_lessons.exists() else []
    checks = [check for check in map(json.loads, lines) if check["lesson"] == name]
    assert checks, "the notebook ran, and its check was not recorded"
    return checks[-1]


@of_each_lesson
def test_accuracy(name, found):
    lesson, origin = LESSONS[name], found["origin"]
    assert lesson.floor(origin) <= found["evaluated"] <= lesson.ceiling(origin)


@of_each_lesson
def test_loss(name, found):
    least, largest = LESSONS[name].losses(found["origin"])
    assert least <= found["loss"][-1] <= largest


@of_each_lesson
def test_network(name, found):
    assert len(found["network"]) == len(NETWORKS[name])
    for layer, expected in zip(found["network"], NETWORKS[name], strict=True):
        assert f"{layer} ".startswith(f"{expected} ")
