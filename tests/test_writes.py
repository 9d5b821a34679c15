"""`mnist-lab` writes only the files that it names: the tests see every file that its processes open for writing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .notebooks import code, write

TESTS = Path(__file__).parent


@pytest.fixture
def written(tiny, tmp_path):
    """Return a function that runs `mnist-lab` in `tmp_path/here`, and returns what it wrote outside the home folder."""
    home, here, log = tmp_path / "home", tmp_path / "here", tmp_path / "written.txt"
    home.mkdir()
    here.mkdir()
    own = {"HOME": home, "TMPDIR": home, "PYTHONPATH": f"{TESTS / 'watching'}:{TESTS.parent}", "WRITTEN": log}
    others = {name: os.environ[name] for name in os.environ if not name.startswith(("XDG_", "JUPYTER", "IPYTHON"))}

    def run(*arguments):
        command = [sys.executable, "-m", "mnist_lab", *map(str, arguments)]
        environment = {**others, **own, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True, timeout=300)
        paths = {Path(line) for line in log.read_text().splitlines()}
        paths = {path.with_suffix("") if path.suffix == ".unfinished" and not path.exists() else path for path in paths}
        harmless = (str(home), "/dev/", "/proc/")
        return {os.path.relpath(path, here) for path in paths if not str(path).startswith(harmless)}

    return run


def test_sample_writes_only_its_file(written):
    assert written("sample", "--count", 3, "--output", "three.json") == {"three.json"}


@pytest.mark.slow  # starts kernels
def test_run_writes_only_the_notebook_and_what_its_cells_write(written, tmp_path):
    write(tmp_path / "here" / "01.ipynb", code("open('../elsewhere', 'w').close()", "open"))
    own = {"../elsewhere", "01.ipynb"}
    assert written("run", "--in-place", "01.ipynb") == own
    assert written("run", "01.ipynb") == own | {"executed/01.ipynb"}
