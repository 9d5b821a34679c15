"""Images per second and memory of input pipelines for MNIST's training digits: `python benchmarks/loader.py`.

The files are unpacked first, because the codelab reads unpacked ones; `--gzipped` takes them as they are.
PyTorch and TensorFlow Datasets take part if they are installed.
"""

import atexit
import gc
import gzip
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import psutil
from apart import in_a_process
from contenders import codelab_pipeline
from report import arguments, report

import mnist_lab as lab
from mnist_lab.data import idx

with lab.quiet_imports():
    import tensorflow as tf

BATCH_SIZE = 128
BATCHES = 60_000 // BATCH_SIZE
PROCESSES, PROCESS_SECONDS = 3, 120
LEAST_FIRST, LEAST_LATER, MOST_MEGABYTES = 5.0, 1.0, 80


def project(directory):
    return lab.training_dataset(BATCH_SIZE, directory=directory)


def codelab(directory):
    """Return an iterator over the codelab's pipeline; Keras used a single one, which never ends."""
    return iter(codelab_pipeline(BATCH_SIZE, directory))


def in_memory(directory):
    dataset = tf.data.Dataset.from_tensor_slices(float_arrays(directory)).shuffle(60_000)
    return dataset.batch(BATCH_SIZE, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def pytorch(directory):
    """Return PyTorch's DataLoader over floating-point arrays in memory."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    arrays = (torch.from_numpy(array) for array in float_arrays(directory))
    return DataLoader(TensorDataset(*arrays), BATCH_SIZE, shuffle=True, drop_last=True)


def tfds(directory):
    """Return the pipeline of the Keras example in TensorFlow Datasets' documentation."""
    digits = tfds_builder(directory).as_dataset(split="train", shuffle_files=True)

    def normalized(digit):
        return tf.cast(digit["image"], tf.float32) / 255.0, digit["label"]

    digits = digits.map(normalized, num_parallel_calls=tf.data.AUTOTUNE).cache().shuffle(60_000)
    return digits.batch(BATCH_SIZE, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


OURS = {"project": project, "codelab": codelab, "in memory": in_memory}
PEERS = {"PyTorch's DataLoader": pytorch} if find_spec("torch") else {}
MEASURED_IN_MEMORY = (*OURS, *PEERS)
PEERS |= {"TensorFlow Datasets": tfds} if find_spec("tensorflow_datasets") else {}
CONTENDERS = OURS | PEERS


@cache
def tfds_builder(directory):
    """Return the digits in the format of TensorFlow Datasets: PNG images in TFRecord files."""
    import tensorflow_datasets

    files = lab.find_mnist(directory)
    images = idx.read_images(files.train_images).reshape(-1, 28, 28, 1)
    labels = idx.read_labels(files.train_labels).astype(np.int64)
    features = tensorflow_datasets.features
    kinds = {"image": features.Image(shape=(28, 28, 1)), "label": features.ClassLabel(num_classes=10)}
    folder = tempfile.mkdtemp(prefix="digits-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return tensorflow_datasets.dataset_builders.store_as_tfds_dataset(
        name="digits",
        version="1.0.0",
        data_dir=folder,
        features=features.FeaturesDict(kinds),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices({"image": images, "label": labels})},
    )


@cache
def float_arrays(directory):
    files = lab.find_mnist(directory)
    images = idx.read_images(files.train_images).astype(np.float32) / 255
    return images, np.eye(10, dtype=np.float32)[idx.read_labels(files.train_labels)]


@contextmanager
def unpacked():
    """Yield a folder with MNIST's four files without gzip, as the codelab has them."""
    files = lab.find_mnist()
    with tempfile.TemporaryDirectory() as folder:
        for path in (files.train_images, files.train_labels, files.validation_images, files.validation_labels):
            content = path.read_bytes()
            data = gzip.decompress(content) if path.suffix == ".gz" else content
            Path(folder, path.name.removesuffix(".gz")).write_bytes(data)
        yield folder


def iterate(dataset, batches=BATCHES):
    for _ in islice(dataset, batches):
        pass


def measure_speed(contenders, directory, rounds, epochs):
    """Return, for each contender, the median images per second in first epochs and in later ones."""
    float_arrays(directory)
    if "TensorFlow Datasets" in contenders:
        tfds_builder(directory)
    first, later = {name: [] for name in contenders}, {name: [] for name in contenders}
    for _ in range(rounds):
        datasets = {}
        for name in contenders:
            gc.collect()  # otherwise the first contender pays for the garbage of the round before
            began = time.perf_counter()
            datasets[name] = contenders[name](directory)
            iterate(datasets[name])
            first[name].append(time.perf_counter() - began)
        for name in list(contenders) * epochs:
            began = time.perf_counter()
            iterate(datasets[name])
            later[name].append(time.perf_counter() - began)
    return [{name: BATCHES * BATCH_SIZE / median(times[name]) for name in times} for times in (first, later)]


def memory_of(name):
    """Return how many MB one epoch adds to this process, after all code has run on a few blank images."""
    with tempfile.TemporaryDirectory() as folder:
        for part in ("train", "t10k"):
            idx.write(Path(folder, f"{part}-images-idx3-ubyte.gz"), np.zeros((512, 28, 28), np.uint8))
            idx.write(Path(folder, f"{part}-labels-idx1-ubyte.gz"), np.zeros(512, np.uint8))
        iterate(CONTENDERS[name](folder), 4)
    gc.collect()
    before = psutil.Process().memory_info().rss
    dataset = CONTENDERS[name](None)
    iterate(dataset)
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / 1e6


def in_fresh_processes(name):
    command = ("--memory-of", name)
    return median(float(in_a_process(__file__, *command, seconds=PROCESS_SECONDS)[-1]) for _ in range(PROCESSES))


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds; each builds every contender anew")
    parser.add_argument("--epochs", type=int, default=10, help="number of later epochs in each round, in alternation")
    parser.add_argument("--gzipped", action="store_true", help="take the files as they are")
    parser.add_argument("--memory-of", choices=MEASURED_IN_MEMORY, help="print how many MB this contender adds")
    options = parser.parse_args()
    if options.memory_of:
        print(memory_of(options.memory_of))
        return 0
    memory = {name: in_fresh_processes(name) for name in MEASURED_IN_MEMORY}
    with nullcontext() if options.gzipped else unpacked() as directory:
        first, later = measure_speed(OURS, directory, options.rounds, options.epochs)
        # The peers come last, because their imports and files would change the first epochs of the others.
        for ours, peers in zip(
            (first, later), measure_speed(PEERS, directory, options.rounds, options.epochs), strict=True
        ):
            ours |= peers
    rows = [[name, f"{first[name]:,.0f}", f"{later[name]:,.0f}", in_table(memory.get(name))] for name in CONTENDERS]
    at_first, then, grown = (
        first["project"] / first["codelab"],
        later["project"] / later["in memory"],
        memory["project"],
    )
    bounds = {
        f"first epoch, project / codelab: {at_first:.2f} (at least {LEAST_FIRST})": at_first >= LEAST_FIRST,
        f"later epochs, project / in memory: {then:.2f} (at least {LEAST_LATER})": then >= LEAST_LATER,
        f"the project's memory: {grown:.0f} MB (at most {MOST_MEGABYTES})": grown <= MOST_MEGABYTES,
    }
    columns = ["pipeline", "first epoch, images/s", "later epochs, images/s", "memory, MB"]
    return report("loader", columns, rows, bounds, write=options.write)


def in_table(megabytes):
    return "–" if megabytes is None else f"{megabytes:.0f}"


if __name__ == "__main__":
    sys.exit(main())
