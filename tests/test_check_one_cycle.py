"""The claims of lesson 10: a learning rate that rises and falls, one epoch, and softmax applied once."""

import keras
import numpy as np
import pytest

from mnist_lab.checks.check import gather
from mnist_lab.checks.claims.one_cycle import (
    learning_rate_rises_and_falls,
    softmax_is_applied_once,
    trained_for_one_epoch,
)
from mnist_lab.checks.evidence import Evidence
from mnist_lab.checks.probabilities import probabilities_of

STEPS = 468
SCHEDULES = keras.optimizers.schedules


def one_cycle(steps=STEPS, start=1e-3, end=0.0):
    warm = steps // 5
    return SCHEDULES.CosineDecay(start, steps - warm, alpha=end, warmup_target=0.01, warmup_steps=warm)


class Triangle(SCHEDULES.LearningRateSchedule):
    """A learner's own schedule: linear up, linear down."""

    def __call__(self, step):
        step = keras.ops.cast(step, "float32") / STEPS
        return 0.01 * keras.ops.minimum(3 * step, 1.5 * (1 - step))


def run(rate=0.001, last=None, loss="categorical_crossentropy", steps=STEPS, epochs=1):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation=last)])
    model.compile(keras.optimizers.Adam(rate), loss)
    model.optimizer.iterations.assign(steps)
    return Evidence(model, {"loss": [0.1] * epochs}, None, None, None, {})


@pytest.mark.parametrize("schedule", [one_cycle(), Triangle(), one_cycle(end=0.05)])
def test_a_learning_rate_that_rises_and_falls_passes(schedule):
    assert learning_rate_rises_and_falls.judge(run(schedule)).holds


@pytest.mark.parametrize(
    ("rate", "found"),
    [
        (0.01, "a number and no schedule"),
        (SCHEDULES.CosineDecay(0.01, STEPS), "0.01 at the first step"),
        (one_cycle(10 * STEPS), "how many steps there are"),
        (one_cycle(end=0.3), "0.003 at the last"),
        (SCHEDULES.PolynomialDecay(0.001, STEPS, 0.01), "0.00998 at the last"),
    ],
)
def test_another_learning_rate_fails(rate, found):
    verdict = learning_rate_rises_and_falls.judge(run(rate))
    assert not verdict.holds
    assert found in verdict.hint


def test_the_optimizers_step_count_is_restored_and_an_untrained_network_fails():
    evidence = run(one_cycle())
    learning_rate_rises_and_falls.check(evidence)
    assert int(evidence.model.optimizer.iterations) == STEPS
    assert not learning_rate_rises_and_falls.judge(run(one_cycle(), steps=0)).holds
    assert not learning_rate_rises_and_falls.judge(Evidence(keras.Sequential([]), {}, None, None, None, {})).holds


def test_only_a_single_epoch_passes():
    assert trained_for_one_epoch.judge(run()).holds
    assert "2 epochs" in trained_for_one_epoch.judge(run(epochs=2)).hint
    assert not trained_for_one_epoch.judge(run(epochs=0)).holds


LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("last", "loss", "found"),
    [
        ("softmax", "categorical_crossentropy", None),
        ("softmax", keras.losses.CategoricalCrossentropy(), None),
        (None, LOGITS, None),
        (None, keras.losses.CategoricalCrossentropy(from_logits=True), None),
        ("softmax", LOGITS, "in both"),
        (None, "sparse_categorical_crossentropy", "in neither"),
        ("sigmoid", "categorical_crossentropy", "in neither"),
    ],
)
def test_softmax_must_be_applied_exactly_once(last, loss, found):
    verdict = softmax_is_applied_once.judge(run(last=last, loss=loss))
    assert verdict.holds == (found is None)
    assert found is None or found in verdict.hint


def test_logits_become_probabilities_and_probabilities_stay_as_they_are(tiny):
    logits = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
    softmax = keras.Sequential([logits, keras.layers.Softmax()])
    images = np.random.default_rng(0).random((20, 784), np.float32)
    np.testing.assert_allclose(probabilities_of(logits, images), probabilities_of(softmax, images), atol=1e-6)
    assert probabilities_of(softmax, images) == pytest.approx(softmax.predict(images, verbose=0))
    large = keras.Sequential([keras.Input((784,)), keras.layers.Lambda(lambda x: 1000 * (x[:, :10] - 0.5))])
    assert probabilities_of(large, images).sum(axis=1) == pytest.approx(1)
    assert gather(logits).cross_entropy == pytest.approx(gather(softmax).cross_entropy, rel=1e-5)
