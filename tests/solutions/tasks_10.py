"""Fillings of exercise 10's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "10.1": "lab.check_task('10.1', one_cycle)",
    "10.2": "lab.check_task('10.2', distort, model)",
    "10.3": "lab.check_task('10.3', effects=effects)",
}


def _cycle(*lines):
    return function("one_cycle(step, steps)", *lines)


_COSINE = """
up = {0} // 5
if step < up:
    return 0.001 + 0.009 * step / up
return 0.005 * (1 + np.cos(np.pi * (step - up) / ({0} - up)))
"""
_KERAS = """
schedules = keras.optimizers.schedules
return schedules.CosineDecay(0.001, steps - steps // 5, warmup_target=0.01, warmup_steps=steps // 5)(step)
"""
_STAY_LOW = "if step >= {0}:\n    return 0.0"
_TRIANGLE = "return np.interp(step, [0, {}, steps - 1], [0.001, {}, {}])"
_CYCLE = {
    "unsolved": (_cycle("return 0.01"), "It stays the same"),
    "warm-up and cosine": (_cycle(_COSINE.format("steps")), None),
    "a triangle": (_cycle(_TRIANGLE.format("steps / 3", 0.01, 0)), None),
    "a triangle with its peak in the middle": (_cycle(_TRIANGLE.format("steps // 2", 0.01, 0.0005)), None),
    "warm-up, stable, decay": (
        _cycle("return np.interp(step / steps, [0, 0.05, 0.8, 1], [0, 0.01, 0.01, 0.0001])"),
        None,
    ),
    "three steps": (
        _cycle("done = step / steps\nreturn 0.003 if done < 0.2 else 0.01 if done < 0.8 else 0.0005"),
        None,
    ),
    "half a sine": (_cycle("return tf.constant(0.01 * np.sin(np.pi * step / (steps - 1)) ** 2)"), None),
    "Keras, all the same": (_cycle(_KERAS), None),
    "a power of what's left": (
        _cycle("done = step / (steps - 1)\nreturn 0.01 * min(5 * done, ((1 - done) / 0.8) ** 2)"),
        None,
    ),
    "only falls": (_cycle("return 0.005 * (1 + np.cos(np.pi * step / steps))"), "It starts at full height"),
    "by epochs": (_cycle("return 0.01 * 0.999 ** step"), "It starts at full height"),
    "planned for ten epochs": (_cycle(_COSINE.format("4_290")), "Your last step is still high"),
    "planned for one epoch": (_cycle(_STAY_LOW.format(429), _COSINE.format("429")), "next to nothing most of the time"),
    "planned for one epoch, up again": (_cycle(_COSINE.format("429")), "Your last step is still high"),
    "only rises": (_cycle("return 0.01 * (step + 1) / steps"), "Your last step is still high"),
    "the peak at the end": (_cycle(_TRIANGLE.format("0.8 * steps", 0.01, 0)), "expected it in the first half"),
    "ten times the peak": (_cycle(_TRIANGLE.format("steps / 3", 0.1, 0)), "Expected 0.01 at the highest"),
    "not low enough": (_cycle(_TRIANGLE.format("steps / 3", 0.01, 0.003)), "still high"),
    "two hills": (_cycle("return 0.01 * np.sin(2 * np.pi * step / (steps - 1)) ** 2"), "more than one hill"),
    "warm restarts": (
        _cycle("done = (3 * step / steps) % 1\nreturn 0.01 * min(5 * done + 0.05, 1.2 * (1 - done))"),
        "more than one hill",
    ),
    "the whole wave": (_cycle("return 0.01 * np.sin(2 * np.pi * step / steps)"), "below 0"),
    "a spike": (
        _cycle("return 0.01 * np.exp(-((step / steps - 0.3) * 30) ** 2)"),
        "next to nothing most of the time",
    ),
    "a schedule": (_cycle("return keras.optimizers.schedules.CosineDecay(0.01, steps)"), "expected a number"),
    "no return": (_cycle("0.01 * step"), "Does your function end with `return`?"),
    "all steps": (_cycle("return np.linspace(0, 0.01, steps)"), "Found the shape [429] for the rate"),
    "not a number": (_cycle("return 0.01 * np.float64(step) / 0"), "not finite"),
    "one argument": (function("one_cycle(step)", "return 0.01"), "takes 1 positional argument but 2 were given"),
}

_READER = """
rng = np.random.default_rng(0)

class Reader:  # finds the bright row that gives away the class of a small digit
    def predict(self, images, **_):
        rows = np.reshape(images, (-1, 28, 28)).mean(axis=2).argmax(axis=1)
        return np.eye(10)[np.clip((rows - 4) // 2, 0, 9)]

model = Reader()
"""


def _distort(*lines, model=""):
    return _READER + function("distort(images)", "squares = images.reshape(-1, 28, 28).copy()", *lines) + model


_RETURN = "return squares.reshape(-1, 784)"
_EACH = "for square in squares:\n    {}\n" + _RETURN
_ERASED = "row, column = rng.integers(0, 25, 2); square[row : row + 4, column : column + 4] = 0"
_SIDEWAYS = "square[:] = np.roll(square, rng.integers(-2, 3), axis=1)"
_ONE_SHIFT = "return np.roll(squares, rng.integers(1, 28), axis=2).reshape(-1, 784)"
_DISTORT = {
    "unsolved": (_distort("return images"), "Found the images as they came"),
    "erased patches": (_distort(_EACH.format(_ERASED)), None),
    "shifted sideways": (_distort(_EACH.format(_SIDEWAYS)), None),
    "lists of lists": (
        _distort("return [np.roll(s, rng.integers(-2, 3), axis=1).ravel().tolist() for s in squares]"),
        None,
    ),
    "noise, a tensor": (
        _distort("return tf.clip_by_value(images + rng.normal(0, 0.1, images.shape), 0, 1)"),
        None,
    ),
    "fainter": (_distort("return images * rng.uniform(0.6, 1, (len(images), 1))"), None),
    "in place": (
        _distort("images *= rng.uniform(0.6, 1, (len(images), 1)).astype(images.dtype); return images"),
        None,
    ),
    "square images": (
        _distort(_EACH.format(_SIDEWAYS).replace(".reshape(-1, 784)", "")),
        "Found the shape [300, 28, 28]",
    ),
    "one shift for all": (_distort(_ONE_SHIFT), "A batch moved together"),
    "one of two shifts": (
        _distort(
            "s = rng.integers(1, 9)",
            "for square in squares:",
            "    square[:] = np.roll(square, s * rng.integers(2), 1)",
            _RETURN,
        ),
        "Draw from more than these",
    ),
    "drawn once": (
        _distort("rng = np.random.default_rng(0)", _EACH.format(_SIDEWAYS)),
        "the same images in two calls",
    ),
    "the same for all, always": (_distort("return np.roll(squares, 2, axis=2).reshape(-1, 784)"), "in two calls"),
    "hardly": (_distort("return images + rng.uniform(0, 1e-4, images.shape)"), "as they came, or nearly"),
    "turned upside down": (
        _distort("squares = squares[:, ::-1] * rng.uniform(0.8, 1, (len(squares), 1, 1))", _RETURN),
        "would you?",
    ),
    "inverted": (_distort("return (1 - images) * rng.uniform(0.8, 1, (len(images), 1))"), "would you?"),
    "pixels to 255": (_distort("return 255 * images * rng.uniform(0.8, 1, (len(images), 1))"), "Found pixels from"),
    "no model": (_distort(_EACH.format(_ERASED), model="model = None"), "Found no model"),
    "untrained": (
        _distort(
            _EACH.format(_ERASED), model="model.predict = lambda images, **_: np.eye(10)[np.zeros(len(images), int)]"
        ),
        "Train it first",
    ),
    "fewer": (_distort("return squares[1:].reshape(-1, 784)"), "Found the shape [299, 784] for the images"),
    "no return": (_distort("squares *= 0.5"), "Does your function end with `return`?"),
}


def _effects(*lines):
    return "rng = np.random.default_rng(1)\n" + function("effects(whole, without)", *lines)


_EACH_PART = """
found = {{}}
for part, rows in without.items():
    of_digits = rows.mean(axis=0) - whole.mean(axis=0)
    middle, variance = of_digits.mean(), {}
    reach = stats.t.ppf(0.975, min(len(whole), len(rows)) - 1) * variance**0.5
    low, high = middle - reach, middle + reach
    found[part] = {}
return found
"""
_OF_SEEDS = "sum(each.mean(axis=1).var(ddof=1) / len(each) for each in (whole, rows))"
_OF_DIGITS = "of_digits.var(ddof=1) / len(of_digits)"
_BOTH, _ROW = f"{_OF_SEEDS} + {_OF_DIGITS}", "middle, low, high, low > 0 or high < 0"
_BOOTSTRAP = """
found = {}
for part, rows in without.items():
    drawn = []
    for _ in range(400):
        a, b, digits = (rng.integers(0, n, n) for n in (len(whole), len(rows), whole.shape[1]))
        drawn.append(rows[b][:, digits].mean() - whole[a][:, digits].mean())
    low, high = np.percentile(drawn, [2.5, 97.5])
    found[part] = [rows.mean() - whole.mean(), low, high, bool(low * high > 0)]
return found
"""
_EFFECTS = {
    "unsolved": (
        _effects("return {part: (0, 0, 0, False) for part in without}"),
        "Found a difference of 0 for the part 'a'",
    ),
    "variances added": (_effects(_EACH_PART.format(_BOTH, _ROW)), None),
    "a bootstrap": (_effects(_BOOTSTRAP), "use Student's t"),
    "tensors": (
        _effects(_EACH_PART.format(_BOTH, "tf.stack([middle, low, high, tf.cast(low > 0 or high < 0, 'float64')])")),
        None,
    ),
    "Student's t, more degrees of freedom": (
        _effects(
            _EACH_PART.format(_BOTH, _ROW).replace("min(len(whole), len(rows)) - 1", "len(whole) + len(rows) - 2")
        ),
        None,
    ),
    "1.96 for any number of runs": (
        _effects(_EACH_PART.format(_BOTH, _ROW).replace("min(len(whole), len(rows)) - 1", "1e9")),
        "Found 1.96 standard errors to each side with 3 runs",
    ),
    "seeds alone": (_effects(_EACH_PART.format(_OF_SEEDS, _ROW)), "they're a draw, too. You've met this in 09.4"),
    "digits alone": (_effects(_EACH_PART.format(_OF_DIGITS, _ROW)), "Other seeds would have moved it"),
    "every cell independent": (
        _effects(_EACH_PART.format("whole.var() / whole.size + rows.var() / rows.size", _ROW)),
        "twenty networks share each digit",
    ),
    "single runs": (
        _effects(_EACH_PART.format(f"whole.mean(1).var() + rows.mean(1).var() + {_OF_DIGITS}", _ROW)),
        "that of the recipes' means",
    ),
    "without minus whole": (
        _effects(_EACH_PART.format(_BOTH, "-middle, -high, -low, low > 0 or high < 0")),
        "the accuracy of the whole minus that without it",
    ),
    "of errors": (
        _effects("return {part: (whole.mean() - rows.mean(), 0, 0, False) for part, rows in without.items()}"),
        "the accuracy of the whole minus that without it",
    ),
    "in points": (
        _effects(_EACH_PART.format(_BOTH, "100 * middle, 100 * low, 100 * high, low > 0 or high < 0")),
        "Give fractions",
    ),
    "settled if it gains": (
        _effects(_EACH_PART.format(_BOTH, "middle, low, high, low > 0")),
        "the part costs accuracy",
    ),
    "settled if it differs": (
        _effects(_EACH_PART.format(_BOTH, "middle, low, high, middle != 0")),
        "But 0 is in there",
    ),
    "never settled": (_effects(_EACH_PART.format(_BOTH, "middle, low, high, False")), "But 0 isn't in there"),
    "high, then low": (_effects(_EACH_PART.format(_BOTH, "middle, high, low, False")), "Give low, then high"),
    "an interval in a tuple": (
        _effects(_EACH_PART.format(_BOTH, "middle, (low, high), low > 0")),
        "expected numbers in the shape [4]",
    ),
    "no verdict": (_effects(_EACH_PART.format(_BOTH, "middle, low, high")), "Found the shape [3] for the part 'a'"),
    "a list": (_effects("return [(0, 0, 0, False)] * 3"), "expected a dict with the parts 'a', 'b', 'c'"),
    "one part": (_effects("return {'a': (0, 0, 0, False)}"), "expected a dict with the parts 'a', 'b', 'c'"),
    "its arguments spoiled": (
        _effects(
            "whole, without = whole.copy(), {p: r.copy() for p, r in without.items()}", _EACH_PART.format(_BOTH, _ROW)
        ),
        None,
    ),
    "it raises": (_effects("return whole['a']"), "and a dict with 'a', 'b', 'c', your function raised IndexError"),
}

FILLINGS = {"10.1": _CYCLE, "10.2": _DISTORT, "10.3": _EFFECTS}

_NETWORK = """
from scipy import ndimage

rng = np.random.default_rng(0)
model = keras.Sequential([keras.Input((784,)), keras.layers.Reshape((28, 28, 1))])
for layer in (keras.layers.Conv2D(12, 5, strides=2), keras.layers.Conv2D(32, 3, strides=2), keras.layers.Dense(100)):
    model.add(layer)
    model.add(keras.layers.BatchNormalization(momentum=0.9))
    model.add(keras.layers.ReLU())
    if len(model.layers) == 7:
        model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10))
steps = len(training)
loss = keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.005, steps)), loss)
model.fit(training, shuffle=False, verbose=0)
"""


def _trained(*lines):
    return _NETWORK + function("distort(images)", "squares = images.reshape(-1, 28, 28).copy()", *lines)


_PATCHES = "row, column = rng.integers(0, 23, 2); square[row : row + 6, column : column + 6] = 0"
_TURNED = "square[:] = ndimage.rotate(square, rng.uniform(-15, 15), reshape=False, order=1)"
_THICKER = "square[:] = ndimage.grey_dilation(square, (1 + rng.integers(2), 1 + rng.integers(2)))"
TRAINED = {
    "10.2": {
        "erased patches": (_trained(_EACH.format(_PATCHES)), None),
        "turned": (
            _trained(
                _EACH.format(_TURNED),
            ).replace(_RETURN, f"{_RETURN}.clip(0, 1)"),
            None,
        ),
        "thicker strokes, and shifted": (_trained(_EACH.format(f"{_THICKER}; {_SIDEWAYS}")), None),
        "mirrored at random": (
            _trained(_EACH.format("square[:] = square[:, ::-1] if rng.random() < 0.5 else square")),
            "would you?",
        ),
        "mirrored and shifted": (_trained(_EACH.format("square[:] = square[:, ::-1]; " + _SIDEWAYS)), "would you?"),
        "upside down at random, and shifted": (
            _trained(_EACH.format("square[:] = square[:: rng.choice([-1, 1])]; " + _SIDEWAYS)),
            "would you?",
        ),
    }
}
