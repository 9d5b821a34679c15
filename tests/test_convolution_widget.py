"""Settings that the filter refuses."""

import pytest

import mnist_lab as lab


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"weights": [1, 2, 3]}, r"weights must be \[3, 3\], each up to 1,000,000. Received: \[1, 2, 3\]"),
        ({"weights": [[float("nan")] * 3] * 3}, "each up to"),
        ({"digit": 10}, "digit must be a whole number from 0 to 9. Received: 10"),
        ({"stride": 4}, "stride must be one of 1, 2, 3. Received: 4"),
        ({"padding": "full"}, "padding must be one of same, valid. Received: 'full'"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        lab.widgets.filter(**settings)
