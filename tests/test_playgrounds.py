"""The playgrounds in Python: what a cell's output holds, and which settings are refused."""

from base64 import b64encode

import nbformat
import numpy as np
import pytest

import mnist_lab as lab
from mnist_lab.commands.notebook_format import tidy
from mnist_lab.widgets._widget import MIME_TYPE
from mnist_lab.widgets.playgrounds import _gradient, relative_gradients

VIEW = "application/vnd.jupyter.widget-view+json"
SETTINGS = {"learning_rate": 0.1, "momentum": 0.9, "batch_size": None, "decay": 1.0, "optimizers": ["sgd"]}


@pytest.mark.parametrize(
    ("playground", "name", "data"),
    [
        (lambda: lab.widgets.descent("saddle"), "descent", {"surface": "saddle", **SETTINGS}),
        (
            lambda: lab.widgets.gradients(20, initialization="zeros"),
            "gradients",
            {"depth": 20, "activation": "sigmoid", "initialization": "zeros"},
        ),
    ],
)
def test_the_output_holds_a_view_a_picture_and_the_settings_of_which_a_stored_notebook_keeps_the_last_two(
    playground, name, data
):
    bundle, _ = playground()._repr_mimebundle_()
    assert bundle["text/plain"] == f"{name}({', '.join(f'{key}={value!r}' for key, value in data.items())})"
    assert bundle[MIME_TYPE] == {"name": name, "data": data}
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert len(bundle["image/png"]) < 100_000
    assert VIEW in bundle
    encoded = {**bundle, "image/png": b64encode(bundle["image/png"]).decode()}
    output = nbformat.v4.new_output("display_data", data=encoded)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    assert set(tidy(notebook).cells[0].outputs[0].data) == {"text/plain", "image/png", MIME_TYPE}


@pytest.mark.parametrize(("surface", "marked"), [("bowl", "*"), ("valley", "*"), ("saddle", "*x")])
def test_the_picture_marks_points_at_which_the_gradient_is_zero(surface, marked):
    lines = [line for line in lab.widgets.descent(surface)._picture().axes[0].lines if line.get_marker() in ("*", "x")]
    points = np.concatenate([line.get_xydata() for line in lines])
    assert "".join(line.get_marker() for line in lines) == marked
    assert len(np.unique(points, axis=0)) == (3 if surface == "saddle" else 1)
    assert np.allclose([_gradient(surface, point) for point in points], 0)


@pytest.mark.parametrize(
    ("function", "setting", "message"),
    [
        ("descent", {"surface": "hill"}, "surface must be one of 'bowl', 'valley', 'saddle'. Received: 'hill'"),
        ("descent", {"learning_rate": float("nan")}, "learning_rate must be a number from 0.001 to 1. Received: nan"),
        ("descent", {"momentum": 1}, "momentum must be a number from 0 to 0.99. Received: 1"),
        ("descent", {"batch_size": 0}, "batch_size must be a positive whole number. Received: 0"),
        ("descent", {"decay": "none"}, "decay must be a number from 0.9 to 1. Received: 'none'"),
        ("descent", {"optimizers": ["Adam"]}, "must be one of 'sgd', 'momentum', 'adam'. Received: 'Adam'"),
        ("gradients", {"depth": 21}, "depth must be a whole number from 1 to 20. Received: 21"),
        ("gradients", {"activation": "gelu"}, "activation must be one of 'sigmoid', 'tanh', 'relu'. Received: 'gelu'"),
        ("gradients", {"initialization": None}, "initialization must be one of 'glorot', .*. Received: None"),
    ],
)
def test_other_settings_are_refused(function, setting, message):
    with pytest.raises(ValueError, match=message):
        getattr(lab.widgets, function)(**setting)


def test_each_sigmoid_layer_leaves_about_a_quarter_of_the_gradient_and_he_keeps_it_level_through_relu():
    sigmoid = relative_gradients(10, "sigmoid", "glorot")
    np.testing.assert_allclose(sigmoid[1:-2] / sigmoid[2:-1], 0.25, atol=0.08)
    relu = relative_gradients(20, "relu", "he")
    assert relu[1:].max() / relu[1:].min() < 5
