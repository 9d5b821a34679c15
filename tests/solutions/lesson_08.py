"""Solutions of exercise 08: the cells that each fills, and the claims that it leaves open."""

# Cells of the lesson that its exercise leaves out, and the cell of the lesson that needs each of them.
NEEDED = {"normalized": "model"}

UNSOLVED = ["before its activation", "have no bias of their own"]

_CONV = 'layers.Conv2D(8, 5, strides=4, use_bias=False), bn(scale=False), layers.Activation("relu")'
_DENSE = 'layers.Dense(50, use_bias=False), bn(scale=False), layers.Activation("relu")'
_SOFTMAX = 'layers.Dense(10, activation="softmax")'
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


def _model(network, *missing):
    source = f"""
import keras
from keras import layers

bn = layers.BatchNormalization
{network}
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
    return {"model": source}, missing


def _layers(*missing, conv=_CONV, softmax=_SOFTMAX):
    front = "keras.Input((784,)), layers.Reshape((28, 28, 1))"
    return _model(f"model = keras.Sequential([{front}, {conv}, layers.Flatten(), {_DENSE}, {softmax}])", *missing)


SOLUTIONS = {
    "another way": _model(_ANOTHER_WAY),
    "wrong: behind the activation": _layers(
        "before its activation", conv='layers.Conv2D(8, 5, strides=4, use_bias=False, activation="relu"), bn()'
    ),
    "wrong: biases kept": _layers("have no bias of their own", conv=_CONV.replace(", use_bias=False", "")),
    "wrong: the softmax layer as well": _layers(
        "softmax layer itself is not normalized",
        softmax='layers.Dense(10, use_bias=False), bn(), layers.Activation("softmax")',
    ),
}
