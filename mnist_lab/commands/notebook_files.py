"""Which notebooks the arguments of a command name, and what each is called."""

import glob
import os
from pathlib import Path


def notebook_files(arguments: list[Path]) -> list[Path]:
    """Return the notebooks that arguments name: files, folders, and patterns that the shell has not expanded.

    A folder stands for the notebooks in it and in its subfolders, without hidden ones. A file that does not exist, and
    a folder without notebooks, stay in the list for the caller to report. A pattern that matches nothing is an error.
    """
    return list(dict.fromkeys(path for argument in arguments for path in _expanded(argument)))


def relative_to_common_folder(paths: list[Path]) -> list[Path]:
    """Return the paths relative to the deepest folder that holds them all, so that different files stay different."""
    absolute = [path.resolve() for path in paths]
    common = os.path.commonpath([path.parent for path in absolute]) if absolute else ""
    return [path.relative_to(common) for path in absolute]


def _expanded(path: Path) -> list[Path]:
    if path.is_dir():
        return _matches(path, "**/*.ipynb") or [path]
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    folder, parts = Path(path.anchor), list(path.relative_to(path.anchor).parts)
    while len(parts) > 1 and (folder / parts[0]).is_dir():  # a folder may have brackets in its name
        folder /= parts.pop(0)
    if found := _matches(folder, str(Path(*parts))):
        return [notebook for match in found for notebook in _expanded(match)]
    raise FileNotFoundError(f"Expected a pattern that matches a notebook. Received: {path}, which matches nothing")


def _matches(folder: Path, pattern: str) -> list[Path]:
    """Return what matches a pattern in a folder, sorted, without what is hidden."""
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  pathlib's finds what is hidden, too
    return [folder / name for name in sorted(found)]
