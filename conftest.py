"""Hooks for unit tests and notebooks: the folder of the digits, the file of recorded checks, and the order of tests."""

import os
import tempfile
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from mnist_lab.data.find import absolute_data_variable

SOLUTIONS = Path(__file__).parent / "tests" / "solutions"
CHECKS = pytest.StashKey[Path]()
LAST_MODULE = "test_lessons_as_measured.py"


def pytest_addoption(parser):
    parser.addoption(
        "--full-length", action="store_true", help="train the solutions for all epochs, and check their accuracy, too"
    )


def pytest_configure(config):
    """Set the digits' folder and the file for recorded checks; each worker of pytest-xdist has its own file."""
    os.environ.update(absolute_data_variable())  # the notebooks' kernels run in notebooks/
    folder = tempfile.TemporaryDirectory(prefix="mnist-lab-checks-")
    config.add_cleanup(folder.cleanup)
    config.stash[CHECKS] = Path(folder.name, "checks.jsonl")
    os.environ["MNIST_LAB_RESULTS"] = str(config.stash[CHECKS])


def pytest_ignore_collect(collection_path, config):
    """Leave out the solutions, which take minutes to train, unless they are named or nothing is."""
    named = {Path(argument).name for argument in config.args}
    everything = named >= set(config.getini("testpaths"))
    return True if collection_path == SOLUTIONS and not everything else None


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == LAST_MODULE)


def pytest_xdist_make_scheduler(config, log):
    return OneWorkerForALesson(config, log)


class OneWorkerForALesson(LoadScopeScheduling):
    """Keep a lesson's cells and the tests of its measurements on one worker and in order; the tests of a file, too."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        if file.endswith(LAST_MODULE):
            return f"notebooks/{test.partition('[')[2].rstrip(']')}.ipynb"
        return nodeid if file.startswith("tests/solutions/") else file


@pytest.fixture(scope="session")
def checks_of_the_lessons(pytestconfig):
    """Return the file in which the lessons' checks were recorded while pytest executed the notebooks."""
    return pytestconfig.stash[CHECKS]
