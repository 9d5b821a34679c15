"""Fill measured numbers into prose: every accuracy in the notebooks and the README comes from results.json.

In the text a number stands between `<!-- result 01.mean -->` and `<!-- /result -->`; the fields are mean, lowest,
highest and seeds, of a lesson's longer training where it says `10.long.mean`; `07.pairs_below_06` counts the seeds with
which lesson 07's last validation loss is below lesson 06's, and `06.deaths` the runs of lesson 06 that read fewer than
one digit in five after their first epoch; any other name is that of a lesson's figure, a share. All is of MNIST.

The README's table stands between `<!-- lessons -->` and `<!-- /lessons -->`.
"""

import re
import sys
from pathlib import Path

from derived import NOTEBOOKS, ROOT, lessons, read, write_or_check

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.commands.notebook_format import text, tidy
from mnist_lab.results.store import AS_TAUGHT, LONG, Summary, figure, first_epochs, seeds_of, summary

MARKED = re.compile(r"(<!-- result (\d\d)\.(long\.)?(\w+) -->).*?(<!-- /result -->)", re.DOTALL)
DEAD = 0.2  # guessing reads 0.1 of the digits, or 0.1135 if it always says 1
TABLE = re.compile(r"(<!-- lessons -->\n).*?(<!-- /lessons -->)", re.DOTALL)


def filled() -> dict[Path, str]:
    """Return the notebooks and the README with their numbers as measured."""
    texts = {}
    for path in lessons():
        notebook = read(path)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = fill(cell.source)
        texts[path] = text(tidy(notebook))
    readme = ROOT / "README.md"
    texts[readme] = TABLE.sub(rf"\g<1>{table()}\g<2>", fill(readme.read_text(encoding="utf-8")))
    return texts


def fill(prose: str) -> str:
    """Return `prose` with the number between each pair of markers replaced by the measured one.

    Raises:
        ValueError: a marker names a lesson or a field that there is not.
    """
    return MARKED.sub(lambda found: found[1] + _number(*found.group(2, 3, 4)) + found[5], prose)


def table() -> str:
    """Return the README's table of the lessons there are."""
    rows = ["| lesson | what it is about | validation accuracy, mean of seeds |", "|---|---|---|"]
    for name, lesson in LESSONS.items():
        if (NOTEBOOKS / f"{name}.ipynb").exists():
            measured = summary(name)
            accuracy = _told(measured) if measured else "–"
            if measured and measured.held_out:
                accuracy = f"of {measured.held_out:,} digits held out: {accuracy}"
            if longer := summary(name, variant=LONG):
                accuracy += f"; trained longer: {_told(longer)}"
            rows.append(f"| [{name[:2]} {lesson.title}](notebooks/{name}.ipynb) | {lesson.changes} | {accuracy} |")
    return "\n".join(rows) + "\n"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage with two decimals."""
    return f"{100 * share:.2f} %"


def _number(number: str, longer: str | None, name: str) -> str:
    lesson = _lesson(number, name)
    if name == "deaths":
        return _deaths(lesson)
    measured = summary(lesson, variant=LONG if longer else AS_TAUGHT)
    if measured is None:
        return "not yet measured"
    if name in ("mean", "lowest", "highest"):
        return percent(getattr(measured, name))
    if name == "seeds":
        return str(measured.seeds)
    if (measured_too := figure(lesson, name)) is not None:
        return percent(measured_too)
    if pairs := re.fullmatch(r"pairs_below_(\d\d)", name):
        return _pairs_below(lesson, _lesson(pairs[1], name))
    raise ValueError(f"<!-- result {number}.{name} -->: there is no field {name!r}")


def _lesson(number: str, field: str) -> str:
    found = next((lesson for lesson in LESSONS if lesson.startswith(number)), None)
    if found is None:
        raise ValueError(f"<!-- result {number}.{field} -->: there is no lesson {number}")
    return found


def _pairs_below(lesson: str, other: str) -> str:
    measured, compared = seeds_of(lesson), seeds_of(other)
    both = measured.keys() & compared.keys()
    below = sum(measured[seed]["loss"][-1] < compared[seed]["loss"][-1] for seed in both)
    return f"{below} of the {len(both)}"


def _deaths(lesson: str) -> str:
    accuracies = first_epochs(lesson).values()
    return f"{sum(accuracy < DEAD for accuracy in accuracies) or 'none'} of {len(accuracies)}"


def _told(measured: Summary) -> str:
    return f"{percent(measured.mean)} (± {_points(measured)}, {measured.seeds} seeds)"


def _points(measured: Summary) -> str:
    return f"{100 * measured.std:.2f}"


if __name__ == "__main__":
    sys.exit(write_or_check(filled(), __doc__))
