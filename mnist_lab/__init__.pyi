from . import diagrams as diagrams
from . import widgets as widgets
from .checks import clinic as clinic
from .checks.check import check_lesson as check_lesson
from .checks.check_task import check_task as check_task
from .checks.curve_pairs import curve_pairs as curve_pairs
from .checks.sealed import SealedTest as SealedTest
from .data.augmentation import augment as augment
from .data.augmentation import random_affine as random_affine
from .data.datasets import first_digits as first_digits
from .data.datasets import holdout_dataset as holdout_dataset
from .data.datasets import test_dataset as test_dataset
from .data.datasets import training_dataset as training_dataset
from .data.datasets import validation_dataset as validation_dataset
from .data.find import find_mnist as find_mnist
from .data.idx import MnistFileError as MnistFileError
from .data.printed_digits import printed_digits as printed_digits
from .environment import float_tolerance as float_tolerance
from .environment import quiet_imports as quiet_imports
from .environment import set_seed as set_seed
from .environment import show_environment as show_environment
from .handwriting.photo import read_photo as read_photo
from .handwriting.preprocess import preprocess_digit as preprocess_digit
from .handwriting.samples import sample_drawings as sample_drawings
from .handwriting.your_digits import your_digits as your_digits
from .plots.comparisons import compare_curves as compare_curves
from .plots.comparisons import compare_losses as compare_losses
from .plots.comparisons import compare_numbers as compare_numbers
from .plots.comparisons import display_differences as display_differences
from .plots.comparisons import display_error_curves as display_error_curves
from .plots.digits import display_digits as display_digits
from .plots.digits import display_top_unrecognized as display_top_unrecognized
from .plots.digits import plot_learning_rate as plot_learning_rate
from .plots.evaluations import display_confusion as display_confusion
from .plots.evaluations import display_distribution as display_distribution
from .plots.evaluations import display_reliability as display_reliability
from .plots.evaluations import display_runs as display_runs
from .plots.measurements import display_ladder as display_ladder
from .plots.measurements import display_paired_losses as display_paired_losses
from .plots.measurements import display_pairs as display_pairs
from .plots.patches import display_strongest_patches as display_strongest_patches
from .plots.plot_training import PlotTraining as PlotTraining
from .plots.report import report as report
from .plots.templates import display_templates as display_templates
from .results.experiments import measured_values as measured_values
from .results.runs import measured_runs as measured_runs
from .results.speed import measured_seconds as measured_seconds
from .trainer.compiled_fit import compiled_fit as compiled_fit
from .widgets.digit_pad import DigitPad as DigitPad
from .widgets.networks import load_network as load_network

__all__ = [
    "DigitPad",
    "MnistFileError",
    "PlotTraining",
    "SealedTest",
    "augment",
    "check_lesson",
    "check_task",
    "clinic",
    "compare_curves",
    "compare_losses",
    "compare_numbers",
    "compiled_fit",
    "curve_pairs",
    "diagrams",
    "display_confusion",
    "display_differences",
    "display_digits",
    "display_distribution",
    "display_error_curves",
    "display_ladder",
    "display_paired_losses",
    "display_pairs",
    "display_reliability",
    "display_runs",
    "display_strongest_patches",
    "display_templates",
    "display_top_unrecognized",
    "find_mnist",
    "first_digits",
    "float_tolerance",
    "holdout_dataset",
    "load_network",
    "measured_runs",
    "measured_seconds",
    "measured_values",
    "plot_learning_rate",
    "preprocess_digit",
    "printed_digits",
    "quiet_imports",
    "random_affine",
    "read_photo",
    "report",
    "sample_drawings",
    "set_seed",
    "show_environment",
    "test_dataset",
    "training_dataset",
    "validation_dataset",
    "widgets",
    "your_digits",
]
