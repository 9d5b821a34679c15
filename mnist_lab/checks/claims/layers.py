"""What a network is made of, read from its layers' public configuration and from what they compute; claims about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.special import expit, softmax

from mnist_lab.checks.evidence import Claim, Evidence, NotYet, claim
from mnist_lab.environment import float_tolerance

if TYPE_CHECKING:
    import keras

Layer: TypeAlias = "keras.Layer"

_ACTIVATION_LAYERS = {
    "Activation": "an activation",
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ReLU": "relu",
    "Softmax": "softmax",
}
_OWN = "a function of your own"
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


def has_class(value: object, names: Iterable[str]) -> bool:
    """Return whether an object's class, or one that it inherits from, has one of these names."""
    return not {kind.__name__ for kind in type(value).__mro__}.isdisjoint(names)


def is_convolution(layer: Layer) -> bool:
    """Return whether a layer is a convolution of any kind."""
    return any("Conv" in kind.__name__ for kind in type(layer).__mro__)


def as_tuple(sizes: int | tuple[int, ...] | list[int] | None) -> tuple[int, ...]:
    """Return a kernel size or strides as a tuple, () for None."""
    if sizes is None:
        return ()
    return tuple(sizes) if isinstance(sizes, (tuple, list)) else (sizes,)


def as_written(layer: Layer) -> str:
    """Return a layer as a learner wrote it: "Conv2D(12, kernel_size=3)"."""
    details = [str(size) for key in ("filters", "units") if (size := getattr(layer, key, None))]
    if kernel := as_tuple(getattr(layer, "kernel_size", None)):
        details.append(f"kernel_size={kernel[0] if len(set(kernel)) == 1 else kernel}")
    return type(layer).__name__ + (f"({', '.join(details)})" if details else "")


def outputs_of(activation: Callable[[Any], Any] | None, sums: np.ndarray) -> np.ndarray | None:
    """Return what an activation, a function or a layer, makes of sums `[n, neurons]`; None where it fails on them."""
    if activation is None:
        return sums
    import keras

    try:
        outputs = activation(keras.ops.convert_to_tensor(sums))
        return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")))
    except Exception:  # a learner's own function may raise anything
        return None


def activation_name(activation: Callable[[Any], Any] | None) -> str:
    """Return which activation a function or a layer computes: "softmax", or else what it is called itself."""
    outputs = outputs_of(activation, _SUMS)
    if outputs is not None and outputs.shape == _SUMS.shape:
        for name, compute in _COMPUTED.items():
            if np.abs(outputs - compute(_SUMS)).max() < _SAME_OUTPUTS:
                return name
    if has_class(activation, {"Activation"}) and (inner := getattr(activation, "activation", None)):
        return activation_name(inner)
    kind = type(activation).__name__
    called = getattr(activation, "__name__", _ACTIVATION_LAYERS.get(kind, kind))
    return _OWN if called == "<lambda>" else str(called)


def activation_inside(layer: Layer) -> Callable[[Any], Any] | None:
    """Return the activation that a layer applies to its own sums, None where it applies none."""
    activation = getattr(layer, "activation", None)
    return activation if callable(activation) else None


def is_activation(layer: Layer) -> bool:
    """Return whether a layer is an activation that does something: one of Keras' or a Lambda that computes one."""
    if has_class(layer, {"Lambda"}):
        return activation_name(layer) in _COMPUTED.keys() - {"linear"}
    return has_class(layer, _ACTIVATION_LAYERS) and activation_name(layer) != "linear"


def layers_and_activations(model: keras.Model) -> list[tuple[Layer, Callable[[Any], Any] | None]]:
    """Return the layers that compute something, each with its activation; an activation layer joins the one before."""
    found: list[tuple[Layer, Callable[[Any], Any] | None]] = []
    for layer in all_layers(model):
        if is_activation(layer):
            if found and hasattr(found[-1][0], "activation") and activation_name(found[-1][1]) == "linear":
                found[-1] = found[-1][0], layer
            else:
                found.append((layer, layer))
        elif not has_class(layer, {"Flatten", "Reshape", "Identity"} | _ACTIVATION_LAYERS.keys()):
            found.append((layer, activation_inside(layer)))
    return found


def described_layers(model: keras.Model) -> list[str]:
    """Return the layers that compute something: "Dense(10, softmax)"; an activation layer joins the layer before it."""
    described = []
    for layer, activation in layers_and_activations(model):
        details = [str(units)] if (units := getattr(layer, "units", None)) else []
        if activation is not None or hasattr(layer, "activation"):
            details.append(activation_name(activation))
        described.append(f"{type(layer).__name__}({', '.join(details)})")
    return described


def float_tolerance_of(model: keras.Model) -> float:
    """Return how far a model's probabilities may lie from NumPy's, given how its layers compute on this device."""
    dtypes = {dtype for layer in all_layers(model) if (dtype := getattr(layer, "compute_dtype", None))}
    return max([float_tolerance(dtype) for dtype in dtypes], default=float_tolerance())


def layers_with_settings(model: keras.Model) -> list[str]:
    """Return every layer with all that a lesson sets in it: "Dense units=10 activation=softmax use_bias=True"."""
    found = []
    for layer in all_layers(model):
        config = _config_of(layer)
        if "activation" in config:
            config = {**config, "activation": activation_name(activation_inside(layer))}
        found.append(" ".join([type(layer).__name__, *(f"{key}={config[key]}" for key in _KEYS if key in config)]))
    return found


def _config_of(layer: Layer) -> dict[str, Any]:
    try:
        return layer.get_config()
    except Exception:  # a learner's own layer may have none, or raise anything
        return {}


@claim("the network is one dense layer of ten neurons, made into probabilities by softmax")
def one_dense_softmax_layer(evidence: Evidence) -> None:
    """Check that the network is one dense layer of ten neurons with softmax, which may be a layer of its own."""
    found = described_layers(evidence.model)
    if found != ["Dense(10, softmax)"]:
        raise NotYet(f"Found {', '.join(found) or 'no layer'}; expected Dense(10, softmax) alone, in keras.Sequential.")


def still_convolutional(next_step: str) -> Claim:
    """Return the claim that at least one layer is a convolution, nested networks included."""

    @claim("it is still a convolutional network")
    def has_a_convolution(evidence: Evidence) -> None:
        layers = list(all_layers(evidence.model))
        if not any(map(is_convolution, layers)):
            found = ", ".join(type(layer).__name__ for layer in layers) or "no layer"
            raise NotYet(f"Found {found}; expected the Conv2D layers of the lesson before. {next_step}")

    return has_a_convolution
