"""The tasks of exercise 01: mean images as templates, softmax and a step of descent in NumPy, batch sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, check_choice, close, numbers, task, training_digits, validation_accuracy
from mnist_lab.data.datasets import training_dataset, validation_dataset


@task(
    "01.1",
    "Templates without training",
    "your W and b name the class whose mean image is nearest, and you measured how far that gets",
    """
two pixels, two classes: the mean image of A is 0.9 0.9, that of B is 0.1 0.8, and that of all digits 0.5 0.85
W: A's column is 0.4 0.05, B's is −0.4 −0.05
a digit with the pixels 0.2 0.8, almost B's mean: A's sum is 0.08 + 0.04 = 0.12, B's is −0.12. A wins!
but its squared distance to A's mean is 0.7² + 0.1² = 0.50, and to B's only 0.1² + 0² = 0.01
A's mean is darker, so it gets the larger sum from almost any digit. Biases of −0.81 for A and −0.325 for B mend that:
now A has −0.69 and B −0.445, so B wins. The gap, 0.245, is half that between 0.50 and 0.01. Can you find −0.81 in
A's mean and −0.325 in B's?""",
)
def templates(W: Any, without_b: Any, b: Any, with_b: Any) -> None:
    """Judge weights `[784, 10]` made of mean images, biases `[10]` for the nearest mean, and both accuracies."""
    digits, labels = training_digits(60_000)
    means, counts = _class_means(digits, labels), np.bincount(labels, minlength=10)
    ((digits, one_hot),) = validation_dataset().as_numpy_iterator()
    labels = one_hot.argmax(axis=1)
    weights = numbers(W, "W", 784, 10)
    scale = _check_templates(weights, means, counts, _class_means(digits, labels))
    sums = digits @ weights
    measured = float(np.mean(sums.argmax(axis=1) == labels))
    how = "Compare digits @ W, its largest sum in each row, with the labels"
    _check_accuracy(without_b, measured, "without_b", how)
    biases = numbers(b, "b", 10)
    if np.ptp(biases) == 0:
        named = np.bincount(sums.argmax(axis=1), minlength=10)
        raise NotYet(
            f"Step 1 is done: {measured:.1%}. Class {named.argmin()} is named for {named.min():,} of {len(labels):,} "
            f"digits, class {named.argmax()} for {named.max():,}. Step 2: choose a b that makes up for that."
        )
    nearest = (digits @ means - (means**2).sum(axis=0) / 2).argmax(axis=1)
    agreement = np.mean((sums + biases).argmax(axis=1) == nearest)
    if agreement < _AGREEMENT:
        hint = _bias_hint(biases, means, scale)
        raise NotYet(f"Found the class of the nearest mean for {agreement:.0%} of the digits, expected all. {hint}")
    measured = float(np.mean((sums + biases).argmax(axis=1) == labels))
    _check_accuracy(with_b, measured, "with_b", "Compare digits @ W + b, its largest sum in each row, with the labels")


_AGREEMENT = 0.95  # means of the first 10,000 training digits agree with those of all on more


def _class_means(digits: npt.NDArray, labels: npt.NDArray) -> npt.NDArray[np.float64]:
    return np.stack([digits[labels == each].mean(axis=0, dtype=np.float64) for each in range(10)], axis=1)


def _check_templates(found: npt.NDArray, means: npt.NDArray, counts: npt.NDArray, of_validation: npt.NDArray) -> float:
    """Return the scale of W, or raise `NotYet`. An image that all columns share changes no answer, so it may differ."""
    contrast = _without_shared(found)
    if not np.abs(contrast).max() > 1e-9 * np.abs(found).max():
        what = "ten columns that are all alike" if found.any() else "only zeros"
        raise NotYet(f"Found {what} in W. Begin with column 0: the mean of `images[classes == 0]`, pixel by pixel.")
    fits = []
    for image, hint in (
        (means, ""),
        (of_validation, "Those are means of validation digits. They're only there to measure: use training digits."),
        (means * counts, "Those are sums of digits, so a frequent class weighs more. Take means."),
        (
            means - means.mean(axis=0),
            "You subtract one number from each template. The mean of all digits is an image: take it over the digits.",
        ),
    ):
        expected = _without_shared(image)
        scale = float((contrast * expected).sum() / (expected**2).sum())
        fits.append((np.linalg.norm(contrast - scale * expected) / np.linalg.norm(contrast), scale, hint))
    off, scale, hint = min(fits)
    if off > 0.1:
        worst = int(np.linalg.norm(contrast - fits[0][1] * _without_shared(means), axis=0).argmax())
        raise NotYet(
            f"Found columns that aren't the classes' mean images, least of all column {worst}. It should be the mean "
            f"of `images[classes == {worst}]` minus the mean of `images`, each over the digits: axis=0."
        )
    if hint:
        raise NotYet(f"Found other columns than the classes' mean images. {hint}")
    if scale < 0:
        raise NotYet("Found ink that counts against its own class: subtract the mean of all from the class's mean.")
    return scale


def _without_shared(W: npt.NDArray) -> npt.NDArray:
    return W - W.mean(axis=1, keepdims=True)


def _bias_hint(b: npt.NDArray, means: npt.NDArray, scale: float) -> str:
    squares, centred = (means**2).sum(axis=0), means - means.mean(axis=1, keepdims=True)
    for wrong, hint in (
        (-squares, "Your b is twice as large as it should be: x·m has a factor of 2 in the squared distance, m² none."),
        (squares / 2, "Your b favours the dark means, which win too often as it is. Change its sign."),
        (squares, "Your b favours the dark means, which win too often as it is. Change its sign, and halve it."),
        (-(centred**2).sum(axis=0) / 2, "You square the columns of W. The distance is to the means themselves."),
        (-(centred**2).sum(axis=0), "You square the columns of W. The distance is to the means themselves."),
        (-np.sqrt(squares) / 2, "Leave out the square root: squared distances are enough, and m² is added up."),
        (-np.sqrt(squares), "Leave out the square root: squared distances are enough, and m² is added up."),
        (-means.sum(axis=0) / 2, "You add up a mean's pixels. Square them first: which terms does (x − m)² have?"),
        (-means.sum(axis=0), "You add up a mean's pixels. Square them first: which terms does (x − m)² have?"),
        (-(means**2).mean(axis=0) / 2, "You average a mean's squared pixels. Add them up, as X @ W adds up products."),
    ):
        expected = scale * (wrong - wrong.mean())
        if np.linalg.norm(b - b.mean() - expected) <= 0.05 * np.linalg.norm(expected):
            return hint
    return "Multiply out (x − m)², added up over the pixels. Which terms differ from class to class?"


def _check_accuracy(handed_in: Any, measured: float, what: str, how: str) -> None:
    found = float(numbers(handed_in, what))
    if found > 1.5:
        raise NotYet(f"Found {found:g} for {what}, expected a fraction from 0 to 1.")
    if abs(found - measured) > 0.004:
        raise NotYet(f"Found {found:.4f} for {what}, and {measured:.4f} on the validation digits. {how}.")


@task(
    "01.2",
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
    "01.3",
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
_GUESSED = 0.2  # a guess gets 0.1, and batches of 2,048 a quarter after one epoch
_CAUSES = {
    "noise": "Its gradients are the least noisy of the three, since each averages 2,048 digits.",
    "larger steps": "The learning rate is the same, and its gradients are means, so its steps aren't longer.",
    "memorizing": "Compare its training and its validation accuracy: they agree.",
    "fewer steps": "",
}


@task(
    "01.4",
    "Batch sizes",
    "you trained three new networks, measured them on new digits, and found what large batches lack",
    """
60,000 digits in batches of 10,000: 6 steps in an epoch, each nearly exact
in batches of 100: 600 steps, each a little off
A gradient is a mean. So averaging over 100 times as many digits makes a step steadier, but not 100 times as long.""",
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
        how = "Is that the training accuracy? Those are digits it knows. Ask history['val_accuracy']"
        _check_accuracy(accuracies[size], measured[size], f"the accuracy for {size}", how)
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
    found = ", ".join(f"{measured[size]:.3f}" for size in _SIZES)
    if measured[2048] < _GUESSED:
        raise NotYet(f"Found the accuracies {found}. A guess gets about 0.1 right: have all three been trained?")
    if not measured[16] > measured[128] > measured[2048]:
        raise NotYet(f"Found {found}. Train each of the three for the same number of epochs, two for instance.")
    check_choice(cause, _CAUSES)


TASKS = (templates, softmax_by_hand, one_step, batch_sizes)
