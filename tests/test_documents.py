"""The texts beside the notebooks: their links lead somewhere, and they speak of what is there."""

import re

import pytest

import mnist_lab
from tools.project import read, repository

from .notebooks import EXERCISES, LESSONS, ROOT

TEXTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", ".pytest_cache", "node_modules", "source"} & set(path.relative_to(ROOT).parts)
)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def source(path):
    if path.suffix == ".ipynb":
        return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return path.read_text(encoding="utf-8")


def anchors(path):
    """The names that GitHub gives to the headings of a text."""
    headings = re.findall(r"^#+ (.+?)\s*$", FENCED.sub("", source(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", TEXTS + LESSONS + EXERCISES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_link_to_a_heading_finds_it(path):
    links = re.findall(r"\]\(([^)\s:]*)#([^)\s]+)\)", source(path))
    for file, heading in links:
        target = path.parent / file if file else path
        if target.suffix == ".md":
            assert heading in anchors(target), f"{file}#{heading}"
        elif target.suffix == ".ipynb":  # Jupyter keeps capitals and punctuation
            headings = re.findall(r"^#+ (.+?)\s*$", source(target), re.MULTILINE)
            assert heading in {name.replace(" ", "-") for name in headings}, f"{file}#{heading}"


def test_a_link_to_a_file_of_the_project_on_github_or_in_colab_finds_it():
    ours = re.escape(repository().removeprefix("https://github.com"))
    found = [re.findall(rf"{ours}/blob/main/([^)#\s]+)", source(path)) for path in TEXTS + LESSONS + EXERCISES]
    files = {file for files in found for file in files}
    assert len(files) >= len(LESSONS + EXERCISES)
    assert not [file for file in files if not (ROOT / file).exists()]


def test_every_public_name_is_in_a_lesson_or_a_text():
    code = "\n".join(cell.source for path in LESSONS + EXERCISES for cell in read(path).cells)
    texts = code + "\n".join(source(path) for path in TEXTS)
    assert not [name for name in mnist_lab.__all__ if not re.search(rf"\b{name}\b", texts)]


def test_the_actions_are_pinned_by_commit():
    used = [re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8")) for path in WORKFLOWS]
    assert all(used)
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for actions in used for action in actions)


@pytest.mark.parametrize(("workflow", "script"), [("ci", "run"), ("weekly", "nightly")])
def test_the_workflows_run_every_part_of_their_scripts(workflow, script):
    (run,) = re.findall(r"part: \[(.*)\]", (ROOT / f".github/workflows/{workflow}.yml").read_text(encoding="utf-8"))
    (known,) = re.findall(r'^choose "(.*)" "\$@"$', (ROOT / f".ci/{script}").read_text(encoding="utf-8"), re.MULTILINE)
    exercises = " ".join(path.stem[:2] for path in EXERCISES)
    assert sorted(re.findall(r"[\w-]+", run)) == sorted(known.replace("$(echo $exercises)", exercises).split())


def test_the_newest_changes_are_those_of_this_version():
    (first, *_) = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    (version,) = re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert first in (version, "Unreleased")
