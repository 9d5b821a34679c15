"""The one line that is shown of an exception, on those that Keras, TensorFlow, NumPy and Python raise."""

import json
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.checks.errors import describe, describe_error, plain
from mnist_lab.checks.evidence import describe_error as as_the_checks_import_it

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


def fit_a_label_out_of_range():
    network("sparse_categorical_crossentropy").fit(IMAGES, np.full(32, 11), verbose=0)


def run_a_graph_with_an_unknown_name():
    @tf.function
    def step(x):
        return x + undefined  # noqa: F821

    step(tf.zeros(3))


def build_a_graph_of_other_shapes():
    @tf.function
    def step(x):
        return tf.matmul(x, tf.zeros((3, 3)))

    step(tf.zeros((2, 2)))


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


RAISED = {
    "fit on square images": (
        lambda: network().fit(SQUARE, LABELS, verbose=0),
        r"ValueError: .*(784.*incompatible|incompatible.*784).*\(32, 28, 28\)$",
    ),
    "predict square images": (
        lambda: network().predict(SQUARE, verbose=0),
        r"ValueError: .*(784.*incompatible|incompatible.*784).*\(32, 28, 28\)$",
    ),
    "fit fewer labels than images": (
        lambda: network().fit(IMAGES, LABELS[:5], verbose=0),
        r"ValueError: Data cardinality is ambiguous\.",
    ),
    "fit integer labels": (lambda: network().fit(IMAGES, np.zeros(32, int), verbose=0), r"ValueError: Arg.*\(32, 10\)"),
    "compile an unknown optimizer": (lambda: network().compile("nosuch"), r"ValueError: .*optimizer.*nosuch$"),
    "fit a label out of range": (
        fit_a_label_out_of_range,
        r"InvalidArgumentError: Received a label value of 11 which is outside the valid range of \[0, 10\)",
    ),
    "a layer of another shape": (
        lambda: keras.Sequential([keras.layers.Input((784,)), Multiply()]),
        r"ValueError: Dimensions must be equal, but are 784 and 3 for MatMul with input shapes: \[\?,784\], \[3,3\]\.",
    ),
    "a convolution of vectors": (
        lambda: keras.Sequential([keras.layers.Input((784,)), keras.layers.Conv2D(3, 3)]),
        r"ValueError: Input 0 .*incompatible with the layer: expected min_ndim=4",
    ),
    "a name in a graph": (run_a_graph_with_an_unknown_name, r"NameError: name 'undefined' is not defined$"),
    "a graph of other shapes": (build_a_graph_of_other_shapes, r"ValueError: Dimensions must be equal, but are 2 and"),
    "an operation": (
        lambda: tf.reshape(tf.zeros((3, 4)), (5,)),
        r"InvalidArgumentError: Input to reshape is a tensor with 12 values, but the requested shape has 5$",
    ),
    "in a pipeline": (fail_in_a_pipeline, r"UnknownError: .*IndexError: list index out of range$"),
    "NumPy, of several lines": (
        lambda: np.testing.assert_allclose([1, 2, 3], [1, 2, 4]),
        r"AssertionError: Not equal to tolerance rtol=1e-07, atol=0$",
    ),
    "NumPy, of one line": (
        lambda: np.zeros((3, 4)) @ np.zeros((3, 4)),
        r"ValueError: matmul: .* 3 is different from 4",
    ),
    "a key": (lambda: {}["digit"], r"KeyError: 'digit'$"),
    "an assertion without text": (lambda: fail(AssertionError()), r"AssertionError$"),
    "a syntax error": (lambda: compile("print((1", "cell", "exec"), r"SyntaxError: '\(' was never closed"),
    "JSON": (lambda: json.loads("{"), r"JSONDecodeError: Expecting property name"),
    "a chain": (fail_while_handling, r"ValueError: the outer one$"),
    "a message that cannot be shown": (lambda: fail(Unprintable()), r"Unprintable: \(its message cannot be shown"),
    "colours": (lambda: fail(ValueError("\x1b[31mred\x1b[0m")), r"ValueError: red$"),
}


@pytest.mark.parametrize("name", RAISED)
def test_the_line_that_says_what_is_wrong_is_shown(name):
    raising, expected = RAISED[name]
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
    assert describe("NameError", "in user code:\n\n    NameError: name 'x' is not defined\n") == (
        "NameError: name 'x' is not defined"
    )


def test_plain_text_keeps_its_lines():
    assert plain("a\n\tb\x1b[0m") == "a\n\tb"


def test_the_checks_use_it():
    assert as_the_checks_import_it is describe_error
