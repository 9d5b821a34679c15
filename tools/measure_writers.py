"""Are known hands easier? Lesson 09's network with and without a writer's digits reads the same other digits of theirs.

    python -m tools.measure_writers [--splits 10]

For each split some writers are chosen, with about 5,000 digits. Half of each one's digits are to be read. One network
is trained on the digits of all others; for the second the writers' other half takes the place of as many of those.
What each reads is stored in results.json, as two variants of the lesson; what is stored already is not run again.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from tqdm import tqdm

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers
from mnist_lab.environment import processor, versions
from mnist_lab.results.store import Variant, seeds_of
from tools.project import NOTEBOOKS, read
from tools.store_results import store

LESSON = "09_honest_evaluation"
VARIANTS = (Variant("writers unknown"), Variant("writers known"))
RECIPE = ("parameters", "new-network", "learning-rate")


def rows_of(writers: np.ndarray, holdout: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows to read, and those to train on without and with the writers' other digits, as many in both."""
    others, held = split(len(writers), holdout, seed, writers)
    random = np.random.RandomState(seed)
    order = random.permutation(held)
    order = order[np.argsort(writers[order], kind="stable")]
    tested, known = order[::2], order[1::2]
    return tested, others, np.concatenate([random.permutation(others)[len(known) :], known])


def train(recipe: dict, images: np.ndarray, labels: np.ndarray, rows: np.ndarray, seed: int):
    """Return the lesson's network, trained on these rows."""
    keras.utils.set_random_seed(seed)
    network = recipe["new_network"](recipe["RATE"])
    decay = keras.callbacks.LearningRateScheduler(recipe["lr_decay"])
    one_hot = keras.utils.to_categorical(labels[rows], idx.CLASSES)
    options = {"epochs": recipe["EPOCHS"], "batch_size": recipe["BATCH_SIZE"], "callbacks": [decay], "verbose": 0}
    network.fit(images[rows], one_hot, **options)
    return network


def main() -> int:
    """Measure what is missing, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=10)
    splits = parser.parse_args().splits
    files = find_mnist()
    labels = idx.read_labels(files.train_labels)
    writers = read_writers(find_writers(files), labels)
    images = idx.read_images(files.train_images).astype(np.float32) / np.float32(255)
    recipe = {"keras": keras}
    for cell in read(NOTEBOOKS / f"{LESSON}.ipynb").cells:
        if cell.id in RECIPE:
            exec(cell.source, recipe)  # noqa: S102  our own lesson
    environment = versions() | {"processor": processor()}
    missing = [seed for seed in range(splits) if str(seed) not in seeds_of(LESSON, variant=VARIANTS[-1])]
    for seed in tqdm(missing, file=sys.stdout):
        tested, *trainings = rows_of(writers, recipe["HOLDOUT"], seed)
        for variant, rows in zip(VARIANTS, trainings, strict=True):
            began = time.perf_counter()
            network = train(recipe, images, labels, rows, seed)
            seconds = round(time.perf_counter() - began, 1)
            probabilities = network.predict(images[tested], verbose=0)
            loss = np.mean(keras.losses.sparse_categorical_crossentropy(labels[tested], probabilities))
            misread = np.flatnonzero(probabilities.argmax(axis=1) != labels[tested])
            accuracy = 1 - len(misread) / len(tested)
            entry = {"accuracy": [round(accuracy, 6)], "loss": [round(float(loss), 6)], "misread": misread.tolist()}
            entry |= {"held_out": len(tested), "seconds": seconds}
            store(LESSON, seed, entry, environment, origin=files.origin, variant=variant)
    unknown, known = (
        np.array([entry["accuracy"][-1] for entry in seeds_of(LESSON, variant=variant).values()])
        for variant in VARIANTS
    )
    gain = 100 * (known - unknown)
    print(f"known hands: {gain.mean():+.2f} percentage points, ± {gain.std(ddof=1):.2f} over {len(gain)} splits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
