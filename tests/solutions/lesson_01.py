"""Solutions of exercise 01, by the cells they fill, and the claims that each leaves open."""

JUDGED = ("by-hand", "check")

_LOGITS = "X = digits[:100]\nW, b = model.get_weights()\nlogits = X @ W + b\n"

SOLUTIONS = {
    "the largest logit subtracted first": {
        "by-hand": f"{_LOGITS}powers = np.exp(logits - logits.max(1, keepdims=True))\n"
        "by_hand = powers / powers.sum(1, keepdims=True)\n"
    },
    "SciPy's softmax": {
        "by-hand": f"from scipy.special import softmax\n\n{_LOGITS}by_hand = softmax(logits, axis=1)\n"
    },
    "the logits": {"by-hand": f"{_LOGITS}by_hand = logits\n"},
    "divided by the sum of a column": {
        "by-hand": f"{_LOGITS}powers = np.exp(logits)\nby_hand = powers / powers.sum(0)\n"
    },
    "one number for each digit": {"by-hand": f"{_LOGITS}by_hand = np.exp(logits).sum(1)\n"},
}

_OPEN = ["written with NumPy"]
EXPECTED = {
    "unsolved": _OPEN,
    "the largest logit subtracted first": [],
    "SciPy's softmax": [],
    "the logits": _OPEN,
    "divided by the sum of a column": _OPEN,
    "one number for each digit": _OPEN,
}
