"""DigitPad in JupyterLab: drawing with the mouse, keys and taps, predictions, undo and clear."""

import re

import nbformat
import pytest

from .conftest import expect

SOURCES = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import mnist_lab as lab
with lab.quiet_imports():
    import keras
lab.set_seed(0)
---
layers = keras.layers
model = keras.Sequential([keras.Input((784,)), layers.Reshape((28, 28, 1))])
for filters, kernel, strides in ((12, 3, 1), (24, 6, 2), (32, 6, 2)):
    model.add(layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(center=True, scale=False, momentum=0.9))
    model.add(layers.Activation("relu"))
for layer in (layers.Flatten(), layers.Dense(200, activation="relu"), layers.Dropout(0.3)):
    model.add(layer)
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="categorical_crossentropy")
_ = model.fit(lab.training_dataset(64).take(400), verbose=0, shuffle=False)
---
pad = lab.DigitPad({"lesson 08": model})
pad
---
print("ink", pad.image.any(), pad.image.shape)
"""
THREE = [(0.3, 0.25), (0.45, 0.18), (0.6, 0.22), (0.65, 0.33), (0.57, 0.44), (0.45, 0.48)]
THREE += [(0.58, 0.52), (0.68, 0.62), (0.65, 0.76), (0.5, 0.83), (0.33, 0.78)]
MOST_MILLISECONDS = 150
WATCH = """() => {
  const readings = document.querySelector(".mnist-lab-pad .readings");
  window.latest = null;
  document.querySelector("canvas.sheet").addEventListener("pointerup", () => { window.up = performance.now(); });
  new MutationObserver(() => {
    if (window.up && readings.children.length) window.latest = performance.now() - window.up; // the last answer counts
  }).observe(readings, { childList: true });
}"""


@pytest.fixture
def notebook():
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in SOURCES.split("---")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def open_and_run(show, name, notebook, app="lab/tree"):
    """Run all of a notebook until its last cell is done; return it with its page and the sheet."""
    shown = show(name, notebook, app=app)
    shown.run_all()
    sheet = shown.page.locator("canvas.sheet")
    sheet.wait_for(timeout=200_000)
    shown.wait_until_run(shown.code_cell(notebook.cells[-1].source), 60)
    sheet.scroll_into_view_if_needed()
    return shown, shown.page, sheet


def draw(page, points):
    box = page.locator("canvas.sheet").bounding_box()
    positions = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*positions[0])
    page.mouse.down()
    for position in positions[1:]:
        page.mouse.move(*position, steps=4)
    page.mouse.up()


def draw_with_keys(page, sheet):
    sheet.focus()
    page.keyboard.press("Space")
    for _ in range(15):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")


def tap_with(page, sheet, what):
    """Tap with a pen or a finger, which reports the same position again while it is down."""
    box, tools = sheet.bounding_box(), page.context.new_cdp_session(page)
    position = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    if what == "finger":
        for kind in ("touchStart", "touchMove", "touchEnd"):
            points = [] if kind == "touchEnd" else [position]
            tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    else:
        for kind in ("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"):
            event = {"type": kind, **position, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
            tools.send("Input.dispatchMouseEvent", event)


def inked(page):
    """Return how many of the sheet's pixels hold ink."""
    return page.evaluate("""() => {
      const sheet = document.querySelector("canvas.sheet");
      const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
      return data.filter((value, index) => index % 4 === 3 && value > 128).length;
    }""")


def test_a_drawn_digit_is_classified_undone_and_cleared(show, notebook):
    shown, page, sheet = open_and_run(show, "pad.ipynb", notebook)
    readings, message = page.locator(".mnist-lab-pad .reading"), page.locator(".mnist-lab-pad .message")
    expect(readings).to_have_count(0)
    page.evaluate(WATCH)

    draw(page, THREE)
    expect(readings).to_have_count(1)
    expect(readings.locator(".caption")).to_have_text(re.compile(r"lesson 08: 3, \d+"))
    shown.screenshot("digit-pad-three", page.locator(".mnist-lab-pad"))
    page.get_by_role("button", name="Clear").click()
    expect(readings).to_have_count(0)
    latencies = []
    for _ in range(4):
        draw(page, THREE)
        expect(readings).to_have_count(1)
        page.wait_for_timeout(500)
        latencies.append(page.evaluate("window.latest"))
        page.evaluate("window.up = null")
        page.get_by_role("button", name="Clear").click()
        expect(readings).to_have_count(0)
    print("from pen up to bars, ms:", [round(value) for value in latencies])
    assert sorted(latencies)[len(latencies) // 2] < MOST_MILLISECONDS

    draw(page, [(0.5, 0.5)])
    expect(readings).to_have_count(1)
    expect(message).to_have_text("")
    shown.screenshot("digit-pad-tap", page.locator(".mnist-lab-pad"))
    dot = inked(page)
    draw(page, [(0.2, 0.2), (0.2, 0.8)])
    page.wait_for_timeout(500)  # Python sends the drawing back: there are still two strokes
    page.get_by_role("button", name="Undo").click()
    expect(readings).to_have_count(1)
    assert inked(page) == dot
    page.get_by_role("button", name="Undo").click()
    expect(readings).to_have_count(0)

    draw_with_keys(page, sheet)
    expect(readings).to_have_count(1)
    shown.screenshot("digit-pad-keys", page.locator(".mnist-lab-pad"))
    page.keyboard.press("Control+z")
    expect(readings).to_have_count(0)
    page.keyboard.press("Delete")
    assert inked(page) == 0

    tap_with(page, sheet, "finger")
    expect(readings).to_have_count(1)
    assert inked(page) == pytest.approx(dot, rel=0.05)
    page.get_by_role("button", name="Clear").click()
    expect(readings).to_have_count(0)
    tap_with(page, sheet, "pen")
    expect(readings).to_have_count(1)
    assert inked(page) == pytest.approx(dot, rel=0.05)


def test_the_keys_also_draw_in_jupyter_notebook(show, notebook):
    pytest.importorskip("notebook")
    del notebook.cells[1]
    notebook.cells[1].source = "pad = lab.DigitPad()\npad"
    shown, page, sheet = open_and_run(show, "pad-alone.ipynb", notebook, app="notebooks")
    draw_with_keys(page, sheet)
    assert inked(page) > 500
    shown.screenshot("digit-pad-notebook")


def test_page_and_python_hold_the_same_drawing_also_after_reloading(show, notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("pad.drawing = lab.sample_drawings()[0][70].tobytes()"))
    shown, page, sheet = open_and_run(show, "pad-again.ipynb", notebook)
    readings = page.locator(".mnist-lab-pad .reading")
    expect(readings.locator(".caption")).to_have_text(re.compile("lesson 08: 7"))
    assert inked(page) > 1000
    page.get_by_role("button", name="Undo").click()
    expect(readings).to_have_count(0)
    assert inked(page) == 0

    draw(page, THREE)
    expect(readings).to_have_count(1)
    last = shown.code_cell("pad.image")
    last.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-OutputArea-output").first).to_have_text(re.compile(r"ink True \(140, 140\)"))

    drawn = inked(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saving completed")).to_be_visible()
    page.goto(page.url.removesuffix("&reset"))
    sheet.wait_for(timeout=60_000)
    expect(readings.locator(".caption")).to_have_text(re.compile("lesson 08: 3"))
    assert inked(page) == pytest.approx(drawn, rel=0.05)
    sheet.scroll_into_view_if_needed()
    shown.screenshot("digit-pad-loaded-again", page.locator(".mnist-lab-pad"))
    page.get_by_role("button", name="Clear").click()
    expect(readings).to_have_count(0)
    assert inked(page) == 0
