"""Solutions of exercise 03, by the cells they fill, and the claims that each leaves open."""

_NETWORK = """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(100, activation="{activation}"),
        keras.layers.Dense(50, activation="{activation}"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer={optimizer}, loss="categorical_crossentropy", metrics=["accuracy"])
"""

SOLUTIONS = {
    "gelu, descent with momentum": {
        "model": _NETWORK.format(activation="gelu", optimizer="keras.optimizers.SGD(0.1, momentum=0.9)")
    },
    "ReLU put back to sigmoid": {"model": _NETWORK.format(activation="sigmoid", optimizer='"adam"')},
    "ReLU with plain descent": {"model": _NETWORK.format(activation="relu", optimizer='"sgd"')},
}

EXPECTED = {
    "unsolved": ["through ReLU", "an optimizer with momentum"],
    "gelu, descent with momentum": [],
    "ReLU put back to sigmoid": ["through ReLU"],
    "ReLU with plain descent": ["an optimizer with momentum"],
}
