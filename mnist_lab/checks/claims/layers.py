"""What a network is made of, read from its layers' public configuration and from what they compute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.special import expit, softmax

from mnist_lab.environment import float_tolerance

if TYPE_CHECKING:
    import keras

Layer: TypeAlias = "keras.Layer"
Activation: TypeAlias = Callable[[Any], Any] | None  # a function or a layer

_ACTIVATION_LAYERS = "Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"
_SUMS = np.random.default_rng(0).uniform(-6, 6, (20, 10)).astype(np.float32)  # as a layer of ten neurons computes them
_COMPUTED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda sums: sums,
    "relu": lambda sums: np.maximum(sums, 0),
    "sigmoid": expit,
    "softmax": lambda sums: softmax(sums, axis=1),
    "tanh": np.tanh,
}
_SAME_OUTPUTS = 0.02  # also in half precision, where numbers up to 6 are rounded to hundredths
_KEYS = ("filters", "kernel_size", "strides", "padding", "units", "rate", "activation", "use_bias", "scale", "momentum")


def all_layers(model: keras.Model) -> Iterator[Layer]:
    """Yield a network's layers in order, without inputs; a nested network is replaced by its layers."""
    for layer in getattr(model, "layers", None) or []:
        if getattr(layer, "layers", None):
            yield from all_layers(layer)
        elif type(layer).__name__ != "InputLayer":
            yield layer


def is_a(value: object, *names: str) -> bool:
    """Return whether an object's class, or one that it inherits from, has one of these names, "*Conv*" for instance."""
    return any(fnmatchcase(kind.__name__, name) for kind in type(value).__mro__ for name in names)


def as_written(layer: Layer, activation: str = "") -> str:
    """Return a layer as a learner wrote it: "Conv2D(12, kernel_size=3)", "Dense(10, softmax)"."""
    details = [str(size) for key in ("filters", "units") if (size := getattr(layer, key, None))]
    if kernel := getattr(layer, "kernel_size", None):
        details.append(f"kernel_size={kernel[0] if len(set(kernel)) == 1 else kernel}")
    details += [activation] if activation else []
    return type(layer).__name__ + (f"({', '.join(details)})" if details else "")


def outputs_of(activation: Activation, sums: np.ndarray) -> np.ndarray | None:
    """Return what an activation makes of sums `[n, neurons]`, in the same shape; None where it does not."""
    if activation is None:
        return sums
    import keras

    try:
        outputs = activation(keras.ops.convert_to_tensor(sums))
        outputs = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")))
    except Exception:  # a learner's own function may raise anything
        return None
    return outputs if outputs.shape == sums.shape else None


def activation_name(activation: Activation) -> str:
    """Return which activation a function or a layer computes: "softmax", or else what it is called itself."""
    if (outputs := outputs_of(activation, _SUMS)) is not None:
        for name, compute in _COMPUTED.items():
            if np.abs(outputs - compute(_SUMS)).max() < _SAME_OUTPUTS:
                return name
    if is_a(activation, "Activation") and (inner := getattr(activation, "activation", None)):
        return activation_name(inner)
    name = getattr(activation, "__name__", type(activation).__name__)
    return "a function of your own" if name == "<lambda>" else name


def is_activation(layer: Layer) -> bool:
    """Return whether a layer is an activation that does something: one of Keras' or a Lambda that computes one."""
    if is_a(layer, "Lambda"):
        return activation_name(layer) in _COMPUTED.keys() - {"linear"}
    return is_a(layer, *_ACTIVATION_LAYERS) and activation_name(layer) != "linear"


def layers_and_activations(model: keras.Model) -> list[tuple[Layer, Activation]]:
    """Return the layers that compute something, each with its activation; an activation layer joins the one before."""
    found: list[tuple[Layer, Activation]] = []
    for layer in all_layers(model):
        if is_activation(layer):
            if found and hasattr(found[-1][0], "activation") and activation_name(found[-1][1]) == "linear":
                found[-1] = found[-1][0], layer
            else:
                found.append((layer, layer))
        elif not is_a(layer, "Flatten", "Reshape", "Identity", *_ACTIVATION_LAYERS):
            found.append((layer, getattr(layer, "activation", None)))
    return found


def described_layers(model: keras.Model) -> list[str]:
    """Return the layers that compute something, as written, those that have an activation with it."""
    return [
        as_written(layer, activation_name(activation) if activation or hasattr(layer, "activation") else "")
        for layer, activation in layers_and_activations(model)
    ]


def listed(layers: Iterable[str]) -> str:
    return ", ".join(layers) or "no layer"


def layers_with_settings(model: keras.Model) -> list[str]:
    """Return every layer with all that a lesson sets in it: "Dense units=10 activation=softmax use_bias=True"."""
    found = []
    for layer in all_layers(model):
        config = {}
        with suppress(Exception):  # a learner's own layer may have no configuration, or raise anything
            config = layer.get_config()
        if "activation" in config:
            config["activation"] = activation_name(getattr(layer, "activation", None))
        found.append(" ".join([type(layer).__name__, *(f"{key}={config[key]}" for key in _KEYS if key in config)]))
    return found


def float_tolerance_of(model: keras.Model) -> float:
    """Return how far a model's probabilities may lie from NumPy's, given how its layers compute on this device."""
    dtypes = {dtype for layer in all_layers(model) if (dtype := getattr(layer, "compute_dtype", None))}
    return max(map(float_tolerance, dtypes), default=float_tolerance())
