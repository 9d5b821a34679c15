"""The average of the last points of a restless descent lies nearer the minimum than the points themselves."""

import numpy as np

from mnist_lab.diagrams._drawing import drawing
from mnist_lab.diagrams.descent import bowl, draw_bowl, draw_path, name_ends
from mnist_lab.diagrams.noise import FACTOR, LARGE_RATE, LATE, START, VIEW, late_distance, noisy_descent
from mnist_lab.plots.style import GREY, INK, VERMILLION


def averaged_steps(rng_seed: int = 0) -> None:
    """Draw sixty steps down a bowl with a large rate, the average of the last twenty, and a rate that falls.

    The noise in the gradients is the same. Each panel says how far from the minimum its result is.

    Args:
        rng_seed: seeds the noise.
    """
    minimum = np.zeros(2)
    large = noisy_descent(lambda step: LARGE_RATE, rng_seed)
    falling = noisy_descent(lambda step: LARGE_RATE * FACTOR**step, rng_seed)
    average = large[-LATE:].mean(axis=0)
    told = "{:.2f} from the minimum".format
    with drawing(3.2) as figure:
        last, averaged, decayed = figure.subplots(1, 3)
        name_ends(decayed, START, minimum)
        for ax, path in ((last, large), (averaged, large), (decayed, falling)):
            draw_bowl(ax, bowl, VIEW)
            draw_path(ax, path, minimum, color=GREY, linewidth=0.7)
            ax.plot(*path[-LATE:].T, "o", color=INK, markersize=3.5)
        averaged.plot(*average, "D", color=VERMILLION, markersize=9, zorder=5)
        last.set(title="always large steps", xlabel=f"last points: {told(late_distance(large))}")
        averaged.set(title="their average", xlabel=f"the average: {told(np.linalg.norm(average))}")
        decayed.set(title="large, then ever smaller", xlabel=f"last points: {told(late_distance(falling))}")
