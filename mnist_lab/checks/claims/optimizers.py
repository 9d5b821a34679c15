"""Claims on the optimizer."""

from mnist_lab.checks.claims.layers import has_class
from mnist_lab.checks.evidence import Evidence, NotYet, claim

_ADAPTIVE = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Lion", "Muon", "Nadam", "RMSprop",
)  # fmt: skip


@claim("gradient descent adjusts its weights")
def optimizer_is_sgd(evidence: Evidence) -> None:
    """Check that the optimizer is SGD."""
    optimizer = evidence.optimizer
    if not has_class(optimizer, ["SGD"]):
        raise NotYet(f'Found the optimizer {type(optimizer).__name__}, expected "sgd". Set it in `model.compile`.')


@claim("an optimizer with momentum, or with a step size for each weight, adjusts the weights")
def optimizer_is_more_than_plain_sgd(evidence: Evidence) -> None:
    """Check that the optimizer has momentum, or adapts the step size of each weight."""
    optimizer = evidence.optimizer
    momentum = optimizer.get_config().get("momentum") or 0 if optimizer else 0
    if not (has_class(optimizer, _ADAPTIVE) or momentum > 0):
        name = type(optimizer).__name__
        raise NotYet(f'Found the optimizer {name} without momentum. Set "adam", or add momentum, in `model.compile`.')
