"""What the lessons share. A lesson needs `import mnist_lab as lab`; names are imported when first used."""

from importlib import import_module

_HOME = {
    "DigitPad": "digit_pad",
    "MnistFileError": "idx",
    "PlotTraining": "plot_training",
    "SealedTest": "sealed",
    "augment": "augmentation",
    "check_lesson": "check",
    "compare_curves": "comparisons",
    "compare_numbers": "comparisons",
    "diagrams": "diagrams",
    "display_confusion": "evaluations",
    "display_digits": "pictures",
    "display_distribution": "evaluations",
    "display_ladder": "ladder",
    "display_paired_losses": "paired",
    "display_reliability": "evaluations",
    "display_runs": "evaluations",
    "display_top_unrecognized": "pictures",
    "find_mnist": "files",
    "first_digits": "datasets",
    "holdout_dataset": "datasets",
    "measured_runs": "runs",
    "plot_learning_rate": "pictures",
    "preprocess_digit": "preprocess",
    "printed_digits": "printed",
    "quiet_imports": "quiet",
    "random_affine": "augmentation",
    "sample_drawings": "samples",
    "set_seed": "environment",
    "show_environment": "environment",
    "training_dataset": "datasets",
    "validation_dataset": "datasets",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_HOME[name]}")
    value = module if name == _HOME[name] == "diagrams" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
