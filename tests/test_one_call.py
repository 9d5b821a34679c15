"""The appendix on GPUs writes an epoch in one call: it must train as single steps do."""

import linecache

import keras
import numpy as np
import pytest
import tensorflow as tf

import mnist_lab as lab
from mnist_lab.data import idx
from tools.project import NOTEBOOKS, read

from .conftest import TRAINING

STEPS, BATCH = 6, 40
CELLS = {cell.id: cell.source for cell in read(NOTEBOOKS / "appendix_gpu.ipynb").cells}


@pytest.mark.parametrize("has_gpu", [False, True], ids=["graph", "XLA"])
def test_the_written_epoch_is_what_train_on_batch_does_with_the_same_rows(tiny, has_gpu):
    images, classes = idx.read_digits(lab.find_mnist().train_images, lab.find_mnist().train_labels)
    names = {"tf": tf, "keras": keras, "has_gpu": has_gpu, "images": tf.constant(images), "classes": classes}
    source, file = f"{CELLS['network']}\n\n{CELLS['one-call']}", "<one call>"
    linecache.cache[file] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        file,
    )  # tf.function reads the loop there
    lab.set_seed(1)
    exec(compile(source, file, "exec"), names)
    ours, theirs = names["model"], names["dense_network"]()
    theirs.set_weights(ours.get_weights())
    rows = np.random.default_rng(0).permutation(TRAINING)[: STEPS * BATCH].reshape(STEPS, BATCH)
    names["train_epoch"](tf.constant(rows))
    for some in rows:
        theirs.train_on_batch(images[some] / np.float32(255), np.eye(10)[classes[some]])
    assert int(ours.optimizer.iterations) == STEPS
    for value, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-4)


def test_the_appendix_counts_the_products_that_lesson_06_multiplies():
    (line,) = [line for line in CELLS["cnn-arithmetic"].splitlines() if line.startswith("products")]
    lesson = {cell.id: cell.source for cell in read(NOTEBOOKS / "06_convolutions.ipynb").cells}
    names = {"keras": keras}
    exec(lesson["model"], names)
    layers = [layer for layer in names["model"].layers if layer.weights]
    positions = [int(np.prod(layer.output.shape[1:-1])) for layer in layers]
    exec(line, names)
    assert names["products"] == [
        many * int(np.prod(layer.kernel.shape)) for many, layer in zip(positions, layers, strict=True)
    ]
