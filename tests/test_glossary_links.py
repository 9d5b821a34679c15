"""The first time a term stands in bold in a lesson, it leads to the glossary."""

import re

import pytest

from tools import glossary_links
from tools.glossary import by_name, find, read_glossary
from tools.project import read, repository

from .notebooks import LESSONS, code, notebook, prose

FIELDS = "*English:* {0} · *French:* tenseur · *Lesson:* 01\n\nA word.\n\n"
NAMES = by_name(read_glossary("".join(f"### {n}\n\n" + FIELDS.format(n) for n in ("bias", "dense layer", "softmax"))))
ADDRESS = "https://example.org/lab/blob/main/notebooks/glossary.md"
SOFTMAX = f"[**softmax**]({ADDRESS}#softmax)"


def link(text, done=()):
    return glossary_links.link(text, NAMES, ADDRESS, set(done))


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


def linked(address=ADDRESS):
    made = lesson()
    glossary_links.link_lesson(made, NAMES, address)
    return {cell.id: cell.source for cell in made.cells}


def test_title_in_brief_and_code_cells_are_left_alone():
    before, after = {cell.id: cell.source for cell in lesson().cells}, linked()
    assert {name for name in before if before[name] != after[name]} == {"about-softmax", "more"}
    assert after["about-softmax"] == f"## The **softmax**\n\nIt is called {SOFTMAX}."
    assert after["more"] == f"**Softmax** and [**bias**]({ADDRESS}#bias)."


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_one_link_for_each_of_its_terms(path):
    names, address = by_name(read_glossary()), glossary_links.glossary_address(repository())
    prose = "\n".join(cell.source for cell in read(path).cells)
    links = re.findall(rf"\[\*\*([^*]+)\*\*\]\({re.escape(address)}#([^)]+)\)", prose)
    anchors = [anchor for _, anchor in links]
    assert anchors
    assert len(anchors) == len(set(anchors)) == len(re.findall(r"\*\*\]\([^)]*glossary\.md#", prose))
    assert all(find(term, names, path.stem[:2]).anchor == anchor for term, anchor in links)


@pytest.mark.parametrize(
    ("project", "glossary"),
    [
        ("https://github.com/ada/lab", "https://github.com/ada/lab/blob/main/notebooks/glossary.md"),
        ("https://github.com/OWNER/lab", "glossary.md"),
    ],
)
def test_the_address_is_the_projects_or_relative_while_that_is_not_known(project, glossary):
    assert glossary_links.glossary_address(project) == glossary
