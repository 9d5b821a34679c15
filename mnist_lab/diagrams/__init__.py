"""The explanatory drawings of the lessons: functions that draw one figure each, imported when first used."""

from importlib import import_module

# A module is never named as what it holds: importing it would put it in the function's place.
_HOME = {
    "argmax": "largest",
    "cross_entropy": "one_hot",
    "flattening": "flat",
    "gradient_descent": "descent",
    "input_pipeline": "pipeline",
    "loss_curves": "losses",
    "matrix_product": "matrices",
    "mini_batches": "batches",
    "one_layer": "neurons",
    "softmax": "exponentials",
    "tensors": "shapes_of_tensors",
    "train_and_validation": "two_sets",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
