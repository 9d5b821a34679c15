"""Run after the notebooks: did every lesson reach what its recipe reaches over seeds, and no more?"""

import json

import pytest

from mnist_lab.lessons import LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_the_lesson_reads_as_well_as_was_measured(name, request, checks_of_the_lessons):
    executed = {item.path.stem for item in request.session.items if item.path.suffix == ".ipynb"}
    if name not in executed:
        pytest.skip("its notebook is not part of this run")
    lines = checks_of_the_lessons.read_text(encoding="utf-8").splitlines() if checks_of_the_lessons.exists() else []
    checks = [check for check in map(json.loads, lines) if check["lesson"] == name]
    assert checks, "the notebook ran, and its check was not recorded"
    lesson, origin = LESSONS[name], checks[-1]["origin"]
    assert lesson.floor(origin) <= checks[-1]["evaluated"] <= lesson.ceiling(origin)
