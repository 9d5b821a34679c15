"""Mini-batches: the gradient of one example, of some, of all."""

import numpy as np

from mnist_lab.diagrams._drawing import drawing
from mnist_lab.diagrams.descent import descend, draw_bowl, draw_path, name_ends

EXAMPLES = 1024
_BATCHES = (1, 32, EXAMPLES)
_STEPS = 40
_LEARNING_RATE = 0.25
_START = np.array([-1.3, 1.5])
_VIEW = (-1.7, 2.7), (-1.7, 2.15)


def mini_batches(rng_seed: int = 0) -> None:
    """Draw forty steps of gradient descent with the gradient of 1, of 32 and of all 1,024 examples.

    The loss is the mean squared error of a line (slope and intercept) through 1,024 random points.

    Args:
        rng_seed: seeds the points and the choice of the batches.
    """
    inputs, targets = points(rng_seed)
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    with drawing(3.2) as figure:
        panels = figure.subplots(1, 3)
        name_ends(panels[-1], _START, best)
        for ax, batch_size in zip(panels, _BATCHES, strict=True):
            path = noisy_path(inputs, targets, batch_size, rng_seed)
            draw_bowl(ax, lambda weights: _loss(weights, inputs, targets), _VIEW)
            draw_path(ax, path, best)
            examples = "example" if batch_size == 1 else "examples"
            ax.set(title=f"{batch_size:,} {examples} a step")
            ax.set_xlabel(f"{_STEPS} steps: {_STEPS * batch_size:,} examples")


def points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the examples: inputs `[1024, 2]`, the second column ones, and targets `[1024]`."""
    rng = np.random.default_rng(seed)
    inputs = np.stack((rng.uniform(-1, 1, EXAMPLES), np.ones(EXAMPLES)), axis=1)
    return inputs, inputs @ (0.9, 0.3) + rng.normal(0, 0.6, EXAMPLES)


def noisy_path(inputs: np.ndarray, targets: np.ndarray, batch_size: int, seed: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[41, 2]`, by gradients of random batches."""
    rng = np.random.default_rng(seed)

    def gradient(weights: np.ndarray) -> np.ndarray:
        batch = rng.choice(EXAMPLES, batch_size, replace=False)
        return 2 * inputs[batch].T @ (inputs[batch] @ weights - targets[batch]) / batch_size

    return descend(gradient, _START, _LEARNING_RATE, _STEPS)


def _loss(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((weights @ inputs.T - targets) ** 2).mean(axis=-1)
