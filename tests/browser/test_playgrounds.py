"""The playgrounds on a bare page: what controls change, keys, drags, extremes, and arithmetic as in NumPy and Keras."""

import itertools
import json
import re
import shutil
from importlib.resources import files

import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.widgets.digits import sample_digits
from mnist_lab.widgets.playgrounds import _loss, descent_path, relative_gradients

from .conftest import expect
from .pages import violations

EVERYTHING = {"optimizers": ["sgd", "momentum", "adam"]}
DIGITS = "digits"
PICTURES = """() => [...document.querySelectorAll("canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value) => (31 * sum + value) | 0, 0);
}).join() + document.querySelector(".prompt").textContent"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FOCUSED = """() => {
  const { type, value, max, ariaPressed, textContent } = document.activeElement;
  if (!document.activeElement.closest(".mnist-lab-widget")) return "outside";
  const later = ["zeros", "previous setting", "fixed"].includes(textContent); // nothing is random in zeros
  if (ariaPressed === "true" || later) return null;
  if (type === "range") return value === max ? "ArrowLeft" : "ArrowRight";
  return { checkbox: "Space", button: "Enter" }[type] ?? "ArrowDown";
}"""


SURFACES = """() => Object.fromEntries(["true", "false"].map((pressed) => {
  const buttons = [...document.querySelectorAll(`[aria-pressed="${pressed}"]`)];
  return [pressed, [...new Set(buttons.map((button) => getComputedStyle(button).backgroundColor))]];
}))"""


def pictures(page):
    page.evaluate(TWO_FRAMES)
    return page.evaluate(PICTURES)


def playground(show_widget, name, **options):
    settings = EVERYTHING if name == "descent" else {}
    page = show_widget(name, getattr(lab.widgets, name)(**settings).data, **options)
    if name == "gradients" and DIGITS not in options.get("missing", ()):
        expect(page.locator(".headline")).not_to_be_empty()
    return page


@pytest.mark.parametrize(("name", "controls"), [("descent", 18), ("gradients", 14)])
def test_every_control_is_reached_by_keys_and_changes_what_is_shown(show_widget, name, controls):
    page = playground(show_widget, name)
    page.keyboard.press("Tab")
    changed = 0
    while (key := page.evaluate(FOCUSED)) != "outside":
        if key:
            before = pictures(page)
            page.keyboard.press(key)
            page.wait_for_function(f"(before) => ({PICTURES})() !== before", arg=before)
            changed += 1
        if page.evaluate("document.activeElement.textContent") == "Pause":
            page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    assert changed == controls


def test_descents_diverge_at_the_sliders_ends_and_say_so(show_widget):
    page = playground(show_widget, "descent")
    reading = page.locator(".reading").first
    rate = page.get_by_label("learning rate", exact=True)
    rate.press("End")
    expect(reading).to_contain_text("It diverges: after 2 steps it has left the map.")
    expect(page.locator(".note")).to_contain_text("must stay below 2 ÷ 5.92 ≈ 0.338")
    expect(page.locator(".spoken")).to_contain_text("SGD: It diverges")
    for label, key in (("momentum", "End"), ("batch size", "Home"), ("learning rate after each step", "End")):
        page.get_by_role("slider", name=label).press(key)
    for surface in ("Narrow valley", "Saddle", "Bowl"):
        page.get_by_role("button", name=surface, exact=True).click()
        expect(reading).to_contain_text(re.compile("It diverges: after . steps"))
    for label in ("momentum", "batch size", "learning rate"):
        page.get_by_role("slider", name=label).first.press("Home")
    expect(reading).to_contain_text("After 100 steps")
    assert not re.search("NaN|Infinity|undefined", page.locator(".mnist-lab-widget").inner_text())


def test_gradients_at_both_ends_of_their_controls_are_put_into_words(show_widget):
    page = playground(show_widget, "gradients")
    for activation, initialization in itertools.product(("sigmoid", "ReLU"), ("small", "zeros")):
        for name in (activation, initialization):
            page.get_by_role("button", name=name, exact=True).click()
        for key in ("Home", "End"):
            page.get_by_label("hidden layers").press(key)
            pictures(page)
            expect(page.locator(".headline")).to_contain_text(
                "All weights are 0" if initialization == "zeros" else "steps"
            )
            assert not re.search("NaN|Infinity|undefined", page.locator(".mnist-lab-widget").inner_text())


def test_a_reading_says_when_the_loss_fell_to_a_hundredth_for_the_first_time_and_the_last(show_widget):
    data = lab.widgets.descent("valley", 0.2, optimizers=["momentum"]).data
    page = show_widget("descent", data)
    losses = _loss("valley", descent_path("momentum", data))
    below = losses <= 0.01 * losses[0]
    first, last = below.argmax(), np.flatnonzero(~below)[-1] + 1
    assert first < last < len(losses)
    expect(page.locator(".reading").nth(1)).to_contain_text(
        f"first fell to 1% at step {first}, and last at step {last}."
    )


def test_the_start_is_dragged_and_play_rolls_the_balls_or_jumps_to_the_end(show_widget):
    page = playground(show_widget, "descent", reduced_motion="reduce")
    reading, box = page.locator(".reading").first, page.locator("canvas.map").bounding_box()
    texts = []
    page.mouse.move(box["x"] + box["width"] * (1 - 2.8 / 3.4) / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.3, 0.6):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.2)
        texts.append(reading.inner_text())
    page.mouse.up()
    page.mouse.move(box["x"], box["y"])
    assert len({*texts, reading.inner_text()}) == 2
    page.get_by_role("button", name="Restart").click()
    expect(reading).to_contain_text("At the start")
    page.get_by_role("button", name="Play").click()
    expect(reading).to_contain_text("After 100 steps", timeout=1000)
    page.get_by_role("button", name="Play").click()
    expect(reading).to_contain_text("At the start")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play").click()
    expect(reading).to_contain_text(re.compile("After [1-9] steps"))
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_question_begins_at_the_start_and_is_not_lit_once_a_setting_changes(show_widget):
    page = playground(show_widget, "descent")
    question, reading = page.locator(".questions button").first, page.locator(".reading").first
    question.click()
    expect(reading).to_contain_text("At the start")
    expect(page.get_by_label("momentum", exact=True).first).to_be_disabled()
    page.get_by_role("checkbox", name="SGD").click()
    expect(page.locator(".note")).to_have_text("Tick an optimizer.")
    page.get_by_role("checkbox", name="SGD").click()
    expect(reading).to_contain_text("At the start")
    expect(question).to_have_attribute("aria-pressed", "false")
    page.get_by_label("learning rate", exact=True).press("ArrowRight")
    expect(reading).to_contain_text("After 100 steps")


def test_without_digits_a_sentence_is_shown(show_widget):
    page = playground(show_widget, "gradients", missing=(DIGITS,))
    expect(page.locator(".message")).to_contain_text("The sample digits did not arrive")
    page.get_by_role("button", name="New random weights").click()
    page.get_by_label("hidden layers").press("End")
    expect(page.locator(".headline")).to_be_empty()


@pytest.mark.parametrize("name", ["descent", "gradients"])
def test_axe_finds_nothing_serious_and_a_phone_need_not_scroll_sideways(show_widget, name):
    page = playground(show_widget, name, color_scheme="light", viewport={"width": 390, "height": 844})
    page.locator(".questions button").first.click()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.locator('[data-theme="dark"]').wait_for()
    assert violations(page) == []
    page.emulate_media(forced_colors="active")
    surfaces = page.evaluate(SURFACES)
    assert len(surfaces["true"] + surfaces["false"]) == 2
    assert surfaces["true"] != surfaces["false"], "one sees what is pressed"
    scroll, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert scroll <= inner


def import_script(page, folder, call):
    """Return what an expression returns that is given the exports of the scripts' modules."""
    names = ("random", "surfaces", "backpropagation")
    for name in names:
        shutil.copy(files("mnist_lab.widgets") / f"{name}.js", folder)
    imports = ", ".join(f'...(await import("/{name}.js"))' for name in names)
    return json.loads(page.evaluate(f"async () => JSON.stringify(await (async (script) => {call})({{ {imports} }}))"))


def test_the_paths_are_those_of_the_python_picture(show_widget, tmp_path):
    page = playground(show_widget, "descent")
    for surface, optimizer, batch_size in (("bowl", "sgd", 4), ("valley", "momentum", None), ("saddle", "adam", 1)):
        data = lab.widgets.descent(surface, 0.3, batch_size=batch_size, decay=0.99).data
        settings = str(data).replace("None", "null")
        call = f'script.descentOf("{optimizer}", {settings}, script.SURFACES.{surface}.start, script.normals(1, 200))'
        points = import_script(page, tmp_path, call)["points"]
        np.testing.assert_allclose(points, descent_path(optimizer, data), atol=1e-9)


BACKPROPAGATE = """{{
  const bytes = await (await fetch("/files/digits")).arrayBuffer();
  const layers = script.weightsMaker()({{ depth: 3, initialization: "{1}" }}, 0);
  const {{ gradients }} = script.backpropagate(layers, script.batchOf(new DataView(bytes)), "{0}");
  return layers.map(({{ inputs, weights }}, at) => [inputs, ...[weights, gradients[at]].map((of) => Array.from(of))]);
}}"""


def test_the_gradients_are_those_of_keras_and_of_the_python_picture(show_widget, tmp_path):
    import keras
    import tensorflow as tf

    page = playground(show_widget, "gradients")
    rows = np.arange(32) * 100 // 32
    for activation, initialization in (("sigmoid", "glorot"), ("tanh", "he"), ("relu", "small")):
        found = import_script(page, tmp_path, BACKPROPAGATE.format(activation, initialization))
        kernels = [tf.Variable(np.reshape(weights, (inputs, -1))) for inputs, weights, _ in found]
        with tf.GradientTape() as tape:
            outputs = tf.constant(sample_digits()[rows] / 255)
            for kernel in kernels[:-1]:
                outputs = keras.activations.get(activation)(outputs @ kernel)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(rows // 10, outputs @ kernels[-1])
            mean = tf.reduce_mean(loss)
        expected = [gradient.numpy() for gradient in tape.gradient(mean, kernels)]
        for (inputs, _, gradient), by_keras in zip(found, expected, strict=True):
            difference = np.reshape(gradient, (inputs, -1)) - by_keras
            assert np.linalg.norm(difference) < 1e-6 * np.linalg.norm(by_keras)
        ratios = [np.linalg.norm(one) / np.linalg.norm(kernel) for one, kernel in zip(expected, kernels, strict=True)]
        np.testing.assert_allclose(relative_gradients(3, activation, initialization), ratios, rtol=1e-6)
