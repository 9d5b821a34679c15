import numpy as np

from mnist_lab.data.printed_digits import printed_digits

from .conftest import centres_of_mass

# The first digit of each typeface: means over 7×7 pixels, as grey levels from 0 to 255.
FROZEN_MEANS = (
    (0, 34.6, 55.7, 0, 0, 94.5, 86, 8, 0, 94.5, 86, 8, 0, 34.6, 55.7, 0),
    (0, 35.1, 35.2, 0, 0, 92.8, 92.8, 0, 0, 92.8, 92.8, 0, 0, 35.1, 35.2, 0),
)


def test_digits_run_from_0_to_9_in_alternating_faces_scaled_and_centred_the_same_on_every_version():
    digits, labels = printed_digits(45)
    assert (digits.shape, digits.dtype, labels.dtype) == ((45, 784), np.float32, np.int64)
    assert labels.tolist() == [k % 10 for k in range(45)]
    np.testing.assert_array_equal(digits, np.resize(digits[:20], (45, 784)))
    images = digits[:20].reshape(-1, 28, 28)
    assert images.min() == 0
    assert 0.95 < images.max() <= 1
    assert np.abs(centres_of_mass(images) - 14).max() <= 0.501
    assert set((images.max(2) > 0.25).sum(1)) <= {19, 20}
    means = 255 * images[[0, 10]].reshape(2, 4, 7, 4, 7).mean((2, 4)).reshape(2, 16)
    np.testing.assert_allclose(means, FROZEN_MEANS, atol=1)
