"""Results side by side: numbers as bars, and curves over the epochs."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_lab.plots.style import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILLION, chart, name_rows, write_near

_LINES = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (PURPLE, ":"), (ORANGE, (0, (5, 1))), (INK, (0, (1, 1))))


def compare_numbers(
    numbers: Mapping[str, float], title: str, *, percent: bool = False, logarithmic: bool = False
) -> None:
    """Draw one bar for each number, by name, and write the number at its end; with `percent`, fractions as percentages.

    Raises:
        ValueError: there are no numbers, or one is not finite (or, on a `logarithmic` axis, not above 0).
    """
    values = np.array([float(value) for value in numbers.values()])
    if not len(values) or not np.isfinite(values).all() or (logarithmic and (values <= 0).any()):
        allowed = "finite numbers above 0" if logarithmic else "finite numbers"
        raise ValueError(f"numbers must be {allowed}, at least one. Received: {dict(numbers)}")
    with chart(0.75 + 0.36 * len(values), title) as ax:
        ax.barh(range(len(values)), values, color=BLUE, height=0.62, log=logarithmic)
        name_rows(ax, numbers)
        for row, value in enumerate(values):
            text = f"{100 * value:.2f}%" if percent else f"{value:.3g}"
            write_near(ax, (max(value, 0), row), text, (5, 0), va="center")
        if logarithmic:
            ax.set_xlim(values.min() / 3, values.max() * 8)
        else:
            ax.set_xlim(min(0, values.min()), 1.15 if percent else 1.15 * max(values.max(), 1e-12))
            ax.set_xticks([])
            ax.spines.bottom.set_visible(False)


def compare_curves(curves: Mapping[str, Sequence[float]], title: str, *, percent: bool = False) -> None:
    """Draw up to six curves, by name: one number per epoch, starting with epoch 1; `percent` as in `compare_numbers`.

    Raises:
        ValueError: there are no curves, there are more than six, or one has no finite number.
    """
    if not 1 <= len(curves) <= len(_LINES):
        raise ValueError(f"curves must hold 1 to {len(_LINES)} curves. Received: {len(curves)}")
    arrays = {name: np.asarray(values, float) for name, values in curves.items()}
    for name, values in arrays.items():
        if values.ndim != 1 or not np.isfinite(values).any():
            raise ValueError(f"The curve {name!r} must be a list of one number per epoch. Received: {curves[name]!r}")
    with chart(3.2, title) as ax:
        for (name, values), (color, line) in zip(arrays.items(), _LINES, strict=False):
            marker = "o" if len(values) == 1 else None
            ax.plot(np.arange(1, len(values) + 1), values, color=color, linestyle=line, marker=marker, label=name)
        longest = max(len(values) for values in arrays.values())
        ax.set(xlabel="epochs", xlim=(0.8, max(longest, 2) + 0.2))
        ax.locator_params("x", integer=True)
        ax.grid(axis="y")
        if percent:
            ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
