"""For unit tests and notebooks alike: where the digits come from, and what the lessons' checks recorded."""

import os
import tempfile
from pathlib import Path

import pytest

from mnist_lab.files import absolute_data_variable

CHECKS = pytest.StashKey[Path]()
JUDGED_LAST = "test_lesson_accuracies.py"


def pytest_addoption(parser):
    parser.addoption(
        "--full-length", action="store_true", help="train the solutions for all epochs, and judge their accuracy too"
    )


def pytest_configure(config):
    absolute_data_variable()  # the notebooks' kernels run in notebooks/
    folder = tempfile.TemporaryDirectory(prefix="mnist-lab-checks-")
    config.add_cleanup(folder.cleanup)
    config.stash[CHECKS] = Path(folder.name, "checks.jsonl")
    os.environ["MNIST_LAB_RESULTS"] = str(config.stash[CHECKS])


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == JUDGED_LAST)


@pytest.fixture(scope="session")
def checks_of_the_lessons(pytestconfig):
    """The file that the lessons' checks were recorded in while pytest executed the notebooks."""
    return pytestconfig.stash[CHECKS]
