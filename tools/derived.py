"""What the tools share: where the notebooks are, and writing derived files or checking that they are up to date."""

import argparse
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
EXERCISES = NOTEBOOKS / "exercises"
PLACEHOLDER = "/OWNER/"  # in the address of a project that does not know its own yet


def lessons() -> list[Path]:
    """Return the lessons' notebooks in their order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook at `path`."""
    return nbformat.read(path, as_version=4)


def repository() -> str:
    """Return the project's address, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def write(texts: dict[Path, str], *, check: bool = False) -> bool:
    """Write each text to its file where it differs, or with `check` nothing, and return whether one differed."""
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        print("out of date:" if check else "written:", path.relative_to(ROOT))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
    return bool(changed)


def write_or_check(texts: dict[Path, str], description: str) -> int:
    """Write each text to its file; with `--check` on the command line write nothing, and return 1 where one differs."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    check = parser.parse_args().check
    return int(write(texts, check=check) and check)
