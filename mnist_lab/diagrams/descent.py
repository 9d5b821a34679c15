"""Gradient descent on a bowl, with three learning rates."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import drawing, tint
from mnist_lab.plots.style import BLUE, GREEN, INK

_HESSIAN = np.array([[1.6, -1.5], [-1.5, 5.4]])  # of the bowl: twice as long as wide, turned a little
_START = np.array([-2.8, 0.2])
_STEPS = 12
_VIEW = (-3.6, 2.6), (-2.7, 2.7)
_SLOPE = LinearSegmentedColormap.from_list("slope", ("white", tint(BLUE, 0.3)))


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
        name_ends(panels[0], _START, np.zeros(2))
        for ax, rate in zip(panels, rates, strict=True):
            path = descend(slope_of_bowl, _START, rate, _STEPS)
            draw_bowl(ax, bowl, _VIEW)
            draw_path(ax, path, np.zeros(2), marker="o", linewidth=0.8)
            ax.set(title=f"learning rate {rate:g}", xlabel=verdict(bowl(path[0]), bowl(path[-1])))


def bowl(weights) -> np.ndarray:
    """Return the loss at `weights`, `[…, 2]`; its minimum, 0, is at the origin."""
    weights = np.asarray(weights)
    return ((weights @ _HESSIAN) * weights).sum(axis=-1) / 2


def slope_of_bowl(weights: np.ndarray) -> np.ndarray:
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
    ax.contourf(*np.moveaxis(grid, -1, 0), heights, levels=levels, cmap=_SLOPE)
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
