"""DigitPad in JupyterLab: drawing with the mouse, keys and taps, predictions, undo and clear."""

import re

import pytest

from .conftest import expect, notebook_of
from .drawing import THREE, draw

NETWORK = """
import mnist_lab as lab
with lab.quiet_imports():
    import keras
lab.set_seed(0)
layers = [keras.layers.Dense(200, activation="relu"), keras.layers.Dense(10, activation="softmax")]
model = keras.Sequential([keras.Input((784,)), *layers])
model.compile(optimizer="adam", loss="categorical_crossentropy")
_ = model.fit(lab.training_dataset(64).take(400), verbose=0)
"""
STORED = """
import numpy as np
import mnist_lab as lab
from mnist_lab.widgets.networks import decode, network_bytes
_, (layer,) = decode(network_bytes("lesson_01"))
class Network:
    def predict_on_batch(self, images):
        exponentials = np.exp(images @ layer["weights"] + layer["biases"])
        return exponentials / exponentials.sum(axis=1, keepdims=True)
model = Network()
"""  # lesson 01's network without Keras, which takes long to import
PAD = 'pad = lab.DigitPad({"dense": model})\npad'
PRINT = 'print("ink", pad.image.any(), pad.image.shape)'
MOST_MILLISECONDS = 150
WATCH = """() => {
  const readings = document.querySelector(".pad .readings");
  document.querySelector("canvas.sheet").addEventListener("pointerup", () => { window.up = performance.now(); });
  new MutationObserver(() => {
    if (readings.children.length) window.latency = performance.now() - window.up; // the last answer counts
  }).observe(readings, { childList: true });
}"""
INKED_PIXELS = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame); // what changed is painted
  const sheet = document.querySelector("canvas.sheet");
  const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
  return data.filter((value, index) => index % 4 === 3 && value > 128).length;
}"""
INK_SEEN = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame); // what changed is painted
  const seen = document.querySelector("canvas.seen");
  const { width, data } = seen.getContext("2d").getImageData(0, 0, seen.width, seen.height);
  return Math.max(...data.keys().filter((i) => i % 4 === 0 && data[i] < 128).map((i) => (i / 4) % width)) / width;
}"""  # how far to the right there is ink


class Pad:
    """The pad of a notebook in a page, after all of the notebook's cells have run."""

    def __init__(self, shown, last_cell):
        shown.run_all(until=last_cell)
        self.page = shown.page
        self.sheet = self.page.locator("canvas.sheet")
        self.sheet.scroll_into_view_if_needed()
        self.readings = self.page.locator(".pad .reading")

    def draw(self, *points):
        draw(self.page, *points)

    def draw_with_keys(self):
        self.sheet.focus()
        for key in ("Space", *["ArrowDown"] * 15, "Space"):
            self.page.keyboard.press(key)

    def tap(self, tool):
        """Tap with a pen or a finger, which reports the same position again while it is down."""
        box, browser = self.sheet.bounding_box(), self.page.context.new_cdp_session(self.page)
        position = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        if tool == "finger":
            for kind, points in (("touchStart", [position]), ("touchMove", [position]), ("touchEnd", [])):
                browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        else:
            event = {**position, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
            for kind in ("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"):
                browser.send("Input.dispatchMouseEvent", {"type": kind, **event})

    def press(self, button, readings=0):
        self.page.get_by_role("button", name=button).click()
        expect(self.readings).to_have_count(readings)

    def expect_caption(self, text):
        expect(self.readings.locator(".caption")).to_have_text(re.compile(text))

    def inked(self):
        return self.page.evaluate(INKED_PIXELS)


def test_a_drawn_digit_is_classified_undone_and_cleared(show):
    pad = Pad(show(notebook_of(NETWORK, PAD, PRINT)), PRINT)
    expect(pad.readings).to_have_count(0)
    pad.page.evaluate(WATCH)
    latencies = []
    for _ in range(4):
        pad.draw(*THREE)
        pad.expect_caption("dense: 3")
        pad.page.wait_for_timeout(500)
        latencies.append(pad.page.evaluate("window.latency"))
        pad.press("Clear")
    assert sorted(latencies)[2] < MOST_MILLISECONDS, "from pen up to bars"

    pad.draw((0.5, 0.5))
    expect(pad.readings).to_have_count(1)
    expect(pad.page.locator(".pad .message")).to_have_text("")
    dot = pad.inked()
    pad.draw((0.2, 0.2), (0.2, 0.8))
    pad.page.wait_for_timeout(500)  # Python sends the drawing back: there are still two strokes
    pad.press("Undo", readings=1)
    assert pad.inked() == dot
    pad.press("Undo")

    pad.draw_with_keys()
    expect(pad.readings).to_have_count(1)
    pad.page.keyboard.press("Control+z")
    expect(pad.readings).to_have_count(0)
    pad.draw_with_keys()
    pad.page.keyboard.press("Delete")
    assert pad.inked() == 0

    for tool in ("finger", "pen"):
        expect(pad.readings).to_have_count(0)
        pad.tap(tool)
        expect(pad.readings).to_have_count(1)
        assert pad.inked() == pytest.approx(dot, rel=0.05)
        pad.press("Clear")


def test_the_keys_also_draw_and_slide_in_jupyter_notebook(show):
    pytest.importorskip("notebook")
    descent = "lab.widgets.descent(learning_rate=0.2)"
    cells = ("import mnist_lab as lab\npad = lab.DigitPad()\npad", descent, PRINT)
    pad = Pad(show(notebook_of(*cells), app="notebooks"), PRINT)
    pad.draw_with_keys()
    assert pad.inked() > 500
    reading = pad.page.locator(".descent .reading").first
    before = reading.inner_text()
    pad.page.get_by_label("learning rate", exact=True).press("ArrowUp")
    expect(reading).not_to_have_text(before)


def test_page_and_python_hold_the_same_drawing_also_after_reloading(show):
    set_drawing = "pad.drawing = lab.sample_drawings()[0][70].tobytes()"
    shown = show(notebook_of(STORED, PAD, PRINT, set_drawing))
    pad, page = Pad(shown, set_drawing), shown.page
    pad.expect_caption("dense: 7")
    assert pad.inked() > 1000
    pad.press("Undo")
    assert pad.inked() == 0

    pad.draw(*THREE)
    expect(pad.readings).to_have_count(1)
    shown.code_cell(PRINT).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    output = shown.code_cell(PRINT).locator(".jp-OutputArea-output").first
    expect(output).to_have_text(re.compile(r"ink True \(140, 140\)"))

    drawn = pad.inked()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saving completed")).to_be_visible()
    page.goto(page.url.removesuffix("&reset"))
    pad.sheet.wait_for(timeout=60_000)
    pad.expect_caption("dense: 3")
    assert pad.inked() == pytest.approx(drawn, rel=0.05)
    pad.press("Clear")
    assert pad.inked() == 0


def test_a_pad_with_a_function_of_its_own_shows_what_it_returns_and_keeps_no_digits_for_other_lessons(show):
    raw = (
        "def shrink(drawing):\n    return drawing.reshape(28, 5, 28, 5).mean(axis=(1, 3)).reshape(784) / 255\n\n\n"
        'pad = lab.DigitPad({"dense": model}, preprocess=shrink)\npad'
    )
    corner = 'print("seen", any(pad.seen[28 * row + column] for row in range(9) for column in range(9)))'
    shown = show(notebook_of(NETWORK, raw, corner))
    pad = Pad(shown, corner)
    pad.draw((0.05, 0.05), (0.15, 0.15))
    expect(pad.readings).to_have_count(1)
    shown.code_cell(corner).locator(".jp-InputArea-editor").click()
    pad.page.keyboard.press("Control+Enter")
    expect(shown.code_cell(corner).locator(".jp-OutputArea-output").first).to_have_text("seen True")
    assert pad.page.evaluate(INK_SEEN) == pytest.approx(0.25, abs=0.1), "of its width: the dot stays in its corner"
    expect(pad.page.locator(".keep")).to_have_count(0)


def test_when_the_kernel_dies_the_networks_of_the_page_go_on(show):
    beside = 'pad = lab.DigitPad({"dense": model}, networks=["08"])\npad'
    die = "pad.drawn and __import__('os')._exit(1)"
    shown = show(notebook_of(STORED, beside, PRINT, die))
    pad = Pad(shown, PRINT)
    pad.draw(*THREE)
    captions = pad.readings.locator(".caption")
    expect(captions).to_have_text([re.compile("08's network: 3"), re.compile("dense: 3")])
    shown.code_cell(die).locator(".jp-InputArea-editor").click()
    pad.page.keyboard.press("Control+Enter")
    pad.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    pad.page.get_by_role("button", name="Clear").click()
    pad.draw((0.5, 0.2), (0.5, 0.8))
    expect(captions.first).to_have_text(re.compile("08's network: 1"))
    expect(pad.page.locator(".pad .message")).to_have_text(re.compile("No answer from the kernel"), timeout=10_000)
