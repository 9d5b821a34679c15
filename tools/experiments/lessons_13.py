"""Experiments of lesson 13: what the clinic's tests find in each of its patients, and their curves."""

from contextlib import redirect_stdout
from io import StringIO

import keras

from mnist_lab.checks import clinic
from mnist_lab.checks.patients import NAMES
from mnist_lab.plots.plot_training import PlotTraining
from tools.experiments import Values, experiment, grid
from tools.experiments import recipes as r

RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
CHARTED = NAMES[:9]  # the healthy one, and A1 to C3
BATCHES = 13  # for each point of a training curve, twelve points in an epoch of 157


@experiment("13-patients", *grid(patient=NAMES), seeds=5)
def patients(seed: int, patient: str) -> Values:
    """What each patient reports, and what the tests find before training and after it."""
    examined = clinic.patient(patient)
    start, memorized, before = clinic.start(examined), clinic.memorize(examined), clinic.flow(examined)
    by_rate = {"loss_by_rate": [loss_after_100_steps(examined, rate) for rate in RATES]} if patient == "A1" else {}
    history = examined.train().history
    after, twice = clinic.flow(examined), clinic.twice(examined)
    return {
        **r.last(history),
        "losses": history["loss"],
        "val_losses": history["val_loss"],
        "start": start["loss"],
        "memorized": memorized["loss"],
        "memorized_accuracy": memorized["accuracy"],
        "norms": before["norms"],
        "dead": before["dead"],
        "norms_trained": after["norms"],
        "dead_trained": after["dead"],
        **twice,
        "fresh": clinic.fresh(examined)["accuracy"],
        "permuted": clinic.permuted(examined)["accuracy"],
        **by_rate,
    }


@experiment("13-charts", *grid(patient=CHARTED), seeds=1)
def charts(seed: int, patient: str) -> Values:
    """Each patient's training loss over the epochs, and its validation loss after each."""
    curves = PlotTraining(BATCHES)
    with redirect_stdout(StringIO()):  # it prints a line for each epoch
        clinic.patient(patient).train([curves])
    training, validation = curves.history["training"], curves.history["validation"]
    return {
        "epochs": training["epoch"],
        "losses": training["loss"],
        "val_losses": validation["loss"],
        "val_accuracy": validation["accuracy"][-1],
    }


def loss_after_100_steps(patient: clinic.Patient, rate: float) -> float:
    """Return the validation loss of a copy with new random weights after 100 steps at this learning rate."""
    copy = patient.untrained()
    copy.compile(keras.optimizers.Adam(rate), r.LOSS, metrics=["accuracy"])
    copy.fit(patient.training.take(100), shuffle=False, verbose=0)
    return r.evaluated(copy, patient.validation)["loss"]
