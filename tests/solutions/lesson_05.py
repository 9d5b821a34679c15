"""Ways to solve the exercise of lesson 05, right and wrong, by the cells they replace."""

MODEL = """
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {layers}])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
SIXTY, TEN = 'keras.layers.Dense(60, activation="relu")', 'keras.layers.Dense(10, activation="softmax")'


def _model(*layers):
    return {"model": MODEL.format(layers=", ".join(layers))}


SOLUTIONS = {
    "another rate, after one layer": _model(SIXTY, "keras.layers.Dropout(0.5)", TEN),
    "another kind of dropout": _model(SIXTY, "keras.layers.GaussianDropout(0.2)", TEN),
    "dropout on the pixels only": _model("keras.layers.Dropout(0.25)", SIXTY, TEN),
    "dropout after the softmax": _model(SIXTY, "keras.layers.Dropout(0.25)", TEN, "keras.layers.Dropout(0.25)"),
    "a rate that leaves next to nothing": _model(SIXTY, "keras.layers.Dropout(0.9)", TEN),
    "the decay lost": {
        **_model(SIXTY, "keras.layers.Dropout(0.25)", TEN),
        "learning-rate": "def lr_decay(epoch):\n    return 0.01\n",
    },
}

EXPECTED = {
    "another rate, after one layer": [],
    "another kind of dropout": [],
    "dropout on the pixels only": ["dropout stands after a hidden layer"],
    "dropout after the softmax": ["dropout stands after a hidden layer"],
    "a rate that leaves next to nothing": ["leaves enough of them"],
    "the decay lost": ["starts fast and ends slow"],
    "unsolved": ["dropout stands after a hidden layer", "leaves enough of them"],
}
