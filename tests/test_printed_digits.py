import numpy as np
import pytest

from mnist_lab.data.printed_digits import printed_digits

from .conftest import centres_of_mass

# The first digit of each typeface: means over 7×7 pixels, as grey levels from 0 to 255.
FROZEN_MEANS = (
    (0, 34.6, 55.7, 0, 0, 94.5, 86, 8, 0, 94.5, 86, 8, 0, 34.6, 55.7, 0),
    (0, 35.1, 35.2, 0, 0, 92.8, 92.8, 0, 0, 92.8, 92.8, 0, 0, 35.1, 35.2, 0),
)


@pytest.fixture(scope="module")
def row():
    return printed_digits(24)


def test_shapes_types_and_range(row):
    digits, labels = row
    assert digits.shape == (24, 784)
    assert digits.dtype == np.float32
    assert labels.shape == (24,)
    assert labels.dtype == np.int64
    assert digits.min() == 0
    assert 0.95 < digits.max() <= 1


def test_digits_run_from_0_to_9_in_alternating_faces(row):
    digits, labels = row
    assert labels.tolist() == [*range(10), *range(10), *range(4)]
    assert np.array_equal(digits[20:], digits[:4])
    assert np.abs(digits[:10] - digits[10:20]).max(1).min() > 0.3


@pytest.mark.parametrize("n", [1, 7, np.int64(45)])
def test_any_n_gives_the_beginning_of_the_same_row(n, row):
    digits, labels = printed_digits(n)
    assert digits.shape == (n, 784)
    assert labels.tolist() == [k % 10 for k in range(n)]
    assert np.array_equal(digits[:24], row[0][:n])


def test_digits_are_scaled_and_centred_as_mnist(row):
    images = row[0].reshape(-1, 28, 28)
    assert np.abs(centres_of_mass(images) - 14).max() <= 0.501
    heights = (images.max(2) > 0.25).sum(1)
    assert heights.min() >= 19
    assert heights.max() <= 20


def test_digits_are_upright_and_undistorted(row):
    zeros = row[0].reshape(-1, 28, 28)[[0, 10]]
    for zero in zeros:
        columns = np.flatnonzero(zero.max(0) > 0.02)
        cut = zero[:, columns[0] : columns[-1] + 1]
        assert np.abs(cut - cut[:, ::-1]).max() < 0.25


def test_digits_are_the_same_on_every_version(row):
    means = 255 * row[0][[0, 10]].reshape(2, 4, 7, 4, 7).mean((2, 4)).reshape(2, 16)
    np.testing.assert_allclose(means, FROZEN_MEANS, atol=1)


@pytest.mark.parametrize("n", [0, -3, 2.0, "5", None, True])
def test_n_must_be_a_positive_whole_number(n):
    with pytest.raises(ValueError, match="positive whole number") as error:
        printed_digits(n)
    assert repr(n) in str(error.value)
