"""What the drawings of lessons 04 and 05 show was computed rightly."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Circle
from matplotlib.text import Text

from mnist_lab import diagrams
from mnist_lab.diagrams import descent, regularization


def slope(weights):
    nudges = 1e-5 * np.eye(2)
    return (descent.bowl(weights + nudges) - descent.bowl(weights - nudges)) / 2e-5


def test_noisy_steps_go_against_the_gradient_plus_the_same_noise():
    def schedule(step):
        return 0.2 * 0.9**step

    found = []
    for rate in (lambda step: 0.3, schedule):
        path = descent.noisy_descent(rate, 5)
        assert len(path) == descent.NOISY_STEPS + 1
        pairs = enumerate(pairwise(path))
        found.append([(before - after) / rate(step) - slope(before) for step, (before, after) in pairs])
    assert np.allclose(*found, atol=1e-6)
    assert np.isclose(np.std(found[0]), 1.6, atol=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_decay_ends_nearer_than_a_constant_rate_small_or_large(seed):
    def ends(schedule):
        return descent.mean_distance_at_the_end(descent.noisy_descent(schedule, seed))

    decayed = ends(lambda step: descent.LARGE_LEARNING_RATE * descent.DECAY**step)
    assert decayed < ends(lambda step: descent.LARGE_LEARNING_RATE)
    assert decayed < ends(lambda step: descent.SMALL_LEARNING_RATE)


def test_large_steps_do_not_settle_however_many():
    distances = np.linalg.norm(descent.noisy_descent(lambda step: descent.LARGE_LEARNING_RATE, 0), axis=1)
    assert 0.5 < distances[40:].mean() / distances[20:40].mean() < 2


@pytest.mark.parametrize("seed", range(5))
def test_the_average_of_restless_points_is_nearer_than_the_points(seed):
    path = descent.noisy_descent(lambda step: descent.LARGE_LEARNING_RATE, seed)
    diagrams.averaged_steps(seed)
    told = [float(ax.get_xlabel().split(": ")[1].split()[0]) for ax in plt.gcf().axes]
    assert told[0] == pytest.approx(descent.mean_distance_at_the_end(path), abs=0.006)
    assert told[1] == pytest.approx(np.linalg.norm(path[-descent.LAST_STEPS :].mean(axis=0)), abs=0.006)
    assert max(told[1:]) < told[0]


def test_a_quarter_of_the_hidden_neurons_is_dropped():
    dropped = regularization.choose_dropped(np.random.default_rng(1))
    assert [int(layer.sum()) for layer in dropped] == [0, 1, 1, 0]


def test_two_steps_drop_different_neurons_and_predicting_drops_none():
    diagrams.dropout()
    (ax,) = plt.gcf().axes
    off = [circle.center for circle in ax.findobj(Circle) if circle.get_facecolor() == (1, 1, 1, 1)]
    crosses = [text.get_position() for text in ax.findobj(Text) if text.get_text() == "×"]
    assert sorted(off) == sorted(crosses)
    first, second = ([(x - left, y) for x, y in off if left <= x < left + 3] for left in (0.35, 3.35))
    assert len(first) == len(second) == 2
    assert first != second
    assert len(off) == 4
    assert [text.get_text() for text in ax.texts if "0.25" in text.get_text()] == ["survivors × 1 / (1 − 0.25)"] * 2
