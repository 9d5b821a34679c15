"""The explanatory drawings of the lessons: functions that draw one figure each, imported when first used."""

from importlib import import_module

# A module is never named as what it holds: importing it would put it in the function's place.
_HOME = {
    "activations_by_layer": "gradients",
    "argmax": "largest",
    "averaged_steps": "averaging",
    "batch_normalization": "normalizing",
    "bouncing_and_settling": "noise",
    "convolution_weights": "kernels",
    "cross_entropy": "one_hot",
    "data_cubes": "cubes",
    "data_parallel": "sharing",
    "dropout": "dropping",
    "feature_maps": "features",
    "flattening": "flat",
    "gradient_descent": "descent",
    "gradients_by_layer": "gradients",
    "held_out_and_sealed": "three_sets",
    "input_pipeline": "pipeline",
    "learned_filters": "features",
    "loss_curves": "losses",
    "matrix_product": "matrices",
    "mini_batches": "batches",
    "one_layer": "neurons",
    "preparation": "preparing",
    "relu_and_sigmoid": "activations",
    "saddle_point": "saddle",
    "shrinking": "strides",
    "sigmoid": "activations",
    "sliding_filter": "sliding",
    "softmax": "exponentials",
    "stacked_layers": "stack",
    "summary_card": "card",
    "sums_by_layer": "normalizing",
    "tensors": "shapes_of_tensors",
    "train_and_validation": "two_sets",
    "where_they_stand": "preparing",
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
