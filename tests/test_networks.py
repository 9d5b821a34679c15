"""The stored networks are those that were measured, and a stored network computes what the trained one did."""

import hashlib

import keras
import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import float_tolerance
from mnist_lab.widgets.networks import as_keras, decode, encode, network_bytes
from tools.store_networks import OTHERS, PACKAGED, folded

NETWORKS = sorted([*PACKAGED.glob("*.network"), *OTHERS.glob("*.network")])


@pytest.mark.parametrize("folder", [PACKAGED, OTHERS])
def test_the_stored_networks_are_those_of_their_sums(folder):
    lines = [line.split() for line in (folder / "SHA256SUMS").read_text().splitlines()]
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.network")}
    assert {name: checksum for checksum, name in lines} == files


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_stored_network_reads_as_many_digits_as_measured_and_nearly_the_same(path):
    about, _layers = decode(path.read_bytes())
    assert about["changed"] <= (0.005 if path.stem == "lesson_02" else 0.003)
    files = find_mnist()
    if files.origin != "mnist":
        pytest.skip("needs MNIST")
    images, labels = idx.read_digits(files.validation_images, files.validation_labels)
    read = as_keras(path.read_bytes()).predict(images / np.float32(255), batch_size=1_000, verbose=0).argmax(1)
    assert np.mean(read == labels) == pytest.approx(about["stored_accuracy"], abs=0.0003), "another machine rounds"


def small_network():
    layers = [
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(3, 5, strides=2, padding="same", use_bias=False),
        keras.layers.BatchNormalization(scale=False),
        keras.layers.Activation("relu"),
        keras.layers.Conv2D(4, 6, strides=3),
        keras.layers.BatchNormalization(epsilon=0.1),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(8, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model, random = keras.Sequential([keras.Input((784,)), *layers]), np.random.default_rng(0)
    for weights in model.weights:
        least = 0.5 if weights.path.endswith("variance") else -0.5
        weights.assign(random.uniform(least, least + 1, weights.shape))
    return model


@pytest.mark.parametrize(("dtype", "weight_bound", "bound"), [("int8", 1 / 254, 0.02), ("float16", 2**-11, 0.001)])
def test_batch_norm_is_folded_and_weights_are_stored_within_their_bound(dtype, weight_bound, bound):
    model, images = small_network(), np.random.default_rng(1).random((50, 784), np.float32)
    layers = folded(model)
    about, stored = decode(encode({"seed": 3}, layers, dtype))
    assert about == {"seed": 3}
    for layer, again in zip(layers, stored, strict=True):
        if "weights" in layer:
            errors = np.abs(again["weights"] - layer["weights"])
            largest = np.abs(layer["weights"]).max(axis=tuple(range(errors.ndim - 1)))
            assert (errors <= 1.001 * weight_bound * largest).all()
    rebuilt = as_keras(encode({}, layers, dtype))
    np.testing.assert_allclose(rebuilt(images), model(images), atol=bound + float_tolerance())


def test_unknown_names_and_damaged_bytes_are_refused():
    with pytest.raises(ValueError, match=r"lesson_01, lesson_04, lesson_08, lesson_10\. Received: 'lesson_99'"):
        network_bytes("lesson_99")
    whole = network_bytes("lesson_01")
    for damaged in (b"", b"\0" * 40, whole[:3], whole[:-4], whole + whole, whole.replace(b"layers", b"players")):
        with pytest.raises(ValueError, match=f"whole network file. Received {len(damaged):,} bytes"):
            as_keras(damaged)


@pytest.mark.parametrize("lesson", ["01", "04", "08", "10"])
def test_a_lessons_network_is_loaded_as_the_pad_computes_it(lesson):
    images = np.random.default_rng(2).random((20, 784), np.float32)
    expected = as_keras(network_bytes(f"lesson_{lesson}"))(images)
    np.testing.assert_allclose(lab.load_network(lesson).predict(images, verbose=0), expected, atol=float_tolerance())


@pytest.mark.parametrize("lesson", ["11", 8, "08_batch_normalization", None, ["08"]])
def test_a_lesson_without_a_network_is_answered_with_those_that_have_one(lesson):
    with pytest.raises(ValueError, match=r"one of '01', '04', '08', '10', as a text\. Received: ") as raised:
        lab.load_network(lesson)
    assert repr(lesson) in str(raised.value)
