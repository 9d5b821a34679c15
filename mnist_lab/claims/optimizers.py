"""Claims on how a network is trained: its optimizer."""

from mnist_lab.claims.evidence import Evidence, Verdict

_ADAPTIVE = ("Adam", "AdamW", "Adamax", "Nadam", "Lion", "Adafactor", "RMSprop", "LossScaleOptimizer")


def plain_gradient_descent(evidence: Evidence) -> Verdict:
    """The optimizer is SGD."""
    claim = "gradient descent adjusts its weights"
    name = type(evidence.model.optimizer).__name__
    return Verdict(claim, name == "SGD", f'found the optimizer {name}; looked for "sgd", in `model.compile`.')


def more_than_plain_descent(evidence: Evidence) -> Verdict:
    """The optimizer has momentum, or adapts the steps to each weight."""
    claim = "an optimizer with momentum, or with a step size for each weight, adjusts the weights"
    optimizer = evidence.model.optimizer
    name = type(optimizer).__name__
    momentum = optimizer.get_config().get("momentum") or 0 if optimizer else 0
    hint = (
        f'found the optimizer {name}{" without momentum" if name == "SGD" else ""}; looked for "adam", or for '
        "another one with momentum, in `model.compile`."
    )
    return Verdict(claim, name in _ADAPTIVE or momentum > 0, hint)
