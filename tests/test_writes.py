"""`mnist-lab` writes where it says, and nowhere else: every file that its processes open for writing is looked at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .notebooks import code, write

WATCHING = Path(__file__).parent / "watching"
HARMLESS = ("/dev/", "/proc/")


@pytest.fixture
def written(tiny, tmp_path):
    """A function that runs `mnist-lab` in a folder of its own and returns what it wrote outside of the home folder."""
    home, temporary, here = (tmp_path / name for name in ("home", "temporary", "here"))
    for folder in (home, temporary, here):
        folder.mkdir()
    log = tmp_path / "written.txt"
    own = {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": str(WATCHING), "WRITTEN": str(log)}
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "JUPYTER", "IPYTHON"))
    }

    def run(*arguments):
        command = [sys.executable, "-m", "mnist_lab", *map(str, arguments)]
        environment = {**inherited, **own, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True, timeout=300)
        paths = {Path(line) for line in log.read_text().splitlines() if not line.startswith(HARMLESS)}
        assert paths, "nothing was seen"
        return {path for path in paths if not any(path.is_relative_to(folder) for folder in (home, temporary))}

    run.here = here
    return run


def test_sample_writes_its_file(written):
    assert written("sample", "--count", 3, "--output", "three.json") == {written.here / "three.json"}


def executed(written):
    return {written.here / "executed", written.here / "executed" / "01.ipynb"}


def test_run_writes_what_it_executed_into_its_folder(written):
    write(written.here / "01.ipynb", code("print(1 + 1)", "sum"))
    assert written("run", "01.ipynb") == executed(written)


def test_run_in_place_writes_the_notebook(written):
    write(written.here / "01.ipynb", code("print(1 + 1)", "sum"))
    assert written("run", "--in-place", "01.ipynb") == {written.here / "01.ipynb"}


def test_a_notebook_that_writes_elsewhere_is_seen(written, tmp_path):
    write(written.here / "01.ipynb", code(f"open({str(tmp_path / 'elsewhere')!r}, 'w').close()", "open"))
    assert written("run", "01.ipynb") == executed(written) | {tmp_path / "elsewhere"}
