"""Statistics of each layer: the size of its gradients, the size of its outputs, the distribution of its sums."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import SMALL, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION

_LINES = ((BLUE, "o", "-"), (GREEN, "s", "--"), (VERMILLION, "D", "-."), (PURPLE, "^", ":"))


def gradients_by_layer(ratios: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's gradient on a logarithmic axis.

    Args:
        ratios: for each network, by its name, the RMS (root mean square) of each layer's gradient divided by the
            RMS of its weights, the first layer first; all above 0.

    Raises:
        ValueError: there are no or more than four networks, or a ratio is not above 0.
    """
    _draw_by_layer(ratios, "gradient of a layer, relative to its weights")


def activations_by_layer(sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's outputs on a logarithmic axis.

    Args:
        sizes: for each network, by its name, the RMS of each layer's outputs, the first layer first; all above 0.

    Raises:
        ValueError: there are no or more than four networks, or a size is not above 0.
    """
    _draw_by_layer(sizes, "size of a layer's outputs")


def _draw_by_layer(curves: Mapping[str, Sequence[float]], title: str) -> None:
    if not 1 <= len(curves) <= len(_LINES):
        raise ValueError(f"There must be one to {len(_LINES)} networks. Received: {len(curves)}")
    sizes = {name: _as_sizes(name, values) for name, values in curves.items()}
    deepest = max(len(values) for values in sizes.values())
    with styled_figure(3.2) as figure:
        ax = figure.subplots()
        for (name, values), (color, marker, linestyle) in zip(sizes.items(), _LINES, strict=False):
            layers = range(1, len(values) + 1)
            ax.plot(layers, values, color=color, marker=marker, markersize=5, linestyle=linestyle, label=name)
        ax.set_yscale("log")
        ax.set(xlim=(0.6, deepest + 0.4), xlabel="layer, counted from the pixels", title=title)
        ax.set_xticks(range(1, deepest + 1))
        ax.grid(axis="y")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _as_sizes(name: str, values: Sequence[float]) -> np.ndarray:
    array = as_numbers(name, values)
    if array.ndim != 1 or not len(array) or not (array > 0).all():
        raise ValueError(f"{name!r} must be numbers above 0, one for each layer. Received: {values!r}")
    return array


def sums_by_layer(rows: Mapping[str, Sequence[npt.ArrayLike]]) -> None:
    """Draw the distribution of each neuron's values in the four layers of one to three networks.

    A line is one neuron, or one channel, of up to 12 in each layer: a dot at its mean, one standard deviation to
    either side. Behind the lines is the histogram of all values of the layer. The panels of a row share one scale.

    Args:
        rows: for each name, the values in its four layers, each `[batch, …, neurons]`.

    Raises:
        ValueError: there are no or more than three rows, a row does not hold four layers, or a value is not a number.
    """
    if not 1 <= len(rows) <= 3:
        raise ValueError(f"There must be one to three rows. Received: {len(rows)}")
    layers = {name: [_as_layer(name, values) for values in row] for name, row in rows.items()}
    units = ["channels" if np.ndim(values) > 2 else "neurons" for values in next(iter(rows.values()))]
    for name, row in layers.items():
        if len(row) != 4:
            raise ValueError(f"The row {name!r} must hold four layers. Received: {len(row)}")
    with styled_figure(0.6 + 1.15 * len(rows)) as figure:
        grid = figure.subplots(len(rows), 4, squeeze=False)
        for axes, (name, row), color in zip(grid, layers.items(), (PURPLE, VERMILLION, BLUE), strict=False):
            widest = max(1e-6, *(np.quantile(np.abs(values), 0.995) for values in row))
            for ax, values in zip(axes, row, strict=True):
                _draw_layer(ax, values, widest, color)
            axes[0].set_ylabel(name, fontsize=SMALL + 1, rotation=0, ha="right", va="center")
        for number, (ax, values, unit) in enumerate(zip(grid[0], next(iter(layers.values())), units, strict=True), 1):
            ax.set_title(f"layer {number}: {values.shape[1]} {unit}", fontsize=11)


def _as_layer(name: str, values: npt.ArrayLike) -> np.ndarray:
    array = as_numbers(name, values)
    if array.ndim < 2 or not array.size or not np.isfinite(array).all():
        raise ValueError(f"{name!r} must hold finite numbers, [batch, …, neurons]. Received: {list(array.shape)}")
    return array.reshape(-1, array.shape[-1])


def mean_and_standard_deviation(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of up to 12 evenly chosen neurons, from values `[n, neurons]`."""
    chosen = np.linspace(0, values.shape[1] - 1, min(12, values.shape[1])).astype(int)
    return values[:, chosen].mean(axis=0), values[:, chosen].std(axis=0)


def _draw_layer(ax: Axes, values: np.ndarray, widest: float, color: str) -> None:
    counts, edges = np.histogram(values, 60, (-widest, widest))
    ax.stairs(counts / max(1, counts.max()), edges, fill=True, color=tint(color, 0.28), linewidth=0)
    means, deviations = mean_and_standard_deviation(values)
    heights = np.linspace(0.94, 0.06, len(means))
    ax.hlines(heights, means - deviations, means + deviations, color=color, linewidth=1.3)
    ax.plot(means, heights, "o", color=INK, markersize=2.6)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlim=(-widest, widest), ylim=(0, 1.05), yticks=())
    ax.locator_params(axis="x", nbins=3)
    ax.spines.left.set_visible(False)
