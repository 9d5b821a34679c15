"""The tasks of exercise 02: two hidden neurons set by hand, and a network that never leaves a loss of 2.30."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from mnist_lab.checks.claims import dense, training
from mnist_lab.checks.claims.layers import all_layers
from mnist_lab.checks.evidence import Evidence, NotYet, mean_cross_entropy, probabilities_of, shown
from mnist_lab.checks.task import check_choice, numbers, task, training_digits

_PIXELS = np.array(list(product((0, 1), repeat=3)))
_INKED = _PIXELS.sum(axis=1)
_EXACTLY_TWO = _INKED == 2


@task(
    "02.1",
    "Two of three",
    "your hidden neurons let the output tell exactly two inked pixels from fewer and from three",
    """
one neuron that looks for both of two pixels: weights 20 and 20, bias −30
pixels 0 0: sum −30, sigmoid 0.00
pixels 0 1: sum −10, sigmoid 0.00
pixels 1 1: sum +10, sigmoid 1.00
Its bias puts 0 halfway between the sums of one pixel and of two. Where would it go to look for two of three?
With a tenth of these numbers, the sigmoid gives 0.05, 0.27 and 0.73: no step yet.""",
)
def two_of_three(hidden_weights: Any, hidden_biases: Any, output_weights: Any, output_bias: Any) -> None:
    """Judge the eight cases. Weights as in Keras: a row for each pixel, a column for each hidden neuron."""
    W1 = numbers(hidden_weights, "hidden_weights", 3, None)
    count = W1.shape[1]
    b1, W2 = numbers(hidden_biases, "hidden_biases", count), numbers(output_weights, "output_weights", count)
    b2 = numbers(output_bias, "output_bias")
    hidden, outputs = _two_layers(W1, b1, W2, b2)
    if _are_right(outputs):
        return
    names = ["".join(map(str, pixels)) for pixels in _PIXELS]
    found = "Found " + ", ".join(f"{name}: {output:.2f}" for name, output in zip(names, outputs, strict=True))
    if not (W1.any() and W2.any()):
        raise NotYet(f"{found}. A weight of 0 passes nothing on. Begin with one hidden neuron: what could it look for?")
    if count == 1:
        raise NotYet(f"{found}. One neuron makes one cut, and no cut parts these cases. Add a second neuron.")
    if count == 3 and _are_right(_two_layers(W1.T, b1, W2, b2)[1]):
        raise NotYet(f"{found}. Rows are pixels and columns are neurons; yours are swapped. Transpose hidden_weights.")
    if _are_right(1 - outputs):
        raise NotYet(f"{found}, the opposite of what's wanted. Only the output neuron has to change its mind.")
    if ((outputs > 0.5) == (_INKED == 1)).all():
        raise NotYet(f"{found}: exactly one, as in the lesson. Move both cuts: between which sums?")
    cuts = np.vstack([W1, b1]) / np.maximum(np.linalg.norm(W1, axis=0), 1e-12)
    if np.allclose(np.abs(cuts.T @ cuts), np.diag(cuts.T @ cuts)):
        raise NotYet(f"{found}. Your hidden neurons are twins: they cut in the same place. Let one cut elsewhere.")
    if ((outputs > 0.5) == _EXACTLY_TWO).all() or np.abs(outputs - 0.5).max() < 0.15:
        raise NotYet(f"{found}, expected above 0.9 or below 0.1. Steeper weights make a step: which sums are near 0?")
    wrong = int(np.argmax((outputs > 0.5) != _EXACTLY_TWO))
    fire = " and ".join(f"{each:.2f}" for each in hidden[wrong])
    wanted = "above 0.9" if _EXACTLY_TWO[wrong] else "below 0.1"
    raise NotYet(
        f"{found}. For {names[wrong]} the hidden neurons give {fire}. What sum should the output make of it: {wanted}?"
    )


def _two_layers(W1: npt.NDArray, b1: npt.NDArray, W2: npt.NDArray, b2: npt.NDArray) -> tuple[npt.NDArray, npt.NDArray]:
    hidden = expit(_PIXELS @ W1 + b1)
    return hidden, expit(hidden @ W2 + b2)


def _are_right(outputs: npt.NDArray) -> bool:
    return bool(np.where(_EXACTLY_TWO, outputs > 0.9, outputs < 0.1).all())


_CAUSES = {
    "learning rate": "Twins stay twins at any rate. Try SGD(10): are the hidden neurons' weights still all alike?",
    "depth": "More layers can't help yet: measure the hidden gradient at the first step. It's 0.",
    "sigmoid": "The lesson's network has the same sigmoids and learns. Its slope at 0 is ¼, as large as it gets.",
    "equal weights": "",
}
_DIGITS, _WANTED, _MARGIN = 2_000, 2.0, 0.03  # the loss of so many digits is that close to the loss of all


@task(
    "02.2",
    "Stuck at 2.30",
    "you found why the neurons stay alike, and the network learns with sigmoid and SGD",
    """
one pixel of 1, two hidden sigmoid neurons, one sigmoid output that should be 1; every weight is 0
step 1: both hidden neurons give 0.5, the output gives 0.5, its error is −0.5
        gradients of the output weights: −0.5 × 0.5 = −0.25, twice
        gradients of the hidden weights: −0.5 × 0 × ¼ = 0, twice
step 2: both output weights are 0.25: the gradients of the hidden weights are −0.02, twice
The two neurons start alike and get the same gradient at every step. What could ever part them?""",
)
def stuck(model: Any, cause: Any, gradient: Any) -> None:
    """Judge the cause, the gradient of the first layer's weights `[784, n]` in the faulty network, and the cure."""
    check_choice(cause, _CAUSES)
    if gradient is None:
        raise NotYet("Found no gradient. A cause counts with its evidence: the faulty network's, of its first weights.")
    if isinstance(gradient, (list, tuple)) and len(gradient) and np.ndim(gradient[0]) == 2:  # of all weights
        gradient = gradient[0]
    if np.ndim(gradient) == 0:
        raise NotYet(f"Found {shown(gradient)} for gradient. Hand in all of it, [784, n]: are its columns alike?")
    slopes = numbers(gradient, "gradient", 784, None)
    if slopes.shape[1] < 2 or np.abs(slopes - slopes[:, :1]).max() > 1e-3 * np.abs(slopes).max():
        raise NotYet(
            "Found a gradient that differs between neurons. Measure it in the faulty network, before the cure."
        )
    if model is None:
        raise NotYet("Found no model. Hand in the network that you cured and trained.")
    digits, labels = training_digits(_DIGITS)
    evidence = Evidence(model, {}, digits, labels, probabilities_of(model, digits))
    dense.hidden_layers_use_sigmoid.check(evidence)
    training.optimizer_is_sgd.check(evidence)
    found = f"Found a training loss of {(loss := mean_cross_entropy(evidence.probabilities, labels)):.2f}"
    weights = [np.asarray(each) for layer in all_layers(model) for each in layer.get_weights()]
    kernels = [each for each in weights if each.ndim == 2]
    alike = np.abs(kernels[0] - kernels[0][:, :1]).max() <= 1e-3 * np.abs(kernels[0]).max()
    if alike and len(kernels) > 3:
        raise NotYet(f"{found}. You added layers, and its neurons are all alike. Measure the hidden gradient: 0.")
    if alike:  # of twins, even a low loss wouldn't say that they were parted
        raise NotYet(f"{found}. The first layer's neurons are all alike: twins stay twins, at any rate.")
    if not np.isfinite(loss):
        raise NotYet(f"{found}: its weights are no numbers any more. Train a new network, with smaller steps.")
    if loss > _WANTED + _MARGIN:
        raise NotYet(
            f"{found}, expected {_WANTED:g} or less. Its neurons differ now: does the loss fall in more epochs?"
        )


TASKS = two_of_three, stuck
