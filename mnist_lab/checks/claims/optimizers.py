"""Claims on how a network is trained: its optimizer."""

from mnist_lab.checks.claims.layers import is_of
from mnist_lab.checks.evidence import Evidence, Verdict

_MORE_THAN_PLAIN = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "Adamax",
    "AdamW",
    "Ftrl",
    "Lion",
    "Muon",
    "Nadam",
    "RMSprop",
)


def plain_gradient_descent(evidence: Evidence) -> Verdict:
    """The optimizer is SGD."""
    claim = "gradient descent adjusts its weights"
    optimizer = _optimizer(evidence)
    name = type(optimizer).__name__
    return Verdict(
        claim, is_of(optimizer, ["SGD"]), f'found the optimizer {name}; looked for "sgd", in `model.compile`.'
    )


def more_than_plain_descent(evidence: Evidence) -> Verdict:
    """The optimizer has momentum, or adapts the steps to each weight."""
    claim = "an optimizer with momentum, or with a step size for each weight, adjusts the weights"
    optimizer = _optimizer(evidence)
    name = type(optimizer).__name__
    momentum = optimizer.get_config().get("momentum") or 0 if optimizer else 0
    hint = (
        f'found the optimizer {name}{" without momentum" if name == "SGD" else ""}; looked for "adam", or for '
        "another one with momentum, in `model.compile`."
    )
    return Verdict(claim, is_of(optimizer, _MORE_THAN_PLAIN) or momentum > 0, hint)


def _optimizer(evidence: Evidence):
    """Return the model's optimizer, without the wrapper that training in half precision puts around it."""
    optimizer = evidence.model.optimizer
    return getattr(optimizer, "inner_optimizer", optimizer)
