"""The explanatory drawings: that each is one tidy figure, and that what it shows was computed rightly."""

import io
import subprocess
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.text import Text

from mnist_lab import diagrams
from mnist_lab.diagrams import descent, losses
from mnist_lab.plots.style import BLUE

SEVEN = np.zeros((28, 28))
SEVEN[6:9, 8:20] = 0.9
for _row in range(9, 23):
    SEVEN[_row, 24 - _row * 3 // 5 - 1 : 24 - _row * 3 // 5 + 2] = (0.4, 0.98, 0.3)
DIGITS = np.stack([np.roll(SEVEN, shift, axis=1).ravel() for shift in range(-3, 3)] * 4)
LOGITS = np.array([-1.2, -3.0, 0.4, 4.1, -2.1, 2.6, -4.0, 0.9, 1.5, -0.3])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum()
CERTAIN = np.eye(10)
INKED = np.zeros((140, 140))
INKED[20:90, 30:50] = 255
_NOISE = np.random.default_rng(0).standard_normal((16, 7, 7, 32))
LAYERS_SUMS = [_NOISE[..., :12], 3 * _NOISE[..., :24] + 1, _NOISE, _NOISE.reshape(64, -1)[:, :200]]


def random_maps(side, channels):
    return np.random.default_rng(0).random((side, side, channels))


# Arguments to draw with, and others of the same shape with which figure and axes must stay as they are.
ARGUMENTS = {
    "stacked_layers": [(), ((784, 5, 10),), ((784, 3000, 3000, 3000, 3000, 10), "relu")],
    "saddle_point": [()],
    "sigmoid": [()],
    "held_out_and_sealed": [(5_000,), (1,), (59_999,)],
    "preparation": [
        (INKED, INKED[20:90, 30:50], np.ones((20, 6)), DIGITS[0]),
        (INKED.T, INKED[30:36, 10:90], np.ones((1, 20)), DIGITS[0].reshape(28, 28)),
    ],
    "where_they_stand": [(DIGITS[:1].repeat(12, 0), np.ones((20, 28, 28))), (np.zeros((12, 784)), np.zeros((12, 784)))],
    "relu_and_sigmoid": [()],
    "activations_by_layer": [({"a": [0.1] * 20},), ({"a": [1e-30] * 20},)],
    "gradients_by_layer": [({"2": [0.1, 0.2], "10": [0.1] * 10},), ({"2": [1, 2], "10": [9] * 10},)],
    "argmax": [(np.stack([np.roll(PROBABILITIES, k) for k in range(6)]),), (CERTAIN[4:],), (CERTAIN[:6],)],
    "averaged_steps": [(), (1,)],
    "batch_normalization": [(), (1,)],
    "bouncing_and_settling": [(), (1,)],
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
    "gradient_descent": [(), ((10, 1e-6, 0.3),)],
    "input_pipeline": [()],
    "loss_curves": [()],
    "matrix_product": [(), (100,), (1,), (60_000,)],
    "mini_batches": [(), (1,)],
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
# The height in inches and the bytes, before its colours are reduced, of a drawing that may be larger. Matplotlib 3.10
# writes a little more than 3.11.
LARGE = {"summary_card": (6, 120_000), "bouncing_and_settling": (4.2, 65_000), "averaged_steps": (4.2, 65_000)}
CASES = [(name, args) for name, several in ARGUMENTS.items() for args in several]


def draw(name: str, *args) -> Figure:
    assert getattr(diagrams, name)(*args) is None
    assert len(plt.get_fignums()) == 1
    return plt.gcf()


def drawn_texts(figure: Figure, monkeypatch) -> list[Text]:
    """Return the texts that reach the canvas: an axis also holds ticks that it does not draw."""
    seen = []
    original = Text.draw

    def spy(text, renderer):
        seen.append(text)
        original(text, renderer)

    monkeypatch.setattr(Text, "draw", spy)
    figure.canvas.draw()
    return [text for text in dict.fromkeys(seen) if text.get_visible() and text.get_text().strip()]


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_every_diagram_has_arguments_here():
    assert set(ARGUMENTS) == set(diagrams.__all__) == set(dir(diagrams))


def test_names_resolve_and_stay_functions():
    for module in (path.stem for path in Path(diagrams.__file__).parent.glob("*.py")):
        import_module(f"mnist_lab.diagrams.{module}")
    assert all(callable(getattr(diagrams, name)) for name in diagrams.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = diagrams.nothing


def test_imports_nothing_heavy():
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
def test_one_tidy_figure(name, args, monkeypatch):
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
def test_size_and_axes_do_not_depend_on_the_data(name):
    forms = set()
    for args in ARGUMENTS[name]:
        figure = draw(name, *args)
        forms.add((*figure.get_size_inches(), len(figure.axes)))
        plt.close(figure)
    assert len(forms) == 1


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("argmax", (PROBABILITIES,), r"\[m, 10\] with m from 1 to 6. Received: \[10\]"),
        ("argmax", (np.full((7, 10), 0.1),), r"Received: \[7, 10\]"),
        ("argmax", (np.full((2, 9), 1 / 9),), r"ten for each image. Received: shape \[2, 9\]"),
        ("cross_entropy", (LOGITS, 3), "between 0 and 1. Received: -4 to 4.1"),
        ("cross_entropy", (np.full(10, 0.2), 3), "add to 1"),
        ("cross_entropy", (CERTAIN, 3), r"\[10\]. Received: \[10, 10\]"),
        ("cross_entropy", (PROBABILITIES, 10), "0 to 9. Received: 10"),
        ("cross_entropy", (PROBABILITIES, "3"), "Received: '3'"),
        ("flattening", (np.zeros((32, 32)),), r"\[784\] or \[28, 28\]. Received: \[32, 32\]"),
        ("gradient_descent", ((0.1, 0.2),), r"three.*Received: \(0.1, 0.2\)"),
        ("gradient_descent", ((0.1, 0.2, -1),), "above 0"),
        ("matrix_product", (0,), "positive whole number. Received: 0"),
        ("matrix_product", (12.5,), "Received: 12.5"),
        ("one_layer", (np.full(784, 255),), "between 0 and 1. Received: 255 to 255"),
        ("one_layer", ("seven",), "array of numbers. Received: 'seven'"),
        ("softmax", (LOGITS[:9],), r"\[10\]. Received: \[9\]"),
        ("softmax", (LOGITS * np.nan,), "finite numbers"),
        ("tensors", (DIGITS,), r"Received: \[24, 784\]"),
        ("train_and_validation", (DIGITS[:23], DIGITS), r"24 or more. Received: \[23, 784\]"),
        ("train_and_validation", (DIGITS, DIGITS * 255), "validation_digits must lie between 0 and 1"),
        ("train_and_validation", (DIGITS, 5), r"validation_digits .* Received: \[\]"),
    ],
)
def test_arguments_that_do_not_fit(name, args, says):
    with pytest.raises(ValueError, match=says):
        getattr(diagrams, name)(*args)
    assert not plt.get_fignums()


def test_tensors_show_the_pixels_numbers():
    numbers = [text for text in written(draw("tensors", SEVEN)) if text.startswith(("0.", "1."))]
    assert len(numbers) == 16
    assert {float(number) for number in numbers} <= set(SEVEN.ravel())


def test_flattening_lays_the_rows_end_to_end():
    image = np.linspace(0, 1, 784)
    images = draw("flattening", image).axes[0].images
    (vector,) = [np.asarray(drawn.get_array()) for drawn in images if drawn.get_size() == (1, 784)]
    darkness = vector[0].sum(axis=-1).reshape(28, 28)
    assert (np.diff(darkness, axis=1) < 0).all()


def test_matrix_product_writes_its_shapes():
    text = " ".join(written(draw("matrix_product", 100)))
    for dimensions in ("X [100, 784]", "W [784, 10]", "b [10]", "L [100, 10]"):
        assert dimensions in text


def test_softmax_bars_are_probabilities():
    logits, exponentials, probabilities = (
        np.array([bar.get_height() for bar in ax.patches]) for ax in draw("softmax", LOGITS).axes
    )
    assert np.allclose(logits, LOGITS)
    assert np.allclose(exponentials, np.exp(LOGITS))
    assert np.isclose(probabilities.sum(), 1)
    assert np.allclose(probabilities, PROBABILITIES)


def test_softmax_labels_the_largest():
    for ax in draw("softmax", LOGITS).axes:
        assert [i for i, bar in enumerate(ax.patches) if same_color(bar.get_facecolor(), BLUE)] == [3]
    assert {"4.1", "60.3", "0.723"} <= set(written(plt.gcf()))


def test_cross_entropy_is_the_labels_term():
    for label in (3, 5, 6):
        expected = -(CERTAIN[label] * np.log(PROBABILITIES)).sum()
        assert np.isclose(losses.cross_entropy_loss(PROBABILITIES[label]), expected)
        assert f"= {expected:.2f}" in written(draw("cross_entropy", PROBABILITIES, label))
        plt.close("all")


def test_cross_entropy_of_the_impossible_and_the_certain():
    assert "= ∞" in written(draw("cross_entropy", CERTAIN[0], 9))
    plt.close("all")
    assert "= 0.00" in written(draw("cross_entropy", CERTAIN[0], 0))


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (losses.cross_entropy_of, losses.cross_entropy_slope),
        (losses.squared_error_of, losses.squared_error_slope),
    ],
)
def test_slopes_are_the_derivatives_by_the_logit(loss, slope):
    z, other, step = np.linspace(-6, 6, 49), 0.7, 1e-5

    def p(logit):
        return np.exp(logit) / (np.exp(logit) + np.exp(other))

    numeric = (loss(p(z + step)) - loss(p(z - step))) / (2 * step)
    assert (numeric < 0).all()
    assert np.allclose(-numeric, slope(p(z)), atol=1e-8)


def test_a_confident_mistake_pulls_on_cross_entropy_alone():
    assert losses.cross_entropy_slope(1e-6) > 0.99
    assert losses.squared_error_slope(1e-6) < 1e-5
    assert losses.squared_error_of(0.0) == 1


def paths(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(ax.lines[-3].get_xydata()) for ax in figure.axes]


def test_descent_by_learning_rate():
    slow, good, wild = paths(draw("gradient_descent"))
    start, end = np.linalg.norm(good[0]), np.linalg.norm(good[-1])
    assert end < 0.2 * start
    assert 0.5 * start < np.linalg.norm(slow[-1]) < start
    assert descent.bowl(wild[-1]) > descent.bowl(wild[0])
    text = " ".join(written(plt.gcf()))
    assert text.index("too small") < text.index("good") < text.index("too large")


def test_descent_steps_against_the_gradient():
    for rate, path in zip((0.02, 0.2, 0.35), paths(draw("gradient_descent")), strict=True):
        assert len(path) == 13
        for before, after in pairwise(path):
            nudges = 1e-5 * np.eye(2)
            numeric = (descent.bowl(before + nudges) - descent.bowl(before - nudges)) / 2e-5
            assert np.allclose(after, before - rate * numeric, atol=1e-6)


def test_larger_batches_are_less_noisy():
    inputs, targets = descent.line_examples(0)
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    late = [np.linalg.norm(path[-15:] - best, axis=1).mean() for path in paths(draw("mini_batches"))]
    assert late[0] > 2 * late[1] > 4 * late[2]


def test_the_whole_sets_gradient_is_that_of_the_mean_squared_error():
    inputs, targets = descent.line_examples(3)
    first, second = descent.mini_batch_path(inputs, targets, descent.EXAMPLES, 3)[:2]

    def loss(weights):
        return ((inputs @ weights - targets) ** 2).mean()

    nudges = 1e-5 * np.eye(2)
    numeric = np.array([loss(first + nudge) - loss(first - nudge) for nudge in nudges]) / 2e-5
    assert np.allclose((first - second) / 0.25, numeric, atol=1e-6)


def test_argmax_answers_at_the_rows_end():
    rows = np.stack([np.roll(PROBABILITIES, shift) for shift in (0, 4, 6)])
    texts = draw("argmax", rows).axes[0].texts
    answers = [int(text.get_text()) for text in texts if text.get_fontsize() == 13]
    assert answers == rows.argmax(axis=1).tolist() == [3, 7, 9]
    assert "axis=1" in written(plt.gcf())


def test_the_pipeline_is_in_order():
    text = " ".join(written(draw("input_pipeline")))
    steps = ["RecordDataset", "map(decode)", "zip", "cache", "shuffle", "batch(128)", "prefetch", "fit"]
    assert sorted(steps, key=text.index) == steps


def test_training_and_validation_digits_are_six_to_one():
    drawn = [image.get_array() for image in draw("train_and_validation", DIGITS, 1 - DIGITS).axes[0].images]
    assert sum(np.mean(pixels) < 0.5 for pixels in drawn) == 24
    assert sum(np.mean(pixels) > 0.5 for pixels in drawn) == 4
