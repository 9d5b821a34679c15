import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.plots.templates import display_templates

WEIGHTS = np.random.default_rng(0).normal(size=(784, 10))


def drawn():
    """Return the images of the templates, in their order, and the limits of their colours."""
    images = [ax.images[0] for ax in plt.gcf().axes]
    return [np.asarray(image.get_array()) for image in images[:-1]], {image.get_clim() for image in images[:-1]}


def test_each_neurons_weights_are_an_image_and_all_share_a_scale_about_zero():
    display_templates({"before": WEIGHTS, "after": 3 * WEIGHTS})
    images, limits = drawn()
    assert len(images) == 20
    np.testing.assert_array_equal(images[4], WEIGHTS[:, 4].reshape(28, 28))
    np.testing.assert_array_equal(images[14], 3 * images[4])
    widths = [ax.get_position().width for ax in plt.gcf().axes[:20]]
    assert max(widths[:10]) < 0.6 * min(widths[10:]), "the last moment is the largest"
    ((low, high),) = limits
    assert -low == high > 3
    assert {"before", "after", "against the class", "for it"} <= {text.get_text() for text in plt.gcf().texts}


def test_weights_of_zero_are_drawn_without_a_warning():
    display_templates({"zeros": np.zeros((784, 10))})
    assert drawn()[1] == {(-1, 1)}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "one to three moments. Received: 0"),
        (dict.fromkeys("abcd", WEIGHTS), "Received: 4"),
        ({"a": WEIGHTS.T}, r"'a' must be finite, \[784, 10\]. Received: \[10, 784\]"),
        ({"a": WEIGHTS * np.nan}, "Received: NaN or infinity"),
    ],
)
def test_other_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        display_templates(weights)
