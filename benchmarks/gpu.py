"""What an epoch takes on a GPU, and what it waits for there: `python benchmarks/gpu.py`.

Each way trains in a process of its own for four epochs. The first one holds the compilation; the median of the next
three is what remains. Without a GPU it says what it leaves out.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from apart import in_a_process
from contenders import arrays, has_torch, recipe, torch_cnn
from report import arguments, machine, report

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import devices
from mnist_lab.results.speed import store_seconds

EPOCHS = 4
PROCESS_SECONDS = 600
DENSE, CNN, NORMALIZED = "lesson 01's layer", "lesson 06's CNN", "lesson 10's network"
TAUGHT = {
    DENSE: ("01_dense_softmax", ("parameters", "data", "model")),
    CNN: ("06_convolutions", ("parameters", "data", "model")),
    NORMALIZED: (
        "10_faster_and_better",
        ("parameters", "data", "learning-rate", "loss", "normalized", "model"),
    ),
}
ONE_CALL, FIT = "one compiled call an epoch", "fit as taught"
AGAIN = "the same, compiled before: until 99%"
LEAST_OF_FIT, MOST_UNTIL_99, MOST_OF_TRAIN = 5, 0.25, 2.0


def taught(network, **settings):
    lesson, cells = TAUGHT[network]
    return recipe(lesson, *cells, HOLDOUT=0, **settings)  # all digits: only lesson 10 holds any out


def stopwatch():
    """Return a callback and the list of seconds that it fills, one number an epoch."""
    import keras

    seconds = []

    class Stopwatch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.began)

    return Stopwatch(), seconds


def fit(network, *, jit_compile="auto", steps_per_execution=1, in_memory=False):
    names = taught(network)
    model, training = names["model"], names["training"]
    model.jit_compile = jit_compile
    model.steps_per_execution = steps_per_execution
    data = (training,)
    if in_memory:
        import keras

        images, classes = arrays("train")
        data = images, keras.utils.to_categorical(classes, idx.CLASSES), names["BATCH_SIZE"]
    watch, seconds = stopwatch()
    model.fit(*data, epochs=EPOCHS, shuffle=in_memory, verbose=0, callbacks=[watch])
    return {"seconds": seconds}


def raw_loop(network, *, jit_compile):
    import keras
    import tensorflow as tf

    names = taught(network)
    model, training = names["model"], names["training"]
    optimizer, loss_of = keras.optimizers.Adam(), keras.losses.CategoricalCrossentropy()
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=jit_compile)
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(images, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    seconds = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        for images, labels in training:
            loss = step(images, labels)
        float(loss)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds}


def loader_alone(network):
    training, seconds = taught(network)["training"], []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        for images, _labels in training:
            last = images
        last.numpy()
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds}


def one_call(network, *, batch_size=128, once_more=False):
    """Train by `compiled_fit`; with `once_more` start again from the first weights, with what is compiled already."""
    import keras
    import numpy as np

    from mnist_lab.trainer.compiled_fit import compiled_fit

    names = taught(network, BATCH_SIZE=batch_size)
    model, accuracies = names["model"], []
    variables = lambda: [*model.variables, *model.optimizer.variables]  # noqa: E731
    model.optimizer.build(model.trainable_variables)
    first = [np.array(variable) for variable in variables()]
    images, classes = idx.read_digits(find_mnist().train_images, find_mnist().train_labels)
    tested, labels = arrays("validation")

    class Judge(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if once_more:
                for variable, value in zip(variables(), first, strict=True):
                    variable.assign(value)

        def on_epoch_end(self, epoch, logs=None):
            outputs = model.predict(tested, batch_size=len(tested), verbose=0)
            accuracies.append(float(np.mean(outputs.argmax(axis=1) == labels)))

    watch, seconds = stopwatch()
    compiled_fit(
        model,
        images,
        classes.astype(np.int32),
        batch_size=batch_size,
        epochs=EPOCHS,
        callbacks=[Judge(), watch] if once_more else [watch, Judge()],
    )
    if once_more:  # the judge came before the watch was stopped: this is until the digits are read
        seconds = [took if share >= 0.99 else float("inf") for took, share in zip(seconds, accuracies, strict=True)]
    return {"seconds": seconds, "accuracy": accuracies[0]}


def pytorch(*, on_device):
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    images, classes = (torch.from_numpy(array) for array in arrays("train"))
    images, classes = images.reshape(-1, 1, 28, 28), classes.long()
    if on_device:
        images, classes = images.to(device), classes.to(device)
    dataset = torch.utils.data.TensorDataset(images, classes)
    loader = torch.utils.data.DataLoader(dataset, 128, shuffle=True, drop_last=True)
    network, loss_of = torch_cnn().to(device), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters())

    def batches():
        if not on_device:
            yield from loader
            return
        for rows in torch.randperm(len(images), device=device).split(128)[:-1]:
            yield images[rows], classes[rows]

    seconds = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        for some, labels in batches():
            optimizer.zero_grad()
            loss = loss_of(network(some.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
        float(loss)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds}


def train_command():
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mnist_lab", "train", "--job-dir", folder, "--epochs", str(EPOCHS)]
        subprocess.run(command, check=True, capture_output=True, timeout=PROCESS_SECONDS)
        lines = [json.loads(line) for line in Path(folder, "metrics.json").read_text().splitlines()]
    ended = [0, *(line["seconds"] for line in lines if "epoch" in line)]
    return {"seconds": [after - before for before, after in pairwise(ended)]}


WAYS = {
    (network, way): (function, options)
    for network, way, function, options in (
        (DENSE, FIT, fit, {}),
        (DENSE, "fit without XLA", fit, {"jit_compile": False}),
        (DENSE, "fit, 20 steps per execution", fit, {"steps_per_execution": 20}),
        (DENSE, "fit, 100 steps per execution", fit, {"steps_per_execution": 100}),
        (CNN, FIT, fit, {}),
        (CNN, "fit without XLA", fit, {"jit_compile": False}),
        (CNN, "fit, 20 steps per execution", fit, {"steps_per_execution": 20}),
        (CNN, "fit, 100 steps per execution", fit, {"steps_per_execution": 100}),
        (CNN, "fit on arrays in memory", fit, {"in_memory": True}),
        (CNN, "a raw tf.function loop", raw_loop, {"jit_compile": False}),
        (CNN, "a raw tf.function loop with XLA", raw_loop, {"jit_compile": True}),
        (CNN, "the loader alone", loader_alone, {}),
        (CNN, "PyTorch, DataLoader", pytorch, {"on_device": False}),
        (CNN, "PyTorch, digits on the GPU", pytorch, {"on_device": True}),
        (NORMALIZED, FIT, fit, {}),
        (NORMALIZED, ONE_CALL, one_call, {}),
        (NORMALIZED, AGAIN, one_call, {"once_more": True}),
        (NORMALIZED, f"{ONE_CALL}, batches of 256", one_call, {"batch_size": 256}),
        (NORMALIZED, f"{ONE_CALL}, batches of 512", one_call, {"batch_size": 512}),
        ("lesson 08's network", "mnist-lab train", train_command, {}),
    )
}


def run(network, way):
    function, options = WAYS[network, way]
    return function(**options) if function in (pytorch, train_command) else function(network, **options)


def measured(network, way):
    """Return a row, measured in a process of its own."""
    words = in_a_process(__file__, "--only", network, way, seconds=PROCESS_SECONDS)
    found = json.loads(words[-1])
    first, *rest = found["seconds"]
    row = {"network": network, "way": way, "first": round(first, 3), "next": round(median(rest), 3)}
    return row | {name: found[name] for name in ("accuracy",) if name in found}


def main():
    parser = arguments(__doc__)
    parser.add_argument(
        "--only", nargs=2, metavar=("NETWORK", "WAY"), help="print this way's seconds, and nothing else"
    )
    options = parser.parse_args()
    if options.only:
        print(json.dumps(run(*options.only), separators=(",", ":")))
        return 0
    computing_on = ", ".join(devices())
    if computing_on.startswith("CPU"):
        print(f"TensorFlow computes on: {computing_on}. Without a GPU all {len(WAYS)} rows are left out.")
        return 0
    chosen = [name for name in WAYS if has_torch() or "PyTorch" not in name[1]]
    rows = {name: measured(*name) for name in chosen}
    if len(chosen) < len(WAYS):
        print("PyTorch is not installed: its rows are left out.")
    fitted, called, again, trained = (
        rows[name]["next"] for name in ((NORMALIZED, FIT), (NORMALIZED, ONE_CALL), (NORMALIZED, AGAIN), list(WAYS)[-1])
    )
    bounds = {
        f"fit / one call, {NORMALIZED}: {fitted / called:.1f} (at least {LEAST_OF_FIT})": fitted
        >= LEAST_OF_FIT * called,
        f"until 99%, once compiled: {again:.2f} s (at most {MOST_UNTIL_99})": again <= MOST_UNTIL_99,
        f"mnist-lab train, an epoch after the first: {trained:.1f} s (at most {MOST_OF_TRAIN})": trained
        <= MOST_OF_TRAIN,
    }
    table = [
        [
            row["network"],
            row["way"],
            f"{row['first']:.2f}",
            f"{row['next']:.3f}",
            f"{100 * row['accuracy']:.2f}%" if "accuracy" in row else "",
        ]
        for row in rows.values()
    ]
    if options.write:
        store_seconds(computing_on, f"{machine()}; a single run of each way", list(rows.values()))
    columns = ["network", "way", "first epoch, s", "next epochs, s, median of 3", "accuracy after one epoch"]
    return report("gpu", columns, table, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
