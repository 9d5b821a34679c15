"""For unit tests and notebooks alike: where the digits come from, and what the lessons' checks recorded."""

import os
import tempfile
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from mnist_lab.data.find import absolute_data_variable

CHECKS = pytest.StashKey[Path]()
JUDGED_LAST = "test_lessons_as_measured.py"


def pytest_addoption(parser):
    parser.addoption(
        "--full-length", action="store_true", help="train the solutions for all epochs, and judge their accuracy too"
    )


def pytest_configure(config):
    """Each worker of pytest-xdist comes here too, and has checks of its own."""
    os.environ.update(absolute_data_variable())  # the notebooks' kernels run in notebooks/
    folder = tempfile.TemporaryDirectory(prefix="mnist-lab-checks-")
    config.add_cleanup(folder.cleanup)
    config.stash[CHECKS] = Path(folder.name, "checks.jsonl")
    os.environ["MNIST_LAB_RESULTS"] = str(config.stash[CHECKS])


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == JUDGED_LAST)


def pytest_xdist_make_scheduler(config, log):
    return OneWorkerForALesson(config, log)


class OneWorkerForALesson(LoadScopeScheduling):
    """A lesson's cells, and what is judged after them, stay together and in order; so do the tests of a file."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        if file.endswith(JUDGED_LAST):
            return f"notebooks/{test.partition('[')[2].rstrip(']')}.ipynb"
        return nodeid if file.startswith("tests/solutions/") else file


@pytest.fixture(scope="session")
def checks_of_the_lessons(pytestconfig):
    """The file that the lessons' checks were recorded in while pytest executed the notebooks."""
    return pytestconfig.stash[CHECKS]
