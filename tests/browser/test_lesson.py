"""Lesson 01 in JupyterLab, as a learner runs it: after Run All, the curves grow while the network trains."""

import re

import nbformat

from .conftest import ROOT, expect

LESSON = ROOT / "notebooks" / "01_dense_softmax.ipynb"
RUN_SECONDS = 240
EPOCHS = 25
NOISE = re.compile(r"warning|deprecat|cuda|oneDNN|WARNING|E0000|I0000", re.IGNORECASE)

# Records in the browser what it shows, because polling from outside is late on a busy machine.
WATCH = """() => {
  window.seen = [];
  const note = () => {
    for (const cell of document.querySelectorAll(".jp-CodeCell")) {
      if (!cell.querySelector(".jp-InputArea").textContent.includes("plot_training = lab.PlotTraining")) continue;
      const pictures = cell.querySelectorAll(".jp-OutputArea-output img");
      const busy = cell.querySelector(".jp-InputArea-prompt").textContent.includes("*");
      const source = pictures[0]?.src;
      const last = window.seen.at(-1);
      if (source && (source !== last?.source || busy !== last.busy)) {
        window.seen.push({ source, busy, count: pictures.length });
      }
    }
  };
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["src"], characterData: true,
  });
}"""


def without_outputs(notebook):
    """Return the lesson without outputs, and with enough epochs to watch the curves."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if cell.id == "parameters":
            cell.source = re.sub(r"EPOCHS = \d+", f"EPOCHS = {EPOCHS}", cell.source)
    return notebook


def test_the_curves_grow_while_the_network_trains(show):
    shown = show("01_dense_softmax.ipynb", without_outputs(nbformat.read(LESSON, as_version=4)))
    page = shown.page
    page.evaluate(WATCH)
    shown.run_all()
    training = shown.code_cell("plot_training = lab.PlotTraining")
    curves = training.locator(".jp-OutputArea-output img")
    curves.first.wait_for(timeout=RUN_SECONDS * 1000)
    curves.first.scroll_into_view_if_needed()

    shown.screenshot("lesson-01-curves-early", training)
    shown.wait_until_run(training, RUN_SECONDS)
    shown.screenshot("lesson-01-curves-late", training)
    seen = page.evaluate("window.seen")
    while_busy = {picture["source"] for picture in seen if picture["busy"]}
    print(f"{len(while_busy)} pictures while the cell was busy")
    assert len(while_busy) >= 2
    assert {picture["count"] for picture in seen} == {1}, "one figure at a time"
    assert curves.count() == 1, "one figure at the end, no duplicate"
    check = shown.code_cell("lab.check_lesson")
    shown.wait_until_run(check, RUN_SECONDS)
    check.scroll_into_view_if_needed()
    expect(check.locator(".jp-OutputArea-output")).to_contain_text("✓")
    shown.screenshot("lesson-01-check", check)

    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    printed = page.locator('[data-mime-type="application/vnd.jupyter.stdout"]').all_inner_texts()
    assert not [text for text in printed if NOISE.search(text)]
