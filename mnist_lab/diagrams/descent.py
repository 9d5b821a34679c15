"""Gradient descent: learning rates, mini-batches, a saddle point, noise that decay or averaging removes."""

from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.diagrams._drawing import SMALL, Point, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

Function = Callable[[np.ndarray], np.ndarray]

_HESSIAN = np.array([[1.6, -1.5], [-1.5, 5.4]])  # of a bowl twice as long as wide and turned a little
_BOWL_START, _BOWL_MINIMUM = np.array([-2.8, 0.2]), np.zeros(2)
_BOWL_COLORS = LinearSegmentedColormap.from_list("slope", ("white", tint(BLUE, 0.3)))


def bowl(weights: npt.ArrayLike) -> np.ndarray:
    """Return the loss at `weights`, `[…, 2]`; its minimum, 0, is at the origin."""
    weights = np.asarray(weights)
    return ((weights @ _HESSIAN) * weights).sum(axis=-1) / 2


def descend(gradient: Function, start: np.ndarray, learning_rates: Iterable[float]) -> np.ndarray:
    """Return the weights before the first step against the gradient and after each, `[steps + 1, …]`."""
    return np.array([*accumulate(learning_rates, lambda at, rate: at - rate * gradient(at), initial=start)])


def gradient_descent() -> None:
    """Draw twelve steps of gradient descent down the same bowl for each of three learning rates.

    The loss is ½ wᵀHw of two weights. Each panel says how the descent ends.
    """
    with styled_figure(3.1) as figure:
        panels = figure.subplots(1, 3)
        _label_ends(panels[0], _BOWL_START, _BOWL_MINIMUM)
        for ax, rate in zip(panels, (0.02, 0.2, 0.35), strict=True):
            path = descend(lambda at: _HESSIAN @ at, _BOWL_START, [rate] * 12)
            _draw_descent(ax, bowl, ((-3.6, 2.6), (-2.7, 2.7)), path, _BOWL_MINIMUM, marker="o", linewidth=0.8)
            first, last = bowl(path[[0, -1]])
            arrived = "good: close to the minimum" if last <= 0.1 * first else "too small: hardly on its way"
            ax.set(title=f"learning rate {rate:g}", xlabel=arrived if last <= first else "too large: the loss grows")


def _draw_descent(
    ax: Axes, loss: Function, view: tuple[Point, Point], path: np.ndarray, minimum: np.ndarray, **options: Any
) -> None:
    """Draw steps over the contours of a loss of `[…, 2]`, a ring at their start, and a star at the loss's minimum."""
    x, y = np.meshgrid(*(np.linspace(low, high, 80) for low, high in view))
    heights = loss(np.stack((x, y), axis=-1))
    levels = heights.min() + np.ptp(heights) * np.linspace(0, 1, 9) ** 2
    ax.contourf(x, y, heights, levels=levels, cmap=_BOWL_COLORS)
    ax.contour(x, y, heights, levels=levels, colors="white", linewidths=0.8)
    ax.plot(*path.T, **{"color": INK, "linewidth": 1.2, "markersize": 3.5, **options})
    ax.plot(*path[0], "o", color="white", markeredgecolor=INK, markersize=8, zorder=3)
    ax.plot(*minimum, "*", color=GREEN, markersize=13, markeredgecolor="white", zorder=4)
    ax.set(xlim=view[0], ylim=view[1], xticks=(), yticks=(), aspect="equal")
    ax.spines[:].set_visible(False)


def _label_ends(ax: Axes, start: np.ndarray, minimum: np.ndarray) -> None:
    for name, (x, y) in (("start", start), ("minimum", minimum)):
        ax.annotate(name, (x, y), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=10)


EXAMPLES = 1024
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
        _label_ends(panels[2], _FIT_START, best)
        for ax, batch_size in zip(panels, (1, 32, EXAMPLES), strict=True):
            path = _mini_batch_path(inputs, targets, batch_size)
            _draw_descent(ax, mean_squared_error, ((-1.7, 2.7), (-1.7, 2.15)), path, best)
            ax.set_title(f"{batch_size:,} example{'s' if batch_size > 1 else ''} a step")
            ax.set_xlabel(f"40 steps: {40 * batch_size:,} examples")


def line_examples() -> tuple[np.ndarray, np.ndarray]:
    """Return the examples: inputs `[1024, 2]`, whose second column holds ones, and targets `[1024]`."""
    rng = np.random.default_rng(0)
    inputs = np.stack((rng.uniform(-1, 1, EXAMPLES), np.ones(EXAMPLES)), axis=1)
    return inputs, inputs @ (0.9, 0.3) + rng.normal(0, 0.6, EXAMPLES)


def _mini_batch_path(inputs: np.ndarray, targets: np.ndarray, batch_size: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[41, 2]`, with gradients of random batches."""
    rng = np.random.default_rng(0)

    def gradient(weights: np.ndarray) -> np.ndarray:
        batch = rng.choice(EXAMPLES, batch_size, replace=False)
        return 2 * inputs[batch].T @ (inputs[batch] @ weights - targets[batch]) / batch_size

    return descend(gradient, _FIT_START, [0.25] * 40)


def saddle(x: npt.ArrayLike, y: npt.ArrayLike) -> np.ndarray:
    """Return x² − y² + y⁴ / 4: a saddle at (0, 0), minima at (0, ±√2)."""
    x, y = np.asarray(x), np.asarray(y)
    return x**2 - y**2 + y**4 / 4


def saddle_gradient(weights: np.ndarray) -> np.ndarray:
    """Return the gradient of `saddle`, (2x, −2y + y³)."""
    x, y = weights
    return np.array([2 * x, -2 * y + y**3])


def saddle_paths() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sixty steps, `[61, 2]`, of plain SGD, SGD with momentum, and Adam (Kingma and Ba 2014, algorithm 1)."""
    start = np.array([-1.6, 0.02])
    momentum, adam, step, mean, square = [start], [start], np.zeros(2), np.zeros(2), np.zeros(2)
    for count in range(1, 61):
        step = 0.9 * step - 0.03 * saddle_gradient(momentum[-1])
        momentum.append(momentum[-1] + step)
        gradient = saddle_gradient(adam[-1])
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        scale = np.sqrt(square / (1 - 0.999**count)) + 1e-8
        adam.append(adam[-1] - 0.06 * mean / (1 - 0.9**count) / scale)
    return descend(saddle_gradient, start, [0.03] * 60), np.array(momentum), np.array(adam)


def saddle_point() -> None:
    """Draw the saddle x² − y² + y⁴/4 from above with sixty steps of plain SGD, of momentum and of Adam."""
    x, y = np.meshgrid(np.linspace(-2.1, 2.1, 160), np.linspace(-2.1, 2.1, 160))
    levels = (-1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.75, 2.75, 4, 5.5)
    titles = ("plain descent lingers", "momentum rolls through", "Adam steps out evenly")
    with styled_figure(3.3) as figure:
        panels = zip(figure.subplots(1, 3), saddle_paths(), (VERMILLION, BLUE, GREEN), titles, strict=True)
        for ax, path, color, title in panels:
            ax.contourf(x, y, saddle(x, y), levels=levels, cmap="Greys_r", vmin=-7, vmax=5, extend="max")
            ax.plot(*path.T, "o-", color=color, markersize=3, linewidth=1.2)
            ax.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2)
            ax.annotate("saddle point", (0, 0), xytext=(8, -15), textcoords="offset points", fontsize=SMALL)
            ax.plot([0, 0], [-np.sqrt(2), np.sqrt(2)], "*", color=INK, markersize=9)
            ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xticks=(), yticks=(), aspect="equal")
            ax.set_title(title, fontsize=11)


SMALL_RATES, LARGE_RATES, DECAYING_RATES = np.full(60, 0.01), np.full(60, 0.3), 0.3 * 0.95 ** np.arange(60)
LAST_STEPS = 20


def noisy_descent(learning_rates: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the weights before the first step and after each, `[61, 2]`; the noise depends on the seed alone."""
    noise = iter(np.random.default_rng(seed).normal(0, 1.6, (60, 2)))
    return descend(lambda at: _HESSIAN @ at + next(noise), _BOWL_START, learning_rates)


def final_distance(path: np.ndarray) -> float:
    """Return the mean distance of the last twenty steps from the minimum, which is at the origin."""
    return float(np.linalg.norm(path[-LAST_STEPS:], axis=1).mean())


def bouncing_and_settling() -> None:
    """Draw sixty steps down the same bowl, with the same noise in the gradients, for three learning rate schedules.

    The learning rate is 0.01, 0.3, or 0.3 at first and multiplied by 0.95 at each step. Each panel says how far
    from the minimum the last twenty steps are on average.
    """
    paths = [noisy_descent(rates) for rates in (SMALL_RATES, LARGE_RATES, DECAYING_RATES)]
    titles = ("always small steps", "always large steps", "large, then ever smaller")
    with styled_figure(3.2) as figure:
        panels = figure.subplots(1, 3)
        _label_ends(panels[0], _BOWL_START, _BOWL_MINIMUM)
        for ax, path, title in zip(panels, paths, titles, strict=True):
            _draw_noisy_path(ax, path, GREY)
            ax.set(title=title, xlabel=f"at the end {final_distance(path):.2f} from the minimum")


def averaged_steps() -> None:
    """Draw sixty steps down a bowl with a large learning rate, the average of the last twenty, and a decaying rate.

    The noise in the gradients is the same in each. Each panel says how far from the minimum its result is.
    """
    large, decaying = noisy_descent(LARGE_RATES), noisy_descent(DECAYING_RATES)
    average = large[-LAST_STEPS:].mean(axis=0)
    results = (
        (large, "always large steps", "last points", final_distance(large)),
        (large, "their average", "the average", np.linalg.norm(average)),
        (decaying, "large, then ever smaller", "last points", final_distance(decaying)),
    )
    with styled_figure(3.2) as figure:
        panels = figure.subplots(1, 3)
        _label_ends(panels[2], _BOWL_START, _BOWL_MINIMUM)
        for ax, (path, title, result, distance) in zip(panels, results, strict=True):
            _draw_noisy_path(ax, path, INK, color=GREY, linewidth=0.7)
            ax.set(title=title, xlabel=f"{result}: {distance:.2f} from the minimum")
        panels[1].plot(*average, "D", color=VERMILLION, markersize=9, zorder=5)


def _draw_noisy_path(ax: Axes, path: np.ndarray, dots: str, **options: Any) -> None:
    _draw_descent(ax, bowl, ((-3.3, 2.1), (-2.2, 1.8)), path, _BOWL_MINIMUM, **options)
    ax.plot(*path[-LAST_STEPS:].T, "o", color=dots, markersize=3.5)
