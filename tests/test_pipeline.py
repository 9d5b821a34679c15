"""The appendix writes the pipeline out record by record: it must give what the package's pipeline gives."""

import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data.datasets import training_dataset, validation_dataset
from mnist_lab.data.find import find_mnist
from tools.project import NOTEBOOKS, read

from .conftest import TRAINING, write_tiny

BATCH = 50


@pytest.fixture(params=["", ".gz"], ids=["raw", "gzip"])
def written_out(request, tmp_path, monkeypatch):
    """The variables of the cells that write the pipeline out, executed on small files."""
    monkeypatch.setenv("MNIST_LAB_DATA", str(write_tiny(tmp_path / "digits", request.param)))
    names = {"tf": tf, "np": np, "mnist": find_mnist(), "BATCH_SIZE": BATCH, "count": TRAINING}
    for cell in read(NOTEBOOKS / "appendix_pipeline.ipynb").cells:
        if cell.id in ("records", "decode", "zip", "batches"):
            exec(cell.source, names)
    return names


def as_multiset(dataset):
    return sorted((image.tobytes(), label.tobytes()) for image, label in dataset.as_numpy_iterator())


def test_an_epoch_has_the_same_digits_in_as_many_batches_before_the_last_is_dropped(written_out):
    ours, by_record = training_dataset(BATCH), written_out["by_record"]
    assert by_record.element_spec == ours.element_spec
    assert by_record.cardinality().numpy() == ours.cardinality().numpy() == TRAINING // BATCH
    assert as_multiset(written_out["pairs"]) == as_multiset(training_dataset(1).unbatch())
    assert as_multiset(by_record.unbatch()) == as_multiset(ours.unbatch())


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
