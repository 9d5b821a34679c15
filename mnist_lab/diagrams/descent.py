"""Gradient descent: learning rates, mini-batches, a saddle point, noise, decay and averaging."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import SMALL, drawing, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

_HESSIAN = np.array([[1.6, -1.5], [-1.5, 5.4]])  # of the bowl: twice as long as wide, turned a little
_BOWL_START = np.array([-2.8, 0.2])
_BOWL_STEPS = 12
_BOWL_VIEW = (-3.6, 2.6), (-2.7, 2.7)
_BOWL_COLORS = LinearSegmentedColormap.from_list("slope", ("white", tint(BLUE, 0.3)))


def gradient_descent(learning_rates: Sequence[float] = (0.02, 0.2, 0.35)) -> None:
    """Draw twelve steps of gradient descent down the same bowl for each of three learning rates.

    The loss is ½ wᵀHw of two weights; every panel says how it ends.

    Args:
        learning_rates: three numbers above 0 and up to 10.

    Raises:
        ValueError: `learning_rates` are not three, or out of range.
    """
    rates = as_numbers("learning_rates", learning_rates)
    if rates.shape != (3,) or not ((rates > 0) & (rates <= 10)).all():
        raise ValueError(f"learning_rates must be three, above 0 and up to 10. Received: {learning_rates!r}")
    with drawing(3.1) as figure:
        panels = figure.subplots(1, 3)
        name_ends(panels[0], _BOWL_START, np.zeros(2))
        for ax, rate in zip(panels, rates, strict=True):
            path = descend(bowl_gradient, _BOWL_START, rate, _BOWL_STEPS)
            draw_bowl(ax, bowl, _BOWL_VIEW)
            draw_path(ax, path, np.zeros(2), marker="o", linewidth=0.8)
            ax.set(title=f"learning rate {rate:g}", xlabel=verdict(bowl(path[0]), bowl(path[-1])))


def bowl(weights) -> np.ndarray:
    """Return the loss at `weights`, `[…, 2]`; its minimum, 0, is at the origin."""
    weights = np.asarray(weights)
    return ((weights @ _HESSIAN) * weights).sum(axis=-1) / 2


def bowl_gradient(weights: np.ndarray) -> np.ndarray:
    """Return the gradient of `bowl` at `weights`, `[2]`."""
    return _HESSIAN @ weights


def descend(gradient: Callable, start: np.ndarray | float, learning_rate: float, steps: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[steps + 1, …]`, going against `gradient`."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)


def verdict(first: float, last: float) -> str:
    """Return how a descent went, from the loss at its start and at its end."""
    if last > first:
        return "too large: the loss grows"
    return "too small: hardly on its way" if last > 0.1 * first else "good: close to the minimum"


def draw_bowl(ax: Axes, loss: Callable, view: tuple) -> None:
    """Draw the contours of `loss`, a function of `[…, 2]`, over `view`, the ranges of the two weights."""
    grid = np.stack(np.meshgrid(*(np.linspace(*limits, 80) for limits in view)), axis=-1)
    heights = loss(grid)
    levels = heights.min() + (heights.max() - heights.min()) * np.linspace(0, 1, 9) ** 2
    ax.contourf(*np.moveaxis(grid, -1, 0), heights, levels=levels, cmap=_BOWL_COLORS)
    ax.contour(*np.moveaxis(grid, -1, 0), heights, levels=levels, colors="white", linewidths=0.8)
    ax.set(xlim=view[0], ylim=view[1], xticks=(), yticks=(), aspect="equal")
    ax.spines[:].set_visible(False)


def draw_path(ax: Axes, path: np.ndarray, minimum: np.ndarray, **options) -> None:
    """Draw the steps of a descent, from a ring at its start, and a star at the minimum of the loss."""
    ax.plot(*path.T, **{"color": INK, "linewidth": 1.2, "markersize": 3.5, **options})
    ax.plot(*path[0], "o", color="white", markeredgecolor=INK, markersize=8, zorder=3)
    ax.plot(*minimum, "*", color=GREEN, markersize=13, markeredgecolor="white", zorder=4)


def name_ends(ax: Axes, start: np.ndarray, minimum: np.ndarray) -> None:
    """Write which sign is the start of a descent and which the minimum."""
    for name, place in (("start", start), ("minimum", minimum)):
        ax.annotate(name, place, xytext=(0, 8), textcoords="offset points", ha="center", fontsize=10)


EXAMPLES = 1024
_BATCH_SIZES = (1, 32, EXAMPLES)
_FIT_STEPS = 40
_FIT_LEARNING_RATE = 0.25
_FIT_START = np.array([-1.3, 1.5])
_FIT_VIEW = (-1.7, 2.7), (-1.7, 2.15)


def mini_batches(rng_seed: int = 0) -> None:
    """Draw forty steps of gradient descent with the gradient of 1, of 32 and of all 1,024 examples.

    The loss is the mean squared error of a line (slope and intercept) through 1,024 random line_examples.

    Args:
        rng_seed: seeds the line_examples and the choice of the batches.
    """
    inputs, targets = line_examples(rng_seed)
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    with drawing(3.2) as figure:
        panels = figure.subplots(1, 3)
        name_ends(panels[-1], _FIT_START, best)
        for ax, batch_size in zip(panels, _BATCH_SIZES, strict=True):
            path = mini_batch_path(inputs, targets, batch_size, rng_seed)
            draw_bowl(ax, lambda weights: _mean_squared_error(weights, inputs, targets), _FIT_VIEW)
            draw_path(ax, path, best)
            examples = "example" if batch_size == 1 else "examples"
            ax.set(title=f"{batch_size:,} {examples} a step")
            ax.set_xlabel(f"{_FIT_STEPS} steps: {_FIT_STEPS * batch_size:,} examples")


def line_examples(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the examples: inputs `[1024, 2]`, the second column ones, and targets `[1024]`."""
    rng = np.random.default_rng(seed)
    inputs = np.stack((rng.uniform(-1, 1, EXAMPLES), np.ones(EXAMPLES)), axis=1)
    return inputs, inputs @ (0.9, 0.3) + rng.normal(0, 0.6, EXAMPLES)


def mini_batch_path(inputs: np.ndarray, targets: np.ndarray, batch_size: int, seed: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[41, 2]`, by gradients of random batches."""
    rng = np.random.default_rng(seed)

    def gradient(weights: np.ndarray) -> np.ndarray:
        batch = rng.choice(EXAMPLES, batch_size, replace=False)
        return 2 * inputs[batch].T @ (inputs[batch] @ weights - targets[batch]) / batch_size

    return descend(gradient, _FIT_START, _FIT_LEARNING_RATE, _FIT_STEPS)


def _mean_squared_error(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((weights @ inputs.T - targets) ** 2).mean(axis=-1)


_SADDLE_START = (-1.6, 0.02)
_SADDLE_STEPS = 60
_SADDLE_LEARNING_RATE = 0.03
_SADDLE_LEVELS = (-1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.75, 2.75, 4, 5.5)


def saddle(x, y):
    """Return x² − y² + y⁴ / 4: a saddle at (0, 0), minima at (0, ±√2)."""
    return x**2 - y**2 + y**4 / 4


def saddle_gradient(x, y):
    """Return the gradient of `saddle`, (2 x, −2 y + y³)."""
    return np.array([2 * x, -2 * y + y**3])


def sgd_path() -> np.ndarray:
    """Return the path of plain gradient descent, `[steps + 1, 2]`."""
    return descend(lambda place: saddle_gradient(*place), np.array(_SADDLE_START), _SADDLE_LEARNING_RATE, _SADDLE_STEPS)


def momentum_path(momentum: float = 0.9) -> np.ndarray:
    """Return the path of descent with momentum: the step is 0.9 times the last one, less rate times gradient."""
    place, step = np.array(_SADDLE_START), np.zeros(2)
    path = [place]
    for _ in range(_SADDLE_STEPS):
        step = momentum * step - _SADDLE_LEARNING_RATE * saddle_gradient(*place)
        place = place + step
        path.append(place)
    return np.array(path)


def adam_path(rate: float = 0.06, beta_1: float = 0.9, beta_2: float = 0.999) -> np.ndarray:
    """Return the path of Adam (Kingma and Ba 2014, algorithm 1)."""
    place, mean, square = np.array(_SADDLE_START), np.zeros(2), np.zeros(2)
    path = [place]
    for count in range(1, _SADDLE_STEPS + 1):
        gradient = saddle_gradient(*place)
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        usual = np.sqrt(square / (1 - beta_2**count)) + 1e-8
        place = place - rate * (mean / (1 - beta_1**count)) / usual
        path.append(place)
    return np.array(path)


def saddle_point() -> None:
    """Draw the saddle x² − y² + y⁴/4 from above with sixty steps of plain descent, of momentum and of Adam."""
    x, y = np.meshgrid(np.linspace(-2.1, 2.1, 160), np.linspace(-2.1, 2.1, 160))
    with drawing(3.3) as figure:
        titles = ("plain descent lingers", "momentum rolls through", "Adam steps out evenly")
        for ax, path, color, title in zip(
            figure.subplots(1, 3),
            (sgd_path(), momentum_path(), adam_path()),
            (VERMILLION, BLUE, GREEN),
            titles,
            strict=True,
        ):
            ax.contourf(x, y, saddle(x, y), levels=_SADDLE_LEVELS, cmap="Greys_r", vmin=-7, vmax=5, extend="max")
            ax.plot(*path.T, "o-", color=color, markersize=3, linewidth=1.2)
            ax.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2)
            ax.annotate("saddle point", (0, 0), xytext=(8, -15), textcoords="offset points", fontsize=SMALL)
            ax.plot([0, 0], [-np.sqrt(2), np.sqrt(2)], "*", color=INK, markersize=9)
            ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xticks=(), yticks=(), aspect="equal")
            ax.set_title(title, fontsize=11)


NOISY_STEPS = 60
SMALL_LEARNING_RATE, LARGE_LEARNING_RATE, DECAY = 0.01, 0.3, 0.95
_NOISE = 1.6  # standard deviation of each part of the gradient
_NOISY_START = np.array([-2.8, 0.2])
_NOISY_VIEW = (-3.3, 2.1), (-2.2, 1.8)
LAST_STEPS = 20


def bouncing_and_settling(rng_seed: int = 0) -> None:
    """Draw sixty steps down the same bowl, with the same noise in the gradients, for three schedules.

    The rate is 0.01; 0.3; and 0.3 at first, then multiplied by 0.95 at each step. Each panel says how far
    from the minimum the last twenty steps are, on average.

    Args:
        rng_seed: seeds the noise.
    """
    schedules = {
        "always small steps": lambda step: SMALL_LEARNING_RATE,
        "always large steps": lambda step: LARGE_LEARNING_RATE,
        "large, then ever smaller": lambda step: LARGE_LEARNING_RATE * DECAY**step,
    }
    with drawing(3.2) as figure:
        panels = figure.subplots(1, 3)
        name_ends(panels[0], _NOISY_START, np.zeros(2))
        for ax, (title, schedule) in zip(panels, schedules.items(), strict=True):
            path = noisy_descent(schedule, rng_seed)
            draw_bowl(ax, bowl, _NOISY_VIEW)
            draw_path(ax, path, np.zeros(2))
            ax.plot(*path[-LAST_STEPS:].T, "o", color=GREY, markersize=3.5)
            ax.set(title=title, xlabel=f"at the end {mean_distance_at_the_end(path):.2f} from the minimum")


def noisy_descent(schedule: Callable[[int], float], seed: int) -> np.ndarray:
    """Return the weights before the first step and after each, `[61, 2]`; the noise depends on the seed alone."""
    noise = np.random.default_rng(seed).normal(0, _NOISE, (NOISY_STEPS, 2))
    path = [_NOISY_START]
    for step in range(NOISY_STEPS):
        path.append(path[-1] - schedule(step) * (bowl_gradient(path[-1]) + noise[step]))
    return np.array(path)


def mean_distance_at_the_end(path: np.ndarray) -> float:
    """Return the mean distance of the last twenty points from the minimum, which is at the origin."""
    return float(np.linalg.norm(path[-LAST_STEPS:], axis=1).mean())


def averaged_steps(rng_seed: int = 0) -> None:
    """Draw sixty steps down a bowl with a large rate, the average of the last twenty, and a rate that falls.

    The noise in the gradients is the same. Each panel says how far from the minimum its result is.

    Args:
        rng_seed: seeds the noise.
    """
    minimum = np.zeros(2)
    large = noisy_descent(lambda step: LARGE_LEARNING_RATE, rng_seed)
    falling = noisy_descent(lambda step: LARGE_LEARNING_RATE * DECAY**step, rng_seed)
    average = large[-LAST_STEPS:].mean(axis=0)
    told = "{:.2f} from the minimum".format
    with drawing(3.2) as figure:
        last, averaged, decayed = figure.subplots(1, 3)
        name_ends(decayed, _NOISY_START, minimum)
        for ax, path in ((last, large), (averaged, large), (decayed, falling)):
            draw_bowl(ax, bowl, _NOISY_VIEW)
            draw_path(ax, path, minimum, color=GREY, linewidth=0.7)
            ax.plot(*path[-LAST_STEPS:].T, "o", color=INK, markersize=3.5)
        averaged.plot(*average, "D", color=VERMILLION, markersize=9, zorder=5)
        last.set(title="always large steps", xlabel=f"last points: {told(mean_distance_at_the_end(large))}")
        averaged.set(title="their average", xlabel=f"the average: {told(np.linalg.norm(average))}")
        decayed.set(title="large, then ever smaller", xlabel=f"last points: {told(mean_distance_at_the_end(falling))}")
