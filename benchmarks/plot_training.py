"""What the curves of PlotTraining cost lesson 01, in a real kernel: `python benchmarks/plot_training.py`."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import nbformat
from rich.console import Console
from rich.table import Table

from mnist_lab.execute import execute

CELL_SECONDS = 300
MOST_DRAWING = 0.4

# As in the lesson, pictures are drawn before training; Matplotlib is warm then.
SET_UP = """
import json
import time

import keras

import mnist_lab as lab


class Timed(lab.PlotTraining):
    seconds, draws, shown_again = 0.0, 0, 0

    def _draw(self, *, afresh=True):
        began = time.perf_counter()
        super()._draw(afresh=afresh)
        self.seconds += time.perf_counter() - began
        self.draws += afresh
        self.shown_again += not afresh


lab.set_seed(0)
training, validation = lab.training_dataset(128), lab.validation_dataset()
digits, labels = lab.first_digits(training, 24)
lab.display_digits(digits, None, labels, title="24 to learn from")
model = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
"""
TRAIN = """
plot_training = {callback}
began = time.perf_counter()
model.fit(
    training, validation_data=validation, epochs={epochs}, shuffle=False, verbose=0,
    callbacks=[plot_training] if plot_training else [],
)
seconds = time.perf_counter() - began
"""
REPORT = """
drawing = {name: getattr(plot_training, name) for name in ("seconds", "draws", "shown_again")} if plot_training else {}
print(json.dumps({"training": seconds, "drawing": drawing}))
"""


def train(callback, epochs):
    """Return what a training in a kernel of its own reports; `callback` is an expression, maybe `None`."""
    cells = [SET_UP, TRAIN.format(callback=callback, epochs=epochs), REPORT]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "training.ipynb")
        nbformat.write(notebook, path)
        result = execute(path, cell_seconds=CELL_SECONDS)
    if result.failure:
        sys.exit(result.failure)
    return json.loads(result.notebook.cells[-1].outputs[0].text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="trainings with and without curves, in alternation")
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    table = Table("round", "without, s", "with, s", "drawing, s", "draws", "shown again")
    rounds = []
    for number in range(options.rounds):
        callbacks = ["None", "Timed(sample_rate=10, zoom=1)"]
        runs = {callback: train(callback, options.epochs) for callback in callbacks[:: 1 if number % 2 else -1]}
        without, curves = (runs[callback] for callback in callbacks)
        drawing = curves["drawing"]
        rounds.append((without["training"], curves["training"], *drawing.values()))
        table.add_row(str(number + 1), *map(as_text, rounds[-1]))
    middle = [median(column) for column in zip(*rounds, strict=True)]
    table.add_section()
    table.add_row("median", *map(as_text, middle))
    longest = max(drawing for _, _, drawing, *_ in rounds)
    met = longest <= MOST_DRAWING
    console = Console()
    console.print(table)
    console.print(f"whole training, with / without: {middle[1] / middle[0]:.3f}", highlight=False)
    verdict = f"drawing in the costliest training: {longest:.2f} s (at most {MOST_DRAWING})"
    console.print("met   " if met else "MISSED", verdict, highlight=False)
    return int(not met)


def as_text(value):
    return f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
