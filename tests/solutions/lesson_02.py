"""Solutions of exercise 02: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["hidden dense layers lie", "through the sigmoid"]

_NETWORK = """
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {}, keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
"""


def _hidden(layers, *missing):
    return {"model": _NETWORK.format(layers)}, missing


SOLUTIONS = {
    "other numbers, the activation apart": _hidden(
        'keras.layers.Dense(120, "sigmoid"), keras.layers.Dense(50), keras.layers.Activation("sigmoid")'
    ),
    "a single hidden layer": _hidden('keras.layers.Dense(60, activation="sigmoid")', "hidden dense layers lie"),
    "no activation": _hidden("keras.layers.Dense(60), keras.layers.Dense(30)", "through the sigmoid"),
}
