"""Seconds to validate with and without tf.data's autotuning: `python benchmarks/validation.py`.

Lesson 06's network, untrained, is evaluated on the validation digits; the two take turns.
"""

import argparse
import os
import sys
import time
from statistics import mean, median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rich.console import Console
from rich.table import Table

import mnist_lab as lab

with lab.quiet_imports():
    import keras
    import tensorflow as tf

MOST = 0.95


def network():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(12, 3, padding="same", activation="relu"),
            layers.Conv2D(24, 6, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 6, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(200, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def autotuned(dataset):
    options = tf.data.Options()
    options.autotune.enabled = True
    return dataset.with_options(options)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="evaluations of each")
    rounds = parser.parse_args().rounds
    model, digits = network(), lab.validation_dataset()
    contenders = {"as it is": digits, "with autotuning": autotuned(digits)}
    model.evaluate(digits, verbose=0)
    seconds = {name: [] for name in contenders}
    for name in list(contenders) * rounds:
        began = time.perf_counter()
        model.evaluate(contenders[name], verbose=0)
        seconds[name].append(time.perf_counter() - began)
    table = Table("10,000 digits", "mean, s", "median, s", "slowest, s")
    for name, times in seconds.items():
        table.add_row(name, f"{mean(times):.2f}", f"{median(times):.2f}", f"{max(times):.2f}")
    ratio = mean(seconds["as it is"]) / mean(seconds["with autotuning"])
    console = Console()
    console.print(table)
    console.print(
        "met   " if ratio <= MOST else "MISSED", f"mean, as it is / with autotuning: {ratio:.2f} (at most {MOST})"
    )
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
