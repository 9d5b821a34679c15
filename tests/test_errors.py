"""The one line that is shown of an exception, on those that Keras, TensorFlow, NumPy and Python raise."""

import json
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.errors import describe, describe_error, plain

IMAGES, LABELS = np.zeros((32, 784), np.float32), np.eye(10, dtype=np.float32)[np.zeros(32, int)]
SQUARE = IMAGES.reshape(-1, 28, 28)


def network(loss="categorical_crossentropy"):
    model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, "softmax", name="dense")])
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


class Multiply(keras.layers.Layer):
    def call(self, x):
        return tf.matmul(x, tf.zeros((3, 3)))


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@tf.function
def run_an_unknown_name(x):
    return x + undefined  # noqa: F821


@tf.function
def multiply_other_shapes(x):
    return tf.matmul(x, tf.zeros((3, 3)))


def fail_in_a_pipeline():
    fail = lambda number: [1][int(number) + 5]  # noqa: E731
    list(tf.data.Dataset.range(3).map(lambda number: tf.py_function(fail, [number], tf.int64)))


def fail_while_handling():
    try:
        {}["x"]
    except KeyError as error:
        raise ValueError("the outer one") from error


def fail(error):
    raise error


def fit(images, labels, loss="categorical_crossentropy"):
    network(loss).fit(images, labels, verbose=0)


def stacked(layer):
    keras.Sequential([keras.layers.Input((784,)), layer])


SQUARE_IMAGES = r"ValueError: .*(784.*incompatible|incompatible.*784).*\(32, 28, 28\)$"
RAISED = [
    (lambda: fit(SQUARE, LABELS), SQUARE_IMAGES),
    (lambda: network().predict(SQUARE, verbose=0), SQUARE_IMAGES),
    (lambda: fit(IMAGES, LABELS[:5]), r"ValueError: Data cardinality is ambiguous\."),
    (lambda: fit(IMAGES, np.zeros(32, int)), r"ValueError: Arg.*\(32, 10\)"),
    (lambda: network().compile("nosuch"), r"ValueError: .*optimizer.*nosuch$"),
    (
        lambda: fit(IMAGES, np.full(32, 11), "sparse_categorical_crossentropy"),
        r"InvalidArgumentError: Received a label value of 11 which is outside the valid range of \[0, 10\)",
    ),
    (
        lambda: stacked(Multiply()),
        r"ValueError: Dimensions must be equal, but are 784 and 3 for MatMul with input shapes: \[\?,784\], \[3,3\]\.",
    ),
    (lambda: stacked(keras.layers.Conv2D(3, 3)), r"ValueError: Input 0 .*with the layer: expected min_ndim=4"),
    (lambda: run_an_unknown_name(tf.zeros(3)), r"NameError: name 'undefined' is not defined$"),
    (lambda: multiply_other_shapes(tf.zeros((2, 2))), r"ValueError: Dimensions must be equal, but are 2 and"),
    (
        lambda: tf.reshape(tf.zeros((3, 4)), (5,)),
        r"InvalidArgumentError: Input to reshape is a tensor with 12 values, but the requested shape has 5$",
    ),
    (fail_in_a_pipeline, r"UnknownError: .*IndexError: list index out of range$"),
    (
        lambda: np.testing.assert_allclose([1, 2, 3], [1, 2, 4]),
        r"AssertionError: Not equal to tolerance rtol=1e-07, atol=0$",
    ),
    (lambda: np.zeros((3, 4)) @ np.zeros((3, 4)), r"ValueError: matmul: .* 3 is different from 4"),
    (lambda: {}["digit"], r"KeyError: 'digit'$"),
    (lambda: fail(AssertionError()), r"AssertionError$"),
    (lambda: compile("print((1", "cell", "exec"), r"SyntaxError: '\(' was never closed"),
    (lambda: json.loads("{"), r"JSONDecodeError: Expecting property name"),
    (fail_while_handling, r"ValueError: the outer one$"),
    (lambda: fail(Unprintable()), r"Unprintable: \(its message cannot be shown"),
    (lambda: fail(ValueError("\x1b[31mred\x1b[0m")), r"ValueError: red$"),
]


@pytest.mark.parametrize(("raising", "expected"), RAISED, ids=[expected.strip("$") for _, expected in RAISED])
def test_the_line_that_says_what_is_wrong_is_shown(raising, expected):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        raising()
    shown = describe_error(raised.value)
    assert re.match(expected, shown), shown
    assert "\n" not in shown
    assert "\x1b" not in shown


# As Keras 3.13 writes it.
INCOMPATIBLE = """Exception encountered when calling Sequential.call().

\x1b[1mInput 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 784, but \
received input with shape (32, 28)\x1b[0m

Arguments received by Sequential.call():
  • inputs=tf.Tensor(shape=(32, 28, 28), dtype=float32)
  • kwargs=<class 'inspect._empty'>"""

TRACEBACK = """Traceback (most recent call last):
  File "cell.py", line 3, in <module>
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero
"""


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (INCOMPATIBLE, INCOMPATIBLE.splitlines()[2][4:-4]),
        (TRACEBACK, "ZeroDivisionError: division by zero"),
        ("2 root error(s) found.\n  (0) INVALID: no label\n\t [[{{node loss}}]]", "(0) INVALID: no label"),
        ("Expected one of:\n  - a\n  - b", "Expected one of: - a"),
        ("Expected:", "Expected:"),
        ("\n\n  indented\nmore", "indented"),
        ("in user code:", "in user code:"),
        ("x" * 500, "x" * 400 + "…"),
        ("a\x07b\x1b]0;title", r"a\x07b\x1b]0;title"),
        ("[b]not bold[/b]", "[b]not bold[/b]"),
    ],
)  # fmt: skip
def test_headings_stacks_and_arguments_are_left_out(message, shown):
    assert describe("ValueError", message) == f"ValueError: {shown}"


def test_a_message_of_any_length_is_described_at_once():
    assert len(describe("ValueError", 'File "x"\n' * 1_000_000)) < 500
    assert len(describe("ValueError", "\n" * 10_000_000)) < 500


def test_a_type_is_not_named_twice():
    assert describe("NameError", "in user code:\n\n    NameError: no x\n") == "NameError: no x"


def test_plain_text_keeps_its_lines():
    assert plain("a\n\tb\x1b[0m") == "a\n\tb"
