"""Playgrounds: gradient descent on a map of two weights, and gradients on their way back through the layers."""

from collections.abc import Collection
from functools import partial
from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import CLASSES, PIXELS
from mnist_lab.diagrams._drawing import WIDTH
from mnist_lab.diagrams.descent import draw_map, name_point, saddle, saddle_gradient
from mnist_lab.plots.style import BLUE, GREEN, INK, PURPLE, VERMILLION, new_figure
from mnist_lab.widgets._widget import Widget
from mnist_lab.widgets.digits import sample_digits

STEPS = 100
BATCH, NEURONS = 32, 60
_SCATTER = 4  # standard deviation of a gradient's noise, in each direction, for a batch of one example
_OUTSIDE = 4  # a descent ends that many times as far from the centre as the map reaches
_HESSIANS = {
    "bowl": np.array([[1.6, -1.5], [-1.5, 5.4]]),
    "valley": np.array([[0.48, -1.41], [-1.41, 5.64]]),
}
_STARTS = {"bowl": (-2.8, 0.2), "valley": (-2.8, 0.1), "saddle": (-1.6, 0.02)}
_MINIMA: dict[str, tuple] = {"bowl": (0, 0), "valley": (0, 0), "saddle": ((0, -np.sqrt(2)), (0, np.sqrt(2)))}
_REACHES = {"bowl": 3.4, "valley": 3.4, "saddle": 2.4}
_LOOKS = {
    "sgd": ("SGD", VERMILLION, "-", "o"),
    "momentum": ("momentum", PURPLE, "--", "s"),
    "adam": ("Adam", GREEN, ":", "^"),
}
_ACTIVATIONS = ("sigmoid", "tanh", "relu")
_INITIALIZATIONS = ("glorot", "he", "small", "zeros")


def uniforms(seed: int, count: int) -> np.ndarray:
    """Return numbers from 0 to below 1, `[count]` (Tommy Ettinger's Mulberry32, 2017), as `random.js` does."""
    state = (seed + 0x6D2B79F5 * np.arange(1, count + 1, dtype=np.uint64)).astype(np.uint32)
    mixed = (state ^ (state >> 15)) * (state | 1)
    mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)
    return (mixed ^ (mixed >> 14)) / 2**32


def normals(seed: int, count: int) -> np.ndarray:
    """Return normally distributed numbers, `[count]`, with mean 0 and standard deviation 1 (Box and Muller 1958)."""
    chances = uniforms(seed, 2 * count)
    return np.sqrt(-2 * np.log1p(-chances[::2])) * np.cos(2 * np.pi * chances[1::2])


def _loss(surface: str, weights: np.ndarray) -> np.ndarray:
    """Return the loss at weights `[…, 2]`; its least value is 0."""
    if surface == "saddle":
        return saddle(weights[..., 0], weights[..., 1]) + 1
    return ((weights @ _HESSIANS[surface]) * weights).sum(axis=-1) / 2


def _gradient(surface: str, weights: np.ndarray) -> np.ndarray:
    return saddle_gradient(weights) if surface == "saddle" else _HESSIANS[surface] @ weights


def descent_path(optimizer: str, settings: dict[str, Any]) -> np.ndarray:
    """Return the weights before the first step and after each, `[steps + 1, 2]`, as the script computes them.

    Args:
        optimizer: `"sgd"`, `"momentum"` or `"adam"` (Kingma and Ba 2014, algorithm 1).
        settings: a `Descent`'s data.
    """
    surface, path = settings["surface"], [np.array(_STARTS[settings["surface"]])]
    noise = normals(1, 2 * STEPS).reshape(STEPS, 2) * _SCATTER / np.sqrt(settings["batch_size"] or np.inf)
    step, mean, square = np.zeros(2), np.zeros(2), np.zeros(2)
    for count in range(1, STEPS + 1):
        gradient = _gradient(surface, path[-1]) + noise[count - 1]
        rate = settings["learning_rate"] * settings["decay"] ** (count - 1)
        if optimizer == "adam":
            mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
            step = -rate * mean / (1 - 0.9**count) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
        else:
            step = (settings["momentum"] if optimizer == "momentum" else 0) * step - rate * gradient
        path.append(path[-1] + step)
        if np.linalg.norm(path[-1]) > _OUTSIDE * _REACHES[surface]:
            break
    return np.array(path)


class Descent(Widget):
    """The playground of `descent`."""

    name = "descent"

    def _picture(self) -> Figure:
        figure = new_figure(WIDTH, 3.5)
        ground, chart = figure.subplots(1, 2)
        surface = self.data["surface"]
        reach = _REACHES[surface]
        view = (-reach, reach), (-0.75 * reach, 0.75 * reach)
        draw_map(ground, partial(_loss, surface), view, _STARTS[surface], _MINIMA[surface])
        name_point(ground, _STARTS[surface], "start", (0, 8))
        if surface == "saddle":
            ground.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2, zorder=4)
            name_point(ground, (0, 0), "saddle point", (0, -18))
        for optimizer in self.data["optimizers"]:
            name, color, line, marker = _LOOKS[optimizer]
            path = descent_path(optimizer, self.data)
            ground.plot(*path.T, color=color, linestyle=line, linewidth=1.5)
            ground.plot(*path[-1], marker, color=color, markeredgecolor="white", markersize=10, zorder=3)
            chart.plot(_loss(surface, path), color=color, linestyle=line, label=name)
        ground.set_xlabel("darker: lower loss, ★ minimum")
        ground.set_title(f"{surface}, learning rate {self.data['learning_rate']:g}")
        chart.set(yscale="log", ylim=(1e-5, 100), xlim=(0, STEPS), xlabel="step", title="loss at each step (log scale)")
        chart.legend()
        return figure


def descent(
    surface: str = "bowl",
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    batch_size: int | None = None,
    decay: float = 1.0,
    optimizers: Collection[str] = ("sgd",),
) -> Descent:
    """Return a playground: a hundred steps down a loss over two weights, redrawn while you change the settings.

    Args:
        surface: `"bowl"`, `"valley"` (fifty times as steep across as along) or `"saddle"` (x² − y² + y⁴/4 + 1).
        learning_rate: from 0.001 to 1.
        momentum: the share of the last step that momentum keeps, from 0 to 0.99.
        batch_size: the noise in the gradients falls with its square root; None for no noise.
        decay: what each step multiplies the learning rate by, from 0.9 to 1.
        optimizers: those that are shown at first: `"sgd"`, `"momentum"`, `"adam"` (Kingma and Ba 2014, algorithm 1).

    Raises:
        ValueError: a setting is not one of these.

    Example:
        >>> lab.widgets.descent("valley", learning_rate=0.3, optimizers=["sgd", "momentum"])
    """
    whole_number("The number of optimizers", len(optimizers), 1, len(_LOOKS))
    settings = {
        "surface": _check("surface", surface, _STARTS),
        "learning_rate": _check_number("learning_rate", learning_rate, 0.001, 1),
        "momentum": _check_number("momentum", momentum, 0, 0.99),
        "batch_size": None if batch_size is None else whole_number("batch_size", batch_size),
        "decay": _check_number("decay", decay, 0.9, 1),
        "optimizers": [_check("each of the optimizers", optimizer, _LOOKS) for optimizer in optimizers],
    }
    return Descent(data=settings)


def relative_gradients(depth: int, activation: str, initialization: str) -> np.ndarray:
    """Return the RMS of each layer's gradient divided by that of its weights, `[depth + 1]`, as the script does.

    The batch is 32 of the sample digits; the biases are 0. Weights of 0 give NaN.
    """
    rows = np.arange(BATCH) * 100 // BATCH
    outputs, classes = [sample_digits()[rows] / 255], np.eye(CLASSES)[rows // 10]
    weights = _first_weights(depth, initialization)
    for kernel in weights[:-1]:
        sums = outputs[-1] @ kernel
        functions = {"sigmoid": 1 / (1 + np.exp(-sums)), "tanh": np.tanh(sums), "relu": np.maximum(sums, 0)}
        outputs.append(functions[activation])
    exponentials = np.exp(outputs[-1] @ weights[-1])
    errors = (exponentials / exponentials.sum(axis=1, keepdims=True) - classes) / BATCH
    ratios: list[np.float64] = []
    for kernel, output in zip(reversed(weights), reversed(outputs), strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios.insert(0, _rms(output.T @ errors) / _rms(kernel))
        slopes = {"sigmoid": output * (1 - output), "tanh": 1 - output**2, "relu": output > 0}
        errors = errors @ kernel.T * slopes[activation]
    return np.array(ratios)


def _first_weights(depth: int, initialization: str) -> list[np.ndarray]:
    sizes = [PIXELS, *[NEURONS] * depth, CLASSES]
    weights = []
    for number, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        seed, shape = number if number <= depth else 0, (inputs, outputs)
        if initialization == "glorot":
            drawn = np.sqrt(6 / (inputs + outputs)) * (2 * uniforms(seed, inputs * outputs) - 1)
        else:
            scale = {"he": np.sqrt(2 / inputs), "small": 0.01, "zeros": 0}[initialization]
            drawn = scale * normals(seed, inputs * outputs)
        weights.append(drawn.reshape(shape))
    return weights


def _rms(values: np.ndarray) -> np.float64:
    return np.sqrt(np.mean(values**2))


class Gradients(Widget):
    """The playground of `gradients`."""

    name = "gradients"

    def _picture(self) -> Figure:
        figure = new_figure(WIDTH, 3.2)
        ax = figure.subplots()
        ratios = relative_gradients(**self.data)
        layers = range(1, len(ratios) + 1)
        ax.plot(layers, ratios, "o-", color=BLUE)
        ax.set(yscale="log", xlabel="layer, counted from the pixels")
        ax.set_xticks(layers, [*map(str, layers[:-1]), "output"])
        ax.grid(axis="y")
        ax.set_title("size of each layer's gradient ÷ size of its weights")
        if not np.isfinite(ratios).all():
            ax.text(0.5, 0.5, "all weights are 0: nothing to compare with", transform=ax.transAxes, ha="center")
        return figure


def gradients(depth: int = 3, activation: str = "sigmoid", initialization: str = "glorot") -> Gradients:
    """Return a playground: how much of the gradient arrives at each layer of an untrained network.

    The network has 60 neurons in each hidden layer, as in lesson 02, and a softmax of ten. The gradient is that of the
    mean cross-entropy of 32 sample digits.

    Args:
        depth: the number of hidden layers, from 1 to 20.
        activation: `"sigmoid"`, `"tanh"` or `"relu"`.
        initialization: `"glorot"` (uniform), `"he"` (normal), `"small"` (normal, times 0.01) or `"zeros"`.

    Raises:
        ValueError: a setting is not one of these.

    Example:
        >>> lab.widgets.gradients(depth=10, activation="relu", initialization="he")
    """
    settings = {
        "depth": whole_number("depth", depth, 1, 20),
        "activation": _check("activation", activation, _ACTIVATIONS),
        "initialization": _check("initialization", initialization, _INITIALIZATIONS),
    }
    return Gradients(data=settings, files={"digits": sample_digits().tobytes()})


def _check(name: str, value: object, known: Collection[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}. Received: {value!r}")


def _check_number(name: str, value: object, least: float, most: float) -> float:
    if isinstance(value, Real) and least <= float(value) <= most:
        return float(value)
    raise ValueError(f"{name} must be a number from {least:g} to {most:g}. Received: {value!r}")
