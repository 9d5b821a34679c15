"""Fillings of exercise 06's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "06.1": "lab.check_task('06.1', convolve)",
    "06.2": "lab.check_task('06.2', count)",
    "06.3": "lab.check_task('06.3', vertical, horizontal, strength=strength)",
    "06.4": "lab.check_task('06.4', model)",
}


def _convolve(*lines):
    return function("convolve(image, weights, stride, padding)", "s, (h, w) = stride, weights.shape", *lines)


_PAD = """
if padding == "same":
    zeros = [max((-(-n // s) - 1) * s + k - n, 0) for n, k in zip(image.shape, (h, w))]
    image = np.pad(image, [(z // 2, z - z // 2) for z in zeros])
"""
_WINDOWS = "windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)"
_SUM = "return (windows * weights).sum(axis=(2, 3))[::s, ::s]"
_EVENLY = "if padding == 'same':\n    image = np.pad(image, [(k // 2, k // 2) for k in (h, w)])"
_FOR_1 = "if padding == 'same':\n    image = np.pad(image, [((k - 1) // 2, k // 2) for k in (h, w)])"
_BEFORE = "if padding == 'same':\n    image = np.pad(image, [(k // 2, (k - 1) // 2) for k in (h, w)])"
_CONVOLVE = {
    "unsolved": (_convolve("return np.zeros_like(image)"), "found only zeros"),
    "windows": (_convolve(_PAD, _WINDOWS, _SUM), None),
    "two loops, a list": (
        _convolve(
            _PAD,
            "rows, columns = (range(0, n - k + 1, s) for n, k in zip(image.shape, (h, w)))",
            "return [[(image[r : r + h, c : c + w] * weights).sum() for c in columns] for r in rows]",
        ),
        None,
    ),
    "shifted images": (
        _convolve(
            _PAD,
            "n, m = image.shape[0] - h + 1, image.shape[1] - w + 1",
            "return sum(weights[i, j] * image[i : i + n, j : j + m] for i in range(h) for j in range(w))[::s, ::s]",
        ),
        None,
    ),
    "SciPy's correlate": (
        _convolve(
            "from scipy.signal import correlate", _PAD, "return correlate(image, weights, mode='valid')[::s, ::s]"
        ),
        None,
    ),
    "FFT, the filter turned": (
        _convolve(
            "from scipy.signal import fftconvolve",
            _PAD,
            "return fftconvolve(image, weights[::-1, ::-1], mode='valid')[::s, ::s]",
        ),
        None,
    ),
    "NumPy's FFT": (
        _convolve(
            _PAD,
            "size = image.shape",
            "sums = np.fft.irfft2(np.fft.rfft2(image) * np.fft.rfft2(weights, size).conj(), size)",
            "return sums[: size[0] - h + 1, : size[1] - w + 1][::s, ::s]",
        ),
        None,
    ),
    "Keras': its axes left": (
        "def convolve(image, weights, stride, padding):\n"
        "    return keras.ops.conv(image[None, ..., None], weights[..., None, None], strides=stride, padding=padding)",
        None,
    ),
    "flipped": (
        _convolve("from scipy.signal import convolve2d", _PAD, "return convolve2d(image, weights, 'valid')[::s, ::s]"),
        "mathematicians' convolution",
    ),
    "flipped by hand": (_convolve(_PAD, _WINDOWS, _SUM.replace("weights", "weights[::-1, ::-1]")), "half a turn"),
    "an even filter padded evenly": (_convolve(_EVENLY, _WINDOWS, _SUM), "extra zero goes after"),
    "the extra zero before": (_convolve(_BEFORE, _WINDOWS, _SUM), "the extra one goes after"),
    "stride ignored": (_convolve(_PAD, _WINDOWS, "return (windows * weights).sum(axis=(2, 3))"), "stride is ignored"),
    "padding ignored": (_convolve(_WINDOWS, _SUM), "put zeros around the image first"),
    "stage: valid": (_convolve("assert s == 1", _WINDOWS, _SUM), 'far: "valid" with stride 1. On to step 2. Called'),
    "stage: stride": (
        _convolve(_WINDOWS, _SUM),
        'far: "valid" with any stride, the core. On to step 3. For a filter 3 × 3',
    ),
    "stage: same": (_convolve(_FOR_1, _WINDOWS, _SUM), 'far: "same" with stride 1. On to step 4. For a filter 3 × 3'),
    "padded as for stride 1": (_convolve(_FOR_1, _WINDOWS, _SUM), "6 rows need 0 zeros before and 1 after"),
    "fewer zeros than none": (_convolve(_PAD.replace("max(", "(").replace(", 0)", ")"), _WINDOWS, _SUM), "negative"),
    "sums rounded down": (_convolve(_PAD.replace("-(-n // s)", "n // s"), _WINDOWS, _SUM), "rounded up"),
    "the extra zero forgotten": (
        _convolve(_PAD.replace("z - z // 2", "z // 2"), _WINDOWS, _SUM),
        "odd number of zeros",
    ),
    "always same": (
        _convolve("from scipy.signal import correlate", "return correlate(image, weights, 'same')[::s, ::s]"),
        "zeros were added",
    ),
    "border repeated": (
        _convolve(_PAD.replace("for z in zeros]", "for z in zeros], 'edge'"), _WINDOWS, _SUM),
        "at the border are repeated",
    ),
    "means": (_convolve(_PAD, _WINDOWS, _SUM.replace(".sum", ".mean")), "these are means"),
    "turned by a quarter": (
        _convolve(_PAD, _WINDOWS, _SUM.replace("weights", "weights.T")),
        "Which pixels lie beneath",
    ),
    "the last position missing": (_convolve(_WINDOWS, "return windows.sum(axis=(2, 3))[:-1, :-1]"), "n − k + 1"),
    "the filter ignored": (_convolve(_PAD, _WINDOWS, "return windows.sum(axis=(2, 3))[::s, ::s]"), "Which pixels lie"),
    "a row short": (_convolve("return image[5:]"), "where the filter fits"),
    "one number": (_convolve("return (image[:h, :w] * weights).sum()"), "found the shape [1, 1]"),
    "nothing returned": (_convolve(_PAD), "end with `return`"),
    "it raises": (_convolve("return image @ weights"), "and 'valid', your function raised"),
}


def _count(weights, adds, row="(r, c, f), weights, adds", size=None):
    same, valid = size or ("-(-n // s)", "(n - k) // s + 1")
    return function(
        "count(image, convolutions)",
        "r, c, ch = image\nfound = []\nfor f, k, s, padding in convolutions:\n    R, C = r, c",
        f"    r, c = ({same} if padding == 'same' else {valid} for n in (r, c))",
        f"    weights = {weights}\n    adds = {adds}\n    found.append(({row}))\n    ch = f",
        "return found",
    )


_W, _A = "k * k * ch * f", "r * c * weights"
_COUNT = {
    "unsolved": (function("count(image, convolutions)", "return [[0] * 5 for _ in convolutions]"), "found zeros"),
    "by formula": (_count(_W, _A), None),
    "with biases": (_count(_W + " + f", _A), None),
    "biases in weights alone": (_count(_W + " + f", "r * c * k * k * ch * f"), None),
    "five numbers, an array": (
        "of = "
        + _count(_W, _A, "r, c, f, weights, adds").replace("def count", "0\ndef of")
        + "count = lambda *a: np.array(of(*a))",
        None,
    ),
    "dictionaries": (_count(_W, _A, "{'shape': [r, c, f], 'weights': weights, 'multiply-adds': adds}"), None),
    "it asks Keras": (
        function(
            "count(image, convolutions)",
            "tensor, found = keras.Input(image), []\nfor f, k, s, padding in convolutions:",
            "    layer = keras.layers.Conv2D(f, k, s, padding, use_bias=False)\n    tensor = layer(tensor)",
            "    shape = tensor.shape[1:]",
            "    found.append((*shape, layer.count_params(), shape[0] * shape[1] * layer.count_params()))",
            "return found",
        ),
        None,
    ),
    "input channels missing": (_count("k * k * f", _A), "A filter looks through all channels"),
    "input channels missing, with biases": (_count("k * k * f + f", _A), "A filter looks through all channels"),
    "one filter's": (_count("k * k * ch", _A), "those of one filter"),
    "k instead of k × k": (_count("k * ch * f", _A), "How many weights has one filter"),
    "multiply-adds like weights": (_count(_W, "weights"), "each weight works once per position"),
    "once for each pixel": (_count(_W, "R * C * weights"), "once for each pixel that comes in"),
    "a bias for each position": (_count(_W, "r * c * weights + f"), "Every weight works once per position"),
    "always valid": (_count(_W, _A, size=["(n - k) // s + 1"] * 2), "n / stride, rounded up"),
    "stride ignored": (_count(_W, _A, size=("n", "n - k + 1")), "n / stride, rounded up"),
    "the last position missing": (_count(_W, _A, size=("-(-n // s)", "(n - k) // s")), "rounded down, plus 1"),
    "channels kept": (_count(_W, _A, "(r, c, image[2]), weights, adds"), "Each filter makes one feature map"),
    "the last layer alone": (
        _count(_W, _A) + "count_all = count\ncount = lambda *a: count_all(*a)[-1:]",
        "shape [1, 5]",
    ),
    "no rows": (function("count(image, convolutions)", "return 7"), "expected a row for each convolution"),
    "four numbers": (_count(_W, _A, "r, c, f, weights"), "expected numbers in the shape [3, 5]"),
    "it raises": (function("count(image, convolutions)", "return image.shape"), "Called with (28, 28, 1) and [(12, 3"),
}

_SOBEL = "np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])"


def _design(vertical, horizontal="vertical.T", strength="abs(m).mean()"):
    return f"vertical = {vertical}\nhorizontal = {horizontal}\nstrength = lambda m: {strength}\n"


_DESIGN = {
    "unsolved": (_design("np.zeros((3, 3))", strength="m.mean()"), "Weights of 0 see nothing"),
    "edges": (_design("np.array([[-1, 0, 1]] * 3)"), None),
    "Sobel's, lists, squares": (_design(f"{_SOBEL}.tolist()", f"{_SOBEL}.T.tolist()", "(m**2).sum()"), None),
    "Sobel's, ReLU": (_design(_SOBEL, strength="np.maximum(m, 0).mean()"), None),
    "5 × 5": (_design("np.array([[-1, -1, 0, 1, 1]] * 5)"), None),
    "lines, the largest": (_design("np.array([[-1, -1, 1, 1, 1, -1, -1]] * 7) + 1 / 7", strength="m.max()"), None),
    "one row, one column": (_design("[[-1, 1]]", "[[-1], [1]]"), None),
    "the standard deviation": (_design("np.array([[1, 0, -1]] * 3)", strength="tf.math.reduce_std(m)"), None),
    "ink": (_design("np.array([[0, 1, 0]] * 3)"), "it answers to ink"),
    "ink, the largest": (_design("np.array([[0, 1, 0]] * 3)", strength="m.max()"), "it answers to ink"),
    "one adds up to more": (_design("np.array([[-1, 0, 2]] * 3)", "np.array([[-1, 0, 1]] * 3).T"), "it answers to ink"),
    "signed mean": (_design("np.array([[-1, 0, 1]] * 3)", strength="m.mean()"), "the edges cancel"),
    "signed sum, Sobel's": (_design(_SOBEL, strength="np.sum(m)"), "the edges cancel"),
    "swapped": (_design("np.array([[-1, 0, 1]] * 3).T"), "the other way round"),
    "twice the same": (_design("np.array([[-1, 0, 1]] * 3)", "vertical"), "answer alike"),
    "one ten times as large": (_design("np.array([[-10, 0, 10]] * 3)", "vertical.T / 10"), "for nearly all"),
    "corners": (_design("np.array([[1, 0, -1], [0, 0, 0], [-1, 0, 1]])", "vertical[::-1]"), "answer alike"),
    "too large": (_design("np.ones((29, 29))"), "expected [3, 3] or larger"),
    "no number": (_design("np.ones((3, 3))", strength="m"), "for the strength, expected a number"),
}

_GOLF = """
def network(*layers):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Reshape((28, 28, 1)), *layers])
    model.add(keras.layers.Dense(10, "softmax"))
    model.compile(keras.optimizers.Adam(0.003), "categorical_crossentropy", metrics=["accuracy"], run_eagerly=EAGERLY)
    return model

L = keras.layers
same = {"padding": "same", "activation": "relu"}
"""
_FIT = "model.fit(training, epochs=3, shuffle=False, verbose=0)\n"
_ONE_BY_ONE = (
    "model = network(L.Conv2D(8, 1), L.MaxPooling2D(4), L.Conv2D(16, 1, **same), L.Flatten(), L.Dense(20, 'relu'))\n"
)
_UNTRAINED = {
    "unsolved": ("model = None", "Found no model"),
    "flattened early": ("model = network(L.Conv2D(8, 3, **same), L.Flatten())", "Count after Flatten"),
    "lesson 06's": (
        "model = network(L.Conv2D(12, 3, **same), L.Conv2D(24, 6, strides=2, **same),"
        " L.Conv2D(32, 6, strides=2, **same), L.Flatten(), L.Dense(200, 'relu'))",
        "which gets 1,568 numbers",
    ),
    "many filters": ("model = network(L.Conv2D(99, 9), L.Conv2D(99, 9), L.GlobalMaxPooling2D())", "are in Conv2D(99"),
    "1 × 1 only": (_ONE_BY_ONE, "sees no neighbour"),
    "dense": ("model = network(L.Flatten(), L.Dense(24, 'relu'))", "a filter shares a few"),
    "not trained": ("model = network(L.Conv2D(8, 3, strides=4), L.Flatten())", "parameters are left to spend"),
    "a history": ("model = {'accuracy': [0.97]}", "Found AttributeError"),
}
_TRAINED = {
    "strides": (
        "model = network(L.Conv2D(12, 3, strides=2, **same), L.Conv2D(24, 3, strides=2, **same), L.Flatten())\n",
        None,
    ),
    "separable": (
        "model = network(L.Conv2D(16, 3, strides=2, **same), L.SeparableConv2D(32, 3, strides=2, **same),"
        " L.SeparableConv2D(32, 3, **same), L.Flatten())\n",
        None,
    ),
    "1 × 1 only": (_ONE_BY_ONE, "sees no neighbour"),
    "dense": ("model = network(L.Flatten(), L.Dense(24, 'relu'))\n", "a filter shares a few"),
}

FILLINGS = {
    "06.1": _CONVOLVE,
    "06.2": _COUNT,
    "06.3": _DESIGN,
    "06.4": {name: (_GOLF + source, hint) for name, (source, hint) in _UNTRAINED.items()},
}
TRAINED = {"06.4": {name: (_GOLF + source + _FIT, hint) for name, (source, hint) in _TRAINED.items()}}
