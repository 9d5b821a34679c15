import sys
import zlib
from base64 import b64encode

import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.handwriting import your_digits as module
from mnist_lab.widgets.networks import as_keras
from tools.store_networks import OTHERS, PACKAGED

LEVELS = np.random.default_rng(0).integers(0, 16, (10, 784), np.uint8)
PACKED = (LEVELS[:, ::2] << 4 | LEVELS[:, 1::2]).tobytes()
PREFIX, NOTICE = "mnist-lab-digits-1:", "Using sample drawings"


def text_of(packed):
    return PREFIX + b64encode(zlib.compress(packed)).decode()


TEXT = text_of(PACKED)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "user_cache", lambda: tmp_path)
    return tmp_path


def test_a_pasted_text_gives_the_digits_and_later_calls_return_them_again(capsys):
    for given in (f"\n {TEXT[:40]}\n{TEXT[40:]} ", None):
        images, classes = lab.your_digits(given)
        assert (images.dtype, classes.dtype, classes.tolist()) == (np.float32, np.int64, [*range(10)])
        np.testing.assert_allclose(images, LEVELS / 15, rtol=1e-6)
    assert capsys.readouterr().out == ""


def test_without_digits_of_yours_it_says_that_it_returns_samples(capsys):
    images, classes = lab.your_digits()
    drawings, of_class = lab.sample_drawings()
    assert (images.shape, images.dtype) == ((10, 784), np.float32)
    for image, digit in zip(images, classes, strict=True):
        assert any(np.array_equal(image, lab.preprocess_digit(one)) for one in drawings[of_class == digit])
    out = capsys.readouterr().out
    assert out.startswith(NOTICE)
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("network", "errors"),
    [(PACKAGED / "lesson_01", {3, 4, 5}), (OTHERS / "lesson_06", {0}), (PACKAGED / "lesson_08", {0})],
    ids=["01", "06", "08"],
)
def test_lesson_01_misclassifies_several_of_the_samples_and_later_lessons_none(network, errors):
    images, classes = lab.your_digits()
    model = as_keras(network.with_suffix(".network").read_bytes())
    assert (model.predict(images, verbose=0).argmax(1) != classes).sum() in errors


@pytest.mark.parametrize("place", ["where checks are recorded", "in Colab"])
def test_there_it_neither_keeps_digits_nor_returns_kept_ones(place, cache, monkeypatch, capsys):
    lab.your_digits(TEXT)
    (kept,) = cache.iterdir()
    if place == "in Colab":
        monkeypatch.setitem(sys.modules, "google.colab", sys)
    else:
        monkeypatch.setenv("MNIST_LAB_RESULTS", "checks.jsonl")
    assert lab.your_digits(text_of(bytes(3920)))[0].max() == 0
    assert kept.read_text() == TEXT
    lab.your_digits()
    assert capsys.readouterr().out.startswith(NOTICE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "must begin with 'mnist-lab-digits-1:'. Received: 'hello'"),
        (TEXT[:-9], "Received"),
        (TEXT[:900] + "é" + TEXT[901:], "must be undamaged"),
        (TEXT[:900] + ("A" if TEXT[900] != "A" else "B") + TEXT[901:], "Received"),
        (text_of(PACKED[:-1]), "ten whole digits"),
        (text_of(PACKED + b"0"), "ten whole digits"),
    ],
    ids=["another text", "cut off", "no base64", "a letter changed", "too short", "too long"],
)
def test_a_damaged_text_is_refused_and_not_kept(text, message, cache):
    with pytest.raises(ValueError, match=rf"{message}.*Press .Copy as text. on the pad again"):
        lab.your_digits(text)
    assert not [*cache.iterdir()]
