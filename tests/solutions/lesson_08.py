"""Ways to solve the exercise of lesson 08, right and wrong, by the cells they replace."""

_HEAD = """
import keras
from keras import layers

bn = layers.BatchNormalization

"""
_COMPILE = """
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""

_ANOTHER_WAY = """
pixels = keras.Input((784,))
x = layers.Reshape((28, 28, 1))(pixels)
for filters in (8, 16):
    x = layers.Conv2D(filters, 5, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(bn()(x))
x = layers.Dense(50, use_bias=False)(layers.Flatten()(x))
x = layers.ReLU()(bn(momentum=0.9)(x))
model = keras.Model(pixels, layers.Softmax()(layers.Dense(10)(x)))
"""


def _network(conv: str, dense: str, answer: str = 'layers.Dense(10, activation="softmax")') -> dict[str, str]:
    front = "keras.Input((784,)), layers.Reshape((28, 28, 1)), "
    return {
        "model": f"{_HEAD}model = keras.Sequential([{front}{conv}, layers.Flatten(), {dense}, {answer}])\n{_COMPILE}"
    }


_CONV = 'layers.Conv2D(8, 5, strides=4, use_bias=False), bn(scale=False), layers.Activation("relu")'
_DENSE = 'layers.Dense(50, use_bias=False), bn(scale=False), layers.Activation("relu")'

# Cells of the lesson that its exercise leaves out, and the cell of the lesson that needs each of them.
NEEDED = {"normalized": "model"}

SOLUTIONS = {
    "another way": {"model": f"{_HEAD}{_ANOTHER_WAY}{_COMPILE}"},
    "wrong: behind the activation": _network(
        'layers.Conv2D(8, 5, strides=4, use_bias=False, activation="relu"), bn()', _DENSE
    ),
    "wrong: the dense layer forgotten": _network(_CONV, 'layers.Dense(50, activation="relu")'),
    "wrong: biases kept": _network(_CONV.replace(", use_bias=False", ""), _DENSE),
    "wrong: the softmax layer as well": _network(
        _CONV, _DENSE, 'layers.Dense(10, use_bias=False), bn(), layers.Activation("softmax")'
    ),
    "wrong: another normalization": _network(_CONV.replace("bn(scale=False)", "layers.LayerNormalization()"), _DENSE),
}

EXPECTED = {
    "another way": [],
    "wrong: behind the activation": ["before its activation"],
    "wrong: the dense layer forgotten": ["before its activation"],
    "wrong: biases kept": ["no bias of its own"],
    "wrong: the softmax layer as well": ["softmax layer itself is not normalized"],
    "wrong: another normalization": ["before its activation"],
    "unsolved": ["before its activation", "no bias of its own"],
}
