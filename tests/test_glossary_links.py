"""The first time a term stands in bold in a lesson, it leads to the glossary."""

import pytest

from tools import glossary_links
from tools.glossary import by_name, read_glossary

from .notebooks import code, notebook, prose

ENTRY = "### {0}\n\n*English:* {0} · *French:* tenseur · *Lesson:* 01\n\nA word.\n\n"
NAMES = by_name(read_glossary("".join(map(ENTRY.format, ("bias", "dense layer", "softmax")))))
SOFTMAX, BIAS, DENSE_LAYER = (f"(glossary.md#{anchor})" for anchor in ("softmax", "bias", "dense-layer"))


@pytest.fixture(autouse=True)
def without_an_address(monkeypatch):
    monkeypatch.setattr(glossary_links, "is_known", lambda: False)


def linked(*cells):
    lesson = notebook(*cells)
    glossary_links.link_lesson(lesson, NAMES)
    return [cell.source for cell in lesson.cells]


def link(text):
    return linked(prose(text, "text"))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A **softmax**, a **bias**. **Softmax** again, more **biases**, a **tensor**.",
            f"A [**softmax**]{SOFTMAX}, a [**bias**]{BIAS}. **Softmax** again, more **biases**, a **tensor**.",
        ),
        ("- **Dense layers.** Many.", f"- [**Dense layers.**]{DENSE_LAYER} Many."),
        ("***softmax***", f"*[**softmax**]{SOFTMAX}*"),
        ("a **dense\nlayer**", f"a [**dense\nlayer**]{DENSE_LAYER}"),
    ],
)
def test_the_first_occurrence_of_each_term_is_linked_as_it_is_written(text, expected):
    assert link(text) == expected


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
    assert link(later) == later.replace("**bias**", f"[**bias**]{BIAS}")


def test_title_in_brief_and_code_cells_are_left_alone():
    before = [
        prose("# Softmax\n\n**softmax**", "title"),
        prose("## In brief\n\n**softmax**, **bias**", "in-brief"),
        code("# **bias**\nx = 2**bias**2", "model"),
    ]
    below = [prose("It is called **softmax**.", "about"), prose("**Softmax** and **bias**.", "more")]
    *plain, about, more = linked(*before, *below)
    assert plain == [cell.source for cell in before]
    assert about == f"It is called [**softmax**]{SOFTMAX}."
    assert more == f"**Softmax** and [**bias**]{BIAS}."


def test_with_a_known_address_a_link_leads_to_github(monkeypatch):
    monkeypatch.setattr(glossary_links, "is_known", lambda: True)
    assert link("**bias**").endswith("/blob/main/notebooks/glossary.md#bias)")
