"""The filter on a bare page: it computes what Keras computes, and every number can be looked up with any tool."""

import itertools
import re

import keras
import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.widgets.convolution import filtered, padded
from mnist_lab.widgets.digits import sample_digits

from .conftest import expect
from .pages import violations

WEIGHTS = [[0.5, -1, 2], [0, 3, -0.25], [1, -2, 0.75]]
DIGIT = np.rint(sample_digits()[31].reshape(28, 28) / 2.55) / 100
COMPUTE = """async (settings) => {
  const digits = new Uint8Array(await (await fetch("files/digits")).arrayBuffer());
  const source = (await (await fetch("filter.js")).text()) + "\\nexport { computed };";
  const { computed } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const image = Float32Array.from(digits.subarray(31 * 784, 32 * 784), (level) => Math.round(level / 2.55) / 100);
  return settings.map((setting) => Array.from(computed(image, setting).map));
}"""
WATCH = """() => {
  const sentence = document.querySelector(".sentence");
  window.said = [];
  new MutationObserver(() => { window.said.push(sentence.textContent); }).observe(sentence, { childList: true });
}"""
PICTURES = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  return [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join();
}"""


def shown(page):
    return page.locator(".filter").inner_text() + page.evaluate(PICTURES)


def numbers(locator):
    return [float(text.replace("−", "-")) for text in locator.all_inner_texts()]


def show(show_widget, **options):
    page = show_widget("filter", lab.widgets.filter(WEIGHTS).data, **options)
    expect(page.locator(".sentence")).to_have_text(re.compile("Row 12, column 14: the sum is"))
    return page


def test_its_maps_are_those_of_keras_for_every_stride_padding_relu_and_pooling(show_widget):
    choices = list(itertools.product((1, 2, 3), ("same", "valid"), (False, True), (False, True)))
    names = ("stride", "padding", "relu", "pooling")
    settings = [dict(zip(names, chosen, strict=True), weights=np.ravel(WEIGHTS).tolist()) for chosen in choices]
    maps = show(show_widget).evaluate(COMPUTE, settings)
    for (stride, padding, relu, pooling), found in zip(choices, maps, strict=True):
        kernel = np.reshape(WEIGHTS, (3, 3, 1, 1)).astype(np.float32)
        expected = keras.ops.conv(DIGIT[None, :, :, None].astype(np.float32), kernel, stride, padding)
        sums = filtered(padded(DIGIT, stride, padding), np.array(WEIGHTS), stride)
        np.testing.assert_allclose(sums, expected[0, :, :, 0], atol=1e-5)
        expected = keras.ops.relu(expected) if relu else expected
        expected = keras.ops.max_pool(expected, 2) if pooling else expected
        np.testing.assert_allclose(found, np.ravel(expected), atol=1e-5)


def test_a_sum_is_looked_up_with_the_mouse_and_with_keys(show_widget):
    page = show(show_widget)
    output = page.locator(".filter canvas").nth(1)
    box = output.bounding_box()
    page.mouse.move(box["x"] + 9.5 / 28 * box["width"], box["y"] + 20.5 / 28 * box["height"])
    patch = DIGIT[19:22, 8:11]
    expect(page.locator(".sentence")).to_have_text(re.compile("^Row 21, column 10"))
    arithmetic = np.ravel([patch, WEIGHTS, patch * WEIGHTS]).tolist()
    cells = numbers(page.locator(".products span:not(.sign)"))
    np.testing.assert_allclose(cells[:28], [*arithmetic, (patch * WEIGHTS).sum()], atol=0.0051)
    expect(page.locator(".sentence")).to_have_text(re.compile(f"the sum is {cells[27]:.2f}.$"))
    output.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sentence")).to_have_text(re.compile("^Row 20, column 11"))
    box = page.locator(".filter canvas").first.bounding_box()
    page.mouse.move(box["x"] + 0.999 * box["width"], box["y"] + 0.001 * box["height"])
    expect(page.locator(".sentence")).to_have_text(re.compile("^Row 1, column 28"))


def test_it_says_which_of_four_sums_pooling_keeps_and_how_the_size_comes_about(show_widget):
    page = show(show_widget)
    for name in ("ReLU", "max pooling 2×2"):
        page.get_by_role("checkbox", name=name).check()
    sums = filtered(padded(DIGIT, 1, "same"), np.array(WEIGHTS), 1).clip(0)
    row, column = np.array(np.unravel_index(sums.argmax(), sums.shape)) // 2
    box = page.locator(".filter canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + (column + 0.5) / 14 * box["width"], box["y"] + (row + 0.5) / 14 * box["height"])
    says = re.compile(f"^Row {row + 1}, column {column + 1}: .* pooling keeps {sums.max():.2f}.$")
    expect(page.locator(".sentence")).to_have_text(says)
    four = sums[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()
    np.testing.assert_allclose(numbers(page.locator(".four span")), four, atol=0.0051)
    expect(page.locator(".four .best")).to_have_text(f"{sums.max():.2f}")
    page.get_by_role("button", name="2", exact=True).click()
    size = page.locator(".lower .aside")
    expect(size).to_contain_text(
        "⌊(28 + 1 − 3) / 2⌋ + 1 = 14. Pooling halves that: ⌊14 / 2⌋ = 7. Zeros are added only below"
    )
    page.get_by_role("button", name="valid").click()
    expect(size).to_contain_text(
        "⌊(28 + 0 − 3) / 2⌋ + 1 = 13. Pooling halves that: ⌊13 / 2⌋ = 6. The last row and column"
    )


FILTERS = ("left edge", "blur", "sharpen", "isolated dots", "copy", "random", "your own")
CONTROLS = [
    *(("button", name) for name in (*FILTERS, "2", "3", "valid (no zeros)", "Another 3")),
    *(("button", name) for name in ("Can you move the digit?", "What does pooling keep?")),
    *(("checkbox", name) for name in ("ReLU", "max pooling 2×2")),
]


def test_every_control_changes_what_is_shown_and_nothing_needs_a_mouse(show_widget):
    page = show(show_widget)
    for role, name in CONTROLS:
        before = shown(page)
        page.get_by_role(role, name=name, exact=True).focus()
        page.keyboard.press("Space")
        assert shown(page) != before, name
    before = shown(page)
    page.get_by_role("combobox", name="Digit").select_option("7")
    assert shown(page) != before
    before = shown(page)
    page.get_by_label("weight in row 1, column 2").focus()
    page.keyboard.press("ArrowUp")
    assert shown(page) != before


def test_what_is_no_weight_is_said_and_the_last_one_counts(show_widget):
    page = show(show_widget)
    field, message = page.get_by_label("weight in row 2, column 2"), page.locator(".message")
    before = page.locator(".sentence").inner_text()
    for text, counts in {"": "3", "-": "3", "1e": "1", "1e7": "1"}.items():
        field.fill("")
        field.press_sequentially(text)
        expect(message).to_have_text("")
        field.blur()
        expect(message).to_have_text(re.compile("a number between −1,000,000 and 1,000,000"))
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".products .nine span").nth(13)).to_have_text(counts)
    field.click()
    page.keyboard.type("-1e6")  # in the place of what was there
    expect(message).to_have_text("")
    expect(page.locator(".sentence")).not_to_have_text(before)
    assert "NaN" not in page.locator(".filter").inner_text()
    page.get_by_role("button", name="blur").click()
    page.get_by_role("button", name="your own").click()
    expect(field).to_have_value("-1000000")


def test_the_filter_slides_unless_one_prefers_stillness(show_widget):
    page = show(show_widget)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Slide").click()
    expect(page.locator(".sentence")).to_have_text(re.compile("^Row 28, column 28"), timeout=15_000)
    places = [tuple(map(int, re.findall(r"\d+", said)[:2])) for said in page.evaluate("window.said")]
    assert places == sorted(places)
    assert len(set(places)) >= 10
    page.locator(".filter canvas").nth(1).hover()
    expect(page.locator(".sentence")).to_have_text(re.compile("^Row 1[45], column 1[45]"))
    still = show(show_widget, reduced_motion="reduce")
    expect(still.get_by_role("button", name="Slide")).to_be_hidden()


def test_without_its_digits_it_says_so(show_widget):
    page = show_widget("filter", lab.widgets.filter().data, missing=["digits"])
    expect(page.locator(".message")).to_have_text(re.compile("didn't arrive"))
    page.get_by_role("button", name="blur").click()
    page.get_by_role("button", name="Slide").click()
    page.locator(".filter canvas").nth(1).hover()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(show_widget, scheme):
    page = show(show_widget, color_scheme=scheme, viewport={"width": 390, "height": 800})
    page.get_by_role("button", name="What does an edge look like?").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
