"""Right solutions pass on a device that rounds before it multiplies, as a GPU with TF32 does; wrong ones fail too."""

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax
from scipy.stats import binomtest

import mnist_lab as lab
from mnist_lab.checks.check import gather
from mnist_lab.checks.lessons import LESSONS
from mnist_lab.diagrams._arguments import as_probabilities

from .notebooks import ROOT
from .tensor_float.rounding import round_operands

layers = keras.layers
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


def train(*several, optimizer=None, epochs=12, last="softmax"):
    model = keras.Sequential([keras.Input((784,)), *several, layers.Dense(10, last)])
    model.compile(optimizer or keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    return model, model.fit(
        lab.training_dataset(20), validation_data=lab.validation_dataset(), epochs=epochs, verbose=0
    )


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


def step_of(model):
    optimizer = keras.optimizers.SGD(0.1)

    def step(images, one_hot):
        with tf.GradientTape() as tape:
            loss = keras.losses.CategoricalCrossentropy()(one_hot, model(images))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


MIXED = [pytest.param(name, marks=pytest.mark.slow) for name in ("mixed_float16", "mixed_bfloat16")]


@pytest.mark.parametrize("precision", ["float32", "TF32", *MIXED], indirect=True)
def test_what_numpy_computes_passes_and_what_is_wrong_fails(precision, tmp_path):
    assert lab.float_tolerance() == TOLERANCES[precision]
    X, _ = lab.first_digits(lab.validation_dataset(), 100)
    model, history = train()
    W, b = model.get_weights()

    def of_export(factor):
        folder = export(model, tmp_path / str(factor), factor)
        return open_claims("12_train_anywhere", model, history, step=step_of(model), export=folder)

    def by_hand(probabilities):
        claims = open_claims("01_dense_softmax", model, history, by_hand=probabilities)
        return [claim for claim in claims if "NumPy" in claim]

    assert open_claims("01_dense_softmax", model, history, by_hand=softmax(X @ W + b, axis=1)) == []
    assert of_export(255) == []
    W, b = 0.3 * W, np.linspace(-0.2, 0.2, 10)  # as on MNIST, where lesson 01's network is less certain
    model.set_weights([W, b])
    wrong = {"bias": X @ W, "axis": X @ W + b.mean(), "scale": X @ W / 255 + b, "weights": X @ W[::-1] + b}
    found = {name: by_hand(softmax(sums, axis=1)) for name, sums in wrong.items()}
    found["rows"] = by_hand(softmax(X @ W + b, axis=0))
    found["export"] = [claim for claim in of_export(1) if "the network gives" in claim]
    assert [name for name, claims in found.items() if not claims] == []


@pytest.mark.parametrize("precision", TOLERANCES, indirect=True)
def test_a_convolution_by_hand_is_that_of_keras(precision, capsys):
    keras.config.set_floatx("float32")
    notebook = nbformat.read(ROOT / "notebooks" / "06_convolutions.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    digits, _ = lab.first_digits(lab.validation_dataset(), 100)
    space = {"np": np, "keras": keras, "lab": lab, "digits": digits}
    exec(cells["slide"], space)
    capsys.readouterr()
    exec(cells["as-keras"], space)
    assert [line[-5:].strip() for line in capsys.readouterr().out.splitlines()[:2]] == ["True", "False"]


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["TF32", "mixed_float16"], indirect=True)
def test_the_checks_of_the_other_lessons_accept_right_networks(precision):
    def conv(filters, **options):
        return layers.Conv2D(filters, 5, strides=3, padding="same", **options)

    def dense(activation):
        return [layers.Dense(32, activation), layers.Dense(24, activation)]

    def convolutions():
        return [layers.Reshape((28, 28, 1)), conv(4, activation="relu"), conv(8, activation="relu"), layers.Flatten()]

    def normalized():
        batch_norm = layers.BatchNormalization(scale=False, momentum=0.9)
        normal = [conv(8, use_bias=False), batch_norm, layers.Activation("relu")]
        return [layers.Reshape((28, 28, 1)), *normal, layers.Flatten()]

    adam, schedules = keras.optimizers.Adam, keras.optimizers.schedules
    decay = schedules.ExponentialDecay(0.01, 15, 0.8)
    cycle = schedules.CosineDecay(1e-3, 12, alpha=0.0, warmup_target=0.02, warmup_steps=3)
    first, second = dense("relu")
    with_dropout = [*convolutions(), layers.Dense(32, "relu"), layers.Dropout(0.2)]
    trained = {
        "02_sigmoid_layers": train(*dense("sigmoid"), optimizer=keras.optimizers.SGD(1.0), epochs=30),
        "03_relu_and_adam": train(*dense("relu"), optimizer=adam(0.01)),
        "04_learning_rate_decay": train(*dense("relu"), optimizer=adam(decay)),
        "05_dropout": train(first, layers.Dropout(0.2), second, optimizer=adam(decay), epochs=15),
        "06_convolutions": train(*convolutions(), optimizer=adam(0.01), epochs=20),
        "07_convolutions_with_dropout": train(*with_dropout, optimizer=adam(0.01), epochs=20),
        "08_batch_normalization": train(*normalized(), optimizer=adam(0.01), epochs=20),
        "10_faster_and_better": train(*normalized(), optimizer=adam(cycle), epochs=1),
    }
    still_open = {name: open_claims(name, *model_and_history) for name, model_and_history in trained.items()}
    still_open["10_faster_and_better"] = [c for c in still_open["10_faster_and_better"] if "reads most" not in c]
    assert {name: claims for name, claims in still_open.items() if claims} == {}
    without_activation = [layers.Reshape((28, 28, 1)), conv(1), layers.Flatten()]
    assert open_claims("06_convolutions", *train(*without_activation))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["TF32", "mixed_float16"], indirect=True)
def test_the_check_of_a_sealed_test_accepts_a_right_network(precision):
    held_out, sealed = lab.holdout_dataset(60), lab.SealedTest()
    hidden = [layers.Dense(20, "relu"), layers.Dropout(0.25)]
    model = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(lab.training_dataset(20, holdout=60), validation_data=held_out, epochs=12, verbose=0)
    result, reached = sealed.open(model), history.history["val_accuracy"][-1]
    interval = binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="wilson")
    tried = {0.25: min(reached, 0.9999), 0.1: reached - 0.02, 0.5: reached - 0.01}
    evidence = {"held_out": held_out, "sealed": sealed, "interval": interval, "tried": tried}
    assert open_claims("09_honest_evaluation", model, history, **evidence) == []


def test_the_tolerance_is_that_of_the_layers_data_type():
    assert [lab.float_tolerance(dtype) for dtype in ("float32", "float16", "bfloat16")] == [1e-5, 5e-3, 2e-2]


def test_probabilities_in_half_precision_are_still_probabilities():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 100)
    rounded = np.array(tf.cast(probabilities, tf.bfloat16), float)
    assert np.abs(rounded.sum(axis=1) - 1).max() > 1e-3
    assert as_probabilities(rounded, most=100).shape == (100, 10)
