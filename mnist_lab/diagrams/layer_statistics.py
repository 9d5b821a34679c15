"""Statistics of each layer: the size of its gradients, the size of its outputs, the distribution of its sums."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.data._validation import whole_number
from mnist_lab.diagrams._arguments import as_numbers
from mnist_lab.diagrams._drawing import SMALL, Options, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION

_LINES = ((BLUE, "o", "-"), (GREEN, "s", "--"), (VERMILLION, "D", "-."), (PURPLE, "^", ":"))


def gradients_by_layer(ratios: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's gradient on a logarithmic axis.

    Args:
        ratios: for each network, by its name, the RMS (root mean square) of each layer's gradient divided by the
            RMS of its weights, the first layer first; all above 0.
    """
    _draw_by_layer(ratios, "gradient of a layer, relative to its weights")


def activations_by_layer(sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw, for up to four networks, the size of each layer's outputs on a logarithmic axis.

    Args:
        sizes: for each network, by its name, the RMS of each layer's outputs, the first layer first; all above 0.
    """
    _draw_by_layer(sizes, "size of a layer's outputs")


def _draw_by_layer(networks: Mapping[str, Sequence[float]], title: str) -> None:
    whole_number("The number of networks", len(networks), 1, len(_LINES))
    expected = "numbers above 0, one for each layer"
    sizes = {
        name: as_numbers(repr(name), values, expected, lambda found: found.ndim == 1 and found.min() > 0)
        for name, values in networks.items()
    }
    deepest = max(map(len, sizes.values()))
    with styled_figure(3.2) as figure:
        ax = figure.subplots()
        for (name, values), (color, marker, linestyle) in zip(sizes.items(), _LINES, strict=False):
            look: Options = {"color": color, "marker": marker, "markersize": 5, "linestyle": linestyle}
            ax.plot(range(1, len(values) + 1), values, label=name, **look)
        ax.set(yscale="log", xlim=(0.6, deepest + 0.4), xlabel="layer, counted from the pixels", title=title)
        ax.set_xticks(range(1, deepest + 1))
        ax.grid(axis="y")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def sums_by_layer(rows: Mapping[str, Sequence[npt.ArrayLike]]) -> None:
    """Draw the distribution of each neuron's values in the four layers of one to three networks.

    A line is one neuron, or one channel, of up to 12 in each layer: a dot at its mean, one standard deviation to
    either side. Behind the lines is the histogram of all values of the layer. The panels of a row share one scale.

    Args:
        rows: for each name, the values in its four layers, each `[batch, …, neurons]`.
    """
    whole_number("The number of rows", len(rows), 1, 3)
    expected = "finite numbers, [batch, …, neurons]"
    for name, row in rows.items():
        whole_number(f"The number of layers of {name!r}", len(row), 4, 4)
    layers = {
        name: [as_numbers(repr(name), values, expected, lambda found: found.ndim > 1) for values in row]
        for name, row in rows.items()
    }
    with styled_figure(0.6 + 1.15 * len(rows)) as figure:
        grid = figure.subplots(len(rows), 4, squeeze=False)
        for axes, (name, row), color in zip(grid, layers.items(), (PURPLE, VERMILLION, BLUE), strict=False):
            widest = max(1e-6, *(np.quantile(np.abs(values), 0.995) for values in row))
            for ax, values in zip(axes, row, strict=True):
                _draw_layer(ax, values.reshape(-1, values.shape[-1]), widest, color)
            axes[0].set_ylabel(name, fontsize=SMALL + 1, rotation=0, ha="right", va="center")
        for number, (ax, values) in enumerate(zip(grid[0], next(iter(layers.values())), strict=True), 1):
            unit = "channels" if values.ndim > 2 else "neurons"
            ax.set_title(f"layer {number}: {values.shape[-1]} {unit}", fontsize=11)


def _draw_layer(ax: Axes, values: np.ndarray, widest: float, color: str) -> None:
    counts, edges = np.histogram(values, 60, (-widest, widest))
    ax.stairs(counts / max(1, counts.max()), edges, fill=True, color=tint(color, 0.28), linewidth=0)
    chosen = np.linspace(0, values.shape[1] - 1, min(12, values.shape[1])).astype(int)
    means, deviations = values[:, chosen].mean(axis=0), values[:, chosen].std(axis=0)
    heights = np.linspace(0.94, 0.06, len(means))
    ax.hlines(heights, means - deviations, means + deviations, color=color, linewidth=1.3)
    ax.plot(means, heights, "o", color=INK, markersize=2.6)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlim=(-widest, widest), ylim=(0, 1.05), yticks=())
    ax.locator_params(axis="x", nbins=3)
    ax.spines.left.set_visible(False)
