"""The claims of lesson 06, each with networks that pass and networks that fail."""

import keras
import numpy as np
import pytest

from mnist_lab.checks.claims.convolutions import (
    convolutions_see_neighbours,
    image_gets_smaller,
    outputs_ten_probabilities,
)
from mnist_lab.checks.evidence import Evidence, NotYet
from mnist_lab.checks.lessons import find_lesson
from mnist_lab.checks.probabilities import probabilities_of

CLAIMS = (convolutions_see_neighbours, image_gets_smaller, outputs_ten_probabilities)
L = keras.layers
Conv, Dense = L.Conv2D, L.Dense
DIGITS = np.random.default_rng(0).random((3, 784), "float32")


def network(*layers, image=(28, 28, 1)):
    return keras.Sequential([keras.Input((784,)), L.Reshape(image), *layers])


def answer():
    return [L.Flatten(), Dense(10, activation="softmax")]


def verdicts(model):
    evidence = Evidence(model, {}, DIGITS, np.zeros(3, int), probabilities_of(model, DIGITS))
    return [claim.judge(evidence) for claim in CLAIMS]


def as_taught():
    return network(
        Conv(12, kernel_size=3, padding="same", activation="relu"),
        Conv(24, kernel_size=6, strides=2, padding="same", activation="relu"),
        Conv(32, kernel_size=6, strides=2, padding="same", activation="relu"),
        L.Flatten(),
        Dense(200, activation="relu"),
        Dense(10, activation="softmax"),
    )


def max_pooling():
    return network(Conv(2, 5), L.MaxPooling2D(), Conv(3, 3), L.MaxPooling2D(), *answer())


def average_pooling_at_the_end():
    return network(Conv(2, 3), Conv(3, 3), L.AveragePooling2D(2), *answer())


def global_average():
    head = [Conv(10, 1), L.GlobalAveragePooling2D(), L.Softmax()]
    return network(Conv(2, 3, strides=2), Conv(3, 3), *head)


def large_filters_without_padding():
    return network(Conv(2, 7), Conv(3, 7), Conv(3, 5), *answer())


def a_filter_in_two_steps():
    return network(Conv(2, (1, 5)), Conv(2, (5, 1)), L.MaxPooling2D(), *answer())


def separable():
    return network(L.SeparableConv2D(2, 3, strides=2), L.DepthwiseConv2D(3), *answer())


def one_pixel_in_between():
    return network(Conv(2, 3, strides=2), Conv(2, 1), Conv(2, 3), *answer())


def activation_of_its_own():
    return network(Conv(2, 3, strides=2), L.ReLU(), Conv(2, 3), L.Flatten(), Dense(10), L.Activation("softmax"))


def nested():
    eye = network(Conv(2, 3, strides=2), Conv(2, 3), L.Flatten())
    return keras.Sequential([keras.Input((784,)), eye, Dense(10, activation="softmax")])


def functional():
    pixels = keras.Input((784,))
    image = L.Reshape((28, 28, 1))(pixels)
    seen = L.Concatenate()([Conv(2, 3, strides=2, padding="same")(image), Conv(2, 5, strides=2, padding="same")(image)])
    logits = Dense(10)(L.Flatten()(seen))
    return keras.Model(pixels, keras.ops.softmax(logits))


class Subclassed(keras.Model):
    """A subclassed model, whose layers do not know their shapes."""

    def __init__(self):
        super().__init__()
        self.image, self.edges, self.corners = L.Reshape((28, 28, 1)), Conv(2, 3, strides=2), Conv(2, 3)
        self.flat, self.answer = L.Flatten(), Dense(10, activation="softmax")

    def call(self, pixels):
        return self.answer(self.flat(self.corners(self.edges(self.image(pixels)))))


@pytest.mark.parametrize(
    "make",
    [
        as_taught,
        max_pooling,
        average_pooling_at_the_end,
        global_average,
        large_filters_without_padding,
        a_filter_in_two_steps,
        separable,
        one_pixel_in_between,
        activation_of_its_own,
        nested,
        functional,
        Subclassed,
    ],
)
def test_a_network_that_convolves_shrinks_and_ends_in_softmax_passes(make):
    assert [verdict.holds for verdict in verdicts(make())] == [True] * 3


def dense():
    hidden = [Dense(20, activation="relu"), Dense(6, activation="relu")]
    return keras.Sequential([keras.Input((784,)), *hidden, Dense(10, activation="softmax")])


def reshaped_only():
    return network(*answer())


def a_line():
    return network(L.Conv1D(2, 3, strides=2), L.Conv1D(2, 3), *answer(), image=(784, 1))


def a_line_of_rows():
    return network(L.Conv1D(2, 3, strides=2), L.Conv1D(2, 3), *answer(), image=(28, 28))


def an_image_of_one_column():
    return network(Conv(2, 3, strides=2, padding="same"), Conv(2, 3, padding="same"), *answer(), image=(784, 1, 1))


def an_image_of_one_row():
    return network(Conv(2, 3, strides=2, padding="same"), Conv(2, 3, padding="same"), *answer(), image=(1, 784, 1))


def one_pixel_filters():
    return network(Conv(2, 1, strides=2), Conv(2, 1), *answer())


def a_single_convolution():
    return network(Conv(2, 3, strides=2), *answer())


def one_and_one_pixel():
    return network(Conv(2, 3, strides=2), Conv(2, 1), *answer())


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (dense, "Found Dense(20), Dense(6), Dense(10); expected 2 or more Conv2D layers"),
        (dense, "keras.layers.Reshape((28, 28, 1)) turns the 784 numbers of a digit back into an image"),
        (reshaped_only, "Found Reshape, Flatten, Dense(10)"),
        (a_line, "cannot know which pixel is above which. Use Conv2D"),
        (a_line_of_rows, "Conv1D(2, kernel_size=3) slides along a line"),
        (an_image_of_one_column, "an image of 784 × 1: a line"),
        (an_image_of_one_row, "an image of 1 × 784: a line"),
        (one_pixel_filters, "Conv2D(2, kernel_size=1) has a filter of a single pixel"),
        (a_single_convolution, "Found a single convolution"),
        (one_and_one_pixel, "a filter of a single pixel"),
    ],
)
def test_without_two_convolutions_that_see_neighbours_it_fails(make, hint):
    verdict = verdicts(make())[0]
    assert not verdict.holds
    assert hint in verdict.hint


def always_as_large():
    return network(Conv(2, 3, padding="same"), Conv(2, 3, padding="same"), *answer())


def hardly_smaller():
    return network(Conv(2, 3), Conv(2, 3), *answer())


def averaged_at_once():
    return network(Conv(2, 3, padding="same"), Conv(10, 3, padding="same"), L.GlobalAveragePooling2D(), L.Softmax())


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (dense, "Found no convolution on an image"),
        (a_line, "Found no convolution on an image"),
        (always_as_large, "Found 784 positions at first and 784 at the fewest"),
        (hardly_smaller, "784 positions at first and 576 at the fewest; expected half of them or fewer"),
        (averaged_at_once, "strides=2"),
    ],
)
def test_an_image_that_hardly_shrinks_fails(make, hint):
    verdict = verdicts(make())[1]
    assert not verdict.holds
    assert hint in verdict.hint


def a_mean_of_sigmoids():
    return network(Conv(2, 3, strides=2), Conv(2, 3), L.Flatten(), Dense(10, activation="sigmoid"))


def logits():
    return network(Conv(2, 3, strides=2), Conv(2, 3), L.Flatten(), Dense(10))


def two_numbers():
    return network(Conv(2, 3, strides=2), Conv(2, 3), L.Flatten(), Dense(2, activation="softmax"))


def an_image_of_answers():
    return network(Conv(2, 3, strides=2), Conv(10, 3, activation="softmax"))


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (a_mean_of_sigmoids, 'do not add up to 1. The last layer is Dense(10): give it activation="softmax"'),
        (logits, "do not add up to 1"),
        (two_numbers, "Found an output of shape [digits, 2]; expected ten numbers"),
        (an_image_of_answers, "Found an output of shape [digits, 11, 11, 10]"),
    ],
)
def test_outputs_that_are_not_ten_probabilities_fail(make, hint):
    verdict = verdicts(make())[2]
    assert not verdict.holds
    assert hint in verdict.hint


@pytest.mark.parametrize("model", [None, object(), keras.Sequential()])
def test_odd_models_get_a_hint(model):
    evidence = Evidence(model, {}, np.zeros((0, 784)), np.zeros(0, int), np.zeros((0, 10)))
    for claim in CLAIMS[:2]:
        with pytest.raises(NotYet, match="Found no"):
            claim.check(evidence)


def test_the_lesson_checks_these_claims_first():
    assert find_lesson("06_convolutions").claims[:3] == CLAIMS
