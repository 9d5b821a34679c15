"""Lesson 01 writes the pipeline out record by record: it must give what the package's pipeline gives."""

import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data.datasets import training_dataset, validation_dataset
from mnist_lab.data.find import find_mnist
from tools.project import read

from .conftest import TRAINING, write_tiny
from .notebooks import ROOT

BATCH = 50
CELLS = {cell.id: cell for cell in read(ROOT / "notebooks" / "01_dense_softmax.ipynb").cells}


def run(*names, **variables):
    """Execute cells of the lesson by name, with these variables, and return all variables."""
    space = {"tf": tf, "np": np, **variables}
    for name in names:
        exec(CELLS[name].source, space)
    return space


@pytest.fixture(params=["", ".gz"], ids=["raw", "gzip"])
def written_out(request, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DATA", str(write_tiny(tmp_path / "digits", request.param)))
    names = [name for name in CELLS if name.startswith("pipeline-") and CELLS[name].cell_type == "code"]
    assert names[:2] == ["pipeline-diagram", "pipeline-header"]
    return run(*names[1:], mnist=find_mnist(), BATCH_SIZE=BATCH, training=training_dataset(BATCH))


def as_multiset(dataset):
    return sorted((image.tobytes(), label.tobytes()) for image, label in dataset.as_numpy_iterator())


def test_element_spec_and_cardinality_agree(written_out):
    ours = training_dataset(BATCH)
    assert written_out["by_record"].element_spec == ours.element_spec
    assert written_out["by_record"].cardinality().numpy() == ours.cardinality().numpy() == TRAINING // BATCH


def test_an_epoch_has_the_same_digits_before_the_last_batch_is_dropped(written_out):
    assert as_multiset(written_out["pairs"]) == as_multiset(training_dataset(1).unbatch())
    assert as_multiset(written_out["by_record"].unbatch()) == as_multiset(training_dataset(BATCH).unbatch())


def test_the_digits_are_reshuffled_every_epoch(written_out):
    first, second = (np.concatenate([images.numpy() for images, _ in written_out["by_record"]]) for _ in range(2))
    assert not np.array_equal(first, second)


def test_the_validation_digits_agree(written_out):
    files = find_mnist()
    images = written_out["records"](files.validation_images, 28 * 28, 16).map(written_out["decode_image"])
    labels = written_out["records"](files.validation_labels, 1, 8).map(written_out["decode_label"])
    ((ours, our_labels),) = validation_dataset()
    np.testing.assert_array_equal(np.stack(list(images.as_numpy_iterator())), ours)
    np.testing.assert_array_equal(np.stack(list(labels.as_numpy_iterator())), our_labels)


def test_the_lessons_softmax_gives_what_keras_predicts_and_its_starter_does_not():
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    digits = np.random.default_rng(0).random((200, 784), np.float32)
    expected = model.predict(digits[:100], verbose=0)
    answer = run("by-hand", model=model, digits=digits)["by_hand"]
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    space = {"np": np, "model": model, "digits": digits}
    exec(CELLS["by-hand"].metadata.starter, space)
    assert np.abs(space["by_hand"] - expected).max() > 0.01
