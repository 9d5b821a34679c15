"""The pad on a bare page: networks without a kernel classify what is drawn, whatever it is and with whatever tool."""

import re

import numpy as np
import pytest

import mnist_lab as lab

from .conftest import expect
from .drawing import THREE, draw
from .pages import violations

ALL = ("01", "02", "03", "04", "06", "08", "10")
MOST_MILLISECONDS = 100
WATCH = """() => {
  document.querySelector("canvas.sheet").addEventListener("pointerup", () => {
    window.up = performance.now();
    window.latency = Infinity; // until the bars are drawn again
  });
  const bars = new MutationObserver(() => { window.latency = performance.now() - window.up; });
  const drawn = { subtree: true, attributes: true, attributeFilter: ["aria-label"] };
  bars.observe(document.querySelector(".pad .right"), drawn);
  window.gaps = [];
  let last = 0;
  const note = (now) => { window.gaps.push(last && now - last); last = now; requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def data(*networks, hidden=()):
    return {"models": [], "networks": networks, "hidden": hidden, "tidy": True}


def captions(page):
    return page.locator(".pad .reading > .caption")


def test_a_drawn_three_is_a_three_for_every_network_within_a_tenth_of_a_second_and_drawing_stays_smooth(show_widget):
    page = show_widget("pad", data(*ALL))
    expect(page.locator(".about span")).to_have_text([re.compile(r"classifies \d\d\.\d\d% of")] * len(ALL))
    page.evaluate(WATCH)
    latencies = []
    for _ in range(5):
        draw(page, *THREE)
        page.wait_for_timeout(300)
        latencies.append(page.evaluate("window.latency"))
        expect(captions(page)).to_have_text([re.compile(f"Lesson {name}'s network: 3 ") for name in ALL])
        page.get_by_role("button", name="Clear").click()
        expect(captions(page)).to_have_text([f"Lesson {name}'s network" for name in ALL])
    assert sorted(latencies)[2] <= MOST_MILLISECONDS, "from pen up to bars"
    gaps = sorted(page.evaluate("window.gaps"))
    assert gaps[int(0.9 * len(gaps))] <= 50, "between the frames that the page shows"


def test_one_looks_inside_while_drawing_and_the_networks_that_hide_come_at_a_click(show_widget):
    page = show_widget("pad", data("01", hidden=["08"]))
    draw(page, *THREE)
    page.get_by_role("button", name="Look inside").click()
    expect(page.locator("figcaption")).to_have_text([re.compile(rf"{digit}: −?\d+\.\d") for digit in range(10)])
    expect(page.locator("figcaption.best")).to_have_text(re.compile("^3: "))
    before = page.locator("figcaption").all_inner_texts()
    draw(page, (0.3, 0.2), (0.3, 0.8))
    expect(page.locator("figcaption")).not_to_have_text(before)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("figcaption")).to_have_text(before)
    page.get_by_role("button", name="Show lesson 08's network").click()
    expect(captions(page)).to_have_text([re.compile("01's network: 3"), re.compile("08's network: 3")])
    page.get_by_role("button", name="Look inside").click()
    maps = page.locator(".reading").last.locator(".inside canvas")
    assert [maps.nth(index).get_attribute("aria-label") for index in range(4)] == [
        "Layer 1: 12 feature maps",
        "Layer 2: 24 feature maps",
        "Layer 3: 32 feature maps",
        "Layer 4: the outputs of 200 neurons",
    ]
    page.get_by_role("button", name="Hide").first.click()
    expect(page.locator("figcaption")).to_have_count(0)


def test_keys_and_fingers_draw_undo_and_clear(show_widget):
    page = show_widget("pad", data("01"), has_touch=True)
    answered, empty = re.compile(r"network: \d"), "Lesson 01's network"
    page.keyboard.press("Tab")
    for key in ("Space", *["ArrowDown"] * 15, "Space"):
        page.keyboard.press(key)
    expect(captions(page)).to_have_text(answered)
    expect(page.get_by_role("status").first).to_have_text(re.compile("Pen up, 50% across, 60% down|network: "))
    page.keyboard.press("Control+z")
    expect(captions(page)).to_have_text(empty)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(captions(page)).to_have_text(answered)
    page.keyboard.press("Delete")
    expect(captions(page)).to_have_text(empty)
    page.get_by_role("button", name="Undo").click()
    expect(captions(page)).to_have_text(answered)
    page.get_by_role("button", name="Clear").click()
    expect(captions(page)).to_have_text(empty)
    page.locator("canvas.sheet").tap()
    expect(captions(page)).to_have_text(answered)


SEEN = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame); // what changed is painted
  const { data } = document.querySelector("canvas.seen").getContext("2d").getImageData(0, 0, 168, 168);
  return Array.from({ length: 784 }, (_, i) => data[4 * (168 * (6 * Math.floor(i / 28) + 3) + 6 * (i % 28) + 3)]);
}"""  # of the red channel, in which paper is 255 and ink 34


def test_ten_kept_digits_become_a_text_that_python_reads(show_widget, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_RESULTS", "checks.jsonl")  # so that the text is not kept
    page = show_widget("pad", data("01"), permissions=["clipboard-read", "clipboard-write"], has_touch=True)
    keep, said = page.locator(".keep"), page.locator(".keep [role=status]")
    expect(keep.get_by_role("button")).to_have_count(0)
    keep.locator("summary").focus()
    page.keyboard.press("Enter")
    keep.get_by_role("button", name="Keep as 5").tap()
    expect(said).to_have_text("Draw a 5 first.")
    seen = []
    for digit in range(10):
        if digit == 9:
            page.get_by_role("button", name="Copy as text").click()
            expect(said).to_have_text("Still missing: 9.")
        draw(page, *THREE[digit % 3 : 11 - digit % 4])
        expect(captions(page)).to_have_text(re.compile("network: "))
        seen.append(page.evaluate(SEEN))
        keep.get_by_role("button", name=f"Keep as {digit}").focus()
        page.keyboard.press("Enter")
        expect(said).to_have_text(f"Kept as {digit}: {digit + 1} of 10.")
        expect(captions(page)).to_have_text("Lesson 01's network")
    page.get_by_role("button", name="Copy as text").click()
    expect(said).to_have_text(re.compile("^Copied"))
    text = page.evaluate("navigator.clipboard.readText()")
    assert len(text) <= 4000
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy as text").click()
    expect(said).to_have_text(re.compile("so it's selected"))
    assert page.evaluate("getSelection().toString() || document.activeElement.value") == text
    images, _ = lab.your_digits(text)
    np.testing.assert_allclose(images, (255 - np.array(seen)) / 221, atol=0.04)


SCRIBBLE = [(0.02 + 0.96 * (step % 2), step / 40) for step in range(41)]
ODD = {
    "a dot": [[(0.5, 0.5)]],
    "over the border": [[(0.5, 0.5), (1.4, -0.3), (-0.2, 0.7)]],
    "ten digits at once": [[(x / 5 + 0.1, y), (x / 5 + 0.15, y + 0.3)] for x in range(5) for y in (0.1, 0.6)],
    "all over": [SCRIBBLE],
}


@pytest.mark.parametrize("strokes", ODD.values(), ids=ODD)
def test_an_odd_drawing_is_classified_too(show_widget, strokes):
    page = show_widget("pad", data("01", "08"))
    for stroke in strokes:
        draw(page, *stroke)
    expect(captions(page)).to_have_text([re.compile(rf"{name}'s network: \d \(") for name in ("01", "08")])


def test_without_its_weights_a_network_says_so_and_the_others_classify(show_widget):
    page = show_widget("pad", data("01", "08"), missing=["lesson_08.network"])
    expect(page.get_by_text("Its weights did not arrive.")).to_be_visible()
    draw(page, *THREE)
    expect(captions(page)).to_have_text([re.compile("01's network: 3"), "Lesson 08's network"])


def test_networks_of_a_notebook_are_not_on_the_page(show_widget):
    page = show_widget("pad", data("01") | {"models": ["mine"]})
    expect(page.get_by_text("live in the notebook")).to_be_visible()


KERNEL = """async () => {
  const { default: widget } = await import("./pad.js");
  const empty = new DataView(new ArrayBuffer(0));
  const data = { models: ["mine"], networks: [], hidden: [], tidy: true };
  const traits = { data, files: {}, drawing: empty, seen: empty, readings: [], message: "" };
  const listeners = {};
  window.kernel = { sent: 0, alive: true };
  const answer = () => {
    const changes = traits.message === "";
    traits.message = "ZeroDivisionError";
    if (changes) listeners["change:message"]();
    listeners["msg:custom"]?.({ answered: true });
  };
  const model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; },
    save_changes: () => {
      window.kernel.sent += 1;
      if (window.kernel.alive) setTimeout(answer);
    },
    on: (name, listener) => { listeners[name] = listener; },
  };
  document.querySelector("main").replaceChildren();
  widget.render({ model, el: document.querySelector("main") });
}"""  # it answers each drawing with the same error


def test_a_kernel_is_silent_only_if_it_does_not_answer(show_widget):
    page = show_widget("pad", data())
    page.clock.install()
    page.evaluate(KERNEL)
    message = page.locator(".pad .message")
    draw(page, (0.5, 0.2), (0.5, 0.8))
    expect(message).to_have_text("ZeroDivisionError")
    box = page.locator("canvas.sheet").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.clock.run_for(1000)  # the pen rests
    sent = page.evaluate("kernel.sent")
    page.mouse.up()
    page.clock.run_for(10_000)
    assert page.evaluate("kernel.sent") == sent, "nothing has changed"
    expect(message).to_have_text("ZeroDivisionError")
    page.evaluate("kernel.alive = false")
    draw(page, (0.2, 0.2), (0.2, 0.8))
    page.clock.run_for(6000)
    expect(message).to_have_text(re.compile("^No answer from the kernel"))
    page.evaluate("kernel.alive = true")
    draw(page, (0.8, 0.2), (0.8, 0.8))
    page.clock.run_for(1000)
    expect(message).to_have_text("ZeroDivisionError")


PLACES = """() => Object.fromEntries(["left", "middle", "right"].map((name) => {
  const { left, right, top, bottom } = document.querySelector(`.pad > .${name}`).getBoundingClientRect();
  return [name, { left, right, top, bottom }];
}))"""


@pytest.mark.parametrize("width", [390, 700, 872])
def test_sheet_image_and_bars_keep_clear_of_each_other_also_after_scrolling(show_widget, width):
    page = show_widget("pad", data("01"), viewport={"width": width, "height": 500})
    draw(page, *THREE)
    page.get_by_role("button", name="Look inside").click()
    places = page.evaluate(PLACES)
    assert places["middle"]["top"] <= places["right"]["top"], "first what the network sees"
    assert (places["right"]["left"] >= places["middle"]["right"]) == (width == 872), "in three columns"
    page.evaluate("scrollTo(0, 300)")
    places = page.evaluate(PLACES)
    for one, other in (("left", "middle"), ("left", "right"), ("middle", "right")):
        first, second = places[one], places[other]
        assert first["right"] <= second["left"] or first["bottom"] <= second["top"], (one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(show_widget, scheme):
    page = show_widget("pad", data("01", hidden=["08"]), color_scheme=scheme, viewport={"width": 390, "height": 800})
    assert page.locator(".mnist-lab-widget").get_attribute("data-theme") == scheme
    draw(page, *THREE)
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("button", name="Show lesson 08's network").click()
    expect(captions(page)).to_have_text([re.compile("01's network: 3"), re.compile("08's network: 3")])
    page.get_by_text("Keep ten digits").click()
    page.get_by_role("button", name="Keep as 3").click()
    for question in page.locator(".questions button").all():
        before = page.locator(".prompt").inner_text()
        question.press("Enter")
        expect(page.locator(".prompt")).not_to_have_text(before)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
