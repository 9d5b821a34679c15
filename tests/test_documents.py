"""The texts beside the notebooks: their links lead somewhere, and they speak of what is there."""

import re

import pytest

import mnist_lab
from tools.project import read, repository

from .notebooks import APPENDICES, EXERCISES, LESSONS, ROOT

FOREIGN = {".venv", ".pytest_cache", "node_modules", "source"}
NOTEBOOKS = LESSONS + APPENDICES + EXERCISES
TEXTS = [path for path in sorted(ROOT.rglob("*.md")) if not FOREIGN & set(path.relative_to(ROOT).parts)]
HEADING = re.compile(r"^#+ (.+?)\s*$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MEASURED = re.compile(r"<!-- measured (\w+) -->\n(.*?)<!-- /measured -->", re.DOTALL)


def source(path):
    if path.suffix == ".ipynb":
        return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return path.read_text(encoding="utf-8")


def anchors(path):
    """The names of headings: in Jupyter with capitals and punctuation, on GitHub without."""
    headings = [heading.replace(" ", "-") for heading in HEADING.findall(FENCED.sub("", source(path)))]
    return headings if path.suffix == ".ipynb" else [re.sub(r"[^\w-]", "", heading.lower()) for heading in headings]


@pytest.mark.parametrize("path", TEXTS + NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_link_to_a_file_and_a_heading_finds_it(path):
    ours = re.escape(repository().removeprefix("https://github.com"))
    for file in re.findall(rf"{ours}/blob/main/([^)#\s]+)", source(path)):
        assert (ROOT / file).exists(), file
    for file, heading in re.findall(r"\]\(([^)\s:#]*)(?:#([^)\s]+))?\)", FENCED.sub("", source(path))):
        target = path.parent / file if file else path
        assert target.exists(), file
        assert not heading or target.suffix not in (".md", ".ipynb") or heading in anchors(target), f"{file}#{heading}"


def test_every_public_name_is_in_a_lesson_or_a_text():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in TEXTS + NOTEBOOKS)
    assert not [name for name in mnist_lab.__all__ if not re.search(rf"\b{name}\b", texts)]


@pytest.mark.parametrize(("workflow", "script"), [("ci", "run"), ("weekly", "nightly")])
def test_a_workflow_runs_every_part_of_its_script_with_actions_pinned_by_commit(workflow, script):
    text = (ROOT / f".github/workflows/{workflow}.yml").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in re.findall(r"uses: (\S+)", text))
    (run,) = re.findall(r"part: \[(.*)\]", text)
    (known,) = re.findall(r'^choose "(.*)" "\$@"$', (ROOT / f".ci/{script}").read_text(encoding="utf-8"), re.MULTILINE)
    exercises = " ".join(path.stem[:2] for path in EXERCISES)
    assert sorted(re.findall(r"[\w-]+", run)) == sorted(known.replace("$(echo $exercises)", exercises).split())


def test_the_newest_changes_are_those_of_this_version():
    (first, *_) = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    (version,) = re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert first in (version, "Unreleased")


def test_each_benchmark_has_a_section_with_the_machine_a_table_and_the_bounds():
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").glob("*.py"))
    readme = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r'return report\("(\w+)"', scripts)) == sorted(
        name for name, _ in MEASURED.findall(readme)
    )
    for name, measured in MEASURED.findall(readme):
        assert f"    python benchmarks/{name}.py" in readme
        assert re.match(r"\d{4}-\d\d-\d\d, \d+ cores? of .+; .*tensorflow \d", measured), name
        assert re.search(r"^\|( ?---+ ?\|)+$", measured, re.MULTILINE), name
        assert re.search(r"^- (Met|\*\*Missed\*\*): ", measured, re.MULTILINE), name
