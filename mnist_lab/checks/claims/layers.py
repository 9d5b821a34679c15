"""What a network is made of, read from its layers' public configuration, and claims about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from mnist_lab.checks.evidence import Claim, Evidence, NotYet, claim

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


def described_layers(model: keras.Model) -> list[str]:
    """Return the layers that compute something: "Dense(10, softmax)"; an activation layer joins the layer before it."""
    described: list[tuple[str, list[str]]] = []
    for layer in all_layers(model):
        kind, config = type(layer).__name__, _config_of(layer)
        if kind in _ACTIVATION_LAYERS and described and described[-1][1][-1:] == ["linear"]:
            described[-1][1][-1] = str(config.get("activation", _ACTIVATION_LAYERS[kind]))
        elif kind not in ("Flatten", "Reshape", "Identity"):
            described.append((kind, [str(config[key]) for key in ("units", "activation") if key in config]))
    return [f"{kind}({', '.join(details)})" for kind, details in described]


def layers_with_settings(model: keras.Model) -> list[str]:
    """Return every layer with all that a lesson sets in it: "Dense units=10 activation=softmax use_bias=True"."""
    configs = [(type(layer).__name__, _config_of(layer)) for layer in all_layers(model)]
    return [" ".join([kind, *(f"{key}={config[key]}" for key in _KEYS if key in config)]) for kind, config in configs]


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
