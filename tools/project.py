"""Where the project's files are, and what its address is."""

import re
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"
NOTEBOOKS = ROOT / "notebooks"
SOURCES = NOTEBOOKS / "source"
EXERCISES = NOTEBOOKS / "exercises"

_ADDRESS = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook at `path`."""
    return nbformat.read(path, as_version=4)


def repository() -> str:
    """Return the project's address, from pyproject.toml."""
    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def with_repository(pyproject: str, address: str) -> str:
    """Return the text of pyproject.toml with another address.

    Raises:
        ValueError: it is no address of a repository on GitHub.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"Expected an address like https://github.com/ACCOUNT/NAME. Received: {address!r}")
    return re.sub(r'^Repository = ".*"$', f'Repository = "{address}"', pyproject, flags=re.MULTILINE)


def is_known(address: str) -> bool:
    """Return whether the address names an account instead of OWNER."""
    return "/OWNER/" not in address


def on_github(address: str, file: str) -> str:
    """Return the address of a file of the repository at `address`."""
    return f"{address}/blob/main/{file}"


def on_colab(address: str, notebook: str) -> str:
    """Return the address at which Colab opens a notebook of the repository at `address`."""
    return on_github(address, notebook).replace("https://github.com", "https://colab.research.google.com/github", 1)
