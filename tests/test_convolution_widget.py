"""The filter's picture, and settings that it refuses."""

import pytest

import mnist_lab as lab


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"weights": [1, 2, 3]}, r"weights must be \[3, 3\] numbers, each up to 1,000,000. Received: \[1, 2, 3\]"),
        ({"weights": [[1], [2, 3]]}, r"Received: \[\[1\], \[2, 3\]\]"),
        ({"weights": [[float("nan")] * 3] * 3}, "each up to"),
        ({"digit": 10}, "digit must be a whole number from 0 to 9. Received: 10"),
        ({"stride": 4}, "stride must be a whole number from 1 to 3. Received: 4"),
        ({"padding": "full"}, "padding must be 'same' or 'valid'. Received: 'full'"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        lab.widgets.filter(**settings)


@pytest.mark.parametrize(("stride", "padding"), [(1, "same"), (2, "valid"), (3, "valid")])
def test_its_picture_shows_a_pooled_map_of_any_size(stride, padding):
    bundle, _ = lab.widgets.filter(stride=stride, padding=padding, pooling=True)._repr_mimebundle_()
    assert len(bundle["image/png"]) < 100_000
