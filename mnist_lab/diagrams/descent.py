"""Gradient descent: learning rates, mini-batches, a saddle point, noise that decay or averaging removes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.diagrams._drawing import SMALL, Point, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

Function = Callable[[np.ndarray], np.ndarray]

_HESSIAN = np.array([[1.6, -1.5], [-1.5, 5.4]])  # of a bowl twice as long as wide and turned a little
_BOWL_START = np.array([-2.8, 0.2])
_BOWL_COLORS = LinearSegmentedColormap.from_list("slope", ("white", tint(BLUE, 0.3)))


def gradient_descent() -> None:
    """Draw twelve steps of gradient descent down the same bowl for each of three learning rates.

    The loss is ½ wᵀHw of two weights. Each panel says how the descent ends.
    """
    with styled_figure(3.1) as figure:
        panels = figure.subplots(1, 3)
        label_ends(panels[0], _BOWL_START, np.zeros(2))
        for ax, learning_rate in zip(panels, (0.02, 0.2, 0.35), strict=True):
            path = descend(bowl_gradient, _BOWL_START, learning_rate, steps=12)
            draw_contours(ax, bowl, ((-3.6, 2.6), (-2.7, 2.7)))
            draw_path(ax, path, np.zeros(2), marker="o", linewidth=0.8)
            ax.set(title=f"learning rate {learning_rate:g}", xlabel=_verdict(*bowl(path[[0, -1]])))


def bowl(weights: npt.ArrayLike) -> np.ndarray:
    """Return the loss at `weights`, `[…, 2]`; its minimum, 0, is at the origin."""
    weights = np.asarray(weights)
    return ((weights @ _HESSIAN) * weights).sum(axis=-1) / 2


def bowl_gradient(weights: np.ndarray) -> np.ndarray:
    """Return the gradient of `bowl` at `weights`, `[2]`."""
    return _HESSIAN @ weights


def descend(gradient: Function, start: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Return the weights before the first step against the gradient and after each, `[steps + 1, …]`."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)


def _verdict(first: float, last: float) -> str:
    if last > first:
        return "too large: the loss grows"
    return "too small: hardly on its way" if last > 0.1 * first else "good: close to the minimum"


def draw_contours(ax: Axes, loss: Function, view: tuple[Point, Point]) -> None:
    """Draw the contours of `loss`, a function of `[…, 2]`, over `view`, the ranges of the two weights."""
    grid = np.stack(np.meshgrid(*(np.linspace(low, high, 80) for low, high in view)), axis=-1)
    heights = loss(grid)
    levels = heights.min() + (heights.max() - heights.min()) * np.linspace(0, 1, 9) ** 2
    ax.contourf(*np.moveaxis(grid, -1, 0), heights, levels=levels, cmap=_BOWL_COLORS)
    ax.contour(*np.moveaxis(grid, -1, 0), heights, levels=levels, colors="white", linewidths=0.8)
    ax.set(xlim=view[0], ylim=view[1], xticks=(), yticks=(), aspect="equal")
    ax.spines[:].set_visible(False)


def draw_path(ax: Axes, path: np.ndarray, minimum: np.ndarray, **options: Any) -> None:
    """Draw the steps of a descent, a ring at its start, and a star at the minimum of the loss."""
    ax.plot(*path.T, **{"color": INK, "linewidth": 1.2, "markersize": 3.5, **options})
    ax.plot(*path[0], "o", color="white", markeredgecolor=INK, markersize=8, zorder=3)
    ax.plot(*minimum, "*", color=GREEN, markersize=13, markeredgecolor="white", zorder=4)


def label_ends(ax: Axes, start: np.ndarray, minimum: np.ndarray) -> None:
    """Write which marker is the start of a descent and which is the minimum."""
    for name, (x, y) in (("start", start), ("minimum", minimum)):
        ax.annotate(name, (x, y), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=10)


EXAMPLES = 1024
_FIT_STEPS = 40
_FIT_START = np.array([-1.3, 1.5])


def mini_batches() -> None:
    """Draw forty steps of gradient descent with the gradient of 1, of 32 and of all 1,024 examples.

    The loss is the mean squared error of a line, given by slope and intercept, through 1,024 random points.
    """
    inputs, targets = line_examples()
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]

    def mean_squared_error(weights: np.ndarray) -> np.ndarray:
        return ((weights @ inputs.T - targets) ** 2).mean(axis=-1)

    with styled_figure(3.2) as figure:
        panels = figure.subplots(1, 3)
        label_ends(panels[-1], _FIT_START, best)
        for ax, batch_size in zip(panels, (1, 32, EXAMPLES), strict=True):
            path = mini_batch_path(inputs, targets, batch_size)
            draw_contours(ax, mean_squared_error, ((-1.7, 2.7), (-1.7, 2.15)))
            draw_path(ax, path, best)
            examples = "example" if batch_size == 1 else "examples"
            ax.set(title=f"{batch_size:,} {examples} a step")
            ax.set_xlabel(f"{_FIT_STEPS} steps: {_FIT_STEPS * batch_size:,} examples")


def line_examples() -> tuple[np.ndarray, np.ndarray]:
    """Return the examples: inputs `[1024, 2]`, whose second column holds ones, and targets `[1024]`."""
    rng = np.random.default_rng(0)
    inputs = np.stack((rng.uniform(-1, 1, EXAMPLES), np.ones(EXAMPLES)), axis=1)
    return inputs, inputs @ (0.9, 0.3) + rng.normal(0, 0.6, EXAMPLES)


def mini_batch_path(inputs: np.ndarray, targets: np.ndarray, batch_size: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[41, 2]`, with gradients of random batches."""
    rng = np.random.default_rng(0)

    def gradient(weights: np.ndarray) -> np.ndarray:
        batch = rng.choice(EXAMPLES, batch_size, replace=False)
        return 2 * inputs[batch].T @ (inputs[batch] @ weights - targets[batch]) / batch_size

    return descend(gradient, _FIT_START, 0.25, _FIT_STEPS)


_SADDLE_START = np.array([-1.6, 0.02])
_SADDLE_STEPS = 60
_SADDLE_LEARNING_RATE = 0.03


def saddle(x: npt.ArrayLike, y: npt.ArrayLike) -> np.ndarray:
    """Return x² − y² + y⁴ / 4: a saddle at (0, 0), minima at (0, ±√2)."""
    x, y = np.asarray(x), np.asarray(y)
    return x**2 - y**2 + y**4 / 4


def saddle_gradient(x: float, y: float) -> np.ndarray:
    """Return the gradient of `saddle`, (2x, −2y + y³)."""
    return np.array([2 * x, -2 * y + y**3])


def sgd_path() -> np.ndarray:
    """Return the path of plain SGD, `[61, 2]`."""
    return descend(lambda weights: saddle_gradient(*weights), _SADDLE_START, _SADDLE_LEARNING_RATE, _SADDLE_STEPS)


def momentum_path() -> np.ndarray:
    """Return the path of SGD with momentum: each step is 0.9 times the last, minus learning rate times gradient."""
    path, step = [_SADDLE_START], np.zeros(2)
    for _ in range(_SADDLE_STEPS):
        step = 0.9 * step - _SADDLE_LEARNING_RATE * saddle_gradient(*path[-1])
        path.append(path[-1] + step)
    return np.array(path)


def adam_path() -> np.ndarray:
    """Return the path of Adam (Kingma and Ba 2014, algorithm 1)."""
    learning_rate, beta_1, beta_2 = 0.06, 0.9, 0.999
    path, mean, square = [_SADDLE_START], np.zeros(2), np.zeros(2)
    for count in range(1, _SADDLE_STEPS + 1):
        gradient = saddle_gradient(*path[-1])
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        scale = np.sqrt(square / (1 - beta_2**count)) + 1e-8
        path.append(path[-1] - learning_rate * (mean / (1 - beta_1**count)) / scale)
    return np.array(path)


def saddle_point() -> None:
    """Draw the saddle x² − y² + y⁴/4 from above with sixty steps of plain SGD, of momentum and of Adam."""
    x, y = np.meshgrid(np.linspace(-2.1, 2.1, 160), np.linspace(-2.1, 2.1, 160))
    levels = (-1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.75, 2.75, 4, 5.5)
    with styled_figure(3.3) as figure:
        titles = ("plain descent lingers", "momentum rolls through", "Adam steps out evenly")
        for ax, path, color, title in zip(
            figure.subplots(1, 3),
            (sgd_path(), momentum_path(), adam_path()),
            (VERMILLION, BLUE, GREEN),
            titles,
            strict=True,
        ):
            ax.contourf(x, y, saddle(x, y), levels=levels, cmap="Greys_r", vmin=-7, vmax=5, extend="max")
            ax.plot(*path.T, "o-", color=color, markersize=3, linewidth=1.2)
            ax.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2)
            ax.annotate("saddle point", (0, 0), xytext=(8, -15), textcoords="offset points", fontsize=SMALL)
            ax.plot([0, 0], [-np.sqrt(2), np.sqrt(2)], "*", color=INK, markersize=9)
            ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xticks=(), yticks=(), aspect="equal")
            ax.set_title(title, fontsize=11)


NOISY_STEPS = 60
LAST_STEPS = 20
SMALL_LEARNING_RATE, LARGE_LEARNING_RATE, DECAY = 0.01, 0.3, 0.95
_NOISY_VIEW = (-3.3, 2.1), (-2.2, 1.8)


def bouncing_and_settling() -> None:
    """Draw sixty steps down the same bowl, with the same noise in the gradients, for three learning rate schedules.

    The learning rate is 0.01, 0.3, or 0.3 at first and multiplied by 0.95 at each step. Each panel says how far
    from the minimum the last twenty steps are on average.
    """
    schedules = {
        "always small steps": lambda step: SMALL_LEARNING_RATE,
        "always large steps": lambda step: LARGE_LEARNING_RATE,
        "large, then ever smaller": lambda step: LARGE_LEARNING_RATE * DECAY**step,
    }
    with styled_figure(3.2) as figure:
        panels = figure.subplots(1, 3)
        label_ends(panels[0], _BOWL_START, np.zeros(2))
        for ax, (title, schedule) in zip(panels, schedules.items(), strict=True):
            path = noisy_descent(schedule)
            draw_contours(ax, bowl, _NOISY_VIEW)
            draw_path(ax, path, np.zeros(2))
            ax.plot(*path[-LAST_STEPS:].T, "o", color=GREY, markersize=3.5)
            ax.set(title=title, xlabel=f"at the end {final_distance(path):.2f} from the minimum")


def noisy_descent(schedule: Callable[[int], float], seed: int = 0) -> np.ndarray:
    """Return the weights before the first step and after each, `[61, 2]`; the noise depends on the seed alone."""
    noise = np.random.default_rng(seed).normal(0, 1.6, (NOISY_STEPS, 2))
    path = [_BOWL_START]
    for step in range(NOISY_STEPS):
        path.append(path[-1] - schedule(step) * (bowl_gradient(path[-1]) + noise[step]))
    return np.array(path)


def final_distance(path: np.ndarray) -> float:
    """Return the mean distance of the last twenty steps from the minimum, which is at the origin."""
    return float(np.linalg.norm(path[-LAST_STEPS:], axis=1).mean())


def averaged_steps() -> None:
    """Draw sixty steps down a bowl with a large learning rate, the average of the last twenty, and a decaying rate.

    The noise in the gradients is the same in each. Each panel says how far from the minimum its result is.
    """
    minimum = np.zeros(2)
    constant = noisy_descent(lambda step: LARGE_LEARNING_RATE)
    decaying = noisy_descent(lambda step: LARGE_LEARNING_RATE * DECAY**step)
    average = constant[-LAST_STEPS:].mean(axis=0)
    distance = "{:.2f} from the minimum".format
    with styled_figure(3.2) as figure:
        last, averaged, decayed = figure.subplots(1, 3)
        label_ends(decayed, _BOWL_START, minimum)
        for ax, path in ((last, constant), (averaged, constant), (decayed, decaying)):
            draw_contours(ax, bowl, _NOISY_VIEW)
            draw_path(ax, path, minimum, color=GREY, linewidth=0.7)
            ax.plot(*path[-LAST_STEPS:].T, "o", color=INK, markersize=3.5)
        averaged.plot(*average, "D", color=VERMILLION, markersize=9, zorder=5)
        last.set(title="always large steps", xlabel=f"last points: {distance(final_distance(constant))}")
        averaged.set(title="their average", xlabel=f"the average: {distance(np.linalg.norm(average))}")
        decayed.set(title="large, then ever smaller", xlabel=f"last points: {distance(final_distance(decaying))}")
