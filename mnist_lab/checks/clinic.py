"""Tests for a training run that raises no error, cheap ones first, and patients to try them on.

A test takes a `Patient`, or a run of your own that `admit` took in, trains nothing but copies, and returns a `Finding`.
Read one with `lab.clinic.start??`.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.checks.patients import Patient, Run, admit, digits, patient
from mnist_lab.data.find import find_mnist
from mnist_lab.diagrams.clinic import loss_charts
from mnist_lab.plots.digits import display_digits

__all__ = ["Finding", "Patient", "Run", "admit", "charts", "digits", "flow", "fresh", "look", "memorize", "patient"]
__all__ += ["permuted", "start", "twice"]


class Finding(dict):
    """A test's numbers, by name; printed, it's a sentence.

    Attributes:
        patient: the name of who was examined.
        test: the name of the test.

    Example:
        >>> found = lab.clinic.start(lab.clinic.patient("healthy"))
        >>> found["loss"]
    """

    def __init__(self, patient: Run, test: str, sentence: str, **numbers: float | list[float]):
        super().__init__(numbers)
        self.patient, self.test, self.sentence = patient.name, test, sentence

    def __repr__(self) -> str:
        return f"{self.patient}: {self.sentence}"


def charts() -> None:
    """Draw the losses of A1 to C3 while they trained, one run each, with those of the healthy run dashed."""
    loss_charts()


def look(patient: Run) -> Finding:
    """Draw the first 24 training digits with their labels; return the range of pixels and the classes per batch.

    The numbers: "lowest" and "highest" pixel of the first batch; "classes", the mean number in 20 batches.
    """
    images, labels = next(iter(patient.training))
    images, classes = images.numpy(), np.argmax(labels, axis=1)
    lowest, highest = float(images.min()), float(images.max())
    display_digits(images[:24] / highest, None, classes[:24], f"{patient.name}: {find_mnist().name}", lines=2)
    per_batch = np.mean([len(np.unique(np.argmax(labels, axis=1))) for _, labels in patient.training.take(20)])
    return Finding(
        patient,
        "look",
        f"pixels from {lowest:g} to {highest:g}; {per_batch:.1f} of 10 classes in a batch.",
        lowest=lowest,
        highest=highest,
        classes=float(per_batch),
    )


def start(patient: Run) -> Finding:
    """Return the "loss" of a batch before training: of a copy with new random weights."""
    images, labels = next(iter(patient.training))
    loss = patient.untrained().evaluate(images, labels, verbose=0)[0]
    sentence = f"loss before training {loss:.2f}; ten equal probabilities give ln 10 = 2.30."
    return Finding(patient, "start", sentence, loss=loss)


def memorize(patient: Run) -> Finding:
    """Train a copy, with new random weights, for 200 steps on 32 digits; return its "loss" and "accuracy" on them."""
    images, labels = next(iter(patient.training))
    digits = tf.data.Dataset.from_tensors((images[:32], labels[:32]))
    copy = patient.untrained()
    copy.fit(digits.repeat(200), shuffle=False, verbose=0)
    loss, accuracy = copy.evaluate(digits, verbose=0)
    sentence = f"after 200 steps on 32 digits, loss {loss:.4f} and accuracy {accuracy:.0%} on them."
    return Finding(patient, "memorize", sentence, loss=loss, accuracy=accuracy)


def flow(patient: Run) -> Finding:
    """Return "norms" and "dead" of a batch, with the weights as they are: before training, or after it.

    "norms" are those of the gradient of the loss, one for each layer's weights. "dead" are the shares of neurons that
    are 0 for every digit of the batch, one for each ReLU layer.
    """
    images, labels = next(iter(patient.training))
    layers = patient.model.layers
    with tf.GradientTape() as tape:
        loss = patient.model.compute_loss(images, labels, patient.model(images))
    gradients = tape.gradient(loss, [layer.kernel for layer in layers if hasattr(layer, "kernel")])
    norms = [float(tf.norm(gradient)) for gradient in gradients]
    dead, outputs = [], images
    for layer in layers:
        outputs = layer(outputs)
        if getattr(layer, "activation", None) is keras.activations.relu:
            dead.append(float(np.mean(np.max(outputs, axis=0) == 0)))
    sentence = (
        f"gradient norms by layer {', '.join(f'{norm:.3g}' for norm in norms)}; "
        f"dead neurons by hidden layer {', '.join(f'{share:.0%}' for share in dead)}."
    )
    return Finding(patient, "flow", sentence, norms=norms, dead=dead)


def twice(patient: Run) -> Finding:
    """Predict the same unseen digits several times.

    The numbers: "changed", the share whose class differs the second time; the accuracies "mixed", in hundreds as they
    come, "sorted", in hundreds sorted by class, and "alone", one at a time (the first 1,000).
    """
    images, classes = patient.unseen
    order = np.argsort(classes)
    first, again = patient.predict(images, 100), patient.predict(images, 100)
    changed = float(np.mean(first != again))
    mixed = float(np.mean(first == classes))
    in_order = float(np.mean(patient.predict(images[order], 100) == classes[order]))
    alone = float(np.mean(patient.predict(images[:1_000], 1) == classes[:1_000]))
    sentence = (
        f"{changed:.1%} of the digits get another class the second time; accuracy {mixed:.1%} in mixed "
        f"hundreds, {in_order:.1%} in hundreds sorted by class, {alone:.1%} alone."
    )
    return Finding(patient, "twice", sentence, changed=changed, mixed=mixed, sorted=in_order, alone=alone)


def permuted(patient: Run) -> Finding:
    """Make the patient again from labels in random order and train it; return its validation "accuracy".

    Such labels can be memorized, but there's nothing in them to learn: on digits that it never saw, it guesses.

    Raises:
        ValueError: it's a run of your own, so there are no lines that make it again.
    """
    if not isinstance(patient, Patient):
        how = "For your own run, shuffle the labels before you do anything else with them, and train it again"
        raise ValueError(f"permuted needs a patient, whose lines make it again. Received: {patient!r}. {how}.")
    again = Patient(patient.name, permuted=True)
    accuracy = again.train().history["val_accuracy"][-1]
    sentence = f"with labels in random order, validation accuracy {accuracy:.1%}; guessing gets 10%."
    return Finding(patient, "permuted", sentence, accuracy=accuracy)


def fresh(patient: Run) -> Finding:
    """Return the "accuracy" on at most 1,000 digits that the patient never saw, one at a time, as a user asks."""
    images, classes = patient.unseen[0][:1_000], patient.unseen[1][:1_000]
    accuracy = float(np.mean(patient.predict(images, 1) == classes))
    sentence = f"accuracy {accuracy:.1%} on {len(classes):,} unseen digits, one at a time."
    return Finding(patient, "fresh", sentence, accuracy=accuracy)
