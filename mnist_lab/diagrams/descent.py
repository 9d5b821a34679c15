"""Gradient descent: a saddle, and noise that decay removes."""

from collections.abc import Callable, Iterable
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from mnist_lab.diagrams._drawing import Point, styled_figure, tint
from mnist_lab.plots.style import BLUE, INK, VERMILLION, write_near

Function = Callable[[np.ndarray], np.ndarray]
View = tuple[Point, Point]

_HESSIAN = np.array([[1.6, -1.5], [-1.5, 5.4]])  # of a bowl twice as long as wide and turned a little
_BOWL_START, _BOWL_MINIMUM = np.array([-2.8, 0.2]), np.zeros(2)


def bowl(weights: np.ndarray) -> np.ndarray:
    """Return the loss at `weights`, `[…, 2]`; its minimum, 0, is at the origin."""
    return ((weights @ _HESSIAN) * weights).sum(axis=-1) / 2


def descend(gradient: Function, start: np.ndarray, learning_rates: Iterable[float]) -> np.ndarray:
    """Return the weights before the first step against the gradient and after each, `[steps + 1, …]`."""
    return np.array([*accumulate(learning_rates, lambda at, rate: at - rate * gradient(at), initial=start)])


def draw_map(ax: Axes, loss: Function, view: View, start: npt.ArrayLike, minima: npt.ArrayLike) -> None:
    """Draw a loss, at least 0, the darker the lower, with a ring at the start and a star at each minimum."""
    x, y = np.meshgrid(*(np.linspace(low, high, 120) for low, high in view))
    shades = [tint(BLUE, share) for share in np.linspace(0.02, 0.45, 14)]
    ax.contourf(x, y, -np.sqrt(loss(np.stack((x, y), axis=-1))), levels=12, colors=shades)
    ax.plot(*np.transpose(start), "o", color="white", markeredgecolor=INK, markersize=8, zorder=3)
    ax.plot(*np.transpose(minima), "*", color=INK, markersize=11, markeredgecolor="white", zorder=4)
    ax.set(xlim=view[0], ylim=view[1], xticks=(), yticks=(), aspect="equal")
    ax.spines[:].set_visible(False)


def name_point(ax: Axes, point: npt.ArrayLike, name: str, offset: Point) -> None:
    """Write the name of a point of a map, legible over paths."""
    halo = withStroke(linewidth=2.5, foreground="white")
    write_near(ax, tuple(np.asarray(point)), name, offset, ha="center", fontsize=10, path_effects=[halo], zorder=5)


def saddle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return x² − y² + y⁴ / 4: a saddle at (0, 0), minima at (0, ±√2)."""
    return x**2 - y**2 + y**4 / 4


def saddle_gradient(weights: np.ndarray) -> np.ndarray:
    """Return the gradient of `saddle`, (2x, −2y + y³)."""
    x, y = weights
    return np.array([2 * x, -2 * y + y**3])


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
    """Draw noisy steps with a small, a large and a decaying rate, and how far from the minimum each descent ends."""
    paths = [noisy_descent(rates) for rates in (SMALL_RATES, LARGE_RATES, DECAYING_RATES)]
    titles = ("always small steps", "always large steps", "large, then ever smaller")
    with styled_figure(3.2) as figure:
        axes = figure.subplots(1, 3)
        for ax, path, title in zip(axes, paths, titles, strict=True):
            draw_map(ax, bowl, ((-3.3, 2.1), (-2.2, 1.8)), path[0], _BOWL_MINIMUM)
            ax.plot(*path.T, color=VERMILLION, linewidth=1.2, zorder=1.5)
            ax.plot(*path[-LAST_STEPS:].T, "o", color=INK, markersize=3.5)
            ax.set(title=title, xlabel=f"at the end {final_distance(path):.2f} from the minimum")
        for name, end in (("start", _BOWL_START), ("minimum", _BOWL_MINIMUM)):
            name_point(axes[0], end, name, (0, 8))
