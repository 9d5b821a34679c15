import numpy as np
import pytest

from mnist_lab.data.printed_digits import printed_digits

from .conftest import centres_of_mass

# The first digit of each typeface: means over 7×7 pixels, as grey levels from 0 to 255.
FROZEN_MEANS = (
    (0, 34.6, 55.7, 0, 0, 94.5, 86, 8, 0, 94.5, 86, 8, 0, 34.6, 55.7, 0),
    (0, 35.1, 35.2, 0, 0, 92.8, 92.8, 0, 0, 92.8, 92.8, 0, 0, 35.1, 35.2, 0),
)


@pytest.mark.parametrize("n", [1, np.int64(7), 45])
def test_digits_run_from_0_to_9_in_alternating_faces(n):
    digits, labels = printed_digits(n)
    assert (digits.shape, digits.dtype, labels.dtype) == ((n, 784), np.float32, np.int64)
    assert labels.tolist() == [k % 10 for k in range(n)]
    expected = printed_digits(20)[0]
    np.testing.assert_array_equal(digits, np.resize(expected, (n, 784)))
    assert np.abs(expected[:10] - expected[10:]).max(1).min() > 0.3


def test_digits_are_scaled_centred_and_upright():
    images = printed_digits(20)[0].reshape(-1, 28, 28)
    assert images.min() == 0
    assert 0.95 < images.max() <= 1
    assert np.abs(centres_of_mass(images) - 14).max() <= 0.501
    assert set((images.max(2) > 0.25).sum(1)) <= {19, 20}
    for zero in images[[0, 10]]:
        columns = np.flatnonzero(zero.max(0) > 0.02)
        cut = zero[:, columns[0] : columns[-1] + 1]
        assert np.abs(cut - cut[:, ::-1]).max() < 0.25


def test_digits_are_the_same_on_every_version():
    means = 255 * printed_digits(20)[0][[0, 10]].reshape(2, 4, 7, 4, 7).mean((2, 4)).reshape(2, 16)
    np.testing.assert_allclose(means, FROZEN_MEANS, atol=1)


@pytest.mark.parametrize("n", [0, 2.0])
def test_n_must_be_a_positive_whole_number(n):
    with pytest.raises(ValueError, match=f"n must be a positive whole number. Received: {n}"):
        printed_digits(n)
