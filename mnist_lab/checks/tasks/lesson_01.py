"""The tasks of exercise 01: softmax and one step of gradient descent in NumPy, and what a batch size changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import softmax

from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, check_choice, close, numbers, task, validation_accuracy
from mnist_lab.data.datasets import training_dataset


@task(
    "01.1",
    "Softmax",
    "your softmax turns any logits into probabilities, row by row",
    """
one digit, three classes, logits 2, 1, 0
exponentials: 7.39, 2.72, 1.00; their total: 11.11
probabilities: 0.67, 0.24, 0.09
The logits 1002, 1001, 1000 have the same probabilities, since the factor exp(1000) cancels. But a computer has no
exp(1000). It has exp(0), exp(-1) and exp(-2).""",
)
def softmax_by_hand(function: Any) -> None:
    """Judge a function of logits `[n, 10]` that returns probabilities `[n, 10]`."""
    logits = np.random.default_rng(0).normal(0, 2, (6, 10))
    found = numbers(call(function, logits), "the probabilities", 6, 10)
    exponentials = np.exp(logits)
    if not np.allclose(found, softmax(logits, axis=1), atol=1e-4):
        for value, hint in (
            (logits, "That's the logits. A probability is never negative: take exponentials first."),
            (exponentials, "Those are the exponentials. Divide each row by its total."),
            (exponentials / exponentials.sum(), "You divide by one sum for all. Each digit has its own ten logits."),
            (softmax(logits, axis=0), "Each column adds up to 1. Add along a row instead: axis=1."),
            (np.log(softmax(logits, axis=1)), "That's the logarithm of the probabilities. Leave the logarithm out."),
        ):
            if np.allclose(found, value, atol=1e-4):
                raise NotYet(f"Found {found[0, 0]:.3f} for the first class of the first digit. {hint}")
        if not np.allclose(found.sum(axis=1), 1, atol=1e-3):
            raise NotYet(f"Found a row that adds up to {found[0].sum():.3f}, expected 1. Divide it by its own total.")
        expected = softmax(logits, axis=1)[0, 0]
        raise NotYet(f"Found {found[0, 0]:.3f} for the logits {logits[0].round(1)}, expected {expected:.3f}.")
    large = np.array([[1000.0, *[0.0] * 9], [-1000.0, *[-999.0] * 9], np.linspace(-1000, 1000, 10)])
    returned = np.asarray(call(function, large), np.float64)
    if not np.isfinite(returned).all():
        how = "Subtract the row's largest logit before you take exponentials: it cancels"
        raise NotYet(f"Found NaN or infinity for logits up to 1000, since exp(1000) is too large a number. {how}.")
    if not np.allclose(numbers(returned, "the probabilities", 3, 10), softmax(large, axis=1), atol=1e-4):
        raise NotYet(
            f"Found {returned[1].round(3)} for the logits −1000 and nine times −999, expected 0.039 and 0.107."
        )


@task(
    "01.2",
    "One step",
    "your step moves weights and biases downhill, by the mean over the batch",
    """
one image of two pixels, 1 and 0.5; two classes, of which the first is true; p is 0.6 and 0.4
p − y: −0.4 and 0.4
slopes of the weights of pixel 0: 1 × (−0.4) and 1 × 0.4; of pixel 1: 0.5 × (−0.4) and 0.5 × 0.4
slopes of the biases: −0.4 and 0.4
with a learning rate of 0.1, the weight from pixel 0 to the first class grows by 0.04: downhill
With two images in the batch, take the mean of their slopes.""",
)
def one_step(step: Any) -> None:
    """Judge a function of X `[n, pixels]`, labels `[n, 10]`, W, b and a learning rate that returns new W and b."""
    for count, rate, seed in ((16, 0.5, 1), (40, 0.1, 2)):
        rng = np.random.default_rng(seed)
        X, labels = rng.random((count, 30)), np.eye(10)[rng.integers(0, 10, count)]
        W, b = rng.normal(0, 0.2, (30, 10)), rng.normal(0, 0.2, 10)
        returned = call(step, X, labels, W, b, rate)
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            raise NotYet(f"Found {shown(returned)}, expected the new W and b: `return W, b`.")
        moved = numbers(returned[0], "W", 30, 10) - W, numbers(returned[1], "b", 10) - b
        off = softmax(X @ W + b, axis=1) - labels
        wanted = -rate * X.T @ off / count, -rate * off.mean(axis=0)
        if all(close(found, right) for found, right in zip(moved, wanted, strict=True)):
            continue
        if not moved[0].any() and not moved[1].any():
            raise NotYet("Found the same W and b as before. Subtract the learning rate times the slopes.")
        for factor, hint in (
            (-1, "You step uphill: the gradient points where the loss rises, so subtract it."),
            (count, "You add up the slopes of all images, so the step depends on the batch size. Take their mean."),
            (-count, "You step uphill, and by the sum of all images' slopes. Subtract their mean."),
            (1 / rate, "The learning rate is missing: it scales the step."),
            (10 * count, "You add up over images and classes. Take the mean over the images only."),
            (0.1, "You take the mean over images and classes. Take it over the images only."),
        ):
            if close(moved[0], factor * wanted[0]):
                raise NotYet(f"Found a step of W {factor:g} times as long as expected. {hint}")
        if close(moved[0], wanted[0]):
            still = "the biases stay where they were" if not moved[1].any() else "the biases' step is another"
            raise NotYet(f"Found W right, but {still}. The slope of a bias is the mean of p − y.")
        lengths = " and ".join(f"{np.linalg.norm(each):.3g}" for each in (moved[0], wanted[0]))
        raise NotYet(
            f"Found a step of W in another direction; its length and the expected one are {lengths}. The slope of a "
            "weight is the mean, over the images, of its pixel times p − y."
        )


_SIZES = (16, 128, 2048)
_CAUSES = {
    "noise": "Its gradients are the least noisy of the three, since each averages 2,048 digits.",
    "larger steps": "The learning rate is the same, and its gradients are means, so its steps aren't longer.",
    "memorizing": "Compare its training and its validation accuracy: they agree.",
    "fewer steps": "",
}


@task(
    "01.3",
    "Batch sizes",
    "you trained three new networks, measured them on new digits, and found what large batches lack",
    """
60,000 digits in batches of 10,000: 6 steps in an epoch, each exact, and each about as long as any other
in batches of 100: 600 steps, each a little off
After one epoch, the second has walked a hundred times as far.""",
)
def batch_sizes(models: Any, accuracies: Any, steps: Any, cause: Any) -> None:
    """Judge three trained models, their validation accuracies and steps, by batch size, and why one is behind."""
    for what, table in (("models", models), ("accuracies", accuracies), ("steps", steps)):
        if not isinstance(table, Mapping) or set(table) != set(_SIZES):
            found = list(table) if isinstance(table, Mapping) else shown(table)
            raise NotYet(f"Found {found} for {what}, expected an entry for each batch size: 16, 128 and 2048.")
    if len({id(model) for model in models.values()}) < len(_SIZES):
        raise NotYet("Found the same model in several entries: each starts where the last ended. Build a new one.")
    measured = {size: validation_accuracy(models[size]) for size in _SIZES}
    for size in _SIZES:
        handed_in = float(numbers(accuracies[size], f"the accuracy for {size}"))
        if handed_in > 1.5:
            raise NotYet(f"Found {handed_in:g} for {size}, expected a fraction from 0 to 1.")
        if abs(handed_in - measured[size]) > 0.004:
            how = "Is that the training accuracy? Those are digits it knows. Ask history['val_accuracy']"
            raise NotYet(f"Found {handed_in:.4f} for {size}, and {measured[size]:.4f} on the validation digits. {how}.")
    epochs = {}
    for size in _SIZES:
        in_an_epoch = len(training_dataset(size))
        epochs[size], left = divmod(float(numbers(steps[size], f"the steps for {size}")), in_an_epoch)
        if left or not epochs[size]:
            how = f"A step is one batch, and an epoch has {in_an_epoch:,} of this size"
            raise NotYet(f"Found {steps[size]} steps for {size}. {how}.")
    if len(set(epochs.values())) > 1:
        told = ", ".join(f"{epochs[size]:g}" for size in _SIZES)
        raise NotYet(f"Found the steps of {told} epochs. Train each of the three for the same number of epochs.")
    if not measured[16] > measured[128] > measured[2048]:
        found = ", ".join(f"{measured[size]:.3f}" for size in _SIZES)
        raise NotYet(f"Found {found}. Train each of the three for the same number of epochs, two for instance.")
    check_choice(cause, _CAUSES)


TASKS = (softmax_by_hand, one_step, batch_sizes)
