"""Hooks for unit tests and notebooks: what is collected, how much of it is run, and by how many processes."""

import os
from pathlib import Path

import pytest

from mnist_lab.data.find import absolute_data_variable

pytest.register_assert_rewrite("tests.notebook_items")

NOTEBOOKS = Path(__file__).parent / "notebooks"


def pytest_addoption(parser):
    parser.addoption(
        "--full-length", action="store_true", help="run notebooks as they are, and the tests marked as slow, too"
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs with --full-length only")
    os.environ.update(absolute_data_variable())  # the notebooks' kernels run in notebooks/


def pytest_xdist_auto_num_workers(config):
    """Stay in one process for a single file: others would take longer to start than most tests take."""
    files = {Path(argument.partition("::")[0]) for argument in config.args}
    return 0 if len(files) == 1 and files.pop().is_file() else 2


def pytest_ignore_collect(collection_path, config):
    """Leave out the exercises at full length, which take hours; pytest does not ask this of what is named."""
    return True if collection_path == NOTEBOOKS / "exercises" and config.option.full_length else None


def pytest_collection_modifyitems(items, config):
    if not config.option.full_length:
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: it runs with --full-length"))


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect lessons and exercises as nbval does, with more tests after their cells."""
    collected = yield
    if not parent.config.getoption("nbval", False) or NOTEBOOKS not in file_path.parents:
        return collected
    from tests.notebook_items import Exercise, Lesson

    kind = Exercise if file_path.parent.name == "exercises" else Lesson
    return [kind.from_parent(parent, path=file_path) for _ in collected]
