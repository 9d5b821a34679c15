"""Write into every lesson what opens it in Colab: the badge, the links, the set-up cell; and the README's words on it.

    python tools/inject_colab.py [https://github.com/ACCOUNT/NAME]

The project's address stands in one place, pyproject.toml, [project.urls] Repository. With an address, for a fork,
that is set first; afterwards the links to the glossary and the exercises are derived again.
"""

import re
import sys
from pathlib import Path

import derive_exercises
import link_glossary
from derived import PLACEHOLDER, ROOT, lessons, read, repository, write, write_or_check

from mnist_lab.commands.notebook_format import text, tidy

ADDRESS = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")
README = ROOT / "README.md"
BENCHMARKS = ROOT / "benchmarks" / "README.md"

BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
SET_UP = """\
# @title Set-up: run this cell first
import os
import sys
from importlib.util import find_spec

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # TensorFlow reads this when it is imported

if "google.colab" in sys.modules and not find_spec("mnist_lab"):
    """
INSTALL = "%pip install -q --no-deps git+{address}"
NOT_YET = 'print("These notebooks do not know their address yet: `python tools/inject_colab.py ADDRESS` tells them.")'

TOLD = "<!-- colab -->\n{}\n<!-- /colab -->"
IN_COLAB = """\
Every notebook begins with a badge, *Open in Colab*; [this]({colab}/blob/main/notebooks/01_dense_softmax.ipynb) is where
the first lesson's leads. The lessons run there as they are; a GPU is welcome and never needed.

{path}"""
FIRST_CURVE = """\
The shortest path to the first curve: click the badge, choose *Runtime → Run all*, and, where Colab warns that the
notebook is not Google's, *Run anyway*. With Colab's versions on two CPU cores the curve grew {seconds} seconds later
([measured](benchmarks/README.md#the-first-curve)); finding a machine for you, and the download of 12 MB, come on
top."""
NOT_IN_COLAB = """\
Every notebook begins with a badge, *Open in Colab*. The lessons run there as they are; a GPU is welcome and never
needed. This copy of the project does not know its address yet: the badges say `OWNER` where the name of the account
belongs. Push it to GitHub, and run this once, with your account and its name there:

```sh
.venv/bin/python tools/inject_colab.py https://github.com/ACCOUNT/NAME
```

{path}"""


def injected() -> dict[Path, str]:
    """Return the lessons and the README as they should be."""
    address = repository()
    return {path: text(tidy(_lesson(path, address))) for path in lessons()} | {README: _readme(address)}


def set_up(address: str) -> str:
    """Return the source of the set-up cell: in Colab it installs the package once, or says what keeps it from that."""
    return SET_UP + (NOT_YET if PLACEHOLDER in address else INSTALL.format(address=address))


def on_colab(address: str) -> str:
    """Return where Colab finds the files of the repository at `address`."""
    return address.replace("https://github.com", "https://colab.research.google.com/github")


def _lesson(path: Path, address: str):
    lesson, inside = read(path), path.relative_to(ROOT).as_posix()
    here = re.escape(f"/blob/main/{inside}")
    for cell in lesson.cells:
        if cell.id == "title":
            (before,) = re.findall(rf"{re.escape(on_colab('https://github.com'))}/([^/]+/[^/]+){here}", cell.source)
            cell.source = f"{BADGE}({on_colab(address)}/blob/main/{inside})\n{cell.source.partition(chr(10))[2]}"
        elif cell.id == "setup":
            cell.source = set_up(address)
        elif cell.cell_type == "markdown":
            cell.source = _moved(cell.source, before, address)
        if task := cell.metadata.get("task"):
            cell.metadata.task = _moved(task, before, address)
    return lesson


def _moved(prose: str, before: str, address: str) -> str:
    """Return `prose` with its links to the repository `before`, ACCOUNT/NAME, leading to `address`."""
    for of in ("https://github.com", on_colab("https://github.com")):
        prose = prose.replace(f"{of}/{before}/blob/", address.replace("https://github.com", of) + "/blob/")
    return prose


def _readme(address: str) -> str:
    told = NOT_IN_COLAB if PLACEHOLDER in address else IN_COLAB
    told = told.format(colab=on_colab(address), path=FIRST_CURVE.format(seconds=_seconds_to_the_first_curve()))
    return re.sub(TOLD.format(".*?"), lambda _: TOLD.format(told), README.read_text(encoding="utf-8"), flags=re.DOTALL)


def _seconds_to_the_first_curve() -> str:
    """Return what benchmarks/first_curve.py wrote: the last number of its table's median, whole seconds."""
    _, measured = BENCHMARKS.read_text(encoding="utf-8").split("<!-- measured first_curve -->")
    (seconds,) = re.findall(r"^\| median .*\| ([\d.]+) \|$", measured, re.MULTILINE)
    return f"{float(seconds):.0f}"


def stamp(address: str) -> None:
    """Make `address` the project's, in pyproject.toml and in every notebook.

    Raises:
        ValueError: it is no address of a repository on GitHub.
    """
    if not ADDRESS.fullmatch(address):
        raise ValueError(f"Expected an address like https://github.com/ACCOUNT/NAME. Received: {address!r}")
    file = ROOT / "pyproject.toml"
    project = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r'^Repository = ".*"$', f'Repository = "{address}"', project, flags=re.MULTILINE), encoding="utf-8"
    )
    for texts in (injected, link_glossary.linked, derive_exercises.derived):
        write(texts())


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        sys.exit(stamp(sys.argv[1]))
    sys.exit(write_or_check(injected(), __doc__))
