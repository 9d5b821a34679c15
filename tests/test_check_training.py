"""What the checks say of an optimizer and of its learning rate, over the epochs and within one."""

import math

import keras
import numpy as np
import pytest

from mnist_lab.checks.claims.training import (
    learning_rate_decays,
    learning_rate_rises_and_falls,
    optimizer_is_more_than_plain_sgd,
    optimizer_is_sgd,
    trained_for_one_epoch,
    training_used_the_schedule,
)
from mnist_lab.data.datasets import training_dataset

from .verdicts import evidence, expect, softmax_layer

STEPS = 3  # batches of 100 in the 300 small digits
OPTIMIZERS, SCHEDULES = keras.optimizers, keras.optimizers.schedules


@pytest.mark.parametrize(
    ("optimizer", "is_sgd", "is_more"),
    [
        ("adam", "Adam", None), ("adamw", "AdamW", None), ("rmsprop", "RMSprop", None), ("adagrad", "Adagrad", None),
        ("adadelta", "Adadelta", None), ("ftrl", "Ftrl", None), ("sgd", None, "Found the optimizer SGD without"),
        (OPTIMIZERS.SGD(0.1, momentum=0.9), None, None), (OPTIMIZERS.SGD(0.5), None, "Found the optimizer SGD"),
        (type("Mine", (OPTIMIZERS.Adam,), {})(), "Found the optimizer Mine, expected", None),
        (type("Mine", (OPTIMIZERS.SGD,), {})(), None, "Found the optimizer Mine"),
        (OPTIMIZERS.LossScaleOptimizer(OPTIMIZERS.Adam()), "Adam", None),
        (OPTIMIZERS.LossScaleOptimizer(OPTIMIZERS.SGD()), None, "SGD"),
    ],
)  # fmt: skip
def test_the_optimizer_is_known_by_its_kind(optimizer, is_sgd, is_more):
    of = evidence(softmax_layer(optimizer=optimizer))
    expect(optimizer_is_sgd, of, is_sgd)
    expect(optimizer_is_more_than_plain_sgd, of, is_more)


def test_a_model_without_an_optimizer_gets_hints():
    for claim in (optimizer_is_sgd, optimizer_is_more_than_plain_sgd):
        expect(claim, evidence(object()), "Found the optimizer NoneType")


class Halving(SCHEDULES.LearningRateSchedule):
    """A learner's own schedule, without get_config."""

    def __call__(self, step):
        return 0.01 * 0.5 ** (keras.ops.cast(step, "float32") / STEPS)


def lr_decay(epoch):
    return 0.01 * 0.6**epoch


def from_the_previous_rate(epoch, rate):
    return 0.01 if epoch == 0 else rate * 0.6


def trained(rate=0.001, epochs=1, recorded=(), schedule=None):
    """Return what is known after short epochs; `recorded` are the learning rates in the history."""
    model = softmax_layer(inputs=4, optimizer=OPTIMIZERS.Adam(rate))
    model.optimizer.iterations.assign(epochs * STEPS)
    history = {"loss": [1.0] * epochs} | ({"learning_rate": list(recorded)} if recorded else {})
    return evidence(model, history, **({"schedule": schedule} if schedule is not None else {}))


def scheduled(schedule, epochs=1):
    """Return what is known after a callback applied a function of the epoch."""
    rates = [0.01] if schedule is from_the_previous_rate else [float(np.float32(schedule(e))) for e in range(epochs)]
    return trained(epochs=epochs, recorded=rates, schedule=schedule)


GROWING = SCHEDULES.PolynomialDecay(0.001, 10 * STEPS, end_learning_rate=0.01)
EXPONENTIAL = SCHEDULES.ExponentialDecay(0.01, decay_steps=STEPS, decay_rate=0.6)
COSINE = SCHEDULES.CosineDecay(0.01, decay_steps=10 * STEPS)
PLATEAU = [0.01, 0.01, 0.003, 0.003]
UNCOMPILED = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)])

# What is known, the hint on how the rate decays, the hint on whether training used it.
DECAYS = {
    "exponential": (scheduled(lr_decay), None, None),
    "math.pow": (scheduled(lambda epoch: 0.01 * math.pow(0.6, epoch)), None, None),
    "NumPy's float": (scheduled(lambda epoch: np.float64(0.02) * 0.7**epoch), None, None),
    "a gentle one": (scheduled(lambda epoch: 0.005 * 0.9**epoch), None, None),
    "steps": (scheduled(lambda epoch: 0.01 if epoch < 5 else 0.001), None, None),
    "a line": (scheduled(lambda epoch: 0.01 * (1 - epoch / 10)), None, None),
    "a line over the trained epochs": (scheduled(lambda epoch: 0.01 * (1 - epoch / 3), epochs=3), None, None),
    "a cosine": (scheduled(lambda epoch: 0.005 * (1 + math.cos(math.pi * epoch / 10))), None, None),
    "a warm-up first": (scheduled(lambda epoch: [0.002, 0.01][min(epoch, 1)] * 0.7**epoch), None, None),
    "from the previous rate": (scheduled(from_the_previous_rate), None, None),
    "the callback": (trained(recorded=[0.01], schedule=keras.callbacks.LearningRateScheduler(lr_decay)), None, None),
    "in the optimizer": (trained(EXPONENTIAL), None, None),
    "in the optimizer, a cosine": (trained(COSINE, schedule=COSINE), None, None),
    "in the optimizer, one's own": (trained(Halving(), schedule=Halving()), None, None),
    "reduced on plateau": (trained(epochs=4, recorded=PLATEAU), None, None),
    "reduced on plateau, another handed in": (trained(epochs=4, recorded=PLATEAU, schedule=lambda _: 0.01), None, None),
    "growing in the optimizer": (trained(GROWING, schedule=lr_decay), "it grows", None),
    "constant": (scheduled(lambda epoch: 0.01), "it stays the same", None),
    "growing": (scheduled(lambda epoch: 0.01 * 1.2**epoch), "it grows", None),
    "too weak": (scheduled(lambda epoch: 0.01 * 0.98**epoch), "less than half", None),
    "a step upwards": (scheduled(lambda epoch: 0.001 if epoch < 5 else 0.01), "it grows", None),
    "no callback": (trained(schedule=lr_decay), None, "list of callbacks"),
    "an object for no callback": (trained(schedule=EXPONENTIAL), None, "list of callbacks"),
    "changed after training": (
        trained(epochs=2, recorded=[0.01, 0.01], schedule=lr_decay),
        None,
        "In epoch 2 training used 0.01, but the schedule gives 0.006",
    ),
    "nothing handed in": (trained(), "schedule=...", "list of callbacks"),
    "nothing handed in, one recorded": (trained(recorded=[0.01]), "schedule=...", None),
    "a number": (trained(recorded=[0.01], schedule=0.01), "could not be called", "could not"),
    "a text": (trained(recorded=[0.01], schedule="lr_decay"), "could not be called", "could not"),
    "without an argument": (trained(recorded=[0.01], schedule=lambda: 0.01), "could not be called", "could not"),
    "without a result": (trained(recorded=[0.01], schedule=lambda epoch: None), "could not be called", "could not"),
    "raising": (trained(recorded=[0.01], schedule=lambda epoch: 1 / epoch), "ZeroDivisionError", "could not"),
    "not finite": (trained(recorded=[0.01], schedule=lambda epoch: math.nan), "no finite number", "In epoch 1"),
    "uncompiled": (evidence(UNCOMPILED, schedule=lr_decay), None, "list of callbacks"),
    "uncompiled, nothing handed in": (evidence(UNCOMPILED), "schedule=...", "list of callbacks"),
}


@pytest.mark.parametrize("name", DECAYS)
def test_the_learning_rate_decays_and_is_used(name):
    of, decays, used = DECAYS[name]
    taken = of.optimizer and int(of.optimizer.iterations)
    expect(learning_rate_decays, of, decays)
    expect(training_used_the_schedule, of, used)
    assert (of.optimizer and int(of.optimizer.iterations)) == taken


def test_the_history_that_keras_records_passes(tiny):
    model = softmax_layer(optimizer="adam")
    callbacks = [keras.callbacks.LearningRateScheduler(lr_decay)]
    history = model.fit(training_dataset(100), epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
    of = evidence(model, history.history, schedule=lr_decay)
    expect(learning_rate_decays, of, None)
    expect(training_used_the_schedule, of, None)


CYCLE = 468


def one_cycle(steps=CYCLE, end=0.0):
    warm = steps // 5
    return SCHEDULES.CosineDecay(1e-3, steps - warm, alpha=end, warmup_target=0.01, warmup_steps=warm)


class Triangle(SCHEDULES.LearningRateSchedule):
    """A learner's own schedule: linear up, linear down."""

    def __call__(self, step):
        step = keras.ops.cast(step, "float32") / CYCLE
        return 0.01 * keras.ops.minimum(3 * step, 1.5 * (1 - step))


@pytest.mark.parametrize(
    ("rate", "taken", "hint"),
    [
        (one_cycle(), CYCLE, None),
        (Triangle(), CYCLE, None),
        (one_cycle(end=0.05), CYCLE, None),
        (0.01, CYCLE, "a number and no schedule"),
        (SCHEDULES.CosineDecay(0.01, CYCLE), CYCLE, "0.01 at the first step"),
        (one_cycle(10 * CYCLE), CYCLE, "how many steps there are"),
        (one_cycle(end=0.3), CYCLE, "0.003 at the last"),
        (SCHEDULES.PolynomialDecay(0.001, CYCLE, 0.01), CYCLE, "0.00998 at the last"),
        (one_cycle(), 0, "a number and no schedule"),
    ],
)
def test_the_learning_rate_rises_and_falls_within_the_steps_taken(rate, taken, hint):
    of = evidence(softmax_layer(inputs=4, optimizer=OPTIMIZERS.Adam(rate)))
    of.optimizer.iterations.assign(taken)
    expect(learning_rate_rises_and_falls, of, hint)
    assert int(of.optimizer.iterations) == taken


@pytest.mark.parametrize(("epochs", "hint"), [(1, None), (0, "Found 0 epochs, expected 1"), (2, "Found 2 epochs")])
def test_one_epoch_is_counted(epochs, hint):
    expect(trained_for_one_epoch, evidence(history={"loss": [0.1] * epochs}), hint)
