"""A noisy descent with a small, a large and a decaying learning rate."""

from collections.abc import Callable

import numpy as np

from mnist_lab.diagrams._drawing import drawing
from mnist_lab.diagrams.descent import bowl, draw_bowl, draw_path, name_ends, slope_of_bowl
from mnist_lab.plots.style import GREY

STEPS = 60
SMALL_RATE, LARGE_RATE, FACTOR = 0.01, 0.3, 0.95
_NOISE = 1.6  # standard deviation of each part of the gradient
START = np.array([-2.8, 0.2])
VIEW = (-3.3, 2.1), (-2.2, 1.8)
LATE = 20


def bouncing_and_settling(rng_seed: int = 0) -> None:
    """Draw sixty steps down the same bowl, with the same noise in the gradients, for three schedules.

    The rate is 0.01; 0.3; and 0.3 at first, then multiplied by 0.95 at each step. Each panel says how far
    from the minimum the last twenty steps are, on average.

    Args:
        rng_seed: seeds the noise.
    """
    schedules = {
        "always small steps": lambda step: SMALL_RATE,
        "always large steps": lambda step: LARGE_RATE,
        "large, then ever smaller": lambda step: LARGE_RATE * FACTOR**step,
    }
    with drawing(3.2) as figure:
        panels = figure.subplots(1, 3)
        name_ends(panels[0], START, np.zeros(2))
        for ax, (title, schedule) in zip(panels, schedules.items(), strict=True):
            path = noisy_descent(schedule, rng_seed)
            draw_bowl(ax, bowl, VIEW)
            draw_path(ax, path, np.zeros(2))
            ax.plot(*path[-LATE:].T, "o", color=GREY, markersize=3.5)
            ax.set(title=title, xlabel=f"at the end {late_distance(path):.2f} from the minimum")


def noisy_descent(schedule: Callable[[int], float], seed: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[61, 2]`; the noise depends on the seed alone."""
    noise = np.random.default_rng(seed).normal(0, _NOISE, (STEPS, 2))
    path = [START]
    for step in range(STEPS):
        path.append(path[-1] - schedule(step) * (slope_of_bowl(path[-1]) + noise[step]))
    return np.array(path)


def late_distance(path: np.ndarray) -> float:
    """Return the mean distance of the last twenty points from the minimum, which is at the origin."""
    return float(np.linalg.norm(path[-LATE:], axis=1).mean())
