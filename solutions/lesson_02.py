"""Solutions of exercise 02, by the cells they fill, and the claims that each leaves open."""

_HEAD = "model = keras.Sequential([keras.Input(shape=(28 * 28,)), "
_END = (
    'keras.layers.Dense(10, activation="softmax")])\n'
    'model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])'
)

SOLUTIONS = {
    "three hidden layers, the activation apart": {
        "model": _HEAD
        + 'keras.layers.Dense(40, activation="sigmoid"), keras.layers.Dense(30), keras.layers.Activation("sigmoid"), '
        + 'keras.layers.Dense(20, activation="sigmoid"), '
        + _END
    },
    "a single hidden layer": {"model": _HEAD + 'keras.layers.Dense(60, activation="sigmoid"), ' + _END},
    "no activation": {"model": _HEAD + "keras.layers.Dense(60), keras.layers.Dense(30), " + _END},
}

EXPECTED = {
    "unsolved": ["hidden dense layers stand", "through the sigmoid"],
    "three hidden layers, the activation apart": [],
    "a single hidden layer": ["hidden dense layers stand"],
    "no activation": ["through the sigmoid"],
}
