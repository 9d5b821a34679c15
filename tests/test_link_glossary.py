"""The first time a term stands in bold in a lesson, it leads to the glossary."""

import re
import shutil
import sys

import link_glossary
import pytest
from derived import read
from glossary import by_name, find, read_glossary

from mnist_lab.commands import notebook_format

from .notebooks import LESSONS, ROOT, code, notebook, prose

FIELDS = "*English:* {0} · *French:* tenseur · *Lesson:* 01\n\nA word.\n\n"
NAMES = by_name(read_glossary("".join(f"### {n}\n\n" + FIELDS.format(n) for n in ("bias", "dense layer", "softmax"))))
ADDRESS = "https://example.org/lab/blob/main/notebooks/glossary.md"
SOFTMAX = f"[**softmax**]({ADDRESS}#softmax)"


def link(text, done=()):
    return link_glossary.link(text, NAMES, ADDRESS, set(done))


def test_the_first_occurrence_of_each_term_is_linked_and_no_other():
    assert link("A **softmax**, a **bias**. **Softmax** again, more **biases**, a **tensor**.") == (
        f"A {SOFTMAX}, a [**bias**]({ADDRESS}#bias). **Softmax** again, more **biases**, a **tensor**."
    )
    assert link("A **softmax**.", {"softmax"}) == "A **softmax**."


def test_plural_case_and_punctuation_stay_as_they_were_written():
    assert link("- **Dense layers.** Many.") == f"- [**Dense layers.**]({ADDRESS}#dense-layer) Many."
    assert link("***softmax***") == f"*{SOFTMAX}*"
    assert link("a **dense\nlayer**") == f"a [**dense\nlayer**]({ADDRESS}#dense-layer)"


@pytest.mark.parametrize(
    "text",
    [
        "## About **softmax**",
        "```python\n**softmax**\n```",
        "1. See:\n   ```\n   **softmax**\n   ```",
        "~~~\n**softmax**\n~~~",
        "```\n**softmax** in a block that does not end",
        "in `**softmax**` and ``a ` **softmax**``",
        "$a **softmax** b$ and\n\n$$a\n**softmax**$$",
        "<!-- **softmax** -->",
        "[the **softmax** of it](https://example.org)",
        "[**softmax**](06_other.ipynb)",
        "[an array `a[0]` of **softmax**](x.ipynb)",
        "softmax, *softmax*, __softmax__",
        "** softmax ** and 2**softmax",
        "**soft\n\nmax**",
        "**You *will* do:** softmax **or not**",
    ],
)
def test_headings_code_and_links_are_left_alone(text):
    assert link(text) == text
    later = f"{text}\n\n```\n\nThen **bias**." if "does not end" in text else f"{text}\n\nThen **bias**."
    assert link(later) == later.replace("**bias**", f"[**bias**]({ADDRESS}#bias)")


def lesson():
    return notebook(
        prose("# Softmax\n\n**softmax**", "title"),
        prose("## In brief\n\n**softmax**, **bias**", "in-brief"),
        prose("## The **softmax**\n\nIt is called **softmax**.", "about-softmax"),
        code("# **bias**\nx = 2**bias**2", "model"),
        prose("**Softmax** and **bias**.", "more"),
        prose("**Bias**", "last"),
    )


def sources(linked):
    return {cell.id: cell.source for cell in linked.cells}


def test_title_in_brief_and_code_cells_are_left_alone():
    before, after = sources(lesson()), sources(link_glossary.with_links(lesson(), NAMES, ADDRESS))
    assert {name for name in before if before[name] != after[name]} == {"about-softmax", "more"}
    assert after["about-softmax"] == f"## The **softmax**\n\nIt is called {SOFTMAX}."
    assert after["more"] == f"**Softmax** and [**bias**]({ADDRESS}#bias)."


def test_a_second_run_changes_nothing():
    once = link_glossary.with_links(lesson(), NAMES, ADDRESS)
    before = sources(once)
    assert sources(link_glossary.with_links(once, NAMES, ADDRESS)) == before


def test_what_changed_since_is_followed():
    once = link_glossary.with_links(lesson(), NAMES, "https://example.org/old/blob/main/notebooks/glossary.md")
    once.cells.insert(2, prose("First of all, **softmax**.", "first"))
    once.cells[-1].source = "A [**bias**](glossary.md#prejudice)"
    after = sources(link_glossary.with_links(once, NAMES, ADDRESS))
    assert after["first"] == f"First of all, {SOFTMAX}."
    assert after["about-softmax"].endswith("It is called **softmax**.")
    assert after["more"] == f"**Softmax** and [**bias**]({ADDRESS}#bias)."
    assert after["last"] == "A **bias**"


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """Copies of the lessons, which the tool takes for the lessons."""
    for path in LESSONS:
        lesson = read(path)
        for cell in lesson.cells:
            cell.source = link_glossary.without_links(cell.source)
        (tmp_path / path.name).write_text(notebook_format.text(notebook_format.tidy(lesson)), encoding="utf-8")
    paths = sorted(tmp_path.iterdir())
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.setattr(link_glossary, "lessons", lambda: paths)
    monkeypatch.setattr("derived.ROOT", tmp_path)
    return paths


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["link_glossary.py", *arguments])
    return link_glossary.write_or_check(link_glossary.linked(), "")


def test_check_writes_nothing_and_the_tool_leaves_nothing_to_do(copies, monkeypatch):
    before = [path.read_text(encoding="utf-8") for path in copies]
    assert run(monkeypatch, "--check") == 1
    assert [path.read_text(encoding="utf-8") for path in copies] == before
    assert run(monkeypatch) == 0
    assert run(monkeypatch, "--check") == 0


def test_the_lessons_keep_their_words_and_gain_one_link_a_term(copies, monkeypatch):
    run(monkeypatch)
    names, address = by_name(read_glossary()), link_glossary.glossary_address()
    for path, copy in zip(LESSONS, copies, strict=True):
        linked = [cell.source for cell in read(copy).cells]
        assert [link_glossary.without_links(s) for s in linked] == [
            link_glossary.without_links(cell.source) for cell in read(path).cells
        ]
        links = re.findall(rf"\[\*\*([^*]+)\*\*\]\({re.escape(address)}#([^)]+)\)", "\n".join(linked))
        anchors = [anchor for _, anchor in links]
        assert anchors
        assert len(anchors) == len(set(anchors)) == "".join(linked).count("glossary.md#")
        assert all(find(term, names, path.stem[:2]).anchor == anchor for term, anchor in links)


@pytest.mark.parametrize(
    ("project", "glossary"),
    [
        ("https://github.com/ada/lab", "https://github.com/ada/lab/blob/main/notebooks/glossary.md"),
        ("https://github.com/OWNER/lab", "glossary.md"),
    ],
)
def test_the_address_is_the_projects_or_relative_while_that_is_not_known(project, glossary, monkeypatch):
    monkeypatch.setattr(link_glossary, "repository", lambda: project)
    assert link_glossary.glossary_address() == glossary
