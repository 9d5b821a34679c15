"""Claims on how a network is trained: its optimizer."""

from mnist_lab.claims.evidence import Evidence, Verdict


def plain_gradient_descent(evidence: Evidence) -> Verdict:
    """The optimizer is SGD."""
    claim = "gradient descent adjusts its weights"
    name = type(evidence.model.optimizer).__name__
    return Verdict(claim, name == "SGD", f'found the optimizer {name}; looked for "sgd", in `model.compile`.')
