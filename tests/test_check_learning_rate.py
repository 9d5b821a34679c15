"""The claims of lesson 04: the learning rate decays, and training used it."""

import math

import keras
import numpy as np
import pytest

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.learning_rate import learning_rate_decays, training_used_the_schedule
from mnist_lab.checks.evidence import Evidence
from mnist_lab.data.datasets import training_dataset

STEPS = 3  # batches of 100 in the 300 small digits


def lr_decay(epoch):
    return 0.01 * 0.6**epoch


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    """A learner's own schedule, without get_config."""

    def __call__(self, step):
        return 0.01 * 0.5 ** (keras.ops.cast(step, "float32") / STEPS)


def run(schedule=None, rate=0.001, epochs=1, recorded=()):
    """Return a model as after `epochs` short epochs, and the history that Keras would have kept."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy")
    model.optimizer.iterations.assign(epochs * STEPS)
    rates, previous = list(recorded), rate
    for epoch in range(epochs if schedule else 0):
        previous = schedule(epoch, previous) if schedule is SCHEDULES["from the previous rate"] else schedule(epoch)
        rates.append(float(np.float32(previous)))
    return model, {"loss": [1.0] * epochs} | ({"learning_rate": rates} if rates else {})


def verdicts(model, history, **extra):
    evidence = Evidence(model, history, None, None, None, extra)
    return learning_rate_decays.judge(evidence), training_used_the_schedule.judge(evidence)


def holds(model, history, **extra):
    return [verdict.holds for verdict in verdicts(model, history, **extra)]


SCHEDULES = {
    "exponential": lr_decay,
    "math.pow": lambda epoch: 0.01 * math.pow(0.6, epoch),
    "NumPy's float": lambda epoch: np.float64(0.02) * 0.7**epoch,
    "a gentle one": lambda epoch: 0.005 * 0.9**epoch,
    "steps": lambda epoch: 0.01 if epoch < 5 else 0.001,
    "a line": lambda epoch: 0.01 * (1 - epoch / 10),
    "a cosine": lambda epoch: 0.005 * (1 + math.cos(math.pi * epoch / 10)),
    "a warm-up first": lambda epoch: [0.002, 0.01][min(epoch, 1)] * 0.7**epoch,
    "from the previous rate": lambda epoch, rate: 0.01 if epoch == 0 else rate * 0.6,
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_decaying_schedule_passes_after_one_epoch(name):
    assert holds(*run(SCHEDULES[name]), schedule=SCHEDULES[name]) == [True, True]


def test_a_linear_schedule_over_the_trained_epochs_passes():
    def line(epoch):
        return 0.01 * (1 - epoch / 3)

    assert holds(*run(line, epochs=3), schedule=line) == [True, True]


def test_a_learning_rate_scheduler_passes():
    assert holds(*run(lr_decay), schedule=keras.callbacks.LearningRateScheduler(lr_decay)) == [True, True]


@pytest.mark.parametrize(
    "schedule",
    [
        keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=STEPS, decay_rate=0.6),
        keras.optimizers.schedules.CosineDecay(0.01, decay_steps=10 * STEPS),
        Halving(),
    ],
)
def test_a_schedule_object_in_the_optimizer_passes_whether_handed_in_or_not(schedule):
    model, history = run(rate=schedule)
    taken = int(model.optimizer.iterations.numpy())
    assert holds(model, history) == [True, True]
    assert holds(model, history, schedule=schedule) == [True, True]
    assert int(model.optimizer.iterations.numpy()) == taken == STEPS


def test_a_growing_schedule_in_the_optimizer_fails_whatever_is_handed_in():
    growing = keras.optimizers.schedules.PolynomialDecay(0.001, 10 * STEPS, end_learning_rate=0.01)
    decays, used = verdicts(*run(rate=growing), schedule=lr_decay)
    assert not decays.holds
    assert "it grows" in decays.hint
    assert used.holds


def test_a_learning_rate_reduced_on_plateau_passes_by_the_history():
    assert holds(*run(epochs=4, recorded=[0.01, 0.01, 0.003, 0.003])) == [True, True]
    assert holds(*run(epochs=4, recorded=[0.01, 0.01, 0.003, 0.003]), schedule=lambda epoch: 0.01) == [True, True]


def test_the_history_that_keras_records_passes(tiny):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    callbacks = [keras.callbacks.LearningRateScheduler(lr_decay)]
    history = model.fit(training_dataset(100), epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
    evidence = gather(model, history, {"schedule": lr_decay})
    assert learning_rate_decays.judge(evidence).holds
    assert training_used_the_schedule.judge(evidence).holds


@pytest.mark.parametrize(
    ("schedule", "hint"),
    [
        (lambda epoch: 0.01, "it stays the same"),
        (lambda epoch: 0.01 * 1.2**epoch, "it grows"),
        (lambda epoch: 0.01 * 0.98**epoch, "less than half"),
        (lambda epoch: 0.001 if epoch < 5 else 0.01, "it grows"),
    ],
)
def test_a_learning_rate_that_does_not_fall_fails(schedule, hint):
    decays, used = verdicts(*run(schedule), schedule=schedule)
    assert not decays.holds
    assert hint in decays.hint
    assert used.holds


def test_a_schedule_without_a_callback_fails():
    decays, used = verdicts(*run(), schedule=lr_decay)
    assert decays.holds
    assert not used.holds
    assert "list of callbacks" in used.hint


def test_a_schedule_changed_after_training_fails():
    used = verdicts(*run(lambda epoch: 0.01, epochs=2), schedule=lr_decay)[1]
    assert not used.holds
    assert "In epoch 2 training used 0.01, but the schedule gives 0.006" in used.hint


def test_without_a_schedule_the_hint_asks_for_one():
    decays, used = verdicts(*run())
    assert "schedule=..." in decays.hint
    assert not used.holds


@pytest.mark.parametrize("schedule", [0.01, "lr_decay", lambda: 0.01, lambda epoch: None, lambda epoch: 1 / epoch])
def test_an_unusable_schedule_gets_a_hint(schedule):
    decays, used = verdicts(*run(lr_decay), schedule=schedule)
    assert not decays.holds
    assert "could not be called" in decays.hint
    assert not used.holds


def test_a_learning_rate_that_is_not_finite_fails():
    decays, _ = verdicts(*run(lr_decay), schedule=lambda epoch: float("nan"))
    assert "no finite number" in decays.hint


def test_an_uncompiled_model_gets_hints():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    decays, used = verdicts(model, {}, schedule=lr_decay)
    assert decays.holds
    assert not used.holds
    assert not any(holds(model, {}))
