"""Solutions of exercise 01: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("model", "train", "by-hand", "check")

UNSOLVED = ["one dense layer of ten neurons", "in NumPy"]

_NETWORK = """
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {}])
model.compile(optimizer="{}", loss="categorical_crossentropy", metrics=["accuracy"])
"""
_TAUGHT = _NETWORK.format('keras.layers.Dense(10, activation="softmax")', "sgd")
_LOGITS = "X = digits[:100]\nW, b = model.get_weights()\nlogits = X @ W + b\n"


def _by_hand(source, *missing, model=_TAUGHT):
    return {"model": model, "by-hand": _LOGITS + source}, missing


_SCIPY = "from scipy.special import softmax\n\nby_hand = softmax(logits, axis=1)\n"

SOLUTIONS = {
    "SciPy's softmax": _by_hand(_SCIPY),
    "Adam": _by_hand(
        _SCIPY, "gradient descent adjusts", model=_NETWORK.format("keras.layers.Dense(10, 'softmax')", "adam")
    ),
    "the logits": _by_hand("by_hand = logits\n", "in NumPy"),
    "divided by the sum of a column": _by_hand(
        "by_hand = np.exp(logits)\nby_hand /= by_hand.sum(0)\n", "in NumPy"
    ),
}
