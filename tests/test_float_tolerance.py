"""Right solutions pass on a device that rounds before it multiplies, as a GPU with TF32 does; wrong ones fail too."""

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

import mnist_lab as lab
from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.layers import float_tolerance_of
from mnist_lab.checks.evidence import probabilities_of
from mnist_lab.checks.lessons import LESSONS

from .notebooks import ROOT
from .tensor_float.rounding import round_operands

TOLERANCES = {"float32": 1e-5, "TF32": 5e-3, "mixed_float16": 5e-3, "mixed_bfloat16": 2e-2}


@pytest.fixture
def precision(request, monkeypatch, tiny):
    """Multiply with the precision of Keras' policy of that name, or as a GPU with TF32 does, and return the name."""
    if request.param == "TF32":
        round_operands(monkeypatch.setattr)
    else:
        keras.mixed_precision.set_global_policy(request.param)
    lab.set_seed(0)
    yield request.param
    keras.mixed_precision.set_global_policy("float32")


def open_claims(lesson, model, history, **evidence):
    of = gather(model, history, evidence)
    verdicts = [claim.judge(of) for claim in LESSONS[lesson].all_claims]
    return [f"{verdict.claim}: {verdict.hint}" for verdict in verdicts if not verdict.holds]


def export(model, folder, factor):
    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, name="image")])
    def serve(image):
        predictions = tf.cast(model(tf.reshape(image, [-1, 784]) / factor), tf.float32)
        return {"predictions": predictions, "classes": tf.argmax(predictions, -1)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve)
    archive.write_out(folder, verbose=False)
    return str(folder)


MIXED = [pytest.param(name, marks=pytest.mark.slow) for name in ("mixed_float16", "mixed_bfloat16")]


@pytest.mark.parametrize("precision", ["float32", "TF32", *MIXED], indirect=True)
def test_what_numpy_computes_passes_and_what_is_wrong_fails(precision, tmp_path):
    assert lab.float_tolerance() == TOLERANCES[precision]
    X, _ = lab.first_digits(lab.validation_dataset(), 100)
    optimizer, model = (
        keras.optimizers.SGD(0.1),
        keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")]),
    )
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(lab.training_dataset(20), validation_data=lab.validation_dataset(), epochs=12, verbose=0)
    W, b = model.get_weights()

    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(one_hot, model(images))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    def of_export(factor):
        folder = export(model, tmp_path / str(factor), factor)
        return open_claims("12_train_anywhere", model, history, step=step, export=folder)

    def claims_on(by_hand):
        agree = np.allclose(by_hand, probabilities_of(model, X), rtol=0, atol=float_tolerance_of(model))
        return [] if agree else ["NumPy's probabilities are the network's"]

    assert claims_on(softmax(X @ W + b, axis=1)) == []
    assert of_export(255) == []
    W, b = 0.3 * W, np.linspace(-0.2, 0.2, 10)  # as on MNIST, where lesson 01's network is less certain
    model.set_weights([W, b])
    wrong = {"bias": X @ W, "axis": X @ W + b.mean(), "scale": X @ W / 255 + b, "weights": X @ W[::-1] + b}
    found = {name: claims_on(softmax(sums, axis=1)) for name, sums in wrong.items()}
    found["rows"] = claims_on(softmax(X @ W + b, axis=0))
    found["export"] = [claim for claim in of_export(1) if "returns the network's" in claim]
    assert [name for name, claims in found.items() if not claims] == []


@pytest.mark.parametrize("precision", TOLERANCES, indirect=True)
def test_a_convolution_by_hand_is_that_of_keras(precision, capsys):
    keras.config.set_floatx("float32")
    notebook = nbformat.read(ROOT / "notebooks" / "06_convolutions.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    digits, _ = lab.first_digits(lab.validation_dataset(), 100)
    for weights in ("upper_edge", "upper_edge[::-1]"):
        source = cells["slide"].replace("slide(image, upper_edge)", f"slide(image, {weights})")
        exec(source, {"np": np, "keras": keras, "lab": lab, "digits": digits})
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["True", "False"]


def test_the_tolerance_is_that_of_the_layers_data_type():
    assert [lab.float_tolerance(dtype) for dtype in ("float32", "float16", "bfloat16")] == [1e-5, 5e-3, 2e-2]
