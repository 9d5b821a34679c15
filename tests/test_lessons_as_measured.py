"""Run after the notebooks: is every lesson's network the stored one, and does it reach what was measured over seeds?"""

import json
import re

import pytest

from mnist_lab.checks.lessons import LESSONS
from tools.notebooks import code_cells
from tools.project import NOTEBOOKS, read

COLOUR = re.compile(r"\x1b\[[\d;]*m")
LAYER, SIZE = r"\(([A-Z]\w+)\)", r"\(None.*?(\d+)\) +│"  # in a row of model.summary(), which may take two lines

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


def stored_layers(name):
    """The layers in the lesson's stored `model.summary()`: their class, and the last dimension of what they return."""
    lesson = read(NOTEBOOKS / f"{name}.ipynb")
    (cell,) = [cell for cell in code_cells(lesson) if "model.summary()" in cell.source]
    shown = COLOUR.sub("", "".join(output.data["text/plain"] for output in cell.outputs))
    return list(zip(re.findall(LAYER, shown), re.findall(SIZE, shown), strict=True))


@of_each_lesson
def test_the_accuracy_is_as_measured(name, record):
    lesson, origin = LESSONS[name], record["origin"]
    assert lesson.floor(origin) <= record["evaluated"] <= lesson.ceiling(origin)


@of_each_lesson
def test_the_loss_is_as_measured(name, record):
    least, largest = LESSONS[name].losses(record["origin"])
    assert least <= record["loss"][-1] <= largest


@of_each_lesson
def test_the_network_is_the_stored_one(name, record):
    stored = stored_layers(name)
    assert [layer.split()[0] for layer in record["network"]] == [kind for kind, _ in stored]
    for layer, (_, size) in zip(record["network"], stored, strict=True):
        assert re.search(r"(units|filters)=(\d+)|$", layer)[2] in (size, None), layer
