"""Solutions of exercise 05: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["dropout follows a hidden layer", "leaves enough of them"]

_SIXTY, _TEN = 'keras.layers.Dense(60, activation="relu")', 'keras.layers.Dense(10, activation="softmax")'
_DROPOUT = "keras.layers.Dropout(0.25)"


def _model(*layers):
    return {
        "model": f"""
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {", ".join(layers)}])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    }


SOLUTIONS = {
    "another kind of dropout": (_model(_SIXTY, "keras.layers.GaussianDropout(0.2)", _TEN), []),
    "dropout on the pixels only": (_model(_DROPOUT, _SIXTY, _TEN), UNSOLVED[:1]),
    "dropout after the softmax": (_model(_SIXTY, _DROPOUT, _TEN, _DROPOUT), UNSOLVED[:1]),
    "a rate that leaves next to nothing": (_model(_SIXTY, "keras.layers.Dropout(0.9)", _TEN), UNSOLVED[1:]),
    "the decay lost": (
        {**_model(_SIXTY, _DROPOUT, _TEN), "learning-rate": "def lr_decay(epoch):\n    return 0.01\n"},
        ["starts high and ends low"],
    ),
}
