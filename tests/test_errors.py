"""The one line that is shown of an exception, on those that Keras, TensorFlow, NumPy and Python raise."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.errors import describe, describe_error

IMAGES, LABELS = np.zeros((32, 784), np.float32), np.eye(10, dtype=np.float32)[np.zeros(32, int)]


class Multiply(keras.layers.Layer):
    def call(self, x):
        return tf.matmul(x, tf.zeros((3, 3)))


@tf.function
def run_an_unknown_name(x):
    return x + undefined  # noqa: F821


def fail_in_a_pipeline():
    list(tf.data.Dataset.range(3).map(lambda number: tf.py_function(lambda _: [][0], [number], tf.int64)))


def fail(error):
    raise error


def fit(images, labels, loss="categorical_crossentropy"):
    model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", loss)
    model.fit(images, labels, verbose=0)


def stacked(layer):
    keras.Sequential([keras.layers.Input((784,)), layer])


Unprintable = type("Unprintable", (Exception,), {"__str__": None})
RAISED = [
    (lambda: fit(IMAGES.reshape(-1, 28, 28), LABELS), r"ValueError: .*(784.*incompat|incompat.*784).*\(32, 28, 28\)$"),
    (lambda: fit(IMAGES, LABELS[:5]), r"ValueError: Data cardinality is ambiguous\."),
    (lambda: fit(IMAGES, np.zeros(32, int)), r"ValueError: Arg.*\(32, 10\)"),
    (lambda: fit(IMAGES, np.full(32, 11), "sparse_categorical_crossentropy"), r"InvalidArgumentError: .*value of 11"),
    (lambda: stacked(Multiply()), r"ValueError: .* are 784 and 3 for MatMul with .*: \[\?,784\], \[3,3\]\."),
    (lambda: stacked(keras.layers.Conv2D(3, 3)), r"ValueError: Input 0 .*with the layer: expected min_ndim=4"),
    (lambda: run_an_unknown_name(tf.zeros(3)), r"NameError: name 'undefined' is not defined$"),
    (lambda: tf.reshape(tf.zeros((3, 4)), (5,)), r"InvalidArgumentError: Input to reshape .* shape has 5$"),
    (fail_in_a_pipeline, r"UnknownError: .*IndexError: list index out of range$"),
    (lambda: np.testing.assert_allclose([1, 2], [1, 4]), r"AssertionError: Not equal to .* rtol=1e-07, atol=0$"),
    (lambda: fail(AssertionError()), r"AssertionError$"),
    (lambda: fail(Unprintable()), r"Unprintable: \(its message cannot be shown"),
    (lambda: fail(ValueError("\x1b[31mred\x1b[0m")), r"ValueError: red$"),
]


@pytest.mark.parametrize(("raising", "expected"), RAISED, ids=[expected.strip("$") for _, expected in RAISED])
def test_the_line_that_says_what_is_wrong_is_shown(raising, expected):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        raising()
    shown = describe_error(raised.value)
    assert re.match(expected, shown), shown
    assert not {"\n", "\x1b"} & {*shown}


# As Keras 3.13 writes it.
INCOMPATIBLE = """Exception encountered when calling Sequential.call().

\x1b[1mInput 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 784, but \
received input with shape (32, 28)\x1b[0m

Arguments received by Sequential.call():
  • inputs=tf.Tensor(shape=(32, 28, 28), dtype=float32)
  • kwargs=<class 'inspect._empty'>"""

TRACEBACK = 'Traceback (most recent call last):\n  File "cell.py", line 3, in <module>\n    1 / 0\nKeyError: 1'


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (INCOMPATIBLE, INCOMPATIBLE.splitlines()[2][4:-4]),
        (TRACEBACK, "KeyError: 1"),
        ("2 root error(s) found.\n  (0) INVALID: no label\n\t [[{{node loss}}]]", "(0) INVALID: no label"),
        ("Expected one of:\n  - a\n  - b", "Expected one of: - a"),
        ("Expected:", "Expected:"),
        ("\n\n  indented\nmore", "indented"),
        ("in user code:", "in user code:"),
        ("in user code:\n\n    ValueError: no x\n", "no x"),
        ("x" * 500, "x" * 400 + "…"),
        ("a\x07b\x1b]0;title", r"a\x07b\x1b]0;title"),
    ],
)  # fmt: skip
def test_headings_stacks_and_arguments_are_left_out(message, shown):
    assert describe("ValueError", message) == f"ValueError: {shown}"


def test_a_message_of_any_length_is_described_at_once():
    assert len(describe("ValueError", 'File "x"\n' * 1_000_000)) < 500
