"""Cost of live curves in a real kernel: ours, livelossplot's and the codelab's: `python benchmarks/live_plot.py`.

Every training run has its own Jupyter kernel, which times each of the callback's own methods.
"""

import os
import sys
from importlib.util import find_spec
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from apart import in_a_kernel
from contenders import NOTEBOOKS, read
from report import arguments, report

CELL_SECONDS = 900
MOST_SECONDS, MOST_OF_CNN, SHORTEST_CNN = 0.4, 0.01, 100

# As in the lesson, figures are drawn before the training run, so Matplotlib is warm.
SET_UP = """
import json
import time

import keras
import matplotlib.pyplot as plt
from IPython.display import clear_output

import mnist_lab as lab
from mnist_lab.plots.style import new_figure


class CodelabCurves(keras.callbacks.Callback):
    '''The callback that the codelab describes: it draws all points of the batches anew after each epoch.'''

    def on_train_begin(self, logs=None):
        self.points, self.validation = [], []

    def on_train_batch_end(self, batch, logs=None):
        if batch % 10 == 0:
            self.points.append((logs["loss"], logs["accuracy"]))

    def on_epoch_end(self, epoch, logs=None):
        self.validation.append((logs["val_loss"], logs["val_accuracy"]))
        clear_output(wait=True)
        figure = new_figure(16, 7)
        epochs = [(epoch + 1) * (1 + number) / len(self.points) for number in range(len(self.points))]
        for axes, training, validation in zip(
            figure.subplots(1, 2), zip(*self.points), zip(*self.validation)
        ):
            axes.plot(epochs, training)
            axes.plot(range(1, epoch + 2), validation, marker="o")
        plt.show()


def timed(callback):
    '''Time every method that the callback itself defines, in `callback.seconds`.'''
    callback.seconds = 0.0

    def with_timing(method):
        def run(*arguments, **named):
            began = time.perf_counter()
            method(*arguments, **named)
            callback.seconds += time.perf_counter() - began
        return run

    for name in dir(keras.callbacks.Callback):
        method = getattr(callback, name)
        if name.startswith("on_") and not getattr(method, "_is_default", False):
            setattr(callback, name, with_timing(method))
    return callback


pictures = 0
publish = get_ipython().display_pub.publish


def counted(data, *arguments, **named):
    global pictures
    pictures += any(kind.startswith("image/") for kind in data)
    publish(data, *arguments, **named)


lab.set_seed(0)
training, validation = lab.training_dataset(128), lab.validation_dataset()
digits, labels = lab.first_digits(training, 24)
lab.display_digits(digits, None, labels, title="24 to learn from")
"""
TRAIN = """
curves = {callback}
get_ipython().display_pub.publish = counted
began = time.perf_counter()
model.fit(
    training, validation_data=validation, epochs={epochs}, shuffle=False, verbose=0,
    callbacks=[timed(curves)] if curves else [],
)
seconds = time.perf_counter() - began
"""
REPORT = "print(json.dumps([seconds, curves.seconds if curves else 0, pictures]))"
OURS, LIVELOSSPLOT, CODELAB, NONE = "PlotTraining", "livelossplot", "the codelab's callback", "none"
CALLBACKS = {
    OURS: "lab.PlotTraining(sample_rate=10, zoom=1)",
    LIVELOSSPLOT: "__import__('livelossplot').PlotLossesKerasTF()",
    CODELAB: "CodelabCurves()",
    NONE: "None",
}


def model_of(lesson):
    (source,) = [cell.source for cell in read(NOTEBOOKS / f"{lesson}.ipynb").cells if cell.id == "model"]
    return source


def train(lesson, callback, epochs):
    """Train in a new kernel; return the seconds of the training run and of the callback, and the number of figures."""
    training = TRAIN.format(callback=callback, epochs=epochs)
    return in_a_kernel(SET_UP, model_of(lesson), training, REPORT, seconds=CELL_SECONDS)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--cnn-epochs", type=int, default=12, help="epochs of lesson 06's network; 0 leaves it out")
    options = parser.parse_args()
    names = [name for name in CALLBACKS if name != LIVELOSSPLOT or find_spec("livelossplot")]
    rounds = [
        {name: train("01_dense_softmax", CALLBACKS[name], options.epochs) for name in names}
        for _ in range(options.rounds)
    ]
    cost = {name: median(times[name][1] for times in rounds) for name in names}
    whole = {name: median(times[name][0] for times in rounds) for name in names}
    drawn = {name: median(times[name][2] for times in rounds) for name in names}
    rows = [[f"lesson 01, {name}", f"{cost[name]:.2f}", f"{drawn[name]:g}", f"{whole[name]:.1f}"] for name in names]
    longest = max(times[OURS][1] for times in rounds)
    cheapest = min(names, key=lambda name: cost[name] if name != NONE else float("inf"))
    bounds = {
        f"the cheapest: {cheapest} (PlotTraining)": cheapest == OURS,
        f"PlotTraining in the costliest training: {longest:.2f} s (at most {MOST_SECONDS})": longest <= MOST_SECONDS,
    }
    if options.cnn_epochs:
        seconds, drawing, shown = train("06_convolutions", CALLBACKS[OURS], options.cnn_epochs)
        name = f"lesson 06's network, {options.cnn_epochs} epochs, {OURS}, once"
        rows.append([name, f"{drawing:.2f}", f"{shown}", f"{seconds:.1f}"])
        fraction = drawing / seconds
        bound = f"its share of a CNN's {seconds:.0f} s: {100 * fraction:.2f} % (at most {100 * MOST_OF_CNN:g} %)"
        bounds[bound] = fraction <= MOST_OF_CNN and seconds >= SHORTEST_CNN
    columns = ["training", f"seconds in the callback, median of {options.rounds}", "pictures", "seconds in all"]
    return report("live_plot", columns, rows, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
