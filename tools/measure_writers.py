"""Are known hands easier? Lesson 09's network with and without a writer's digits reads the same other digits of theirs.

    python -m tools.measure_writers

For each of ten splits some writers are chosen, with about 5,000 digits. Half of each one's digits are to be read. One
network is trained on the digits of all others; for the second the writers' other half takes the place of as many of
those. What each reads is stored in results.json, as two variants of the lesson; what is stored is not run again.
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers
from mnist_lab.environment import processor, versions
from mnist_lab.results.store import Variant, seeds_of
from tools.project import NOTEBOOKS, read
from tools.store_results import store

SPLITS, LESSON = 10, "09_honest_evaluation"
UNKNOWN, KNOWN = Variant("writers unknown"), Variant("writers known")


def rows_of(writers: np.ndarray, holdout: int, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the rows to read, and for each variant those to train on, as many for both."""
    others, held = split(len(writers), holdout, seed, writers)
    random = np.random.RandomState(seed)
    order = random.permutation(held)
    order = order[np.argsort(writers[order], kind="stable")]
    tested, known = order[::2], order[1::2]
    return tested, {UNKNOWN: others, KNOWN: np.concatenate([random.permutation(others)[len(known) :], known])}


def train(recipe: dict, images: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
    """Return the lesson's network, trained on these digits."""
    keras.utils.set_random_seed(seed)
    network = recipe["build"](recipe["RATE"])
    decay = keras.callbacks.LearningRateScheduler(recipe["lr_decay"])
    one_hot, size = keras.utils.to_categorical(labels, idx.CLASSES), recipe["BATCH_SIZE"]
    network.fit(images, one_hot, size, recipe["EPOCHS"], verbose=0, callbacks=[decay])
    return network


def main() -> None:
    """Measure what is missing, and print what was found."""
    files = find_mnist()
    labels = idx.read_labels(files.train_labels)
    writers = read_writers(find_writers(files), labels)
    images = idx.read_images(files.train_images).astype(np.float32) / np.float32(255)
    recipe = {"keras": keras}
    for cell in read(NOTEBOOKS / f"{LESSON}.ipynb").cells:
        if cell.id in ("parameters", "build", "learning-rate"):
            exec(cell.source, recipe)  # noqa: S102  our own lesson
    environment = versions() | {"processor": processor()}
    missing = [seed for seed in range(SPLITS) if str(seed) not in seeds_of(LESSON, variant=KNOWN)]
    for seed in missing:
        tested, trained = rows_of(writers, recipe["HOLDOUT"], seed)
        for variant, rows in trained.items():
            began = time.perf_counter()
            network = train(recipe, images[rows], labels[rows], seed)
            entry = {"held_out": len(tested), "seconds": round(time.perf_counter() - began, 1)}
            probabilities = network.predict(images[tested], verbose=0)
            loss = np.mean(keras.losses.sparse_categorical_crossentropy(labels[tested], probabilities))
            misread = np.flatnonzero(probabilities.argmax(axis=1) != labels[tested]).tolist()
            accuracy = 1 - len(misread) / len(tested)
            entry |= {"accuracy": [round(accuracy, 6)], "loss": [round(float(loss), 6)], "misread": misread}
            store(LESSON, seed, entry, environment, origin=files.origin, variant=variant)
            print(f"{variant}, split {seed}: {accuracy:.4f}", flush=True)
    of_all = [seeds_of(LESSON, variant=variant).values() for variant in (UNKNOWN, KNOWN)]
    unknown, known = ([entry["accuracy"][-1] for entry in entries] for entries in of_all)
    gain = 100 * np.subtract(known, unknown)
    print(f"known hands: {gain.mean():+.2f} percentage points, ± {gain.std(ddof=1):.2f} over {len(gain)} splits")


if __name__ == "__main__":
    main()
