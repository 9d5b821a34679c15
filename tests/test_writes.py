"""`mnist-lab` writes only the files that it names: the tests see every file that its processes open for writing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .notebooks import code, write

TESTS = Path(__file__).parent
PATH = os.pathsep.join([str(TESTS / "watching"), str(TESTS.parent)])
HARMLESS = ("/dev/", "/proc/")


@pytest.fixture
def written(tiny, tmp_path):
    """Return a function that runs `mnist-lab` in an empty folder and returns the files it wrote, relative to that.

    Files in the home folder and the folder for temporary files do not count. A file that is written beside an old one,
    to replace it, counts as that one.
    """
    home, temporary, here = (tmp_path / name for name in ("home", "temporary", "here"))
    for folder in (home, temporary, here):
        folder.mkdir()
    log = tmp_path / "written.txt"
    own = {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": PATH, "WRITTEN": str(log)}
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "JUPYTER", "IPYTHON"))
    }

    def run(*arguments):
        command = [sys.executable, "-m", "mnist_lab", *map(str, arguments)]
        environment = {**inherited, **own, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True, timeout=300)
        paths = {Path(line) for line in log.read_text().splitlines() if not line.startswith(HARMLESS)}
        assert not any(path.exists() for path in paths if path.suffix == ".unfinished")
        paths = {path.with_suffix("") if path.suffix == ".unfinished" else path for path in paths}
        paths = {path for path in paths if not any(path.is_relative_to(folder) for folder in (home, temporary))}
        return {os.path.relpath(path, here) for path in paths}

    run.here = here
    return run


def test_sample_writes_only_its_file(written):
    assert written("sample", "--count", 3, "--output", "three.json") == {"three.json"}


@pytest.mark.slow  # starts kernels
def test_run_writes_only_the_notebook_and_what_its_cells_write(written):
    write(written.here / "01.ipynb", code("open('../elsewhere', 'w').close()", "open"))
    own = {"../elsewhere", "01.ipynb"}
    assert written("run", "--in-place", "01.ipynb") == own
    assert written("run", "01.ipynb") == own | {"executed", "executed/01.ipynb"}
