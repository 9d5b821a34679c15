"""How learners may go about the exercise of lesson 07, and what its check says of each way."""

_NETWORK = """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(6, kernel_size=5, strides=2, activation="relu"),
        {behind_convolution}
        keras.layers.Conv2D(12, kernel_size=5, strides=2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(60, activation="relu"),
        {behind_dense}
        keras.layers.Dense(10, activation="softmax"),
        {behind_softmax}
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""


def _with(behind_convolution="", behind_dense="", behind_softmax=""):
    places = {"behind_convolution": behind_convolution, "behind_dense": behind_dense, "behind_softmax": behind_softmax}
    return {"model": _NETWORK.format(**places)}


SOLUTIONS = {
    "another way: spatial dropout as well": _with(
        "keras.layers.SpatialDropout2D(0.1),", "keras.layers.Dropout(rate=0.3),"
    ),
    "another way: another rate": _with("", "keras.layers.Dropout(0.25),"),
    "wrong: behind the softmax": _with("", "", "keras.layers.Dropout(0.4),"),
    "wrong: the share that is kept": _with("", "keras.layers.Dropout(0.9),"),
    "wrong: the network of lesson 05": {
        "model": """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(200, activation="relu"),
        keras.layers.Dropout(0.25),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    },
}

EXPECTED = {
    "unsolved": ["dropout stands", "it drops some"],
    "another way: spatial dropout as well": [],
    "another way: another rate": [],
    "wrong: behind the softmax": ["dropout stands"],
    "wrong: the share that is kept": ["it drops some"],
    "wrong: the network of lesson 05": ["still a convolutional"],
}
