"""How learners may go about the exercise of lesson 06, and what its check says of each way."""

_NETWORK = """
model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        {layers}
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""


def _of(*layers):
    return {"model": _NETWORK.format(layers=",\n        ".join(f"keras.layers.{layer}" for layer in layers))}


_IMAGE, _ANSWER = "Reshape((28, 28, 1))", "Dense(10, activation='softmax')"

SOLUTIONS = {
    "another way: max-pooling": _of(
        _IMAGE,
        "Conv2D(6, kernel_size=3, activation='relu')",
        "MaxPooling2D()",
        "Conv2D(12, kernel_size=3, activation='relu')",
        "MaxPooling2D()",
        "Flatten()",
        _ANSWER,
    ),
    "another way: a global average": _of(
        _IMAGE,
        "Conv2D(16, kernel_size=5, strides=2, activation='relu')",
        "Conv2D(32, kernel_size=5, strides=2, activation='relu')",
        "Conv2D(10, kernel_size=1)",
        "GlobalAveragePooling2D()",
        "Softmax()",
    ),
    "wrong: along a line": _of(
        "Reshape((784, 1))",
        "Conv1D(4, kernel_size=9, strides=4, activation='relu')",
        "Conv1D(8, kernel_size=9, strides=4, activation='relu')",
        "Flatten()",
        _ANSWER,
    ),
    "wrong: filters of one pixel": _of(
        _IMAGE,
        "Conv2D(4, kernel_size=1, strides=2, activation='relu')",
        "Conv2D(4, kernel_size=1, activation='relu')",
        "Flatten()",
        _ANSWER,
    ),
    "wrong: as large as before": _of(
        _IMAGE,
        "Conv2D(3, kernel_size=3, padding='same', activation='relu')",
        "Conv2D(3, kernel_size=3, padding='same', activation='relu')",
        "Flatten()",
        _ANSWER,
    ),
    "wrong: sigmoid at the end": _of(
        _IMAGE,
        "Conv2D(4, kernel_size=5, strides=2, activation='relu')",
        "Conv2D(8, kernel_size=5, strides=2, activation='relu')",
        "Flatten()",
        "Dense(10, activation='sigmoid')",
    ),
}

EXPECTED = {
    "unsolved": ["convolutions, more than one", "the image gets smaller"],
    "another way: max-pooling": [],
    "another way: a global average": [],
    "wrong: along a line": ["convolutions, more than one", "the image gets smaller"],
    "wrong: filters of one pixel": ["convolutions, more than one"],
    "wrong: as large as before": ["the image gets smaller"],
    "wrong: sigmoid at the end": ["ten probabilities"],
}
