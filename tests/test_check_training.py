"""What the checks say of an optimizer and of its learning rate, over the epochs and within one."""

import math

import keras
import numpy as np
import pytest

from mnist_lab.checks.claims import training

from .verdicts import evidence, expect, softmax_layer

STEPS, CYCLE = 3, 468  # in a short epoch, and in one of MNIST's
OPTIMIZERS, SCHEDULES = keras.optimizers, keras.optimizers.schedules


@pytest.mark.parametrize(
    ("optimizer", "is_sgd", "is_more"),
    [
        ("sgd", None, "Found the optimizer SGD without"),
        ("adam", "Found the optimizer Adam, expected", None),
        (OPTIMIZERS.SGD(momentum=0.9), None, None),
        (type("Mine", (OPTIMIZERS.SGD,), {})(), None, "Found the optimizer Mine"),
        (OPTIMIZERS.LossScaleOptimizer(OPTIMIZERS.Adam()), "Adam", None),
        (OPTIMIZERS.LossScaleOptimizer(OPTIMIZERS.SGD()), None, "SGD"),
        (None, "Found the optimizer NoneType", "Found the optimizer NoneType"),
    ],
)
def test_the_optimizer_is_known_by_its_kind(optimizer, is_sgd, is_more):
    of = evidence(softmax_layer(optimizer=optimizer) if optimizer else object())
    expect(training.optimizer_is_sgd, of, is_sgd)
    expect(training.optimizer_is_more_than_plain_sgd, of, is_more)


def lr_decay(epoch):
    return 0.01 * 0.6**epoch


def trained(rate=0.001, epochs=1, recorded=(), schedule=None):
    """Return what is known after short epochs; `recorded` are the learning rates in the history."""
    model = softmax_layer(inputs=4, optimizer=OPTIMIZERS.Adam(rate))
    model.optimizer.iterations.assign(epochs * STEPS)
    return evidence(model, {"loss": [1.0] * epochs, "learning_rate": recorded}, schedule=schedule)


def scheduled(schedule, epochs=1):
    """Return what is known after a callback applied a function of the epoch."""
    return trained(epochs=epochs, recorded=[float(np.float32(schedule(e))) for e in range(epochs)], schedule=schedule)


GROWING = SCHEDULES.PolynomialDecay(0.001, 10 * STEPS, end_learning_rate=0.01)
EXPONENTIAL = SCHEDULES.ExponentialDecay(0.01, decay_steps=STEPS, decay_rate=0.6)
PLATEAU = [0.01, 0.01, 0.003, 0.003]
CALLBACK = keras.callbacks.LearningRateScheduler(lr_decay)
UNCOMPILED = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)])
NOT_CALLED = "could not be called"

# What is known, the hint on how the rate decays, the hint on whether training used it.
DECAYS = {
    "exponential": (scheduled(lr_decay), None, None),
    "a line over the trained epochs": (scheduled(lambda epoch: 0.01 * (1 - epoch / 3), epochs=3), None, None),
    "a warm-up first": (scheduled(lambda epoch: [0.002, 0.01][min(epoch, 1)] * 0.7**epoch), None, None),
    "of the rate": (trained(recorded=[0.01], schedule=lambda epoch, rate: rate * 0.6 ** min(epoch, 1)), None, None),
    "the callback": (trained(recorded=[0.01], schedule=CALLBACK), None, None),
    "in the optimizer": (trained(EXPONENTIAL), None, None),
    "reduced on plateau": (trained(epochs=4, recorded=PLATEAU, schedule=lambda _: 0.01), None, None),
    "growing in the optimizer": (trained(GROWING, schedule=lr_decay), "it grows", None),
    "constant": (scheduled(lambda epoch: 0.01), "it stays the same", None),
    "too weak": (scheduled(lambda epoch: 0.01 * 0.98**epoch), "less than half", None),
    "an object for no callback": (trained(schedule=EXPONENTIAL), None, "list of callbacks"),
    "changed later": (trained(epochs=2, recorded=[0.01, 0.01], schedule=lr_decay), None, "In epoch 2 training used"),
    "nothing handed in": (trained(), "Found no schedule=...", "list of callbacks"),
    "nothing handed in, one recorded": (trained(recorded=[0.01]), "Found no schedule=...", None),
    "a number": (trained(recorded=[0.01], schedule=0.01), NOT_CALLED, NOT_CALLED),
    "raising": (trained(recorded=[0.01], schedule=lambda epoch: 1 / epoch), "ZeroDivisionError", NOT_CALLED),
    "not finite": (trained(recorded=[0.01], schedule=lambda epoch: math.nan), "no finite number", "In epoch 1"),
    "uncompiled": (evidence(UNCOMPILED, schedule=lr_decay), None, "list of callbacks"),
}


@pytest.mark.parametrize("name", DECAYS)
def test_the_learning_rate_decays_and_is_used(name):
    of, decays, used = DECAYS[name]
    expect(training.learning_rate_decays, of, decays)
    expect(training.training_used_the_schedule, of, used)


def one_cycle(steps=CYCLE, end=0.0):
    warm = steps // 5
    return SCHEDULES.CosineDecay(1e-3, steps - warm, alpha=end, warmup_target=0.01, warmup_steps=warm)


@pytest.mark.parametrize(
    ("rate", "taken", "hint"),
    [
        (one_cycle(), CYCLE, None),
        (one_cycle(end=0.05), CYCLE, None),
        (0.01, CYCLE, "a number and no schedule"),
        (SCHEDULES.CosineDecay(0.01, CYCLE), CYCLE, "0.01 at the first step"),
        (one_cycle(10 * CYCLE), CYCLE, "how many steps there are"),
        (one_cycle(end=0.3), CYCLE, "0.003 at the last"),
        (one_cycle(), 0, "a number and no schedule"),
    ],
)
def test_the_learning_rate_rises_and_falls_within_the_steps_taken(rate, taken, hint):
    of = evidence(softmax_layer(inputs=4, optimizer=OPTIMIZERS.Adam(rate)))
    of.optimizer.iterations.assign(taken)
    expect(training.learning_rate_rises_and_falls, of, hint)
    assert int(of.optimizer.iterations) == taken


def test_one_epoch_is_counted():
    for epochs, hint in ((1, None), (0, "Found 0 epochs, expected 1"), (2, "Found 2 epochs")):
        expect(training.trained_for_one_epoch, evidence(history={"loss": [0.1] * epochs}), hint)
