"""Solutions of exercise 07: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["dropout follows", "it drops some"]

_CONVOLUTION = "Conv2D(6, 5, strides=2, activation='relu')"
_DENSE, _SOFTMAX = "Dense(60, activation='relu')", "Dense(10, activation='softmax')"


def _network(*layers, missing=()):
    listed = ", ".join(f"keras.layers.{layer}" for layer in layers)
    source = f"""
model = keras.Sequential([keras.Input(shape=(28 * 28,)), keras.layers.Reshape((28, 28, 1)), {listed}])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    return {"model": source}, missing


SOLUTIONS = {
    "another way: spatial dropout as well": _network(
        _CONVOLUTION, "SpatialDropout2D(0.1)", _CONVOLUTION, "Flatten()", _DENSE, "Dropout(rate=0.3)", _SOFTMAX
    ),
    "wrong: behind the softmax": _network(
        _CONVOLUTION, _CONVOLUTION, "Flatten()", _DENSE, _SOFTMAX, "Dropout(0.4)", missing=["dropout follows"]
    ),
    "wrong: the share that is kept": _network(
        _CONVOLUTION, _CONVOLUTION, "Flatten()", _DENSE, "Dropout(0.9)", _SOFTMAX, missing=["it drops some"]
    ),
    "wrong: without convolutions": _network(
        "Flatten()", _DENSE, "Dropout(0.25)", _SOFTMAX, missing=["still a convolutional"]
    ),
}
