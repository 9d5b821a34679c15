"""What JupyterLab makes of a caption with a description and of a folded solution."""

import nbformat
from nbformat.v4 import new_markdown_cell

from tools.exercises import FOLDED
from tools.notebooks import INVISIBLE

from .conftest import expect, notebook_of

CAPTION = "Follow the lower curve."
SOLUTION = FOLDED.format("One line more:\n\n```diff\n-network = 1\n+network = 2\n```")


def test_a_description_is_read_out_and_not_seen_and_a_solution_unfolds(show):
    notebook = notebook_of("draw()")
    described = f"![Two curves, one falls.]({INVISIBLE}){CAPTION}"
    notebook.cells += [new_markdown_cell(source) for source in (CAPTION, described, SOLUTION)]
    nbformat.validate(notebook)
    plain, caption, solution = show(notebook).page.locator(".jp-MarkdownCell .jp-RenderedMarkdown").all()
    assert '- img "Two curves, one falls."\n' in caption.aria_snapshot()
    expect(caption).to_have_text(CAPTION)
    assert caption.bounding_box()["height"] == plain.bounding_box()["height"], "no line of its own"
    expect(solution.locator("pre")).to_be_hidden()
    solution.locator("summary").click()
    expect(solution.locator("pre")).to_have_text("-network = 1\n+network = 2")
