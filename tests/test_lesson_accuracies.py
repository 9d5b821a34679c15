"""Run after the notebooks: did every lesson reach what its recipe reaches over seeds?"""

import json

import pytest

from mnist_lab.lessons import LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_the_lesson_reaches_its_floor(name, request, checks_of_the_lessons):
    executed = {item.path.stem for item in request.session.items if item.path.suffix == ".ipynb"}
    if name not in executed:
        pytest.skip("its notebook is not part of this run")
    lines = checks_of_the_lessons.read_text(encoding="utf-8").splitlines() if checks_of_the_lessons.exists() else []
    checks = [check for check in map(json.loads, lines) if check["lesson"] == name]
    assert checks, "the notebook ran, and its check was not recorded"
    assert checks[-1]["evaluated"] >= LESSONS[name].floor(checks[-1]["origin"])
