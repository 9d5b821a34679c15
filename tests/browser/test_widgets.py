"""All widgets in JupyterLab, light and dark, and in a tab that is hidden."""

import re

import mnist_lab as lab
from mnist_lab.widgets.script import SCRIPTS

from .conftest import expect, notebook_of
from .drawing import THREE, draw
from .pages import violations

CELLS = ["import mnist_lab as lab", *(f"lab.widgets.{name}()" for name in SCRIPTS), "print('all shown')"]


def test_every_widget_moves_in_jupyterlab_and_follows_its_theme(show):
    shown = show(notebook_of(*CELLS))
    page = shown.page
    shown.run_all(until=CELLS[-1])
    widgets = page.locator(".mnist-lab-widget")
    expect(widgets).to_have_count(len(SCRIPTS))
    draw(page, *THREE)
    expect(page.locator(".pad .reading .caption").first).to_have_text(re.compile("08's network: 3"))
    for name, control, changed in (
        ("descent", "learning rate", ".readings"),
        ("gradients", "hidden layers", ".headline"),
        ("filter", "weight in row 3, column 1", ".sentence"),
    ):
        widget = page.locator(f".mnist-lab-widget.{name}")
        before = widget.locator(changed).inner_text()
        widget.get_by_label(control, exact=True).focus()
        page.keyboard.press("ArrowUp")
        expect(widget.locator(changed)).not_to_have_text(before)
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).click()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    for index in range(len(SCRIPTS)):
        expect(widgets.nth(index)).to_have_attribute("data-theme", "dark")
    assert violations(page, ".mnist-lab-widget") == []


def test_a_widget_goes_on_after_its_tab_was_frozen(show_widget):
    page = show_widget("descent", lab.widgets.descent("valley").data)
    browser = page.context.new_cdp_session(page)
    page.get_by_role("button", name="Play").click()
    for state in ("frozen", "active"):
        browser.send("Page.setWebLifecycleState", {"state": state})
        page.wait_for_timeout(1000)
    expect(page.get_by_label("step", exact=True)).to_have_value("100", timeout=15_000)
    before = page.locator(".readings").inner_text()
    page.get_by_label("learning rate", exact=True).press("ArrowUp")
    expect(page.locator(".readings")).not_to_have_text(before)
