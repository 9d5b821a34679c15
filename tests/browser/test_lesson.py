"""Lesson 01 in JupyterLab, as a learner runs it: after Run All, the curves grow while the network trains."""

import re
from pathlib import Path

import nbformat

from .conftest import expect

LESSON = Path(__file__).parents[2] / "notebooks" / "01_dense_softmax.ipynb"
TRAINING = "plot_training = lab.PlotTraining"
BADGE = re.compile(r"!\[[^]]*\]\(https://colab\.[^)]*\)")
NOISE = re.compile(r"warning|deprecat|cuda|oneDNN|E0000|I0000", re.IGNORECASE)

# Records in the browser what it shows, because polling from outside is late on a busy machine.
WATCH = """(training) => {
  window.seen = [];
  const note = () => {
    const cells = [...document.querySelectorAll(".jp-CodeCell")];
    const cell = cells.find((cell) => cell.querySelector(".jp-InputArea").textContent.includes(training));
    const pictures = cell?.querySelectorAll(".jp-OutputArea-output img") ?? [];
    const busy = cell?.querySelector(".jp-InputArea-prompt").textContent.includes("*");
    if (pictures.length) window.seen.push({ source: pictures[0].src, busy, count: pictures.length });
  };
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["src"], characterData: true,
  });
}"""


def test_the_curves_grow_while_the_network_trains(show):
    lesson = nbformat.read(LESSON, as_version=4)
    for cell in lesson.cells:
        cell.source = BADGE.sub("", cell.source)  # all that a lesson loads from another host
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if cell.id == "parameters":
            cell.source = re.sub(r"EPOCHS = \d+", "EPOCHS = 25", cell.source)  # enough to watch the curves
    shown = show(lesson)
    page = shown.page
    page.evaluate(WATCH, TRAINING)
    shown.run_all(until=TRAINING)
    seen = page.evaluate("window.seen")
    assert len({picture["source"] for picture in seen if picture["busy"]}) >= 2
    assert {picture["count"] for picture in seen} == {1}, "one figure at a time"
    assert shown.code_cell(TRAINING).locator(".jp-OutputArea-output img").count() == 1, "no duplicate at the end"

    shown.wait_until_run("lab.check_lesson")
    expect(shown.code_cell("lab.check_lesson").locator(".jp-OutputArea-output")).to_contain_text("✓")
    for kind in ("stderr", "error"):
        assert page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() == 0
    printed = page.locator('[data-mime-type="application/vnd.jupyter.stdout"]').all_inner_texts()
    assert not [text for text in printed if NOISE.search(text)]
