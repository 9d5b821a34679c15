"""Solutions of exercise 01: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["one dense layer of ten neurons"]


def _network(last, optimizer="sgd", missing=()):
    source = f"""
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {last}])
model.compile(optimizer="{optimizer}", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    return {"model": source}, missing


_LAYER = "keras.layers.Dense(10, activation='softmax')"

SOLUTIONS = {
    "softmax as a layer": _network("keras.layers.Dense(10), keras.layers.Softmax()"),
    "sigmoid": _network(_LAYER.replace("softmax", "sigmoid"), missing=UNSOLVED),
    "a hidden layer": _network(f"keras.layers.Dense(20), {_LAYER}", missing=UNSOLVED),
    "Adam": _network(_LAYER, optimizer="adam", missing=["gradient descent"]),
}
