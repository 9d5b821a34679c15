"""Train lessons' networks as their notebooks do, and store them in the small files that the widgets compute.

    python -m tools.store_networks 01 02 03 04 06 08 10

Batch norm becomes part of the layer before it. The 10,000 validation digits are only measured: the weights' type is
chosen by the first 10,000 training digits.
"""

import argparse
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import nbformat
import numpy as np

from mnist_lab.commands.notebook_runner import execute, read
from mnist_lab.data import idx
from mnist_lab.data.files import write_whole
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import SEED_VARIABLE, processor, versions
from mnist_lab.widgets.networks import as_keras, encode
from tools.measure import up_to_training
from tools.project import NOTEBOOKS, ROOT

SEED = 0
PACKAGED, OTHERS = ROOT / "mnist_lab" / "widgets" / "networks", ROOT / "book" / "networks"
IN_PACKAGE = ("01", "04", "08", "10")
MOST_CHANGED = 0.003  # share of digits whose class may change by storing a network
DIGITS = 10_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and store the lessons that the arguments name by their numbers (default: the command line's)."""
    parser = argparse.ArgumentParser(prog="python -m tools.store_networks", description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="+", metavar="NUMBER", help="a lesson's two digits, for example 01")
    for number in parser.parse_args(arguments).lessons:
        (notebook,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
        store(notebook.stem, trained(notebook))


def trained(notebook: Path) -> keras.Model:
    """Return the model that a lesson's cells up to `train` make; ValueError if one of them fails."""
    with tempfile.TemporaryDirectory() as folder:
        shortened, saved = Path(folder, notebook.name), Path(folder, "model.keras")
        cells = up_to_training(read(notebook))
        cells.cells[-1] = nbformat.v4.new_code_cell(f"model.save({str(saved)!r})", id="save")
        nbformat.write(cells, shortened)
        result = execute(shortened, variables={SEED_VARIABLE: str(SEED)})
        if result.failure:
            raise ValueError(result.failure)
        return keras.saving.load_model(saved, compile=False)


def folded(model: keras.Model) -> list[dict[str, Any]]:
    """Return the layers that compute what the model computes for single images, with softmax at their end.

    Batch norm and activations become part of the layer before them. ValueError if a layer is of another kind.
    """
    layers: list[dict[str, Any]] = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            weights, *biases = layer.get_weights()
            entry = {"kind": "dense", "activation": layer.activation.__name__, "weights": weights}
            entry["biases"] = biases[0] if biases else np.zeros(weights.shape[-1], np.float32)
            if isinstance(layer, keras.layers.Conv2D):
                entry |= {"kind": "convolution", "strides": layer.strides[0], "padding": layer.padding}
            layers.append(entry)
        elif isinstance(layer, keras.layers.BatchNormalization):
            gamma = layer.gamma.numpy() if layer.scale else 1
            scale = gamma / np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
            last = layers[-1]
            last["weights"] = last["weights"] * scale
            last["biases"] = (last["biases"] - layer.moving_mean.numpy()) * scale + layer.beta.numpy()
        elif isinstance(layer, keras.layers.Activation):
            layers[-1]["activation"] = layer.activation.__name__
        elif isinstance(layer, keras.layers.Flatten):
            layers.append({"kind": "flatten"})
        elif not isinstance(layer, keras.layers.Dropout | keras.layers.Reshape):
            raise ValueError(f"Expected layers of the lessons. Received: {type(layer).__name__}.")
    layers[-1]["activation"] = "softmax"  # lesson 10 leaves it to the loss
    return layers


def store(lesson: str, model: keras.Model) -> None:
    """Write a trained lesson's network into its file, and the folder's SHA256SUMS."""
    mnist, layers, number = find_mnist(), folded(model), lesson[:2]
    training = classes(model, mnist.train_images)
    by_dtype = {dtype: as_keras(encode({}, layers, dtype)) for dtype in ("int8", "float16")}
    changes = {dtype: np.mean(classes(by_dtype[dtype], mnist.train_images) != training) for dtype in by_dtype}
    dtype = "int8" if changes["int8"] <= MOST_CHANGED else "float16"
    labels = idx.read_labels(mnist.validation_labels)
    trained, stored = (classes(network, mnist.validation_images) for network in (model, by_dtype[dtype]))
    about = {
        "lesson": lesson,
        "seed": SEED,
        "accuracy": np.mean(trained == labels),
        "stored_accuracy": np.mean(stored == labels),
        "changed": np.mean(stored != trained),
        "versions": versions(),
        "processor": processor(),
    }
    folder = PACKAGED if number in IN_PACKAGE else OTHERS
    write_whole(folder / f"lesson_{number}.network", encode(about, layers, dtype))
    files = sorted(folder.glob("*.network"))
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    write_whole(folder / "SHA256SUMS", "".join(sums))
    print(f"{lesson}: {dtype}; of the training digits' classes {changes} changed; {about}")


def classes(model: keras.Model, images: Path) -> np.ndarray:
    """Return the classes that a model predicts for the first digits of a file."""
    return model.predict(idx.read_images(images)[:DIGITS] / np.float32(255), batch_size=1_000, verbose=0).argmax(1)


if __name__ == "__main__":
    main()
