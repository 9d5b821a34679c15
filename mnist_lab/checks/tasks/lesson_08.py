"""The tasks of exercise 08: batch normalization by hand, folded into a convolution, and with stale running averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.claims.layers import all_layers
from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, check_choice, numbers, task, training_digits
from mnist_lab.environment import float_tolerance

Array = npt.NDArray[np.float64]
_MOMENTUM, _EPSILON = 0.99, 0.001  # Keras' own


@task(
    "08.1",
    "Batch normalization",
    "your layer normalizes each channel by its batch while it trains, and by its running averages when it predicts",
    """
one neuron, a batch of two digits: sums 4 and 8; beta 0, running mean 0, running variance 1
training:   their mean is 6, their variance 4: (4 − 6) / √4.001 = −1.00, and +1.00
            the running mean becomes 0.99 · 0 + 0.01 · 6 = 0.06, the running variance 0.99 · 1 + 0.01 · 4 = 1.03
predicting: (4 − 0.06) / √1.031 = 3.88, and 7.82; the averages stay 0.06 and 1.03
After a convolution, the mean of a channel is taken over all digits and all of their positions.""",
)
def batch_normalization(batch_norm: Any) -> None:
    """Judge a function of sums `[n, neurons]` or `[n, rows, columns, channels]`, beta, both averages, and `training`.

    It returns the normalized sums, the running mean and the running variance.
    """
    rng = np.random.default_rng(8)
    for shape in ((64, 5), (32, 6, 4, 3)):
        channels, spread = shape[-1], np.linspace(0.05, 3, shape[-1])  # where it's small, ε matters
        x = rng.normal(0, spread, shape) + rng.normal(0, 2, shape[1:])
        beta, mean, variance = rng.normal(size=channels), rng.normal(0, 2, channels), rng.uniform(0.01, 4, channels)
        _check_training(batch_norm, x, beta, mean, variance)
        _check_prediction(batch_norm, x, beta, mean, variance)
        _check_prediction(batch_norm, x[:1], beta, mean, variance)


def _returned(batch_norm: Any, x: Array, beta: Array, mean: Array, variance: Array, training: bool) -> list[Array]:
    returned = call(batch_norm, x, beta, mean, variance, training)
    if not isinstance(returned, (tuple, list)) or len(returned) != 3:
        raise NotYet(f"Found {shown(returned)}, expected three: the sums, the running mean and the running variance.")
    names = ("the normalized sums", x.shape), ("the running mean", beta.shape), ("the running variance", beta.shape)
    return [numbers(each, what, *shape) for each, (what, shape) in zip(returned, names, strict=True)]


def _normalized(x: Array, beta: Array | float, mean: Array, variance: Array, epsilon: float = _EPSILON) -> Array:
    return (x - mean) / np.sqrt(variance + epsilon) + beta


def _statistics(x: Array) -> tuple[Array, Array]:
    axes = tuple(range(x.ndim - 1))
    return x.mean(axes), x.var(axes)


def _check_training(batch_norm: Any, x: Array, beta: Array, mean: Array, variance: Array) -> None:
    case = f"With training=True and sums {list(x.shape)}:"
    y, *averages = _returned(batch_norm, x, beta, mean, variance, True)
    of_batch = _statistics(x)
    _check_sums(case, y, _normalized(x, beta, *of_batch), _wrong_in_training(x, beta, mean, variance))
    for name, found, old, new in zip(("mean", "variance"), averages, (mean, variance), of_batch, strict=True):
        steps = (1 - _MOMENTUM) * (new - old)
        if not np.allclose(found - old, steps, rtol=0.1, atol=1e-4):  # with n or n − 1, in float32
            default = f"found {found[0]:.4f} for channel 0, expected 0.99 · {old[0]:.3f} + 0.01 · {new[0]:.3f}"
            wrong = [
                ("it didn't move. Mix 0.01 of the batch's into it", old),
                ("it's the batch's alone. An average keeps 0.99 of what it was", new),
                ("it keeps 0.01 and takes in 0.99. It's the other way round", new - steps),
                ("you mix in a standard deviation. Mix in the variance", _MOMENTUM * old + 0.01 * np.sqrt(np.abs(new))),
            ]
            raise NotYet(f"{case} the sums are right. Now the running {name}: {_reason(found, wrong, default)}.")


def _wrong_in_training(x: Array, beta: Array, mean: Array, variance: Array) -> list[tuple[str, Array]]:
    axes = tuple(range(x.ndim - 1))

    def over(axis: Any, beta: Array | float = beta, epsilon: float = _EPSILON) -> Array:
        return _normalized(x, beta, x.mean(axis, keepdims=True), x.var(axis, keepdims=True), epsilon)

    centred, deviation = x - x.mean(axes), x.std(axes)
    return [
        ("those are the sums as they came. Subtract each channel's mean", x),
        ("each position has a mean of its own. A channel pools its positions: axis=(0, 1, 2)", over(0)),
        ("you take the mean over a digit's neurons. That's layer normalization; take it over the digits", over(-1)),
        ("each digit has a mean of its own. A channel pools all digits of the batch, too", over(axes[1:] or -1)),
        ("one mean for all. Each channel has its own", over(None)),
        ("you use the running averages. A layer that trains uses its batch", _normalized(x, beta, mean, variance)),
        ("ε is missing: divide by √(σ² + ε)", over(axes, epsilon=0)),
        ("ε stands outside the root: divide by √(σ² + ε)", centred / (deviation + _EPSILON) + beta),
        ("you divide by the variance. Divide by its root", centred / (deviation**2 + _EPSILON) + beta),
        ("only the mean is subtracted. Divide by the standard deviation, too", centred + beta),
        ("beta is missing. It's added last, so that no mean subtracts it", over(axes, 0)),
        ("you divide by n − 1. A batch's variance divides by n", centred / np.sqrt(x.var(axes, ddof=1) + 1e-3) + beta),
    ]


def _check_prediction(batch_norm: Any, x: Array, beta: Array, mean: Array, variance: Array) -> None:
    case = f"With training=False and sums {list(x.shape)}:"
    y, *averages = _returned(batch_norm, x, beta, mean, variance, False)
    for name, found, old in zip(("mean", "variance"), averages, (mean, variance), strict=True):
        if not np.allclose(found, old, rtol=0, atol=1e-4):
            raise NotYet(f"{case} the running {name} moved. Then answers depend on the company that came before.")
    company = "you use the batch's statistics. Then a digit's answer depends on its company: use the running averages"
    wrong = [
        ("those are the sums as they came. Normalize them by the running averages", x),
        (company, _normalized(x, beta, *_statistics(x))),
        ("ε is missing. It's there in both modes", _normalized(x, beta, mean, variance, 0)),
        ("beta is missing. It's there in both modes", _normalized(x, 0, mean, variance)),
    ]
    _check_sums(case, y, _normalized(x, beta, mean, variance), wrong)


def _check_sums(case: str, found: Array, expected: Array, wrong: list[tuple[str, Array]]) -> None:
    if not _close(found, expected):
        default = f"found {found.flat[0]:.3f} for the first sum of channel 0, expected {expected.flat[0]:.3f}"
        raise NotYet(f"{case} {_reason(found, wrong, default)}.")


def _reason(found: Array, wrong: list[tuple[str, Array]], default: str) -> str:
    """Return the hint for the wrong value that was found, or the default."""
    return next((hint for hint, value in wrong if _close(found, value)), default)


def _close(found: Array, wanted: Array) -> bool:
    return np.allclose(found, wanted, rtol=1e-3, atol=max(5e-4, float_tolerance()))


@task(
    "08.2",
    "Fold",
    "your convolution gives the normalized sums by itself: nothing is left to normalize",
    """
one channel: a sum s of the filter's weights is normalized to (s − 6) / √(4 + ε) + 1, about s / 2 − 3 + 1
all weights divided by 2: the sum is s / 2
a bias of −2: the sum is s / 2 − 2
The same number for every s, without any normalization.""",
)
def fold(fold: Any) -> None:
    """Judge a function of a kernel `[rows, columns, in, out]`, beta and both averages `[out]`: a kernel, and biases.

    A third value, if any, is a factor for each channel that the next layer's weights take over, through ReLU.
    """
    rng = np.random.default_rng(82)
    kernel, beta, mean = rng.normal(0, 0.3, (3, 3, 4, 5)), rng.normal(size=5), rng.normal(0, 2, 5)
    results = []
    for variance in (rng.uniform(0.001, 0.01, 5), rng.uniform(0.5, 4, 5)):  # where it's small, ε matters
        scales = 1 / np.sqrt(variance + _EPSILON)
        results.append((_folded(fold, kernel, beta, mean, variance), (kernel * scales, beta - mean * scales)))
    (small, _), (found, expected) = results
    if all(map(_same, *zip(*results, strict=True))):
        return
    if _same(small, found):
        what = "Found the same kernel and biases, whatever the running averages"
        same, batch = "The kernel came as it is", "Prediction uses the averages, not a batch's statistics"
        raise NotYet(f"{what}. {same if _near(found[0], kernel) else batch}.")
    if _same(found, expected):
        raise NotYet("Found it right where variances are large, and off where they're small: there, ε matters.")
    if not _near(found[0], expected[0]):
        wrong = [
            ("It's the old one. Normalization divides each sum, so divide the weights", kernel),
            ("It's multiplied by the standard deviation. Divide by it", kernel / scales),
            ("It's divided by the variance. Divide by its root", kernel * scales**2),
        ]
        hint = _reason(found[0], wrong, "The weights of each channel are divided by its √(σ² + ε)")
        raise NotYet(f"Found another kernel than expected. {hint}.")
    wrong = [
        ("They're 0. With no ink, normalization still subtracts the mean and adds beta", 0 * beta),
        ("That's beta alone. The mean is subtracted, too", beta),
        ("The mean is subtracted before the division: divide it as well", beta - mean),
        ("beta is added after the division. Don't divide it", (beta - mean) * scales),
        ("The mean is added. Subtract it", beta + mean * scales),
    ]
    reason = _reason(found[1], wrong, "Without ink the sum is 0. See what normalization makes of that")
    raise NotYet(f"The kernel is right. Found {found[1][0]:.3f} as the first bias, not {expected[1][0]:.3f}. {reason}.")


def _folded(function: Any, kernel: Array, beta: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
    returned = call(function, kernel, beta, mean, variance)
    if not isinstance(returned, (tuple, list)) or len(returned) not in (2, 3):
        raise NotYet(f"Found {shown(returned)}, expected two: the new kernel and the biases.")
    found, bias = numbers(returned[0], "the kernel", *kernel.shape), numbers(returned[1], "the biases", len(beta))
    if len(returned) == 2:
        return found, bias
    factors = numbers(returned[2], "the next layer's factors", len(beta))
    if not (factors > 0).all():
        raise NotYet("Found a factor that isn't positive: through ReLU, only positive ones reach the next layer.")
    return found * factors, bias * factors


def _near(found: Array, wanted: Array) -> bool:
    return bool(np.abs(found - wanted).max() <= 5e-3 * np.abs(wanted).max() + 1e-6)


def _same(found: tuple[Array, Array], wanted: tuple[Array, Array]) -> bool:
    return _near(found[0], wanted[0]) and _near(found[1], wanted[1])


_CAUSES = {
    "overfitting": "Then training digits would fare well in both modes. Measure them with training=False, too.",
    "learning rate": "Then the weights would be bad. But with training=True these very weights classify most digits.",
    "other digits": "Are validation digits of another kind? Training digits fare no better with training=False.",
    "running averages": "",
}
_DIGITS, _ALONE = 1_000, 20
_APART, _BELOW = 0.2, 0.03  # of accuracies: one measured on a single batch; what other batches' statistics may cost


@task(
    "08.3",
    "Fine in training",
    "you found which numbers were out of date, and brought them up to date without a gradient step",
    """
one neuron: the mean of its sums is 6 in every batch, and its running mean starts at 0
after  60 batches at momentum 0.99: 6 · (1 − 0.99⁶⁰)  = 2.7
after 300 batches:                  6 · (1 − 0.99³⁰⁰) = 5.7
after   3 batches at momentum 0.1:  6 · (1 − 0.1³)    = 6.0
Only batches that pass through with training=True move it. Their labels don't matter, and no weight has to move.""",
)
def stale_averages(model: Any, before: Any, cause: Any, accuracies: Any) -> None:
    """Judge the mended model, its weights before, the cause, and accuracies on training digits by `training`."""
    check_choice(cause, _CAUSES)
    if not isinstance(accuracies, Mapping) or set(accuracies) != {True, False}:
        how = "A cause counts with its evidence: an accuracy for True and one for False"
        raise NotYet(f"Found {shown(accuracies)} for accuracies. {how}.")
    if model is None:
        raise NotYet("Found no model. Hand in the network that you mended.")
    weights, old = model.get_weights(), [np.asarray(each) for each in before]
    if [each.shape for each in old] != [each.shape for each in weights]:
        raise NotYet("Found other layers than before. Keep this network, and its weights.")
    moved = [not np.allclose(new, then, rtol=1e-4, atol=1e-6) for new, then in zip(weights, old, strict=True)]
    if any(each and "moving" not in kind.path for each, kind in zip(moved, model.weights, strict=True)):
        raise NotYet("Found other weights than before: a gradient step, or a new network. Leave the weights.")
    digits, labels = training_digits(_DIGITS)
    alone = np.concatenate([model(digits[each : each + 1], training=False) for each in range(_ALONE)])
    if np.abs(model(digits[:_ALONE], training=False) - alone).max() > 0.1:
        raise NotYet("Found other answers for digits one at a time: with training=True, one digit alone fails.")
    measured = _modes(model, old, digits, labels)
    for training, expected in measured.items():
        given = float(numbers(accuracies[training], f"the accuracy with training={training}"))
        if abs(given - expected) > _APART:
            how = f"Measure the faulty network on training digits, with training={training}, before you mend it"
            raise NotYet(f"Found {given:.2f} for training={training}, and {expected:.2f} measured again. {how}.")
    if (now := _accuracy(model, digits, labels, False)) < measured[True] - _BELOW:
        found = f"Found an accuracy of {now:.2f} with training=False, and {measured[True]:.2f} with batch statistics"
        short = "The averages moved, but not far enough. How many batches does this momentum need?"
        still = "The averages are as before. They move when batches pass with training=True, and no layer is frozen."
        raise NotYet(f"{found}. {short if any(moved) else still}")


def _accuracy(model: Any, digits: npt.NDArray, labels: npt.NDArray, training: bool) -> float:
    return float(np.mean(np.asarray(model(digits, training=training)).argmax(axis=1) == labels))


def _modes(model: Any, weights: list[npt.NDArray], digits: npt.NDArray, labels: npt.NDArray) -> dict[bool, float]:
    """Return the accuracy by `training` with these weights; afterwards the model is again as it was."""
    own, frozen = model.get_weights(), [layer for layer in all_layers(model) if not layer.trainable]
    try:
        model.set_weights(weights)
        for layer in frozen:  # batch normalization that's frozen ignores the batch
            layer.trainable = True
        return {training: _accuracy(model, digits, labels, training) for training in (False, True)}
    finally:
        model.set_weights(own)
        for layer in frozen:
            layer.trainable = False


TASKS = batch_normalization, fold, stale_averages
