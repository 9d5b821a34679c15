"""Make everything that is derived from committed files: `python -m tools.build`, from the project's root.

The lessons, exercises and glossary come from notebooks/source/; the README's table and numbers from what was measured.
A stored output is kept while neither its cell nor a code cell before it changed; a notebook with a cell that has to be
run again is stale, and is named.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from mnist_lab.commands.notebook_format import text
from mnist_lab.data.download import SHA256
from tools import glossary, readme
from tools.exercises import make_exercises
from tools.notebooks import first_not_run, keep_outputs, make_lessons, path_in_project, read_stored
from tools.project import EXERCISES, NOTEBOOKS, PYPROJECT, ROOT, repository, with_repository
from tools.sources import file, read_sources

SUMS = ROOT / "data" / "SHA256SUMS"


@dataclass(frozen=True)
class Derived:
    """What each file is to hold; and of each stale lesson the first cell that is to be run again."""

    files: dict[Path, str | Image.Image]
    stale: dict[str, str]

    def out_of_date(self) -> list[Path]:
        """Return the files that hold something else."""
        return [path for path, content in self.files.items() if not _holds(path, content)]


def derive(address: str | None = None) -> Derived:
    """Return what is derived from the files as they are, and from the project's address, if it is to be another.

    Raises:
        ValueError: something is wrong in a source, and what.
    """
    pyproject = PYPROJECT.read_text(encoding="utf-8")
    files = {} if address is None else {PYPROJECT: with_repository(pyproject, address)}
    address = address or repository()
    sources = read_sources()
    _refuse_notebooks_without_source(sources.keys())
    lessons = make_lessons(sources, glossary.by_name(glossary.read_glossary()), address)
    exercises = make_exercises(lessons)
    for name, lesson in lessons.items():
        keep_outputs(lesson, read_stored(name))
    for folder, notebooks in ((NOTEBOOKS, lessons), (EXERCISES, exercises)):
        files |= {folder / f"{name}.ipynb": text(notebook) for name, notebook in notebooks.items()}
    files[glossary.GLOSSARY] = glossary.in_order(glossary.SOURCE.read_text(encoding="utf-8"))
    files[readme.README] = readme.readme(readme.README.read_text(encoding="utf-8"), address)
    files[SUMS] = "".join(f"{SHA256[name]}  {name}\n" for name in sorted(SHA256))
    if picture := readme.picture(lessons[readme.PICTURED]):
        files[readme.PICTURE] = picture
    return Derived(files, {name: cell for name, lesson in lessons.items() if (cell := first_not_run(lesson))})


def main(arguments: list[str] | None = None) -> int:
    """Write what is out of date, or with `--check` only say what is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if something is out of date or stale"
    )
    kind.add_argument("--repository", metavar="ADDRESS", help="set the project's: https://github.com/ACCOUNT/NAME")
    chosen = parser.parse_args(arguments)
    try:
        derived = derive(chosen.repository)
    except ValueError as error:
        print(f"Nothing was written. {error}", file=sys.stderr)
        return 1
    out_of_date = derived.out_of_date()
    for path in out_of_date:
        print("out of date:" if chosen.check else "written:", path.relative_to(ROOT).as_posix())
        if not chosen.check:
            _write(path, derived.files[path])
    for name, cell in derived.stale.items():
        notebook = path_in_project(NOTEBOOKS, name)
        print(f"stale: {notebook} from the cell {cell!r} on: `mnist-lab run --in-place {notebook}`, then build again")
    return int(chosen.check and bool(out_of_date or derived.stale))


def _holds(path: Path, content: str | Image.Image) -> bool:
    if not path.exists():
        return False
    if isinstance(content, str):
        return path.read_text(encoding="utf-8") == content
    with Image.open(path) as known:  # the same pixels are other bytes with another version of Pillow
        known, wanted = known.convert("RGB"), content.convert("RGB")
    return known.size == wanted.size and not ImageChops.difference(known, wanted).getbbox()


def _write(path: Path, content: str | Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        content.save(path, optimize=True)


def _refuse_notebooks_without_source(sources: set[str]) -> None:
    for folder in (NOTEBOOKS, EXERCISES):
        for path in sorted(folder.glob("*.ipynb")):
            if path.stem not in sources:
                raise ValueError(f"{path_in_project(folder, path.stem)} has no source, {file(path.stem)}: remove it")


if __name__ == "__main__":
    sys.exit(main())
