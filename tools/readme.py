"""Make what is derived of the README: the regions between its markers, and its picture."""

import io
import re
from base64 import b64decode
from collections.abc import Mapping
from itertools import accumulate

from nbformat import NotebookNode
from PIL import Image

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.results.store import AS_TAUGHT, LONG, TESTED, Summary, summary
from tools.figures import percent
from tools.project import ROOT, SOURCES, is_known, on_colab
from tools.teacher import class_times

README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "lesson-01.png"
PICTURED, IN_PICTURE = "01_dense_softmax", ("train", "templates", "misclassified")
BENCHMARKS = ROOT / "benchmarks" / "README.md"
CHANGES = (  # of each lesson, from the one before
    "watch a network train, then read every cell of it",
    "two hidden layers of sigmoid neurons: many more parameters, and worse",
    "ReLU, then Adam: the same layers, brought back to life",
    "start fast and slow down: a learning rate that decays",
    "overfitting, and a dropout that disappoints",
    "convolutions: filters that slide over an image with rows and columns",
    "dropout again, after the dense layer: one run, ten pairs, and what each of them can tell",
    "batch normalization after every layer but the last",
    "digits held out to choose by, a sealed test to report by; seeds, intervals, and writers",
    "one epoch with a rate that rises and falls; then digits that nobody wrote, and what each part is worth",
    "your own drawing, raw and prepared as MNIST's digits were; and whom a good average hides",
    "the loop that `fit` hides; exports, checkpoints, and two workers",
    "eight training runs that go wrong without an error: symptom, test, cause, cure",
)

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_MARGIN = 12
_IN_COLAB = """\
Every notebook begins with a badge, *Open in Colab*; [this]({first}) is where
the first lesson's leads. The lessons run there as they are; a GPU is welcome and never needed."""
_NOT_IN_COLAB = """\
Every notebook begins with a badge, *Open in Colab*. The lessons run there as they are; a GPU is welcome and never
needed. This copy of the project does not know its address yet: the badges say `OWNER` where the name of the account
belongs. Push it to GitHub, and run this once, with your account and its name there:

```sh
.venv/bin/pip install -e ".[test]" && .venv/bin/python -m tools.build --repository https://github.com/ACCOUNT/NAME
```"""
_FIRST_CURVE = """

The shortest path to the first curve: click the badge, choose *Runtime → Run all*, and, where Colab warns that the
notebook is not Google's, *Run anyway*. With Colab's versions on two CPU cores the curve grew {seconds} seconds later
([measured](benchmarks/README.md#the-first-curve)); finding a machine for you, and the download of 12 MB, come on
top."""


def readme(text: str, lessons: Mapping[str, NotebookNode], exercises: Mapping[str, NotebookNode]) -> str:
    """Return the README with its tables of lessons and of minutes, from their sources, and its words on Colab."""
    _, measured = BENCHMARKS.read_text(encoding="utf-8").split("<!-- measured first_curve -->")
    (seconds,) = map(float, re.findall(r"^\| median .*\| ([\d.]+) \|$", measured, re.MULTILINE))
    words = (_IN_COLAB if is_known() else _NOT_IN_COLAB) + _FIRST_CURVE
    words = words.format(first=on_colab(f"notebooks/{PICTURED}.ipynb"), seconds=f"{seconds:.0f}")
    tables = {"lessons": f"{table()}\n\n{appendices()}", "minutes": class_times(lessons, exercises)}
    for name, content in {"colab": words, **tables}.items():
        text = _region(name, content, text)
    return text


def table() -> str:
    """Return the README's table of the lessons."""
    rows = ["| lesson | what it is about | validation accuracy, mean of seeds |", "|---|---|---|"]
    for name, change in zip(LESSONS, CHANGES, strict=True):
        taught, tested, longer = (summary(name, variant=variant) for variant in (AS_TAUGHT, TESTED, LONG))
        shown = tested or taught
        accuracy = _mean_and_std(shown) if shown else "–"
        if shown and shown.held_out:
            accuracy = f"of {shown.held_out:,} digits held out: {accuracy}"
        if longer:
            accuracy += f"; trained longer: {_mean_and_std(longer)}"
        rows.append(f"| [{name[:2]} {_title(name)}](notebooks/{name}.ipynb) | {change} | {accuracy} |")
    return "\n".join(rows)


def appendices() -> str:
    """Return the README's words on the appendices."""
    titles = {path.stem: _title(path.stem) for path in sorted(SOURCES.glob("appendix_*.md"))}
    links = (f"[{title}](notebooks/{name}.ipynb)" for name, title in titles.items())
    return f"Appendices: {' · '.join(links)}"


def _title(name: str) -> str:
    return _TITLE.search((SOURCES / f"{name}.md").read_text(encoding="utf-8"))[1]


def picture(lesson: NotebookNode) -> Image.Image | None:
    """Return the lesson's curves and misread digits, one above the other, or None where it has to be run first."""
    outputs = [output for cell in lesson.cells if cell.id in IN_PICTURE for output in cell.outputs]
    pngs = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    parts = [Image.open(io.BytesIO(b64decode(png))) for png in pngs]
    if len(parts) < len(IN_PICTURE):
        return None
    *tops, height = accumulate((part.height + _MARGIN for part in parts), initial=_MARGIN)
    whole = Image.new("RGB", (max(part.width for part in parts) + 2 * _MARGIN, height), "white")
    for top, part in zip(tops, parts, strict=True):
        whole.paste(part.convert("RGB"), (_MARGIN, top))
    return whole.quantize(256, dither=Image.Dither.NONE)


def _mean_and_std(accuracies: Summary) -> str:
    return f"{percent(accuracies.mean)} (± {100 * accuracies.std:.2f}, {accuracies.seeds} seeds)"


def _region(name: str, content: str, text: str) -> str:
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"README.md: expected {start.strip()} and {end.strip()} once, each on a line of its own")
    return text[: text.index(start) + len(start)] + content + text[text.index(end) :]
