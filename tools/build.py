"""Make everything that is derived from committed files: `python -m tools.build`, from the project's root.

The lessons, exercises, teacher's sheets and glossary come from notebooks/source/; the README's table and numbers from
what was measured.
A stored output is kept while neither its cell nor a code cell before it changed; a notebook with a cell that has to be
run again is stale, and is named.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image

from mnist_lab.commands.notebook_format import text
from mnist_lab.data.download import SHA256
from tools import glossary, readme
from tools.exercises import make_exercise, make_exercises
from tools.notebooks import first_not_run, is_appendix, keep_outputs, make_lessons, read_stored
from tools.project import EXERCISES, NOTEBOOKS, ROOT, set_repository
from tools.sources import read_exercises, read_sources
from tools.spoilers import check_spoilers
from tools.teacher import SHEETS, teacher_sheet

SUMS = ROOT / "data" / "SHA256SUMS"


def derive() -> tuple[dict[Path, str | Image.Image], dict[str, str]]:
    """Return what each derived file is to hold, and of each stale lesson the first cell that is to be run again.

    What is wrong in a source raises a ValueError that names the file, what was found and what was expected.
    """
    written = glossary.SOURCE.read_text(encoding="utf-8")
    names = glossary.by_name(glossary.read_glossary(written))
    sources = read_sources()
    lessons = make_lessons(sources, names)
    tasks = read_exercises(sources)
    exercises = make_exercises(tasks, sources, names)
    files: dict[Path, str | Image.Image] = {
        glossary.GLOSSARY: glossary.in_order(written),
        readme.README: readme.readme(readme.README.read_text(encoding="utf-8"), sources, tasks),
        SUMS: "".join(f"{SHA256[name]}  {name}\n" for name in sorted(SHA256)),
    }
    for name, lesson in lessons.items():
        keep_outputs(lesson, read_stored(name))
        check_spoilers(lesson, sources[name].metadata.get("spoilers", []))
        files[NOTEBOOKS / f"{name}.ipynb"] = text(lesson)
        if not is_appendix(name):
            before = lessons.get(lesson.metadata.mnist_lab.predecessor)
            exercise = exercises.get(name) or make_exercise(name, lesson, before)
            files[EXERCISES / f"{name}.ipynb"] = text(exercise)
        if sheet := teacher_sheet(name, sources):
            files[SHEETS / f"{name}.md"] = sheet
    if picture := readme.picture(lessons[readme.PICTURED]):
        files[readme.PICTURE] = picture
    return files, {name: cell for name, lesson in lessons.items() if (cell := first_not_run(lesson))}


def is_up_to_date(path: Path, content: str | Image.Image) -> bool:
    """Return whether the file holds this text or these pixels, which are other bytes with another version of Pillow."""
    if not path.exists():
        return False
    if isinstance(content, str):
        return path.read_text(encoding="utf-8") == content
    with Image.open(path) as known:
        return known.size == content.size and known.convert("RGB").tobytes() == content.convert("RGB").tobytes()


def main(arguments: list[str] | None = None) -> int:
    """Write what is out of date, or with `--check` only say what is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--check", action="store_true", help="write nothing; exit with 1 if anything is out of date")
    kind.add_argument("--repository", metavar="ADDRESS", help="set the project's: https://github.com/ACCOUNT/NAME")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.repository is not None:
            set_repository(chosen.repository)
        files, stale = derive()
    except ValueError as error:
        print(f"Nothing was built. {error}", file=sys.stderr)
        return 1
    out_of_date = {path: content for path, content in files.items() if not is_up_to_date(path, content)}
    for path, content in out_of_date.items():
        print("out of date:" if chosen.check else "written:", path.relative_to(ROOT).as_posix())
        if chosen.check:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            content.save(path, optimize=True)
    for name, cell in stale.items():
        notebook = f"notebooks/{name}.ipynb"
        print(f"stale: {notebook} from the cell {cell!r} on: `mnist-lab run --in-place {notebook}`, then build again")
    return int(chosen.check and bool(out_of_date or stale))


if __name__ == "__main__":
    sys.exit(main())
