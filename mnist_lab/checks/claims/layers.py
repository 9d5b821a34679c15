"""Claims on what a network is made of, read from its layers' public configuration."""

from collections.abc import Iterable, Iterator

from mnist_lab.checks.evidence import Claim, Evidence, Verdict

_OF_ITS_OWN = {
    "Activation": "an activation",
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ReLU": "relu",
    "Softmax": "softmax",
}
_SET = ("filters", "kernel_size", "strides", "padding", "units", "rate", "activation", "use_bias", "scale", "momentum")


def all_layers(model) -> Iterator:
    """Give the layers in order, those of networks inside the network in place of these, without inputs."""
    for layer in getattr(model, "layers", None) or []:
        if getattr(layer, "layers", None):
            yield from all_layers(layer)
        elif type(layer).__name__ != "InputLayer":
            yield layer


def is_of(layer, kinds: Iterable[str]) -> bool:
    """Whether a layer's class, or one that it inherits from, has one of these names."""
    return not {kind.__name__ for kind in type(layer).__mro__}.isdisjoint(kinds)


def is_convolution(layer) -> bool:
    """Whether a layer is a convolution of any kind."""
    return any("Conv" in kind.__name__ for kind in type(layer).__mro__)


def sizes_each_way(value) -> tuple:
    """Return a kernel size or strides as a tuple, () where there is none."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def as_written(layer) -> str:
    """Name a layer as a learner wrote it: "Conv2D(12, kernel_size=3)"."""
    details = [str(size) for key in ("filters", "units") if (size := getattr(layer, key, None))]
    if kernel := sizes_each_way(getattr(layer, "kernel_size", None)):
        details.append(f"kernel_size={kernel[0] if len(set(kernel)) == 1 else kernel}")
    return type(layer).__name__ + (f"({', '.join(details)})" if details else "")


def described_layers(model) -> list[str]:
    """Name the layers that compute something: "Dense(10, softmax)"; an activation of its own joins the layer before."""
    described: list[tuple[str, list[str]]] = []
    for layer in all_layers(model):
        kind, config = type(layer).__name__, _config_of(layer)
        if kind in _OF_ITS_OWN and described and described[-1][1][-1:] == ["linear"]:
            described[-1][1][-1] = str(config.get("activation", _OF_ITS_OWN[kind]))
        elif kind not in ("Flatten", "Reshape", "Identity"):
            described.append((kind, [str(config[key]) for key in ("units", "activation") if key in config]))
    return [f"{kind}({', '.join(details)})" for kind, details in described]


def made_of(model) -> list[str]:
    """Name every layer with all that a lesson sets in it: "Dense units=10 activation=softmax use_bias=True"."""
    configs = [(type(layer).__name__, _config_of(layer)) for layer in all_layers(model)]
    return [" ".join([kind, *(f"{key}={config[key]}" for key in _SET if key in config)]) for kind, config in configs]


def _config_of(layer) -> dict:
    try:
        return layer.get_config()
    except Exception:  # a learner's own layer may have none, or raise anything
        return {}


def one_dense_softmax_layer(evidence: Evidence) -> Verdict:
    """The network is one dense layer of ten neurons with softmax; a softmax in a layer of its own counts as well."""
    claim = "the network is one dense layer of ten neurons, made into probabilities by softmax"
    found = described_layers(evidence.model)
    hint = f"found {', '.join(found) or 'no layer'}; looked for Dense(10, softmax) alone, in keras.Sequential."
    return Verdict(claim, found == ["Dense(10, softmax)"], hint)


def still_convolutional(what_to_do: str) -> Claim:
    """Make the claim that at least one layer is a convolution, in a network inside the network too."""

    def is_still_convolutional(evidence: Evidence) -> Verdict:
        layers = list(all_layers(evidence.model))
        found = ", ".join(type(layer).__name__ for layer in layers) or "no layer"
        hint = f"found {found}; looked for the Conv2D layers of the lesson before. {what_to_do}"
        return Verdict("it is still a convolutional network", any(map(is_convolution, layers)), hint)

    return is_still_convolutional
