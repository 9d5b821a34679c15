"""Every diagram is one tidy figure of a fixed size, and refuses arguments that it cannot draw."""

import io
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from mnist_lab import diagrams

SEVEN = np.zeros((28, 28))
SEVEN[6:9, 8:20] = 0.9
for _row in range(9, 23):
    SEVEN[_row, 24 - _row * 3 // 5 - 1 : 24 - _row * 3 // 5 + 2] = (0.4, 0.98, 0.3)
DIGITS = np.stack([np.roll(SEVEN, shift, axis=1).ravel() for shift in range(-3, 3)] * 4)
LOGITS = np.array([-1.2, -3.0, 0.4, 4.1, -2.1, 2.6, -4.0, 0.9, 1.5, -0.3])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum()
CERTAIN = np.eye(10)
DRAWING = np.zeros((140, 140))
DRAWING[20:90, 30:50] = 255
_NOISE = np.random.default_rng(0).standard_normal((16, 7, 7, 32))
LAYERS_SUMS = [_NOISE[..., :12], 3 * _NOISE[..., :24] + 1, _NOISE, _NOISE.reshape(64, -1)[:, :200]]


def random_maps(side, channels):
    return np.random.default_rng(0).random((side, side, channels))


# Several sets of arguments for each diagram; size and number of axes must be the same with all of them.
ARGUMENTS = {
    "stacked_layers": [(), ([784, 5, 10],), ((784, 3000, 3000, 3000, 3000, 10),)],
    "saddle_point": [()],
    "sigmoid": [()],
    "held_out_and_sealed": [(5_000,), (1,), (59_999,)],
    "preparation": [
        (DRAWING, DRAWING[20:90, 30:50], np.ones((20, 6)), DIGITS[0]),
        (DRAWING.T, DRAWING[30:36, 10:90], np.ones((1, 20)), DIGITS[0].reshape(28, 28)),
    ],
    "where_they_stand": [(DIGITS[:1].repeat(12, 0), np.ones((20, 28, 28))), (np.zeros((12, 784)), np.zeros((12, 784)))],
    "relu_and_sigmoid": [()],
    "activations_by_layer": [({"a": [0.1] * 20},), ({"a": [1e-30] * 20},)],
    "gradients_by_layer": [({"2": [0.1, 0.2], "10": [0.1] * 10},), ({"2": [1, 2], "10": [9] * 10},)],
    "argmax": [(np.stack([np.roll(PROBABILITIES, k) for k in range(6)]),), (CERTAIN[4:],), (CERTAIN[:6],)],
    "averaged_steps": [()],
    "batch_normalization": [()],
    "bouncing_and_settling": [()],
    "convolution_weights": [()],
    "data_cubes": [()],
    "data_parallel": [()],
    "feature_maps": [
        (SEVEN, {"first": random_maps(28, 12), "second": random_maps(14, 24), "third": random_maps(7, 32)}),
        (SEVEN.ravel(), {"only": np.zeros((5, 4, 2))}),
    ],
    "learned_filters": [
        (random_maps(3, 12)[:, :, np.newaxis] - 0.5,),
        (random_maps(7, 40)[:, :, np.newaxis] - 0.5,),
        (np.zeros((1, 2, 1, 1)),),
    ],
    "shrinking": [(SEVEN,), (np.zeros(784),), (DIGITS[2],)],
    "sliding_filter": [(SEVEN,), (np.zeros(784),), (DIGITS[2],)],
    "cross_entropy": [(PROBABILITIES, 3), (CERTAIN[0], 9), (PROBABILITIES.astype("float32"), np.int64(6))],
    "dropout": [()],
    "flattening": [(SEVEN,), (np.zeros(784, "float32"),)],
    "gradient_descent": [()],
    "input_pipeline": [()],
    "loss_curves": [()],
    "matrix_product": [(), (100,), (1,), (60_000,)],
    "mini_batches": [()],
    "one_layer": [(SEVEN.ravel(),), (np.ones((28, 28)),)],
    "softmax": [
        (LOGITS,),
        (-LOGITS,),
        (np.arange(10.0),),
        (np.full(10, -600.0),),
        (np.eye(10)[9] * 700,),
        (LOGITS * 1e5,),
    ],
    "summary_card": [()],
    "sums_by_layer": [({name: LAYERS_SUMS for name in "abc"},), ({name: [np.zeros((2, 5))] * 4 for name in "xyz"},)],
    "tensors": [(SEVEN,), (np.zeros(784),)],
    "train_and_validation": [(DIGITS, DIGITS), (DIGITS.reshape(-1, 28, 28), DIGITS[:4])],
}
# Diagrams that may be larger: at most so many inches high and so many bytes, before the colours are reduced.
# Matplotlib 3.10 writes a little more than 3.11.
LARGE = {"summary_card": (6, 120_000), "bouncing_and_settling": (4.2, 65_000), "averaged_steps": (4.2, 65_000)}
CASES = [(name, args) for name, several in ARGUMENTS.items() for args in several]


def draw(name: str, *args) -> Figure:
    assert getattr(diagrams, name)(*args) is None
    assert len(plt.get_fignums()) == 1
    return plt.gcf()


def drawn_texts(figure: Figure, monkeypatch) -> list[Text]:
    """Return the texts that reach the canvas, since an axis also holds ticks that it does not draw."""
    seen = []
    original = Text.draw

    def spy(text, renderer):
        seen.append(text)
        original(text, renderer)

    monkeypatch.setattr(Text, "draw", spy)
    figure.canvas.draw()
    return [text for text in dict.fromkeys(seen) if text.get_visible() and text.get_text().strip()]


def test_every_diagram_is_tested():
    assert set(ARGUMENTS) == set(diagrams.__all__) == set(dir(diagrams))


def test_importing_the_modules_replaces_no_function():
    for module in (path.stem for path in Path(diagrams.__file__).parent.glob("*.py")):
        import_module(f"mnist_lab.diagrams.{module}")
    assert all(callable(getattr(diagrams, name)) for name in diagrams.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = diagrams.nothing


def test_diagrams_import_neither_tensorflow_nor_scipy():
    code = (
        "import sys; from mnist_lab import diagrams; assert 'matplotlib' not in sys.modules; "
        "[getattr(diagrams, name) for name in diagrams.__all__]; "
        "ours = [name for name in sys.modules if name.startswith('mnist_lab.')]; "
        "light = tuple('mnist_lab.' + room for room in ('data', 'diagrams', 'plots')); "
        "assert all(name.startswith(light) for name in ours), ours; "
        "assert not {'tensorflow', 'keras', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.filterwarnings("error", "ignore::DeprecationWarning:(matplotlib|pyparsing)")
@pytest.mark.parametrize(("name", "args"), CASES)
def test_each_diagram_is_one_tidy_figure(name, args, monkeypatch):
    before = dict(matplotlib.rcParams)
    figure = draw(name, *args)
    assert dict(matplotlib.rcParams) == before
    assert figure.get_figwidth() == 9
    highest, largest = LARGE.get(name, (4.2, 60_000))
    assert 1.4 <= figure.get_figheight() <= highest

    texts = drawn_texts(figure, monkeypatch)
    boxes = [text.get_window_extent() for text in texts]
    for i, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        smallest = text.get_fontsize() * (0.7 if "_" in text.get_text() and "$" in text.get_text() else 1)
        assert smallest >= 9, text
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text
        for other, other_box in zip(texts[:i], boxes[:i], strict=True):
            assert not box.overlaps(other_box), (text, other)

    png = io.BytesIO()
    figure.savefig(png, dpi=96, bbox_inches="tight")
    assert len(png.getvalue()) <= largest


@pytest.mark.parametrize("name", sorted(name for name in set(ARGUMENTS) - {"argmax"} if len(ARGUMENTS[name]) > 1))
def test_size_and_number_of_axes_do_not_depend_on_the_data(name):
    forms = set()
    for args in ARGUMENTS[name]:
        figure = draw(name, *args)
        forms.add((*figure.get_size_inches(), len(figure.axes)))
        plt.close(figure)
    assert len(forms) == 1


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("argmax", (PROBABILITIES,), r"\[m, 10\] with m from 1 to 6. Received: \[10\]"),
        ("argmax", (np.full((7, 10), 0.1),), r"Received: \[7, 10\]"),
        ("argmax", (np.full((2, 9), 1 / 9),), r"ten values for each image. Received: shape \[2, 9\]"),
        ("cross_entropy", (LOGITS, 3), "between 0 and 1. Received: -4 to 4.1"),
        ("cross_entropy", (np.full(10, 0.2), 3), "add up to 1"),
        ("cross_entropy", (CERTAIN, 3), r"\[10\]. Received: \[10, 10\]"),
        ("cross_entropy", (PROBABILITIES, 10), "0 to 9. Received: 10"),
        ("cross_entropy", (PROBABILITIES, "3"), "Received: '3'"),
        ("flattening", (np.zeros((32, 32)),), r"\[784\] or \[28, 28\]. Received: \[32, 32\]"),
        ("gradients_by_layer", ({},), "one to 4 networks. Received: 0"),
        ("gradients_by_layer", ({str(k): [1.0] for k in range(5)},), "Received: 5"),
        ("gradients_by_layer", ({"a": [0.0, 1.0]},), r"'a' must be numbers above 0.* Received: \[0.0, 1.0\]"),
        ("gradients_by_layer", ({"a": []},), r"Received: \[\]"),
        ("matrix_product", (0,), "positive whole number. Received: 0"),
        ("matrix_product", (12.5,), "Received: 12.5"),
        ("one_layer", (np.full(784, 255),), "between 0 and 1. Received: 255 to 255"),
        ("one_layer", ("seven",), "array of numbers. Received: 'seven'"),
        ("softmax", (LOGITS[:9],), r"\[10\]. Received: \[9\]"),
        ("softmax", (LOGITS * np.nan,), "finite numbers"),
        ("stacked_layers", ((784, 10),), r"three to six whole numbers above 0. Received: \(784, 10\)"),
        ("stacked_layers", ((784, 0, 10),), "Received"),
        ("stacked_layers", ((784, 2.5, 10),), "Received"),
        ("stacked_layers", ((1,) * 7,), "Received"),
        ("sums_by_layer", ({},), "one to three rows. Received: 0"),
        ("sums_by_layer", ({"a": [np.zeros((2, 2))] * 3},), "'a' must hold four layers. Received: 3"),
        ("sums_by_layer", ({"a": [np.zeros(2)] * 4},), r"'a' must hold finite numbers.* Received: \[2\]"),
        ("sums_by_layer", ({"a": [np.full((2, 2), np.nan)] * 4},), "finite numbers"),
        ("sums_by_layer", ({"a": ["x"] * 4},), "array of numbers. Received: 'x'"),
        ("tensors", (DIGITS,), r"Received: \[24, 784\]"),
        ("train_and_validation", (DIGITS[:23], DIGITS), r"24 or more. Received: \[23, 784\]"),
        ("train_and_validation", (DIGITS, DIGITS * 255), "validation_digits must lie between 0 and 1"),
        ("train_and_validation", (DIGITS, 5), r"validation_digits .* Received: \[\]"),
    ],
)
def test_arguments_that_cannot_be_drawn_are_refused(name, args, message):
    with pytest.raises(ValueError, match=message):
        getattr(diagrams, name)(*args)
    assert not plt.get_fignums()
