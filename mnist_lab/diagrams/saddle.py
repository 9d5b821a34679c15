"""A saddle point, and how three optimizers leave it."""

import numpy as np

from mnist_lab.diagrams._drawing import SMALL, drawing
from mnist_lab.diagrams.descent import descend
from mnist_lab.plots.style import BLUE, GREEN, INK, VERMILLION

_START = (-1.6, 0.02)
_STEPS = 60
_RATE = 0.03
_LEVELS = (-1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.75, 2.75, 4, 5.5)


def height_of(x, y):
    """Return x² − y² + y⁴ / 4: a saddle at (0, 0), minima at (0, ±√2)."""
    return x**2 - y**2 + y**4 / 4


def slope_of(x, y):
    """Return the gradient of `height_of`, (2 x, −2 y + y³)."""
    return np.array([2 * x, -2 * y + y**3])


def creep() -> np.ndarray:
    """Return the path of plain gradient descent, `[steps + 1, 2]`."""
    return descend(lambda place: slope_of(*place), np.array(_START), _RATE, _STEPS)


def roll(momentum: float = 0.9) -> np.ndarray:
    """Return the path of descent with momentum: the step is 0.9 times the last one, less rate times gradient."""
    place, step = np.array(_START), np.zeros(2)
    path = [place]
    for _ in range(_STEPS):
        step = momentum * step - _RATE * slope_of(*place)
        place = place + step
        path.append(place)
    return np.array(path)


def adapt(rate: float = 0.06, beta_1: float = 0.9, beta_2: float = 0.999) -> np.ndarray:
    """Return the path of Adam (Kingma and Ba 2014, algorithm 1)."""
    place, mean, square = np.array(_START), np.zeros(2), np.zeros(2)
    path = [place]
    for count in range(1, _STEPS + 1):
        gradient = slope_of(*place)
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
            figure.subplots(1, 3), (creep(), roll(), adapt()), (VERMILLION, BLUE, GREEN), titles, strict=True
        ):
            ax.contourf(x, y, height_of(x, y), levels=_LEVELS, cmap="Greys_r", vmin=-7, vmax=5, extend="max")
            ax.plot(*path.T, "o-", color=color, markersize=3, linewidth=1.2)
            ax.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2)
            ax.annotate("saddle point", (0, 0), xytext=(8, -15), textcoords="offset points", fontsize=SMALL)
            ax.plot([0, 0], [-np.sqrt(2), np.sqrt(2)], "*", color=INK, markersize=9)
            ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xticks=(), yticks=(), aspect="equal")
            ax.set_title(title, fontsize=11)
