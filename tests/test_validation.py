import numpy as np
import pytest

from mnist_lab import plot_learning_rate
from mnist_lab.data._validation import are_probabilities, whole_number


def test_whole_numbers_are_accepted_numpys_too():
    numbers = [whole_number("n", 5), whole_number("n", np.int64(5)), whole_number("n", np.uint8(5), 5, 5)]
    assert [(number, type(number)) for number in numbers] == [(5, int)] * 3


@pytest.mark.parametrize("value", [0, -1, True, 5.0, "5", None, np.float32(5), np.bool_(True)])
def test_everything_else_is_refused(value):
    with pytest.raises(ValueError, match=r"n must be a positive whole number. Received"):
        whole_number("n", value)


@pytest.mark.parametrize(("row", "expected"), [([0.25, 0.75], True), ([-0.25, 1.25], False), ([0.5, 0.75], False)])
def test_probabilities_are_none_below_0_and_add_up_to_1(row, expected):
    assert are_probabilities(np.array([[0, 1], row], np.float16)) is expected


def test_zero_steps_per_epoch_are_not_treated_as_none():
    with pytest.raises(ValueError, match="steps_per_epoch must be a positive whole number"):
        plot_learning_rate(lambda step: 0.1, 2, steps_per_epoch=0)
