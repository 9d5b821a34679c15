"""Lesson 01's training run with its curves against a raw loop: `python benchmarks/small_models.py`.

Every training run has its own Jupyter kernel, as a lesson has, and validates after each epoch. The raw loop calls one
`tf.function` per step and computes the mean loss and accuracy, as `fit` does.
"""

import os
import sys
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from apart import in_a_kernel
from report import arguments, report

CELL_SECONDS = 300
MOST = 1.5

SET_UP = """
import time

import keras
import tensorflow as tf

import mnist_lab as lab

lab.set_seed(0)
training, validation = lab.training_dataset(128), lab.validation_dataset()
digits, labels = lab.first_digits(training, 24)
lab.display_digits(digits, None, labels, title="24 to learn from")
model = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")])
"""
FIT = """
began = time.perf_counter()
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"]{compile})
model.fit(training, validation_data=validation, epochs={epochs}, shuffle=False, verbose=0, callbacks=[{callback}])
print(time.perf_counter() - began)
"""
RAW = """
optimizer = keras.optimizers.SGD(0.01)
loss_of = keras.losses.CategoricalCrossentropy()
losses, accuracies = keras.metrics.Mean(), keras.metrics.CategoricalAccuracy()

@tf.function
def step(images, labels):
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = loss_of(labels, predictions)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    losses.update_state(loss)
    accuracies.update_state(labels, predictions)

@tf.function
def validate(images, labels):
    predictions = model(images, training=False)
    return loss_of(labels, predictions), tf.reduce_mean(keras.metrics.categorical_accuracy(labels, predictions))

began = time.perf_counter()
optimizer.build(model.trainable_variables)
for epoch in range({epochs}):
    losses.reset_state()
    accuracies.reset_state()
    for images, labels in training:
        step(images, labels)
    found = [float(losses.result()), float(accuracies.result())]
    for images, labels in validation:
        found += [float(number) for number in validate(images, labels)]
print(time.perf_counter() - began)
"""
CURVES = "lab.PlotTraining(sample_rate=10, zoom=1)"
AT_ONCE = ", steps_per_execution=10"
AS_TAUGHT, FASTER = "as taught: fit with curves", "with curves, 10 steps per execution"
WAYS = {
    AS_TAUGHT: FIT.replace("{callback}", CURVES).replace("{compile}", ""),
    FASTER: FIT.replace("{callback}", CURVES).replace("{compile}", AT_ONCE),
    "fit without curves": FIT.replace("{callback}", "").replace("{compile}", ""),
    "without curves, 10 steps per execution": FIT.replace("{callback}", "").replace("{compile}", AT_ONCE),
    "a raw tf.function loop": RAW,
}
RAW_LOOP = list(WAYS)[-1]


def train(source, epochs):
    """Return the seconds of a training run in a new kernel."""
    return in_a_kernel(SET_UP, source.replace("{epochs}", str(epochs)), seconds=CELL_SECONDS)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    rounds = [{way: train(source, options.epochs) for way, source in WAYS.items()} for _ in range(options.rounds)]
    seconds = {way: median(times[way] for times in rounds) for way in WAYS}
    raw = seconds[RAW_LOOP]
    rows = [[way, f"{took:.2f}", f"{took / raw:.2f}"] for way, took in seconds.items()]
    bounds = {
        f"{way} / raw loop: {seconds[way] / raw:.2f} (at most {MOST})": seconds[way] <= MOST * raw
        for way in (AS_TAUGHT, FASTER)
    }
    columns = ["way", f"seconds of {options.epochs} epochs, median of {options.rounds}", "this / raw loop"]
    return report("small_models", columns, rows, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
