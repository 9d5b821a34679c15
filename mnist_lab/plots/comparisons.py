"""Results side by side: numbers as bars, and curves over the epochs."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_lab.plots.style import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILLION, new_figure, style

_LOOKS = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (PURPLE, ":"), (ORANGE, (0, (5, 1))), (INK, (0, (1, 1))))
_BAR_INCHES = 0.36


def compare_numbers(
    numbers: Mapping[str, float], title: str, *, percent: bool = False, logarithmic: bool = False
) -> None:
    """Draw one bar for each number, the number itself at its end.

    Args:
        numbers: what is compared, by its name; finite, and above 0 where `logarithmic`.
        title: what the numbers are.
        percent: show fractions of 1 as percentages, on an axis from 0 to 100 %.
        logarithmic: an axis on which each step multiplies by ten.

    Raises:
        ValueError: there is nothing to compare, or a number cannot be drawn.
    """
    values = np.array([float(value) for value in numbers.values()])
    if not len(values) or not np.isfinite(values).all() or (logarithmic and (values <= 0).any()):
        wanted = "finite numbers above 0" if logarithmic else "finite numbers"
        raise ValueError(f"numbers must be {wanted}, at least one. Received: {dict(numbers)}")
    with style():
        ax = new_figure(9, 0.75 + _BAR_INCHES * len(values)).subplots()
        places = np.arange(len(values))
        ax.barh(places, values, color=BLUE, height=0.62, log=logarithmic)
        ax.set(yticks=places, yticklabels=list(numbers), title=title)
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        for place, value in zip(places, values, strict=True):
            text = f"{100 * value:.2f} %" if percent else f"{value:.3g}"
            ax.annotate(text, (max(value, 0), place), xytext=(5, 0), textcoords="offset points", va="center")
        if logarithmic:
            ax.set_xlim(values.min() / 3, values.max() * 8)
        else:
            ax.set_xlim(min(0, values.min()), 1.15 if percent else 1.15 * max(values.max(), 1e-12))
            ax.set_xticks([])
            ax.spines.bottom.set_visible(False)


def compare_curves(curves: Mapping[str, Sequence[float]], title: str, *, percent: bool = False) -> None:
    """Draw curves over the epochs, one number an epoch, each named at its end and with a line of its own.

    Args:
        curves: for each name its numbers, the first being that of epoch 1; up to six curves.
        title: what the numbers are.
        percent: show fractions of 1 as percentages.

    Raises:
        ValueError: there are no curves, more than six, or one has no finite number.
    """
    if not 1 <= len(curves) <= len(_LOOKS):
        raise ValueError(f"curves must be one to {len(_LOOKS)}. Received: {len(curves)}")
    arrays = {name: np.asarray(values, float) for name, values in curves.items()}
    for name, values in arrays.items():
        if values.ndim != 1 or not np.isfinite(values).any():
            raise ValueError(f"The curve {name!r} must be a list of numbers, one an epoch. Received: {curves[name]!r}")
    with style():
        ax = new_figure(9, 3.2).subplots()
        for (name, values), (color, line) in zip(arrays.items(), _LOOKS, strict=False):
            mark = "o" if len(values) == 1 else None
            ax.plot(np.arange(1, len(values) + 1), values, color=color, linestyle=line, marker=mark, label=name)
        longest = max(len(values) for values in arrays.values())
        ax.set(xlabel="epochs", title=title, xlim=(0.8, max(longest, 2) + 0.2))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(axis="y")
        if percent:
            ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
