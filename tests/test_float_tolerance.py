"""Right solutions pass on a device that rounds before it multiplies, as GPUs with TF32 do; wrong ones fail there, too.

Each process multiplies with the precision that `tests/tensor_float/` or Keras' policy sets.
"""

import json
import os

import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.diagrams._arguments import as_probabilities
from mnist_lab.environment import float_tolerance

from .conftest import write_tiny
from .notebooks import ROOT

PRECISIONS = ["float32", "TF32", "mixed_float16", "mixed_bfloat16"]
TOLERANCES = dict(zip(PRECISIONS, (1e-5, 5e-3, 5e-3, 2e-2), strict=True))

TRAINED = """
import contextlib, io, json, os, re, sys, tempfile
import keras, numpy as np, tensorflow as tf
import mnist_lab as lab
from scipy.special import softmax
from mnist_lab.checks.check import gather, judge
from mnist_lab.checks.lessons import find_lesson

if sys.argv[1].startswith("mixed"):
    keras.mixed_precision.set_global_policy(sys.argv[1])
lab.set_seed(0)
layers = keras.layers
training, validation = lab.training_dataset(20), lab.validation_dataset()
X, _ = lab.first_digits(validation, 100)

def train(*several, rate=0.1, epochs=12, optimizer=None, last="softmax"):
    model = keras.Sequential([keras.Input((784,)), *several, layers.Dense(10, last)])
    model.compile(optimizer or keras.optimizers.SGD(rate), "categorical_crossentropy", metrics=["accuracy"])
    return model, model.fit(training, validation_data=validation, epochs=epochs, verbose=0)

def open_claims(lesson, model, history, **evidence):
    verdicts = judge(find_lesson(lesson), gather(model, history, evidence))
    return [f"{verdict.claim}: {verdict.hint}" for verdict in verdicts if not verdict.holds]

def export(model, factor=255):
    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, name="image")])
    def serve(image):
        predictions = tf.cast(model(tf.reshape(image, [-1, 784]) / factor), tf.float32)
        return {"predictions": predictions, "classes": tf.argmax(predictions, -1)}
    archive, folder = keras.export.ExportArchive(), tempfile.mkdtemp()
    archive.track(model)
    archive.add_endpoint("serving_default", serve)
    archive.write_out(folder, verbose=False)
    return folder

def step_of(model):
    optimizer = keras.optimizers.SGD(0.1)
    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(one_hot, model(images))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return step

found = {"tolerance": lab.float_tolerance()}
"""

LESSON_01 = """
model, history = train()
W, b = model.get_weights()
found["right"] = open_claims("01_dense_softmax", model, history, by_hand=softmax(X @ W + b, axis=1))
found["right 12"] = open_claims("12_train_anywhere", model, history, step=step_of(model), export=export(model))
W, b = 0.3 * W, np.linspace(-0.2, 0.2, 10)  # as on MNIST, where lesson 01's network is less certain
model.set_weights([W, b])
wrong = {"bias": X @ W, "axis": X @ W + b.mean(), "scale": X @ W / 255 + b, "weights": X @ W[::-1] + b}
found["wrong"] = {
    name: open_claims("01_dense_softmax", model, history, by_hand=softmax(sums, axis=1)) for name, sums in wrong.items()
}
found["wrong"]["rows"] = open_claims("01_dense_softmax", model, history, by_hand=softmax(X @ W + b, axis=0))
found["wrong"] = {name: [claim for claim in claims if "NumPy" in claim] for name, claims in found["wrong"].items()}
for factor in (1, 100):
    claims = open_claims("12_train_anywhere", model, history, step=step_of(model), export=export(model, factor))
    found["wrong"][f"export {factor}"] = [claim for claim in claims if "the network gives" in claim]
"""

OTHERS = """
def conv(filters, **options):
    return layers.Conv2D(filters, 5, strides=3, padding="same", **options)

def normalized(layer):
    return [layer, layers.BatchNormalization(scale=False, momentum=0.9), layers.Activation("relu")]

image = layers.Reshape((28, 28, 1))
dense = lambda activation: [layers.Dense(32, activation), layers.Dense(24, activation)]
decay = keras.optimizers.schedules.ExponentialDecay(0.01, 15, 0.8)
cycle = keras.optimizers.schedules.CosineDecay(1e-3, 12, alpha=0.0, warmup_target=0.02, warmup_steps=3)
convolutions = [image, conv(4, activation="relu"), conv(8, activation="relu"), layers.Flatten()]
adam = keras.optimizers.Adam
found["right 02"] = open_claims("02_sigmoid_layers", *train(*dense("sigmoid"), rate=1.0, epochs=30))
found["right 03"] = open_claims("03_relu_and_adam", *train(*dense("relu"), optimizer=adam(0.01)))
found["right 04"] = open_claims("04_learning_rate_decay", *train(*dense("relu"), optimizer=adam(decay)))
first, second = dense("relu")
found["right 05"] = open_claims(
    "05_dropout", *train(first, layers.Dropout(0.2), second, optimizer=adam(decay), epochs=15)
)
found["right 06"] = open_claims("06_convolutions", *train(*convolutions, optimizer=adam(0.01), epochs=20))
convolutions = [image, conv(4, activation="relu"), conv(8, activation="relu"), layers.Flatten()]
found["right 07"] = open_claims(
    "07_convolutions_with_dropout",
    *train(*convolutions, layers.Dense(32, "relu"), layers.Dropout(0.2), optimizer=adam(0.01), epochs=20),
)
eye = [image, *normalized(conv(8, use_bias=False)), layers.Flatten()]
found["right 08"] = open_claims("08_batch_normalization", *train(*eye, optimizer=adam(0.01), epochs=20))
model, history = train(*eye[:-1], layers.Flatten(), optimizer=adam(cycle), epochs=1)
claims = open_claims("10_faster_and_better", model, history)
found["right 10"] = [claim for claim in claims if "reads most" not in claim]
held_out = lab.holdout_dataset(60)
several = [layers.Dense(20, "relu"), layers.Dropout(0.25), layers.Dense(10, "softmax")]
model = keras.Sequential([keras.Input((784,)), *several])
model.compile(adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(lab.training_dataset(20, holdout=60), validation_data=held_out, epochs=12, verbose=0)
sealed = lab.SealedTest()
result, reached = sealed.open(model), history.history["val_accuracy"][-1]
from scipy.stats import binomtest
interval = binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="wilson")
tried = {0.25: min(reached, 0.9999), 0.1: reached - 0.02, 0.5: reached - 0.01}
found["right 09"] = open_claims(
    "09_honest_evaluation", model, history, held_out=held_out, sealed=sealed, interval=interval, tried=tried
)
found["wrong"] = {"two softmax": open_claims("06_convolutions", *train(*convolutions[:1], conv(1), layers.Flatten()))}
"""

LESSON_06 = """
keras.config.set_floatx("float32")
import pathlib, nbformat
notebook = nbformat.read("notebooks/06_convolutions.ipynb", as_version=4)
cells = {cell.id: cell.source for cell in notebook.cells}
space = {"np": np, "keras": keras, "lab": lab, "digits": X}
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    exec(cells["slide"], space)
    exec(cells["as-keras"], space)
found["printed"] = printed.getvalue().split("\\n")[1:]
"""


def run(start, digits, precision, *sources):
    folders = [str(ROOT), *([str(ROOT / "tests" / "tensor_float")] if precision == "TF32" else [])]
    code = "\n".join([TRAINED, *sources, "print(json.dumps(found))"])
    process = start("-c", code, precision, PYTHONPATH=os.pathsep.join(folders), MNIST_LAB_DATA=str(digits))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_numpy_computes_passes_and_what_is_wrong_fails(precision, tmp_path, start):
    found = run(start, write_tiny(tmp_path / "tiny"), precision, LESSON_01, LESSON_06)
    assert found["tolerance"] == TOLERANCES[precision]
    assert (found["right"], found["right 12"]) == ([], [])
    assert [name for name, claims in found["wrong"].items() if not claims] == []
    assert [line[-5:].strip() for line in found["printed"][:2]] == ["True", "False"]


@pytest.mark.parametrize("precision", ["TF32", "mixed_float16"])
def test_the_checks_of_the_other_lessons_accept_right_networks(precision, tmp_path, start):
    found = run(start, write_tiny(tmp_path / "tiny"), precision, OTHERS)
    assert {name: claims for name, claims in found.items() if name.startswith("right") and claims} == {}
    assert found["wrong"]["two softmax"]


def test_the_tolerance_is_that_of_the_layers_data_type():
    assert [float_tolerance(dtype) for dtype in ("float32", "float16", "bfloat16")] == [1e-5, 5e-3, 2e-2]


def test_probabilities_in_half_precision_are_still_probabilities():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 100)
    rounded = np.array(tf.cast(probabilities, tf.bfloat16), float)
    assert np.abs(rounded.sum(axis=1) - 1).max() > 1e-3
    assert as_probabilities(rounded, most=100).shape == (100, 10)
