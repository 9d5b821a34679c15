"""The tasks of exercise 03: gradients through ReLU, momentum, what three seeds can tell, and a loss without NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import expit, logsumexp, softmax
from scipy.stats import norm, ttest_ind

from mnist_lab.checks.claims.layers import activation_name, layers_and_activations, outputs_of
from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, check_choice, close, numbers, task, validation_accuracy

Slope = Callable[[npt.NDArray, npt.NDArray], Any]  # of a layer's sums, and of the gradient of its outputs


@task(
    "03.1",
    "Backpropagation",
    "your gradients are right in all three layers: each ReLU passes on where its own sum was positive",
    """
one digit; the last hidden layer has two neurons, A and B, with the sums 3 and −2, so ReLU gives 3 and 0
the layer after says: slope 0.4 for A's output, slope −0.7 for B's
back through ReLU: A's sum was positive, 0.4 × 1 = 0.4; B's was negative, −0.7 × 0 = 0
an input of 2 to both: the gradient of A's weight is 2 × 0.4 = 0.8, of B's 2 × 0 = 0
with 128 digits: the mean of 128 such gradients""",
)
def backpropagation(gradients: Any) -> None:
    """Judge a function of X `[n, pixels]`, labels `[n, 10]`, W1, W2 and W3 that returns a gradient for each W."""
    for count, seed in ((128, 31), (7, 32)):
        rng = np.random.default_rng(seed)
        X, labels = rng.random((count, 12)), np.eye(10)[rng.integers(0, 10, count)]
        weights = [rng.normal(0, 0.6, shape) for shape in ((12, 8), (8, 6), (6, 10))]
        returned = call(gradients, X, labels, *weights)
        if not isinstance(returned, (tuple, list)) or len(returned) != 3:
            raise NotYet(f"Found {shown(returned)}, expected three gradients, as in `return g1, g2, g3`.")
        found = [
            numbers(each, f"a gradient {list(W.shape)}", *W.shape) for each, W in zip(returned, weights, strict=True)
        ]
        expected = _backward(X, labels, weights, lambda sums, _: sums > 0)
        if not all(map(close, found, expected)):
            raise NotYet(_hint_for_gradients(found, expected, X, labels, weights))


def _backward(X: npt.NDArray, labels: npt.NDArray, weights: list[npt.NDArray], slope: Slope) -> list[npt.NDArray]:
    inputs, sums = [X], []
    for W in weights:
        sums.append(inputs[-1] @ W)
        inputs.append(np.maximum(sums[-1], 0))
    passed = (softmax(sums[-1], axis=1) - labels) / len(X)
    found: list[npt.NDArray] = []
    for layer in (2, 1, 0):
        found.insert(0, inputs[layer].T @ passed)
        passed = passed @ weights[layer].T
        if layer:
            passed = passed * slope(sums[layer - 1], passed)
    return found


def _hint_for_gradients(found: list, expected: list, X: npt.NDArray, labels: npt.NDArray, weights: list) -> str:
    if not any(each.any() for each in found):
        return "Found only zeros. Begin at the end: W3's gradient is its inputs times p − y, as in task 01.3."
    for factor, hint in (
        (len(X), "you add up the digits' gradients. Take their mean"),
        (-1, "they point downhill. A gradient points uphill: begin with p − y"),
    ):
        if all(close(each, factor * right) for each, right in zip(found, expected, strict=True)):
            return f"Found gradients {factor:g} times those expected: {hint}."
    wrong: list[tuple[str, Slope]] = [
        ("You drop what comes back negative. The forward sum decides: was it positive?", lambda _, passed: passed > 0),
        ("ReLU's slope is missing: 1 where the forward sum was positive, 0 elsewhere", lambda *_: 1.0),
        ("You multiply by ReLU's output. Multiply by its slope, 0 or 1", lambda sums, _: np.maximum(sums, 0)),
    ]
    for hint, slope in wrong:
        if all(map(close, found, _backward(X, labels, weights, slope))):
            return f"Found W3's gradient right, W1's and W2's wrong. {hint}."
    right = [close(*pair) for pair in zip(found, expected, strict=True)]
    last = max(layer for layer in (1, 2, 3) if not right[layer - 1])
    how = f"times W{last + 1}, transposed, times ReLU's slope at layer {last}'s sums" if last < 3 else "p − y, over n"
    return f"Found {sum(right)} of 3 right. Look at W{last}'s: its inputs, transposed, times what comes back ({how})."


_RATE, _KEPT = 0.05, 0.9
_EXPECTED = _KEPT ** np.arange(6)  # a gradient of 1, then none: the steps, in units of −rate


@task(
    "03.2",
    "Momentum",
    "where gradients agree, your steps grow to ten times a plain one; where they alternate, they cancel",
    """
learning rate 0.1; the gradient is 1 three times, and then −1
step 1: 0.9 × 0      − 0.1 × 1    = −0.1
step 2: 0.9 × −0.1   − 0.1 × 1    = −0.19
step 3: 0.9 × −0.19  − 0.1 × 1    = −0.271
step 4: 0.9 × −0.271 − 0.1 × (−1) = −0.1439: it still rolls on
Each line needs the result of the line before. Who keeps it from call to call?""",
)
def momentum(step: Any) -> None:
    """Judge a function of weights, memory, gradient and rate that returns new weights and memory, by its weights."""
    found = -_steps(step, np.eye(6)[:, :1])[:, 0] / _RATE
    if not np.allclose(found, _EXPECTED, atol=0.01):
        raise NotYet(_hint_for_steps(found))
    gradients = np.random.default_rng(32).normal(0, 1, (30, 2, 3))
    if not np.allclose(_steps(step, gradients), lfilter([-_RATE], [1, -_KEPT], gradients, axis=0), atol=0.01):
        raise NotYet("Found the right steps after one gradient, others after thirty. Has each weight its own memory?")


def _steps(step: Any, gradients: npt.NDArray) -> npt.NDArray:
    """Return the change of the weights by each of the gradients, in turn."""
    weights, memory = np.full(gradients.shape[1:], 5.0), np.zeros(gradients.shape[1:])
    path = [weights]
    for gradient in gradients:
        returned = call(step, weights, memory, gradient, _RATE)
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            raise NotYet(f"Found {shown(returned)}, expected new weights and memory: `return weights, memory`.")
        weights, memory = numbers(returned[0], "the weights", *weights.shape), returned[1]
        path.append(weights)
    return np.diff(path, axis=0)


def _hint_for_steps(found: npt.NDArray) -> str:
    """Return a hint for the steps, in units of −rate, after a gradient of 1 and then none."""
    listed, wanted = (", ".join(f"{0 - _RATE * each:.3g}" for each in steps[:3]) for steps in (found, _EXPECTED))
    case = f"After one gradient of 1 and then none, found the steps {listed}, expected {wanted}"
    for steps, hint in (
        (np.eye(6)[0], "It forgets at once. Remember the last step: return it as the memory, and add 0.9 of it"),
        (-_EXPECTED, "You step uphill when all gradients agree. Add 0.9 of the last step, minus rate × gradient"),
        (_EXPECTED * (-1) ** np.arange(6), "The memory works against you: 0.9 of the last step has the wrong sign"),
        (0.1 * _EXPECTED, "That's an average of gradients, a tenth of their sum. Divide the rate by 0.1"),
        (_RATE * _EXPECTED, "The rate scales twice. It belongs to the gradient, or to the step"),
        (_EXPECTED / _RATE, "The rate is missing"),
        (_EXPECTED * [1.9, *[0.9] * 5], "That's Nesterov's variant, which looks ahead. Move by the step itself"),
    ):
        if np.allclose(found, steps, atol=0.005):
            return f"{case}. {hint}."
    return f"{case}. Each step is 0.9 of the step before, minus rate × gradient."


_ACTIVATIONS: dict[str, Any] = {"relu": lambda z: np.maximum(z, 0), "gelu": lambda z: z * norm.cdf(z), "sigmoid": expit}


@task(
    "03.3",
    "Real or luck?",
    "each verdict follows from what your own runs can tell apart from luck",
    """
three runs each: A 0.951, 0.957, 0.954; B 0.955, 0.958, 0.960; C 0.931, 0.938, 0.934
A from 0.951 to 0.957, B from 0.955 to 0.960: the ranges overlap. Another three seeds may turn them round: can't tell.
A from 0.951 to 0.957, C from 0.931 to 0.938: even C's best is below A's worst. C is worse.
One run of A and one of B would have called B better or worse, whichever seeds you had.""",
)
def real_or_luck(models: Any, accuracies: Any, verdicts: Any) -> None:
    """Judge trained models and their validation accuracies, lists by activation, and verdicts on GELU and sigmoid."""
    for table in (models, accuracies):
        if not isinstance(table, Mapping) or set(table) != set(_ACTIVATIONS):
            raise NotYet(f"Found {shown(table)}, expected two dictionaries, each with relu, gelu and sigmoid.")
    runs = {}
    for name in _ACTIVATIONS:
        networks, runs[name] = list(models[name]), numbers(accuracies[name], f"the accuracies of {name}", None)
        if len(runs[name]) < 3 or len(networks) != len(runs[name]):
            found = f"Found {name}: {len(networks)} models, {len(runs[name])} accuracies"
            raise NotYet(f"{found}, expected three of each. One run has no range: train with three seeds.")
        if len({id(network) for network in networks}) < len(networks) or len(set(runs[name])) == 1:
            raise NotYet(f"Found {name}'s runs all alike. Build a new model for each, with a seed of its own.")
        _check_run(networks[-1], runs[name][-1], name)
    for name in ("gelu", "sigmoid"):
        verdict = verdicts.get(name) if isinstance(verdicts, Mapping) else None
        if verdict not in ("better", "worse", "can't tell"):
            raise NotYet(f"Found {shown(verdict)} for {name}, expected 'better', 'worse' or \"can't tell\".")
        _check_verdict(name, verdict, runs[name], runs["relu"])


def _check_run(network: Any, accuracy: float, name: str) -> None:
    sums = np.linspace(-3, 3, 13, dtype=np.float32)[np.newaxis]
    for _, activation in layers_and_activations(network)[:-1]:
        outputs = outputs_of(activation, sums)
        if outputs is None or np.abs(outputs - _ACTIVATIONS[name](sums)).max() > 0.02:
            raise NotYet(f"Found the activation {activation_name(activation)} in a model of {name}. Set {name!r}.")
    if abs(accuracy - (measured := validation_accuracy(network))) > 0.004:
        how = "Is that the training accuracy, or another model's? Ask history['val_accuracy'][-1]"
        raise NotYet(f"Found {accuracy:.4f} for the last run of {name}; its model has {measured:.4f}. {how}.")


def _check_verdict(name: str, verdict: str, values: npt.NDArray, relu: npt.NDArray) -> None:
    """Accept what either the ranges or Welch's test says."""
    ranges = ", ReLU ".join(f"{each.min():.4f} to {each.max():.4f}" for each in (values, relu))
    found = f"Found {verdict!r} for {name} {ranges}"
    apart = values.min() > relu.max() or values.max() < relu.min()
    sure = ttest_ind(values, relu, equal_var=False).pvalue < 0.05
    if verdict == "can't tell" and apart and sure:
        raise NotYet(f"{found}. All runs of one beat all of the other's, by far: you can tell.")
    if verdict != "can't tell" and not (apart or sure):
        raise NotYet(f"{found}. The ranges overlap: chance can do that. Train more seeds, or say that you can't tell.")
    if verdict != "can't tell" and (values.mean() > relu.mean()) != (verdict == "better"):
        raise NotYet(f"{found}. It's the other way round: the higher accuracy is the better one.")


_CAUSES = {
    "learning rate": "Nothing was trained here: one digit, one label, no step. And the loss is NaN.",
    "overflow": "",
    "wrong label": "The network says 0, and a 0 it is. Try any other class as the label: NaN again.",
    "zero times infinity": "No label meets a logarithm here. Print p: is it NaN before any logarithm is taken?",
}


@task(
    "03.4",
    "NaN all the same",
    "your loss is finite and exact however sure the network is, and so is its slope",
    """
two classes, logits 150 and 0; float32 ends at 3.4 × 10³⁸
e¹⁵⁰ is 1.4 × 10⁶⁵, too large: ∞. So is the total, and ∞ ÷ ∞ is NaN
the largest logit subtracted first: e⁰ = 1 and e⁻¹⁵⁰ = 0. If the second is true, its logarithm is −∞
on paper:  log p = logit − log(e¹⁵⁰ + e⁰)   and   log(e¹⁵⁰ + e⁰) = 150 + log(e⁰ + e⁻¹⁵⁰) = 150
so the second's log p is 0 − 150 = −150, its loss is 150, and one more on its logit makes that 149: a slope""",
)
def without_nan(loss: Any, cause: Any, broken: Any) -> None:
    """Judge a loss of labels `[n, 10]` and logits `[n, 10]`, the cause, and the faulty loss' ten exponentials."""
    check_choice(cause, _CAUSES)
    _check_exponentials(broken)
    ordinary = np.array([[2, -1, 0, 3, 1, 0, -2, 0, 1, 0], [12, 9, *[0] * 8], [60, 57, *[50] * 8]], np.float32)
    labels = np.eye(10, dtype=np.float32)[[4, 1, 1]]
    expected = logsumexp(ordinary, axis=1) - (ordinary * labels).sum(axis=1)
    found = numbers(call(loss, labels, ordinary), "the losses", None)
    if not np.allclose(found, expected if len(found) > 1 else expected.mean(), rtol=2e-3):
        hint = "Such logits had a good answer before, and your cure changes it"
        if np.allclose(-found, expected, rtol=2e-3):
            hint = "Mind the sign: a loss is minus the logarithm"
        elif np.isclose(found.sum(), expected.sum(), rtol=2e-3):
            hint = "You add up the digits' losses. Return one for each, or their mean"
        raise NotYet(f"Found {found.round(2)} for ordinary logits, expected {expected.round(2)}. {hint}.")
    for sure, true in ((150.0, 1), (150.0, 0), (1000.0, 1), (1000.0, 0)):  # the network is sure of class 0
        _check_sure(loss, sure, true)


def _check_exponentials(broken: Any) -> None:
    if broken is None:
        raise NotYet("Found None for broken. A cause counts with its evidence: the first ten numbers that go wrong.")
    found = numbers(broken, "broken", 10, finite=False)
    if np.isnan(found).any():
        raise NotYet(f"Found {np.isnan(found).sum()} of ten NaN: it's in them already. What were they made of?")
    if np.isfinite(found).all():
        raise NotYet(f"Found ten finite numbers, up to {found.max():.3g}. Compute the next, in float32 as `loss` does.")
    if found[0] != np.inf or not np.allclose(found[1:], 1):
        raise NotYet(f"Found {np.isinf(found).sum()} of ten infinite, expected one. Are they the first to go wrong?")


def _check_sure(loss: Any, sure: float, true: int) -> None:
    """Judge loss and slopes for the logits `sure` and nine times 0, if this class is the true one."""
    import tensorflow as tf

    def sloped(labels: npt.NDArray, values: npt.NDArray) -> tuple[Any, Any]:
        tensor = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            result = loss(labels, tensor)
        return result, tape.gradient(result, tensor) if tf.is_tensor(result) else None

    logits, label = np.array([[sure, *[0.0] * 9]], np.float32), np.eye(10, dtype=np.float32)[[true]]
    returned, slopes = call(sloped, label, logits)
    found, expected = float(numbers(returned, "the loss", finite=False)), sure if true else 0.0
    case = f"For the logits {sure:g} and nine times 0, class {true} true: found {found:.2f}, expected {expected:g}"
    if not np.isfinite(found):
        what = "A number on the way is infinite" if np.isnan(found) else "A probability is exactly 0: log 0 is −∞"
        how = "Take that on paper: a logit minus log Σ exp, the largest logit subtracted first"
        raise NotYet(f"{case}. {what}. {how}.")
    if abs(found - expected) > 0.01 * sure:
        raise NotYet(f"{case}. It's finite, but its slope is 0: mend the logarithm, not its argument.")
    if slopes is not None:
        steep = numbers(slopes, "the slopes", 10, finite=False)
        if not np.allclose(steep, softmax(logits, axis=1)[0] - label[0], atol=0.01):
            raise NotYet(f"{case}. But its slope for class {true} is {steep[true]:.2f}, expected {-true}: p − y.")


TASKS = backpropagation, momentum, real_or_luck, without_nan
