"""Every diagram is one tidy figure of a fixed size, and refuses arguments that it cannot draw."""

import io
import subprocess
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from mnist_lab import diagrams

SEVEN = np.zeros((28, 28))
SEVEN[6:9, 8:20] = 0.9
for _row in range(9, 23):
    SEVEN[_row, 23 - _row * 3 // 5 :][:3] = (0.4, 0.98, 0.3)
DIGITS = np.stack([np.roll(SEVEN, shift, axis=1).ravel() for shift in range(-3, 3)] * 4)
LOGITS = np.array([-1.2, -3.0, 0.4, 4.1, -2.1, 2.6, -4.0, 0.9, 1.5, -0.3])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum()
CERTAIN = np.eye(10)
DRAWING = np.zeros((140, 140))
DRAWING[20:90, 30:50] = 255
RANDOM = np.random.default_rng(0).random((28, 28, 40))
LAYERS = [RANDOM[..., :12] - 0.5, 3 * RANDOM[..., :24], RANDOM[..., :32], RANDOM[0]]

LAYERS_06 = {  # the shapes of the weights and outputs of lesson 06's layers
    "convolution": ((3, 3, 1, 12), (28, 28, 12)),
    "second convolution": ((6, 6, 12, 24), (14, 14, 24)),
    "third convolution": ((6, 6, 24, 32), (7, 7, 32)),
    "dense": ((1568, 200), (200,)),
    "softmax": ((200, 10), (10,)),
}

# Several sets of arguments for each diagram that has any; size and number of axes are the same with all of them.
ARGUMENTS = {name: [()] for name in diagrams.__all__} | {
    "stacked_layers": [([784, 5, 10],), ((784, 3000, 3000, 3000, 3000, 10),)],
    "held_out_and_sealed": [(1,), (59_999,)],
    "preparation": [
        (DRAWING, DRAWING[20:90, 30:50], np.ones((20, 6)), DIGITS[0]),
        (DRAWING.T, DRAWING[30:36, 10:90], np.ones((1, 20)), SEVEN),
    ],
    "where_they_stand": [(np.zeros((12, 784)), np.ones((20, 28, 28)))],
    "activations_by_layer": [({"a": [1e-30] * 20, "b": [1] * 5},)],
    "gradients_by_layer": [({"2": [0.1, 0.2], "10": [0.1] * 10},), ({"2": [1, 2], "10": [9] * 10},)],
    "argmax": [
        (CERTAIN[4:],),
        (CERTAIN[:6], np.ones((6, 784))),
        ([np.roll(PROBABILITIES, k) for k in range(6)],),
    ],
    "feature_maps": [
        (SEVEN, {"first": RANDOM[..., :12], "second": RANDOM[:14, :14, :24], "third": RANDOM[:7, :7]}),
        (SEVEN.ravel(), {"only": np.zeros((5, 4, 2))}),
    ],
    "learned_filters": [(RANDOM[:side, :side, None, :count] - 0.5,) for side, count in ((3, 12), (7, 40), (1, 1))],
    "layer_costs": [(LAYERS_06,), ({str(n): ((5, 3), (3,)) for n in range(5)},)],
    "shifted_maps": [(SEVEN,), (np.zeros(784),)],
    "shrinking": [(SEVEN,), (np.zeros(784),)],
    "cross_entropy": [(CERTAIN[0], 9, SEVEN), (PROBABILITIES.astype("float32"), np.int64(6), SEVEN.ravel())],
    "flattening": [(SEVEN.astype("float32"),)],
    "matrix_product": [(1,), (60_000,)],
    "occlusion": [
        (DIGITS[:4], np.full((4, 24, 24), 0.5), CERTAIN[0][:4], 9),
        (SEVEN[None], np.eye(14)[None], [1], np.int64(0)),
        (np.zeros((2, 784)), np.zeros((2, 28, 28)), [0, 0.5], 1),
    ],
    "one_layer": [(SEVEN.ravel(),)],
    "softmax": [(np.full(10, -600.0),), (np.eye(10)[9] * 700,), (LOGITS * 1e5,)],
    "sums_by_layer": [
        ({"a": LAYERS, "b": LAYERS, "c": [np.zeros((2, 5))] * 4},),
        ({"a": LAYERS, "b": [90 * values for values in LAYERS], "c": [900 * values for values in LAYERS]},),
    ],
    "tensors": [(np.zeros(784),)],
    "train_and_validation": [(DIGITS.reshape(-1, 28, 28), DIGITS[:4])],
}
# Diagrams that may be larger: at most so many inches high and so many bytes, before the colours are reduced.
# Matplotlib 3.10 writes a little more than 3.11.
LARGE = {
    "summary_card": (6, 120_000),
    "clinic_card": (7.8, 160_000),
    "one_layer": (4.2, 70_000),
    "bouncing_and_settling": (4.2, 65_000),
}


def test_no_module_has_the_name_of_a_function():
    assert not {path.stem for path in Path(diagrams.__file__).parent.glob("*.py")} & set(diagrams.__all__)


def test_diagrams_import_neither_tensorflow_nor_scipy():
    code = """if True:
        import sys
        from mnist_lab import diagrams
        assert "matplotlib" not in sys.modules
        assert all(getattr(diagrams, name) for name in diagrams.__all__)
        assert not {"tensorflow", "keras", "scipy"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.filterwarnings("error", "ignore::DeprecationWarning:(matplotlib|pyparsing)")
@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_each_diagram_is_one_tidy_figure_of_a_fixed_size(name, monkeypatch):
    drawn = []  # an axis also holds ticks that it does not draw
    original = Text.draw
    monkeypatch.setattr(Text, "draw", lambda text, renderer: drawn.append(text) or original(text, renderer))
    highest, largest = LARGE.get(name, (4.2, 60_000))
    before, forms = dict(matplotlib.rcParams), set()
    for arguments in ARGUMENTS[name]:
        assert getattr(diagrams, name)(*arguments) is None
        assert dict(matplotlib.rcParams) == before
        assert len(plt.get_fignums()) == 1
        figure, png = plt.gcf(), io.BytesIO()
        drawn.clear()
        figure.savefig(png)
        assert len(png.getvalue()) <= largest
        forms.add((*figure.get_size_inches(), len(figure.axes)))
        assert_tidy(figure, [text for text in dict.fromkeys(drawn) if text.get_visible() and text.get_text().strip()])
        plt.close(figure)
    ((width, height, _),) = forms
    assert width == 9
    assert 1.4 <= height <= highest


def assert_tidy(figure, texts):
    """Assert that each text has nine points or more, and that none leaves the figure or touches another."""
    for text in texts:
        subscripted = "_" in text.get_text() and "$" in text.get_text()
        assert text.get_fontsize() * (0.7 if subscripted else 1) >= 9, text
    low, high = np.array([text.get_window_extent().get_points() for text in texts]).swapaxes(0, 1)
    assert low.min() >= 0
    assert (high <= figure.bbox.max).all()
    touching = ((low[:, None] < high) & (low < high[:, None])).all(axis=2)
    assert not np.triu(touching, 1).any(), [texts[i] for i in np.argwhere(np.triu(touching, 1)).flat]


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("argmax", (np.full((2, 10), 0.1), np.ones((1, 784))), "digits must be .* with n of 2 or more"),
        ("argmax", (np.full((7, 10), 0.1),), r"Received: shape \[7, 10\]"),
        ("cross_entropy", (LOGITS, 3, SEVEN), "numbers from -4 to 4.1"),
        ("cross_entropy", (PROBABILITIES, 10, SEVEN), "from 0 to 9. Received: 10"),
        ("cross_entropy", (PROBABILITIES, 6, 255 * SEVEN), "image must be .* from 0 to 1"),
        ("feature_maps", (SEVEN, {"first": SEVEN}), r"'first' must be .* Received: shape \[28, 28\]"),
        ("feature_maps", (SEVEN, {"first": -np.ones((7, 7, 2))}), "from 0 up.* Received: .* from -1 to -1"),
        ("gradients_by_layer", ({},), "networks must be a whole number from 1 to 4. Received: 0"),
        ("gradients_by_layer", ({"a": [0.0, 1.0]},), r"'a' must be numbers above 0.* Received: .* from 0 to 1"),
        ("held_out_and_sealed", (60_000,), "from 1 to 59,999. Received: 60000"),
        ("layer_costs", ({},), "number of layers must be a whole number from 1 to 6. Received: 0"),
        ("layer_costs", ({"a": ((3, 3, 1, 12), (12,))},), r"'a' must be .* Received: \[3, 3, 1, 12\] and \[12\]"),
        ("layer_costs", ({"a": ((784, 10), (200,))},), r"'a' must be .* Received: \[784, 10\] and \[200\]"),
        ("learned_filters", (np.zeros((3, 3, 2, 12)),), r"columns, 1, filters\].*Received: shape \[3, 3, 2, 12\]"),
        ("learned_filters", (np.zeros((9, 9, 1, 12)),), "at most 7 × 7"),
        ("matrix_product", (12.5,), "Received: 12.5"),
        (
            "occlusion",
            (DIGITS[:5], np.zeros((5, 24, 24)), np.zeros(5), 1),
            "digits must be .* 1 to 4. Received: 5",
        ),
        (
            "occlusion",
            (DIGITS[:2], np.zeros((2, 24, 24)), [0.1], 1),
            r"uncovered must be .*Received: shape \[1\]",
        ),
        ("occlusion", (DIGITS[:1], np.zeros((24, 24)), [0.1], 1), r"maps must be .*\[1, positions, positions\]"),
        ("occlusion", (DIGITS[:1], np.full((1, 24, 24), 4.1), [0.1], 1), "Received: .* from 4.1 to 4.1"),
        ("occlusion", (DIGITS[:1], np.zeros((1, 24, 24)), [0.1], 10), "from 0 to 9. Received: 10"),
        ("one_layer", (np.full(784, 255),), "from 0 to 1. Received: .* from 255 to 255"),
        ("preparation", (DRAWING, DRAWING, DRAWING * 0, SEVEN), "small must be .* with ink.* Received: .* from 0 to 0"),
        ("softmax", (LOGITS[:9],), r"\[10\]. Received: shape \[9\]"),
        ("softmax", (LOGITS * np.nan,), "finite numbers.* from nan to nan"),
        ("stacked_layers", ((784, 10),), "number of sizes must be a whole number from 3 to 6. Received: 2"),
        ("sums_by_layer", ({"a": [np.zeros((2, 2))] * 3},), "layers of 'a' must be .*4. Received: 3"),
        ("sums_by_layer", ({"a": [np.zeros(2)] * 4},), r"'a' must be finite numbers.* Received: shape \[2\]"),
        ("tensors", (DIGITS,), r"Received: shape \[24, 784\]"),
        ("train_and_validation", (DIGITS[:23], DIGITS), r"24 or more. Received: shape \[23, 784\]"),
        ("train_and_validation", (DIGITS, DIGITS * 255), "validation_digits must be .* from 0 to 1"),
    ],
)
def test_arguments_that_cannot_be_drawn_are_refused(name, args, message):
    with pytest.raises(ValueError, match=message):
        getattr(diagrams, name)(*args)
    assert not plt.get_fignums()
