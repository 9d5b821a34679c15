"""What the drawings of lessons 02 and 03 show was computed rightly."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab import diagrams
from mnist_lab.diagrams import activations, descent


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_slopes_are_those_of_the_curves(name):
    z = np.array([-6.0, -2.0, -0.5, 0.5, 2.0, 6.0])
    curve, slope = getattr(activations, f"{name}_of"), getattr(activations, f"{name}_slope")
    measured = (curve(z + 1e-5) - curve(z - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope(z), measured, atol=1e-6)


def test_the_sigmoid_is_half_at_zero_and_its_slope_a_quarter_there():
    assert activations.sigmoid_of(0.0) == 0.5
    assert activations.sigmoid_slope(np.linspace(-9, 9, 1801)).max() == 0.25


def test_the_saddle_has_its_slope_and_its_places():
    at = np.array([0.7, -0.4])
    for axis, step in enumerate(np.eye(2) * 1e-5):
        measured = (descent.saddle(*(at + step)) - descent.saddle(*(at - step))) / 2e-5
        assert descent.saddle_gradient(*at)[axis] == pytest.approx(measured, abs=1e-6)
    assert not descent.saddle_gradient(0.0, 0.0).any()
    np.testing.assert_allclose(descent.saddle_gradient(0.0, np.sqrt(2)), 0, atol=1e-12)


def test_all_start_at_one_place_and_only_plain_descent_has_not_arrived():
    paths = [descent.sgd_path(), descent.momentum_path(), descent.adam_path()]
    assert {tuple(path[0]) for path in paths} == {(-1.6, 0.02)}
    left = [descent.saddle(*path[-1]) + 1 for path in paths]
    assert left[0] > 0.3
    assert max(left[1:]) < 0.05


def test_plain_descent_takes_the_step_that_the_formula_says():
    path = descent.sgd_path()
    np.testing.assert_allclose(path[1], path[0] - 0.03 * descent.saddle_gradient(*path[0]))


@pytest.mark.parametrize("name", ["gradients_by_layer", "activations_by_layer"])
def test_each_network_has_a_line_and_a_mark_of_its_own(name):
    getattr(diagrams, name)({"shallow": [0.1, 0.2], "deep": [1e-6, 1e-3, 1e-1]})
    (ax,) = plt.gcf().axes
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.1, 0.2], [1e-6, 1e-3, 1e-1]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in ax.lines}) == 2
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("curves", [{}, {str(k): [1.0] for k in range(5)}, {"a": [0.0, 1.0]}, {"a": []}])
def test_what_cannot_be_drawn_is_told(curves):
    with pytest.raises(ValueError, match="Received"):
        diagrams.gradients_by_layer(curves)


@pytest.mark.parametrize("sizes", [(784, 10), (784, 0, 10), (784, 2.5, 10), (1,) * 7])
def test_sizes_that_are_none_are_told(sizes):
    with pytest.raises(ValueError, match="Received"):
        diagrams.stacked_layers(sizes)
