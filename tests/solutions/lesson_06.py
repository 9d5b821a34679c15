"""Solutions of exercise 06: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["two or more convolutions", "the image gets smaller"]


def _network(*layers, missing=()):
    listed = ", ".join(f"keras.layers.{layer}" for layer in layers)
    source = f"""
model = keras.Sequential([keras.Input(shape=(28 * 28,)), {listed}])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    return {"model": source}, missing


_IMAGE, _ANSWER = "Reshape((28, 28, 1))", "Dense(10, activation='softmax')"

SOLUTIONS = {
    "another way: a global average": _network(
        _IMAGE,
        "Conv2D(16, 5, strides=2, activation='relu')",
        "Conv2D(32, 5, strides=2, activation='relu')",
        "Conv2D(10, 1)",
        "GlobalAveragePooling2D()",
        "Softmax()",
    ),
    "wrong: along a line": _network(
        "Reshape((784, 1))",
        "Conv1D(4, 9, strides=4)",
        "Conv1D(8, 9, strides=4)",
        "Flatten()",
        _ANSWER,
        missing=UNSOLVED,
    ),
    "wrong: filters of one pixel": _network(
        _IMAGE, "Conv2D(4, 1, strides=2)", "Conv2D(4, 1)", "Flatten()", _ANSWER, missing=UNSOLVED[:1]
    ),
    "wrong: as large as before, and sigmoid at the end": _network(
        _IMAGE,
        "Conv2D(3, 3, padding='same', activation='relu')",
        "Conv2D(3, 3, padding='same', activation='relu')",
        "Flatten()",
        "Dense(10, activation='sigmoid')",
        missing=["the image gets smaller", "ten probabilities"],
    ),
}
