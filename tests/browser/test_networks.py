"""In the browser, networks compute what Keras computes, and a drawing is prepared as Python prepares it."""

import base64

import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.handwriting.samples import SIDE
from mnist_lab.widgets.digit_pad import _preprocess_framed
from mnist_lab.widgets.networks import as_keras, encode, network_bytes
from tools.store_networks import OTHERS, PACKAGED

FILES = {path.stem: path for folder in (PACKAGED, OTHERS) for path in sorted(folder.glob("*.network"))}
DIGITS = 1_000
SET_UP = """async (source) => {
  Object.assign(window, await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))));
  window.toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  window.toText = (arrays) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.readAsDataURL(new Blob(arrays));
  });
  window.each = (bytes, size, compute) =>
    toText(Array.from({ length: bytes.length / size }, (_, i) => compute(bytes.subarray(i * size, (i + 1) * size))));
}"""
CLASSIFY = """([file, digits]) => {
  const network = readNetwork(new DataView(toBytes(file).buffer, 3)); // in notebooks, too, it's part of a buffer
  return each(toBytes(digits), 784, (digit) => classify(network, Float32Array.from(digit, (level) => level / 255)));
}"""
PREPARE = "([drawings, side]) => each(toBytes(drawings), side * side, (ink) => preprocessDigit(ink, side))"
REFUSE = """(files) => files.map((file) => {
  try {
    return readNetwork(new DataView(toBytes(file).buffer)).lesson;
  } catch (error) {
    return error.message;
  }
})"""
POOL = """(data) => {
  const layer = { kind: "max_pooling", shape: [2, 2], strides: 2, padding: "valid" };
  const { data: pooled, shape } = layerOutput(layer, { data: Float32Array.from(data), shape: [5, 4, 3] });
  return [Array.from(pooled), shape];
}"""


@pytest.fixture(scope="module")
def page(chromium):
    with chromium.new_context() as context:
        page = context.new_page()
        page.evaluate(SET_UP, (PACKAGED.parent / "networks.js").read_text(encoding="utf-8"))
        yield page


def text(content):
    return base64.b64encode(content).decode()


def numbers(answer):
    return np.frombuffer(base64.b64decode(answer), np.float32)


def other_network():
    """Return the file of a network with what the lessons' have not: valid padding, oblong windows, few tiny weights."""
    random = np.random.default_rng(0)

    def layer(size, *shape, **about):
        return {**about, "weights": random.normal(0, size, shape), "biases": random.normal(0, size, shape[-1])}

    convolution = layer(2e-5, 5, 3, 1, 3, kind="convolution", strides=3, padding="valid", activation="linear")
    oblong = layer(2e3, 4, 2, 3, 5, kind="convolution", strides=1, padding="same", activation="relu")
    oblong["biases"] /= 2e3
    dense = layer(0.2, 8 * 9 * 5, 10, kind="dense", activation="softmax")
    return encode({}, [convolution, oblong, {"kind": "flatten"}, dense], "float16")


@pytest.mark.parametrize("name", [*FILES, "another"])
def test_a_network_gives_the_probabilities_that_keras_gives(page, name):
    content = FILES[name].read_bytes() if name in FILES else other_network()
    digits = idx.read_images(find_mnist().validation_images)[:DIGITS]
    computed = numbers(page.evaluate(CLASSIFY, [text(b"abc" + content), text(digits.tobytes())]))
    expected = as_keras(content).predict(digits / np.float32(255), batch_size=DIGITS, verbose=0)
    np.testing.assert_allclose(computed.reshape(-1, 10), expected, atol=max(1e-4, lab.float_tolerance()))


def sheets():
    """Return the sample drawings, a dot, a frame at the edge, two sheets of ink, a fading stroke, a pixel, ten."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    dot = 255 * np.clip(5 - np.hypot(rows - 40.5, columns - 62), 0, 1)
    frame = np.where((rows % (SIDE - 1) == 0) | (columns % (SIDE - 1) == 0), 255, 0)
    full = np.full_like(rows, 255)
    nearly_full = np.where((rows == SIDE - 1) & (columns == SIDE - 1), 200, 255)
    faint = np.where(rows > 30, 25, 250) * (abs(columns - 50) < 3)
    pixel = np.where((rows == 139) & (columns == 3), 30, 0)
    drawings, _labels = lab.sample_drawings()
    digits = np.vstack([np.hstack(drawings[start::20, ::5, ::5]) for start in (0, 10)])
    ten = np.pad(digits, ((0, SIDE - len(digits)), (0, 0)))
    return np.stack([*drawings, dot, frame, full, nearly_full, faint, pixel, ten]).astype(np.uint8)


def test_a_drawing_is_prepared_as_python_prepares_it(page):
    drawings = sheets()
    prepared = numbers(page.evaluate(PREPARE, [text(drawings.tobytes()), SIDE])).reshape(-1, 784)
    expected = np.stack([_preprocess_framed(drawing) for drawing in drawings])
    np.testing.assert_allclose(255 * prepared, 255 * expected, atol=2)
    for level in (0, 25):
        assert page.evaluate(f"preprocessDigit(new Uint8Array(100).fill({level}), 10)") is None


def test_max_pooling_takes_the_largest_of_each_window(page):
    values = np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float32)
    pooled, shape = page.evaluate(POOL, values.ravel().tolist())
    assert shape == [2, 2, 3]
    assert pooled == values[:4].reshape(2, 2, 2, 2, 3).max((1, 3)).ravel().tolist()


def test_a_damaged_file_is_refused_in_a_sentence(page):
    content = network_bytes("lesson_01")
    damaged = [content[:cut] for cut in (*range(0, len(content), 199), len(content) - 1)]
    damaged += [content + b"more", content[:-4] + b"\xff" * 4]
    damaged += [content.replace(*change) for change in ((b"softmax", b"softmix"), (b"[784, 10]", b"[783, 10]"))]
    for message in page.evaluate(REFUSE, [text(file) for file in damaged]):
        assert message.startswith("This network's file is damaged (")
        assert message.endswith("). Reload the page, or install mnist-lab again.")
