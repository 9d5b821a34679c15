"""Where the project's files are, and what its address is."""

import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"
NOTEBOOKS = ROOT / "notebooks"
SOURCES = NOTEBOOKS / "source"
EXERCISES = NOTEBOOKS / "exercises"


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook at `path`."""
    return nbformat.read(path, as_version=4)


@cache
def repository() -> str:
    """Return the project's address, from pyproject.toml."""
    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def set_repository(address: str) -> None:
    """Write another address of the project into pyproject.toml."""
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise ValueError(f"Expected an address like https://github.com/ACCOUNT/NAME. Received: {address!r}")
    text = PYPROJECT.read_text(encoding="utf-8")
    text = re.sub(r'^Repository = ".*"$', f'Repository = "{address}"', text, flags=re.MULTILINE)
    PYPROJECT.write_text(text, encoding="utf-8")
    repository.cache_clear()


def is_known() -> bool:
    """Return whether the project's address names an account instead of OWNER."""
    return "/OWNER/" not in repository()


def on_github(file: str) -> str:
    """Return the address of a file of the project on GitHub."""
    return f"{repository()}/blob/main/{file}"


def on_colab(notebook: str) -> str:
    """Return the address at which Colab opens a notebook of the project."""
    return on_github(notebook).replace("https://github.com", "https://colab.research.google.com/github", 1)
