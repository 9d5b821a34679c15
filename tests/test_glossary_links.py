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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **bias**, **Bias**, **biases**, a **tensor**", f"a [**bias**]{BIAS}, **Bias**, **biases**, a **tensor**"),
        ("- **Dense layers.** Many.", f"- [**Dense layers.**]{DENSE_LAYER} Many."),
        ("***softmax***", f"*[**softmax**]{SOFTMAX}*"),
        ("a **dense\nlayer**", f"a [**dense\nlayer**]{DENSE_LAYER}"),
    ],
)
def test_the_first_occurrence_of_each_term_is_linked_as_it_is_written(text, expected):
    assert linked(prose(text, "text")) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "## About **softmax**",
        "1. See:\n   ```\n   **softmax**\n   ```",
        "~~~\n**softmax**\n~~~",
        "in `**softmax**` and ``a ` **softmax**``",
        "$a **softmax** b$ and\n\n$$a\n**softmax**$$",
        "<!-- **softmax** -->",
        "[the **softmax** of it](https://example.org)",
        "[an array `a[0]` of **softmax**](x.ipynb)",
        "softmax, *softmax*, __softmax__",
        "** softmax ** and 2**softmax",
        "**soft\n\nmax**",
        "**You *will* do:** softmax **or not**",
    ],
)
def test_headings_code_and_links_are_left_alone(text):
    assert linked(prose(f"{text}\n\nThen **bias**.", "text")) == [f"{text}\n\nThen [**bias**]{BIAS}."]


def test_a_block_of_code_that_does_not_end_is_left_alone():
    text = "```\n**softmax**\n\nThen **bias**"
    assert linked(prose(text, "text")) == [text]


def test_title_in_brief_and_code_cells_are_left_alone():
    before = [prose("**bias**", "title"), prose("**bias**", "in-brief"), code("x = 2 # **bias**", "model")]
    *plain, about, more = linked(*before, prose("**bias**", "about"), prose("**bias**", "more"))
    assert [*plain, more] == ["**bias**", "**bias**", "x = 2 # **bias**", "**bias**"]
    assert about == f"[**bias**]{BIAS}"


def test_with_a_known_address_a_link_leads_to_github(monkeypatch):
    monkeypatch.setattr(glossary_links, "is_known", lambda: True)
    assert linked(prose("**bias**", "text"))[0].endswith("/blob/main/notebooks/glossary.md#bias)")
