"""What opens a lesson in Colab: stamped with a fork's address and back, and the set-up cell where Colab runs it."""

import shutil
import subprocess
import sys

import inject_colab
import pytest
from derived import repository

from .notebooks import ROOT

FORK = "https://github.com/ada-lovelace/my.mnist-lab"
PARTS = ("notebooks", "tools", "mnist_lab", "benchmarks", "pyproject.toml", "README.md")

AS_IN_COLAB = """
import sys, types
sys.modules["google"], sys.modules["google.colab"] = types.ModuleType("google"), types.ModuleType("google.colab")
import importlib.util
known = importlib.util.find_spec
importlib.util.find_spec = lambda name: known(name) if {installed} or name != "mnist_lab" else None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
shell.run_cell({source!r}).raise_error()
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copied(ROOT / part, folder / part)
    return folder


def stamp(folder, address):
    command = [sys.executable, "tools/inject_colab.py", address]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def texts(folder):
    files = [folder / "README.md", folder / "pyproject.toml", *sorted((folder / "notebooks").rglob("*.ipynb"))]
    return {file.relative_to(folder): file.read_text(encoding="utf-8") for file in files}


def test_a_fork_is_stamped_everywhere_and_back(copy):
    before = texts(copy)
    assert stamp(copy, FORK).returncode == 0
    after = texts(copy)
    for path, text in after.items():
        assert "OWNER" not in text, path
        if path.suffix == ".ipynb":
            assert f"colab.research.google.com/github/ada-lovelace/my.mnist-lab/blob/main/{path.as_posix()}" in text
            assert f"%pip install -q --no-deps git+{FORK}" in text
    assert stamp(copy, repository()).returncode == 0
    assert texts(copy) == before


@pytest.mark.parametrize("address", ["https://example.org/a/b", "github.com/a/b", "https://github.com/a", ""])
def test_what_is_no_address_is_refused(copy, address):
    before = texts(copy)
    refused = stamp(copy, address)
    assert refused.returncode != 0
    assert f"Received: {address!r}" in refused.stderr
    assert texts(copy) == before


@pytest.mark.parametrize(
    ("address", "installed", "told"),
    [
        (FORK, False, f"pip install -q --no-deps git+{FORK}\n"),
        (FORK, True, ""),
        ("https://github.com/OWNER/mnist-lab", False, "do not know their address"),
    ],
)
def test_the_set_up_cell_in_colab(address, installed, told):
    code = AS_IN_COLAB.format(source=inject_colab.set_up(address), installed=installed)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert told in run.stdout if told else not run.stdout
