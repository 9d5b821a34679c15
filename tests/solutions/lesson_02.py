"""Solutions of exercise 02, by the cells they fill, and the claims that each leaves open."""

_HEAD = "model = keras.Sequential([keras.Input(shape=(28 * 28,)), "
_END = (
    'keras.layers.Dense(10, activation="softmax")])\n'
    'model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])'
)

SOLUTIONS = {
    "other numbers, the activation apart": {
        "model": _HEAD
        + 'keras.layers.Dense(120, activation="sigmoid"), keras.layers.Dense(50), keras.layers.Activation("sigmoid"), '
        + _END
    },
    "a single hidden layer": {"model": _HEAD + 'keras.layers.Dense(60, activation="sigmoid"), ' + _END},
    "no activation": {"model": _HEAD + "keras.layers.Dense(60), keras.layers.Dense(30), " + _END},
}

EXPECTED = {
    "unsolved": ["hidden dense layers stand", "through the sigmoid"],
    "other numbers, the activation apart": [],
    "a single hidden layer": ["hidden dense layers stand"],
    "no activation": ["through the sigmoid"],
}
