"""Hidden layers: two neurons' lines, the sizes of gradients and outputs, the spread of sums, dropout, normalization."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from mnist_lab.data._validation import whole_number
from mnist_lab.diagrams._arguments import as_named_numbers, as_numbers
from mnist_lab.diagrams._drawing import SMALL, Page, new_page, styled_figure, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION, name_ends, write_near


def exactly_one() -> None:
    """Draw the four images of two pixels in a plane, parted by one neuron's line, and by the lines of two neurons."""
    edges = np.array((-0.5, 1.5))
    images = ((0, 0, "□□\nblank"), (1, 0, "■□\nleft"), (0, 1, "□■\nright"), (1, 1, "both\n■■"))
    with styled_figure(4) as figure:
        one, two = figure.subplots(1, 2)
        for ax, title, sums in ((one, "one neuron: 3 of 4", (0.5, 9)), (two, "two hidden neurons: 4 of 4", (0.5, 1.5))):
            ax.fill_between(edges, *(total - edges for total in sums), color=tint(BLUE, 0.2), linewidth=0)
            for total in sums:
                ax.plot(edges, total - edges, color=BLUE)
            for left, right, name in images:
                ax.plot(left, right, "o", color=INK if left != right else "white", markeredgecolor=INK, markersize=10)
                offset, align = (8, "bottom") if left and right else (-8, "top")
                write_near(ax, (left, right), name, (0, offset), ha="center", va=align)
            ax.set(xlim=edges, ylim=edges, xticks=(0, 1), yticks=(0, 1), aspect="equal", title=title)
            ax.set(xlabel="left pixel", ylabel="right pixel")
        regions = (
            (one, ((-0.3, -0.4, "no"), (0.5, 0.5, "yes"))),
            (two, ((-0.3, -0.4, "no"), (0.5, 0.5, "at least one,\nbut not both"), (1.35, 1.4, "no"))),
        )
        for ax, names in regions:
            for x, y, name in names:
                ax.text(x, y, name, color=BLUE, ha="center", va="center", weight="bold")
        write_near(one, (1, 1), "wrong", (9, 0), color=VERMILLION, va="center", weight="bold")


def gradients_by_layer(ratios: Mapping[str, Sequence[float]]) -> None:
    """Draw the RMS of each layer's gradient divided by that of its weights, for up to four networks by their names.

    The output layer is on the right. The others are counted from the pixels, in the deepest of the networks. Of each
    layer's values, the smallest and the largest are written. An arrow leads from the value of a network's only layer
    down to the smallest of all.
    """
    ax = _draw_by_layer(ratios, "size of each layer's gradient ÷ size of its weights", with_output=True)
    points = np.concatenate([line.get_xydata() for line in ax.lines])
    for layer in np.unique(points[:, 0]):
        values = points[points[:, 0] == layer, 1]
        for value, offset in {values.max(): 11, values.min(): -11}.items():
            write_near(ax, (layer, value), f"{value:.2g}", (0, offset), ha="center", va="center", fontsize=SMALL)
    for network in ratios.values():
        layer, smallest = points[points[:, 1].argmin()]
        if len(network) == 1 and smallest < network[0]:
            ax.hlines(network[0], layer, points[:, 0].max(), GREY, ":", linewidth=1.2, zorder=1)
            arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 5}
            ax.annotate("", (layer, smallest), (layer, network[0]), arrowprops=arrow)
            middle = (layer, np.sqrt(smallest * network[0]))
            write_near(ax, middle, f"{network[0] / smallest:.0f} times less", (6, 0), va="center", fontsize=10)


def activations_by_layer(sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw the RMS of each hidden layer's outputs, counted from the pixels, for up to four networks.

    The names say how large the variance of a network's weights is, times the number of its layers' inputs.
    """
    ax = _draw_by_layer(sizes, "size of each layer's outputs", with_output=False)
    ax.annotate("variance × inputs", (1.03, 1.03), xycoords="axes fraction", fontsize=10, annotation_clip=False)


def _draw_by_layer(networks: Mapping[str, Sequence[float]], title: str, *, with_output: bool) -> Axes:
    expected = "numbers above 0, one for each layer"
    sizes = as_named_numbers("networks", networks, 4, expected, lambda found: found.ndim == 1 and found.min() > 0)
    deepest = max(map(len, sizes.values()))
    lines = ((BLUE, "o", "-"), (GREEN, "s", "--"), (VERMILLION, "D", "-."), (PURPLE, "^", ":"))
    with styled_figure(3.2) as figure:
        ax = figure.subplots()
        for (name, values), (color, marker, linestyle) in zip(sizes.items(), lines, strict=False):
            first = deepest - len(values) + 1 if with_output else 1
            lone = len(values) == 1
            size, fill = (11, "white") if lone else (5, color)  # a lone point shows around another
            label = f"{name} (its only layer)" if lone else name
            (line,) = ax.plot(range(first, first + len(values)), values, color=color, linestyle=linestyle, label=label)
            line.set(marker=marker, markersize=size, markerfacecolor=fill)
        ax.set(yscale="log", xlim=(0.6, deepest + 0.4), xlabel="layer, counted from the pixels", title=title)
        names = [str(layer) for layer in range(1, deepest + 1)]
        ax.set_xticks(range(1, deepest + 1), [*names[:-1], "output"] if with_output else names)
        low, high = (extreme(map(extreme, sizes.values())) for extreme in (min, max))
        decades = 10.0 ** np.floor(np.log10([low, 10 * high]))
        room = max(2, (high / low) ** 0.12)
        ax.set_ylim(min(decades[0], low / room), max(decades[1], high * room))
        ax.grid(axis="y")
        name_ends(ax)
    return ax


def sums_by_layer(rows: Mapping[str, Sequence[npt.ArrayLike]]) -> None:
    """Draw the values of up to 12 neurons in each of four layers, `[batch, …, neurons]`, of one to three networks.

    A dot is a neuron's mean, its thick line the middle 90% of its values, its thin line all of them. All charts have
    the same axis: linear from −1 to 1, logarithmic beyond.
    """
    whole_number("The number of rows", len(rows), 1, 3)
    layers = {}
    for name, row in rows.items():
        whole_number(f"The number of layers of {name!r}", len(row), 4, 4)
        expected = "finite numbers, [batch, …, neurons]"
        layers[name] = [as_numbers(repr(name), values, expected, lambda found: found.ndim > 1) for values in row]
    chosen = {name: [_some_neurons(values) for values in arrays] for name, arrays in layers.items()}
    widest = max(1.0, *(np.abs(values).max() for arrays in chosen.values() for values in arrays))
    with styled_figure(0.6 + 1.15 * len(rows)) as figure:
        grid = figure.subplots(len(rows), 4, squeeze=False, sharex=True)
        for axes, (name, arrays), color in zip(grid, chosen.items(), (PURPLE, VERMILLION, BLUE), strict=False):
            for ax, values in zip(axes, arrays, strict=True):
                _draw_ranges(ax, values, widest, color)
            axes[0].set_ylabel(name, fontsize=SMALL + 1, rotation=0, ha="right", va="center")
        for number, (ax, values) in enumerate(zip(grid[0], next(iter(layers.values())), strict=True), 1):
            unit = "channels" if values.ndim > 2 else "neurons"
            ax.set_title(f"layer {number}: {values.shape[-1]} {unit}", fontsize=11)


def _some_neurons(values: np.ndarray) -> np.ndarray:
    """Return the values of up to 12 neurons, `[values, neurons]`."""
    count = values.shape[-1]
    return values.reshape(-1, count)[:, np.linspace(0, count - 1, min(12, count)).astype(int)]


def _draw_ranges(ax: Axes, values: np.ndarray, widest: float, color: str) -> None:
    heights = np.linspace(0.94, 0.06, values.shape[1])
    ax.hlines(heights, values.min(axis=0), values.max(axis=0), color=color, linewidth=0.9)
    ax.hlines(heights, *np.quantile(values, (0.05, 0.95), axis=0), color=color, linewidth=3)
    ax.plot(values.mean(axis=0), heights, "o", color=INK, markersize=3)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set_xscale("symlog", linthresh=1)
    largest = int(np.ceil(np.log10(widest)))
    ticks = [0, 1, 10**largest] if largest else [0, 1]
    ax.set_xticks([*(-tick for tick in ticks[:0:-1]), *ticks], minor=False)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}".replace("-", "−"))
    ax.set(xlim=(-(1.1 * 10**largest), 1.1 * 10**largest), ylim=(0, 1), yticks=())
    ax.spines.left.set_visible(False)


def dropout() -> None:
    """Draw a network in two training steps, with three and one of eight hidden neurons dropped, and predicting."""
    training = "survivors ÷ (1 − 0.25)"
    with new_page(2.6) as page:
        for left, title, note, dropped in (
            (0.35, "training, one digit", training, ((), (1,), (0, 3), ())),
            (3.35, "training, the next digit", training, ((), (2,), (), ())),
            (6.35, "predicting", "all of them, as they are", ((),) * 4),
        ):
            _draw_network(page, left, dropped)
            page.write(left + 1.08, 2.4, title, 12)
            page.write(left + 1.08, 0.25, note, color=INK)


def _draw_network(page: Page, left: float, dropped: Sequence[Sequence[int]]) -> None:
    """Draw the layers from left to right; `dropped` holds the numbers of the dropped neurons of each."""
    layers = []
    for layer, (size, dropped_neurons) in enumerate(zip((3, 4, 4, 2), dropped, strict=True)):
        x, ys = left + layer * 0.72, 0.5 + 1.75 * (np.arange(size) + 0.5) / size
        layers.append([(x, y) for neuron, y in enumerate(ys) if neuron not in dropped_neurons])
        for neuron, y in enumerate(ys):
            if neuron in dropped_neurons:
                page.circle(x, y, 0.13, VERMILLION, "white", linestyle=(0, (2, 1.5)), zorder=2)
                page.write(x, y, "×", SMALL + 2, color=VERMILLION, weight="bold", zorder=3)
            else:
                page.circle(x, y, 0.13, BLUE, tint(BLUE, 0.35), zorder=2)
    for before, after in pairwise(layers):
        page.connect(before, after, color=tint(GREY, 0.55), linewidth=0.7)


def batch_normalization() -> None:
    """Draw three neurons' weighted sums for one batch: unchanged, normalized, shifted by `beta`, and after ReLU."""
    sums = np.random.default_rng(4).normal((-8, 5, 0.5), (1.5, 3.5, 0.4), (24, 3))  # a batch of 24 digits
    normalized = (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + 0.001)  # Keras' epsilon
    shifted = normalized + np.array((0.8, -0.6, 0.1))
    steps = (
        ("1  weighted sums", "one dot: one digit of the batch", sums, 15, 10),
        ("2  normalized", "− mean, ÷ standard deviation", normalized, 3.6, 2),
        ("3  shifted", "+ beta, learned", shifted, 3.6, 2),
        ("4  ReLU", "negative becomes 0", np.maximum(shifted, 0), 3.6, 2),
    )
    with styled_figure(3.1) as figure:
        panels = figure.subplots(1, 4)
        panels[0].text(0.5, sums[:, 0].mean(), "mean", fontsize=SMALL, va="center")
        for ax, (title, caption, values, reach, tick) in zip(panels, steps, strict=True):
            ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            for neuron, (color, marker) in enumerate(((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"))):
                x = neuron + np.linspace(-0.26, 0.26, len(values))
                ax.plot(x, values[:, neuron], marker, color=color, markersize=3.4, markeredgewidth=0, alpha=0.75)
                if ax is not panels[3]:
                    ax.hlines(values[:, neuron].mean(), neuron - 0.4, neuron + 0.4, color=INK, linewidth=1.6)
            ax.set(xlim=(-0.6, 2.6), xticks=range(3), xticklabels="ABC", ylim=(-reach, reach), yticks=(-tick, 0, tick))
            ax.tick_params(axis="x", length=0)
            ax.set_title(title, weight="bold")
            ax.set_xlabel(caption, fontsize=SMALL)
