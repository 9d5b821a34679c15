"""Solutions of exercise 03: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["through ReLU", "an optimizer with momentum"]


def _network(activation, optimizer, *missing):
    source = f"""
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
    return {"model": source}, missing


SOLUTIONS = {
    "gelu, descent with momentum": _network("gelu", "keras.optimizers.SGD(0.1, momentum=0.9)"),
    "ReLU put back to sigmoid": _network("sigmoid", '"adam"', "through ReLU"),
    "ReLU with plain descent": _network("relu", '"sgd"', "an optimizer with momentum"),
}
