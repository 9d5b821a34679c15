"""`mnist-lab` writes only the files that it names: the tests see every file that its processes open for writing."""

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
    """Return a function that runs `mnist-lab` in an empty folder and returns the files it wrote there or elsewhere.

    Files in the home folder and the folder for temporary files do not count. A file that is written beside an old one,
    to replace it, counts as that one.
    """
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
        assert paths, "no file was seen"
        assert not any(path.exists() for path in paths if path.suffix == ".unfinished")
        paths = {path.with_suffix("") if path.suffix == ".unfinished" else path for path in paths}
        return {path for path in paths if not any(path.is_relative_to(folder) for folder in (home, temporary))}

    run.here = here
    return run


def test_sample_writes_only_its_file(written):
    assert written("sample", "--count", 3, "--output", "three.json") == {written.here / "three.json"}


def executed(written):
    return {written.here / "executed", written.here / "executed" / "01.ipynb"}


def test_run_writes_only_the_executed_notebook(written):
    write(written.here / "01.ipynb", code("print(1 + 1)", "sum"))
    assert written("run", "01.ipynb") == executed(written)


def test_run_in_place_writes_only_the_notebook(written):
    write(written.here / "01.ipynb", code("print(1 + 1)", "sum"))
    assert written("run", "--in-place", "01.ipynb") == {written.here / "01.ipynb"}


def test_a_file_that_a_notebook_writes_elsewhere_is_seen(written, tmp_path):
    write(written.here / "01.ipynb", code(f"open({str(tmp_path / 'elsewhere')!r}, 'w').close()", "open"))
    assert written("run", "01.ipynb") == executed(written) | {tmp_path / "elsewhere"}
