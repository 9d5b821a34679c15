"""The tasks of exercise 13: two tests by hand, six patients to diagnose, three to cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_lab.checks import clinic
from mnist_lab.checks.claims.layers import all_layers, is_a
from mnist_lab.checks.evidence import NotYet, mean_cross_entropy, shown
from mnist_lab.checks.patients import BEDS
from mnist_lab.checks.task import call, check_choice, numbers, task, training_digits
from mnist_lab.data.idx import CLASSES, PIXELS, SIDE

Array = npt.NDArray[np.float32]
_LN_10 = float(np.log(CLASSES))


def _compiled(inputs: int, *layers: keras.Layer, **options: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((inputs,)), *layers])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"], **options)
    return model


def _loss_of(test: Any, model: keras.Model, images: Array, labels: Array) -> float:
    """Return the loss that a learner's test of a model found; the model has to stay as it was."""
    before = model.get_weights()
    found = call(partial(test, model) if callable(test) else test, images, labels)
    if isinstance(found, (list, tuple)) and len(found) > 1:
        raise NotYet(f"Found {len(found)} numbers. `evaluate` returns the loss first: return that one.")
    loss = float(numbers(found, "the loss"))
    if not all(map(np.array_equal, before, model.get_weights())):
        model.set_weights(before)
        raise NotYet("Found other weights afterwards. A test must not treat: take no step, or use a copy.")
    return loss


@task(
    "13.1",
    "Start",
    "your test measures the first loss, and leaves the network as it was",
    """
two digits, three classes; a network gives 0.5 0.3 0.2 and 0.1 0.1 0.8, the true classes are the first and the second
their losses: −ln 0.5 = 0.69 and −ln 0.1 = 2.30
mean: 1.50
Guessing would cost ln 3 = 1.10.""",
)
def start(start: Any) -> None:
    """Judge a function of a compiled model, images `[n, pixels]` and one-hot labels: the mean loss."""
    rng = np.random.default_rng(131)
    for inputs, scale, dropout in ((20, 1, 0.0), (30, 40, 0.0), (40, 3, 0.8)):
        hidden = [keras.layers.Dropout(dropout)] if dropout else []
        model = _compiled(inputs, *hidden, keras.layers.Dense(CLASSES, "softmax"), run_eagerly=True)  # it's quicker
        images = (scale * rng.random((50, inputs))).astype(np.float32)
        classes = rng.integers(0, CLASSES, 50)
        labels = np.eye(CLASSES, dtype=np.float32)[classes]
        probabilities = model.predict(images, verbose=0)
        loss, accuracy = model.evaluate(images, labels, verbose=0)
        found = _loss_of(start, model, images, labels)
        if abs(found - loss) > 0.01 * loss + 1e-3:
            raise NotYet(f"Found {found:.3g} for a network whose loss is {loss:.3g}. {_why(found, loss, accuracy)}.")
    assert np.isclose(mean_cross_entropy(probabilities, classes), loss, rtol=0.01), "the reference is the cross-entropy"


def _why(found: float, loss: float, accuracy: float) -> str:
    wrong = {
        "Nothing was measured yet": 0.0,
        "That's its accuracy. The loss says more: also how sure it was": accuracy,
        "That's the sum. Divide by the number of digits": 50 * loss,
        "Right, but for the sign": -loss,
        "That's a logarithm of base 2. Take the natural one": loss / np.log(2),
        "That's a logarithm of base 10. Take the natural one": loss / _LN_10,
    }
    for hint, value in wrong.items():
        if np.isclose(found, value, rtol=0.01, atol=1e-6):
            return hint
    return "Ask it as `predict` does: no dropout, and the mean over all digits"


_FEW, _INPUTS, _MEMORIZED = 32, 400, 0.3


@task(
    "13.2",
    "Memorize",
    "your test finds who can learn 32 digits by heart, and trains nobody but a copy",
    """
a copy of a healthy network, always the same 32 digits, a step each time
step 0: loss 2.35; step 50: 0.03; step 200: 0.0004; it can learn
a copy whose neurons are dead, the same 32 digits
step 0: loss 2.30; step 200: 2.19; it can't
Other digits in each step would ask for more: that's training.""",
)
def memorize(memorize: Any) -> None:
    """Judge a function of a compiled model, images `[n, pixels]` and one-hot labels: the loss on 32 of them."""
    rng = np.random.default_rng(132)
    images = (rng.random((200 * _FEW, _INPUTS)) < 0.2).astype(np.float32)
    labels = np.eye(CLASSES, dtype=np.float32)[rng.integers(0, CLASSES, len(images))]  # can only be memorized

    def loss_of(*layers: keras.Layer) -> tuple[float, float]:
        model = _compiled(_INPUTS, *layers)
        first = model.evaluate(images[:_FEW], labels[:_FEW], verbose=0)[0]
        return first, _loss_of(memorize, model, images, labels)

    first, loss = loss_of(_hidden(), keras.layers.Dense(CLASSES, "softmax"))
    if not 0 <= loss <= _MEMORIZED:
        found = f"Found {loss:.3g} for a network that can memorize, expected nearly 0"
        if abs(loss - first) < 0.1:
            raise NotYet(f"{found}. It began there: 200 steps of training are missing.")
        how = f"Too few steps, or other digits in each? That's training. Take the same {_FEW}, 200 times"
        raise NotYet(f"{found}. {how}.")
    _, loss = loss_of(
        _hidden(bias_initializer=keras.initializers.Constant(-1_000.0)), keras.layers.Dense(CLASSES, "softmax")
    )
    if not loss > 1:
        raise NotYet(f"Found {loss:.3g} for a network whose neurons are dead. It can't memorize: measure the copy.")
    dropping = keras.layers.Dense(CLASSES), keras.layers.Dropout(0.5), keras.layers.Softmax()  # half of the logits
    _, loss = loss_of(_hidden(), *dropping)
    if not loss <= _MEMORIZED:
        how = "With dropout on, it never reaches zero. Measure the copy as it predicts: `evaluate`"
        raise NotYet(f"Found {loss:.3g} for a network with dropout that can memorize. {how}.")


def _hidden(**options: Any) -> keras.Layer:
    return keras.layers.Dense(300, activation="relu", **options)


# Which findings decide for a cause: other patients, or the healthy one, would give other numbers.
_DECIDE: dict[str, dict[str, Callable[[clinic.Finding], bool]]] = {
    "healthy": {},
    "wrong labels": {"look": lambda found: True, "memorize": lambda found: found["loss"] < 0.1},
    "softmax twice": {"memorize": lambda found: 1.4 < found["loss"] < 1.8},
    "no softmax": {
        "start": lambda found: found["loss"] > 4,
        "memorize": lambda found: found["loss"] > 2.5,
        "flow": lambda found: max(found["norms"]) > 5 or max(found["norms"]) == 0,
    },
    "dead neurons": {
        "flow": lambda found: min(found["dead"]) > 0.9,
        "memorize": lambda found: found["loss"] > 1,
        "start": lambda found: abs(found["loss"] - _LN_10) < 1e-4,  # whatever the digit, ten equal probabilities
    },
    "dropout in prediction": {"twice": lambda found: found["changed"] > 0.02},
}
_WOULD = {
    "healthy": "Not all of its numbers are the control's. Which test haven't you tried",
    "wrong labels": "Then it would memorize 32 digits, but only guess on others. Does it",
    "softmax twice": "Then `memorize` would stop at 1.46, with the digits right. Does it",
    "no softmax": "Then its first loss would be far above 2.3. Is it",
    "dead neurons": "Then `flow` would find no neuron alive. Does it",
    "dropout in prediction": "Then `twice` would find digits that change their class. Does it",
}
_CAUSE_OF = {
    "A2": "wrong labels",
    "B1": "softmax twice",
    "biases −3": "dead neurons",
    "dropout left on": "dropout in prediction",
}


@task(
    "13.3",
    "The waiting room",
    "your diagnoses are right, and each finding decides",
    """
A1, from the lesson: flat at 2.3
start: 2.35, as the control. It decides nothing
memorize: 2.3, where the control has 0.0003. So it isn't the labels: any can be memorized
flow: gradients like the control's, no dead neurons. So it's the size of its steps
diagnosis: a learning rate that's too small; memorize and flow decide""",
)
def waiting_room(diagnoses: Any) -> None:
    """Judge diagnoses by bed, "bed 1" to "bed 6": each a cause, and the finding that decided."""
    if not isinstance(diagnoses, Mapping):
        raise NotYet(f"Found {shown(diagnoses)}, expected a dict: a cause and a finding for each bed.")
    if unknown := [shown(bed) for bed in diagnoses if bed not in BEDS]:
        raise NotYet(f"Found {unknown[0]}, which is no bed. There are {', '.join(BEDS)}.")
    if len(diagnoses) < 3:
        raise NotYet(f"Found {len(diagnoses)} diagnoses, expected three or more.")
    for bed, diagnosis in diagnoses.items():
        if not isinstance(diagnosis, (tuple, list)) or len(diagnosis) != 2:
            raise NotYet(f"Found {shown(diagnosis)} for {bed}, expected two: a cause, and the finding that decided.")
        _check_cause(bed, diagnosis[0])
    for bed, (_, finding) in diagnoses.items():
        _check_finding(bed, finding)


def _true_cause(bed: str) -> str:
    return _CAUSE_OF.get(BEDS[bed], BEDS[bed])


def _check_cause(bed: str, cause: Any) -> None:
    true = _true_cause(bed)
    if true == "healthy":
        harm = "All its numbers are healthy: a treatment would only do harm."
        check_choice(cause, {each: "" if each == true else harm for each in _DECIDE}, f"cause for {bed}")
    hints = {each: "" if each == true else f"{would}?" for each, would in _WOULD.items()}
    check_choice(cause, hints, f"cause for {bed}")


def _check_finding(bed: str, finding: Any) -> None:
    if not isinstance(finding, clinic.Finding):
        how = "A cause counts with its evidence: what a test returned, lab.clinic.start(…) for instance"
        raise NotYet(f"Found {shown(finding)} as the finding for {bed}. {how}.")
    if finding.patient != bed:
        raise NotYet(f"Found a finding about {finding.patient!r} for {bed}. Hand in its own.")
    deciding = _DECIDE[_true_cause(bed)]
    if not deciding:
        return
    if finding.test not in deciding:
        raise NotYet(f"{bed}: the cause is right, but `{finding.test}` doesn't decide it: healthy ones do that, too.")
    decides = deciding[finding.test]
    if finding.test == "look" or decides(finding):
        return
    patient = clinic.patient(bed)
    if finding.test == "twice":
        patient.train()
    again = getattr(clinic, finding.test)(patient)
    raise NotYet(f"The cause is right, but not the finding. Found {finding!r} Measured again: {again.sentence}")


_DIGITS, _STEPS = 6_400, 150
_HELD_OUT, _COPIED = 5_000, 1_000
_ENOUGH_CLASSES = 7


@task(
    "13.4",
    "Cure three",
    "A3's neurons stay alive, C1's batches are mixed, and C2's validation has no copies in training",
    """
six digits in a sorted file: 0 0 1 1 2 2
shuffle(2) holds two at a time: 0 0 1 1 2 2, or 0 1 0 1 2 2; batches of two see one class or two
shuffle(6) holds all: 1 0 2 2 0 1
two copies of three digits: a b c a' b' c'; validation takes the first, a, and its copy a' is in training
split first: validation a a', training b c b' c'""",
)
def cures(a3: Any, c1: Any, c2: Any) -> None:
    """Judge a function that returns a network, and two of images and labels that return training and validation."""
    _check_c1(c1)
    _check_c2(c2)
    _check_a3(a3)


def _check_a3(a3: Any) -> None:
    network = call(a3)
    if not isinstance(network, keras.Model) or getattr(network, "optimizer", None) is None:
        raise NotYet(f"A3: found {shown(network)}, expected a compiled Keras model. Does it end with `return`?")
    images, classes = training_digits(_DIGITS)
    labels = np.eye(CLASSES, dtype=np.float32)[classes]
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).batch(128)
    network.fit(batches.repeat().take(_STEPS), shuffle=False, verbose=0)
    right = float(np.mean(network.predict(images, batch_size=1_000, verbose=0).argmax(axis=1) == classes))
    if right > 0.5:
        return
    dead = max(clinic.flow(clinic.Run("A3", network, batches, batches))["dead"], default=0.0)
    found = f"A3: after {_STEPS} steps, found {right:.0%} of the digits right and {dead:.0%} of a hidden layer dead"
    if dead < 0.8:
        raise NotYet(f"{found}. The neurons live. Are the steps too small now, as A1's were?")
    if any(is_a(layer, "*Dropout*") for layer in all_layers(network)):
        raise NotYet(f"{found}. Dropout treats the symptom: what kills them acts within the first steps.")
    raise NotYet(f"{found}. What kills them acts within the first steps: how far does each step go?")


def _check_c1(c1: Any) -> None:
    rng = np.random.default_rng(134)
    count = 5 * _HELD_OUT
    images = np.zeros((count, PIXELS), np.float32)
    images[:, 0] = np.arange(count) / count  # says which digit it is
    classes = rng.integers(0, CLASSES, count)
    training, validation = _two_datasets("C1", c1, images, np.eye(CLASSES, dtype=np.float32)[classes])
    batches = _batches("C1", training)
    numbered = [np.rint(pixels[:, 0] * count).astype(int) for pixels, _ in batches]
    ids, kept = np.concatenate(numbered), np.rint(_joined("C1", validation)[0][:, 0] * count).astype(int)
    mixed = float(np.mean([len(np.unique(classes[rows])) for rows in numbered[:50]]))
    if mixed < _ENOUGH_CLASSES:
        found = f"C1: found {mixed:.1f} of 10 classes in a batch"
        if set(kept) != set(range(_HELD_OUT)):
            raise NotYet(f"{found}. You changed validation, and training is still ill.")
        if len(batches[0][0]) > 128:
            raise NotYet(f"{found}. Larger batches treat the symptom. In which order do the digits come?")
        raise NotYet(f"{found}. How many rows does `shuffle` hold at a time, and what's in them?")
    if not np.array_equal(np.concatenate([labels for _, labels in batches]).argmax(axis=1), classes[ids]):
        raise NotYet("C1: found labels of other digits. That's A2's illness: move images and labels together.")
    if set(ids) & set(kept):
        raise NotYet("C1: found digits in both training and validation. Keep the first 5,000 out of training.")
    if missing := count - _HELD_OUT - len(set(ids)):
        raise NotYet(f"C1: found {missing:,} of the 20,000 digits missing from training. Lose none.")
    if set(kept) != set(range(_HELD_OUT)):
        raise NotYet("C1: found other digits in validation. It was honest: leave the first 5,000 there.")


def _check_c2(c2: Any) -> None:
    images = np.zeros((_COPIED, SIDE, SIDE), np.float32)
    images[:, 7:21, 7:21] = (0.5 + np.arange(_COPIED) / (2 * _COPIED))[:, np.newaxis, np.newaxis]  # which digit it is
    flat = images.reshape(_COPIED, PIXELS)
    labels = np.eye(CLASSES, dtype=np.float32)[np.random.default_rng(135).integers(0, CLASSES, _COPIED)]
    training, validation = _two_datasets("C2", c2, flat, labels)
    (pixels, their_labels), (held_out, _) = _joined("C2", training), _joined("C2", validation)
    ids, kept = _originals(pixels), _originals(held_out)
    if shared := int(np.isin(kept, ids).sum()):
        found = f"C2: found {shared:,} of {len(kept):,} validation digits with a copy in training"
        if np.isin(held_out.max(axis=1), flat.max(axis=1)).all() and (held_out == flat[kept]).all():
            raise NotYet(f"{found}. You changed validation, and training still has its digits.")
        raise NotYet(f"{found}. What's split first, the digits or the copies?")
    if len(set(ids)) < _COPIED // 2 or len(set(kept)) < _COPIED // 20:
        found = f"C2: found {len(set(ids)):,} digits to train on and {len(set(kept)):,} to validate on"
        raise NotYet(f"{found}. Use all {_COPIED:,}, most of them to train on.")
    if not np.array_equal(their_labels.argmax(axis=1), labels[ids].argmax(axis=1)):
        raise NotYet("C2: found labels of other digits. That's A2's illness: move images and labels together.")
    if (pixels == flat[ids]).all():
        raise NotYet("C2: found no distorted copy in training. The copies were fine; their order wasn't.")


def _originals(pixels: Array) -> npt.NDArray[np.int64]:
    """Return which digit each image is a copy of, by its brightest pixel."""
    return np.clip(np.rint((pixels.max(axis=1) - 0.5) * 2 * _COPIED), 0, _COPIED - 1).astype(int)


def _two_datasets(name: str, function: Any, images: Array, labels: Array) -> tuple[Any, Any]:
    found = call(function, images, labels)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise NotYet(f"{name}: found {shown(found)}, expected two datasets: to train on, and to validate on.")
    return found[0], found[1]


def _batches(name: str, dataset: Any) -> list[tuple[Array, Array]]:
    if not isinstance(dataset, tf.data.Dataset):
        raise NotYet(f"{name}: found {shown(dataset)}, expected a tf.data.Dataset of batches.")
    batches = list(dataset.take(500).as_numpy_iterator())  # it may repeat
    if not batches or len(batches[0]) != 2 or batches[0][0].ndim != 2:
        raise NotYet(f"{name}: expected batches of images [n, {PIXELS}] and labels [n, {CLASSES}]. Call `batch`.")
    return batches


def _joined(name: str, dataset: Any) -> tuple[Array, Array]:
    images, labels = zip(*_batches(name, dataset), strict=True)
    return np.concatenate(images), np.concatenate(labels)


TASKS = start, memorize, waiting_room, cures
