"""Results side by side: numbers as bars, differences with their intervals, and curves over the epochs."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mnist_lab.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    chart,
    name_ends,
    name_rows,
    new_figure,
    style,
    write_near,
)

_LINES = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (PURPLE, ":"), (ORANGE, (0, (5, 1))), (INK, (0, (1, 1))))
_ERROR_RATES = (0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
_BAR = ((BLUE, 0.0),)  # its colour, and its place in the row
_PAIR = ((VERMILLION, -0.155), (BLUE, 0.155))


def compare_numbers(numbers: Mapping[str, float | Mapping[str, float]], title: str, *, percent: bool = False) -> None:
    """Draw one bar for each number, by name, and write the number at its end; with `percent`, fractions as percentages.

    Numbers to be compared in pairs come as a dictionary for each pair. The first bar of each pair has the colour of a
    training curve, the second that of a validation curve, and each has its name written at its end, too.

    Raises:
        ValueError: there are no numbers, one is not finite, or a dictionary holds no pair.

    Example:
        >>> lab.compare_numbers({"plain": {"training": 0.002, "validation": 0.09}}, "Loss")
    """
    rows = [list(found.items()) if isinstance(found, Mapping) else [("", found)] for found in numbers.values()]
    values = np.array([float(value) for bars in rows for _, value in bars])
    unpaired = any(isinstance(found, Mapping) and len(found) != 2 for found in numbers.values())
    if not len(values) or not np.isfinite(values).all() or unpaired:
        raise ValueError(f"numbers must hold finite numbers or pairs of them, at least one. Received: {dict(numbers)}")
    paired = len(values) > len(rows)
    with chart(0.75 + 0.36 * len(values), title) as ax:
        for row, bars in enumerate(rows):
            for (name, value), (color, shift) in zip(bars, _BAR if len(bars) == 1 else _PAIR, strict=True):
                y = row + shift
                ax.barh(y, value, color=color, height=0.62 / len(bars))
                text = f"{100 * value:.2f}%" if percent else f"{value:.3g}"
                write_near(ax, (max(value, 0), y), f"{text}  {name}".rstrip(), (5, 0), va="center")
        name_rows(ax, numbers)
        longest = 1 if percent else max(values.max(), 1e-12)
        ax.set(xlim=(min(0, values.min()), longest * (1.3 if paired else 1.15)), xticks=())
        ax.spines.bottom.set_visible(False)


def display_differences(differences: Mapping[str, tuple[float, float, float]], title: str) -> None:
    """Draw differences with their intervals, a row for each name, about a line at zero, and write the numbers.

    Each is `(difference, low, high)` in percentage points: a dot, and a bar from the interval's low to its high end.

    Raises:
        ValueError: there are no differences, or one is not three finite numbers with `low ≤ difference ≤ high`.

    Example:
        >>> lab.display_differences({"without dropout": (0.23, 0.06, 0.41)}, "Gain in percentage points")
    """
    rows = {name: np.array(numbers, float) for name, numbers in differences.items()}
    for name, numbers in rows.items():
        if numbers.shape != (3,) or not np.isfinite(numbers).all() or not numbers[1] <= numbers[0] <= numbers[2]:
            expected = "must be (difference, low, high), with low ≤ difference ≤ high"
            raise ValueError(f"{name!r} {expected}. Received: {differences[name]!r}")
    if not rows:
        raise ValueError("differences must hold at least one. Received: none")
    with chart(0.95 + 0.4 * len(rows), title) as ax:
        ax.axvline(0, color=INK, linewidth=1.2, zorder=1)
        for row, (difference, low, high) in enumerate(rows.values()):
            ax.plot([low, high], [row, row], color=BLUE, linewidth=4, alpha=0.45, solid_capstyle="butt")
            ax.plot(difference, row, "o", color=BLUE, markersize=8)
            text = f"{difference:+.2f}  ({low:+.2f} to {high:+.2f})".replace("-", "−")
            ax.text(1.02, row, text, transform=ax.get_yaxis_transform(), va="center", fontsize=10)
        name_rows(ax, rows)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
        ax.grid(axis="x")


def compare_curves(curves: Mapping[str, Sequence[float]], title: str, *, percent: bool = False) -> None:
    """Draw up to six curves, by name: one number per epoch, starting with epoch 1; `percent` as in `compare_numbers`.

    The axis starts at 0 where the lowest number is less than half of the highest.

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
        numbers = np.concatenate([values[np.isfinite(values)] for values in arrays.values()])
        if 0 <= numbers.min() < numbers.max() / 2:
            ax.set_ylim(bottom=0)
        if percent:
            ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        name_ends(ax)


def compare_losses(runs: Mapping[str, Mapping[str, Sequence[float]]], title: str) -> None:
    """Draw the training and validation losses of two runs side by side on one axis, and the gap of the last epoch.

    The axis ends above the highest validation loss and the last training losses: a training loss that's higher still
    comes in from above.

    Args:
        runs: by name, two histories, each with a "loss" and a "val_loss" for every epoch, as Keras keeps them.
        title: the figure's title.

    Raises:
        ValueError: there aren't two runs, or one lacks a finite loss or validation loss for every epoch.

    Example:
        >>> lab.compare_losses({"without dropout": plain.history, "with dropout": history.history}, "Loss")
    """
    losses = {name: _losses(name, run) for name, run in runs.items()}
    if len(losses) != 2:
        raise ValueError(f"runs must hold two histories. Received: {list(runs)}")
    top = 1.08 * max(max(validation.max(), training[-1]) for training, validation in losses.values())
    with style():
        figure = new_figure(9, 3.4)
        figure.suptitle(title)
        for ax, (name, (training, validation)) in zip(figure.subplots(1, 2, sharey=True), losses.items(), strict=True):
            epochs = np.arange(1, len(training) + 1)
            for label, values, (color, line) in zip(
                ("validation", "training"), (validation, training), _LINES, strict=False
            ):
                ax.plot(epochs, values, color=color, linestyle=line, marker=".", label=label)
            ends = (epochs[-1], training[-1]), (epochs[-1], validation[-1])
            ax.annotate("", *ends, arrowprops={"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0})
            ax.set(title=f"{name}: gap {validation[-1] - training[-1]:.2g}", xlabel="epochs", ylim=(0, top))
            ax.set_xlim(0.8, max(len(epochs), 2) + 0.2)
            ax.locator_params("x", integer=True)
            ax.grid(axis="y")
        for ax in figure.axes:
            name_ends(ax)


def _losses(name: str, run: Mapping[str, Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    training, validation = (np.asarray(run.get(kind, ()), float) for kind in ("loss", "val_loss"))
    finite = all(values.ndim == 1 and values.size and np.isfinite(values).all() for values in (training, validation))
    if not finite or len(training) != len(validation):
        received = {kind: run.get(kind) for kind in ("loss", "val_loss")}
        raise ValueError(f"The run {name!r} must have a finite loss and val_loss for every epoch. Received: {received}")
    return training, validation


def display_error_curves(runs: Mapping[str, npt.ArrayLike], title: str) -> None:
    """Draw error rates over the epochs on a logarithmic axis: a thin line for each run, the mean of several in bold.

    Args:
        runs: by the recipe's name, the accuracy after each epoch, from epoch 1 on: `[runs, epochs]`, or `[epochs]` of
            a single run. No error at all is drawn as 0.01%.
        title: the figure's title.

    Raises:
        ValueError: there are no recipes, there are more than six, or an accuracy is not a number from 0 to 1.

    Example:
        >>> lab.display_error_curves({"lesson 08": lab.measured_runs("08_batch_normalization").curves}, "Ten runs")
    """
    if not 1 <= len(runs) <= len(_LINES):
        raise ValueError(f"runs must hold 1 to {len(_LINES)} recipes. Received: {len(runs)}")
    rates = {name: 1 - np.atleast_2d(np.asarray(curves, float)) for name, curves in runs.items()}
    for name, curves in rates.items():
        if curves.ndim != 2 or not curves.size or not ((curves >= 0) & (curves <= 1)).all():
            raise ValueError(f"{name!r} must hold accuracies from 0 to 1, [runs, epochs]. Received: {runs[name]!r}")
    with chart(3.6, title) as ax:
        for (name, curves), (color, line) in zip(rates.items(), _LINES, strict=False):
            curves = np.maximum(curves, _ERROR_RATES[-1])
            epochs = np.arange(1, curves.shape[1] + 1)
            if len(curves) > 1:
                ax.plot(epochs, curves.T, color=color, linewidth=0.9, alpha=0.45)
            marker = "o" if curves.size == 1 else None
            ax.plot(epochs, curves.mean(axis=0), line, color=color, linewidth=3, marker=marker, label=name)
        ax.set(yscale="log", xlabel="epochs", ylabel="errors (log scale)")
        low, high = ax.get_ylim()
        shown = [rate for rate in _ERROR_RATES if low <= rate <= high]
        ax.set_yticks(shown, [f"{100 * rate:g}%" for rate in shown])
        ax.set_yticks([], minor=True)
        ax.set(xlim=(0.8, max(curves.shape[1] for curves in rates.values()) + 0.2), ylim=(low, high))
        ax.locator_params("x", integer=True, nbins=11)
        ax.grid(axis="y")
        name_ends(ax)
