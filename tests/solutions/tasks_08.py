"""Fillings of exercise 08's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "08.1": "lab.check_task('08.1', batch_norm)",
    "08.2": "lab.check_task('08.2', fold)",
    "08.3": "lab.check_task('08.3', model, before, cause=cause, accuracies=accuracies)",
}


def _norm(*lines):
    return function("batch_norm(x, beta, running_mean, running_variance, training)", *lines)


_AXES = "axes = tuple(range(x.ndim - 1))"
_OF_BATCH, _AVERAGES = "mean, variance = x.mean(axes), x.var(axes)", "mean, variance = running_mean, running_variance"
_Y = "(x - mean) / np.sqrt(variance + 0.001) + beta"
_MIX = (
    "running_mean = 0.99 * running_mean + 0.01 * mean",
    "running_variance = 0.99 * running_variance + 0.01 * variance",
)


def _both(statistics=_OF_BATCH, y=_Y, mix=_MIX, averages=_AVERAGES, predicted=_Y):
    """Return a filling: what it computes while it trains (statistics, y, mix), and when it predicts."""
    trained = (f"    {line}" for line in (statistics, f"y = {y}", *mix))
    end = f"    {averages}", f"    y = {predicted}", "return y, running_mean, running_variance"
    return _norm(_AXES, "if training:", *trained, "else:", *end)


_WELFORD = """
if training:
    rows = x.reshape(-1, x.shape[-1])
    mean, squares = np.zeros(x.shape[-1]), np.zeros(x.shape[-1])
    for n, row in enumerate(rows, start=1):
        off = row - mean
        mean = mean + off / n
        squares = squares + off * (row - mean)
    variance = squares / len(rows)
    running_mean = 0.99 * running_mean + 0.01 * mean
    running_variance = 0.99 * running_variance + 0.01 * variance
else:
    mean, variance = running_mean, running_variance
"""
_IN_PLACE = """
if training:
    rows = x.reshape(-1, x.shape[-1])
    mean = rows.mean(0)
    variance = (rows**2).mean(0) - mean**2
    running_mean *= 0.99
    running_mean += 0.01 * mean
    running_variance += 0.01 * (variance - running_variance)
else:
    mean, variance = running_mean, running_variance
"""
_KERAS = """
layer = keras.layers.BatchNormalization(scale=False)
layer.build(x.shape)
layer.set_weights([beta, running_mean, running_variance])
return layer(x, training=training), layer.moving_mean, layer.moving_variance
"""
_TENSORFLOW = """
x = tf.cast(x, tf.float32)
mean, variance = running_mean, running_variance
if training:
    mean, variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
    running_mean = running_mean + 0.01 * (mean - running_mean)
    running_variance = running_variance + 0.01 * (variance - running_variance)
return tf.nn.batch_normalization(x, mean, variance, beta, None, 0.001), running_mean, running_variance
"""
_ALWAYS = """
mean, variance = x.mean(axes), x.var(axes)
running_mean = 0.99 * running_mean + 0.01 * mean
running_variance = 0.99 * running_variance + 0.01 * variance
if not training:
    mean, variance = running_mean, running_variance
"""
_RETURN = f"return [{_Y}, running_mean, running_variance]"
_OF_A_DIGIT = "(x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)) if x.ndim == 4 else (x.mean(0), x.var(0))"
_OF_BATCH_MIXED = (
    "running_mean = 0.99 * running_mean + 0.01 * x.mean(axes)",
    "running_variance = 0.99 * running_variance + 0.01 * x.var(axes)",
)


def _statistics(of, mix=_OF_BATCH_MIXED):
    return _both(f"mean, variance = {of}", mix=mix)


_BATCH_NORM = {
    "unsolved": (_norm("return x, running_mean, running_variance"), "those are the sums as they came"),
    "NumPy's mean and var": (_both(), None),
    "Welford, a list": (_norm(_WELFORD, _RETURN), None),
    "Keras' own layer": (_norm(_KERAS), None),
    "TensorFlow's moments, in float32": (_norm(_TENSORFLOW), None),
    "mean of squares, in place": (_norm(_IN_PLACE, _RETURN), None),
    "a running variance over n − 1": (
        _both(mix=(_MIX[0], _MIX[1].replace("* variance", "* x.var(axes, ddof=1)"))),
        None,
    ),
    "axis 0 on images": (_statistics("x.mean(0), x.var(0)"), "A channel pools its positions"),
    "axis 0, averages of positions": (
        _statistics("x.mean(0), x.var(0)", _MIX),
        "Found the shape [6, 4, 3] for the running",
    ),
    "layer normalization": (_statistics("x.mean(-1, keepdims=True), x.var(-1, keepdims=True)"), "layer normalization"),
    "one mean for all": (_statistics("x.mean(), x.var()"), "Each channel has its own"),
    "each digit alone": (_statistics(_OF_A_DIGIT), "pools all digits of the batch"),
    "averages while it trains": (_both(_AVERAGES), "you use the running averages"),
    "ε forgotten": (_both(y="(x - mean) / np.sqrt(variance) + beta"), "ε is missing"),
    "ε outside": (_both(y="(x - mean) / (np.sqrt(variance) + 0.001) + beta"), "ε stands outside the root"),
    "the variance": (_both(y="(x - mean) / (variance + 0.001) + beta"), "Divide by its root"),
    "the mean alone": (_both(y="x - mean + beta"), "only the mean is subtracted"),
    "no beta": (_both(y="(x - mean) / np.sqrt(variance + 0.001)"), "beta is missing"),
    "n − 1": (_both(y="(x - mean) / np.sqrt(x.var(axes, ddof=1) + 0.001) + beta"), "you divide by n − 1"),
    "the mean added": (_both(y="(x + mean) / np.sqrt(variance + 0.001) + beta"), "for the first sum of channel 0"),
    "averages don't move": (_both(mix=()), "Now the running mean: it didn't move"),
    "averages replaced": (_both(mix=("running_mean, running_variance = mean, variance",)), "it's the batch's alone"),
    "PyTorch's momentum": (
        _both(mix=[line.replace("0.99", "q").replace("0.01", "0.99").replace("q", "0.01") for line in _MIX]),
        "the other way round",
    ),
    "a running deviation": (
        _both(mix=[line.replace("* variance", "* np.sqrt(variance)") for line in _MIX]),
        "Now the running variance: you mix in a standard deviation",
    ),
    "momentum 0.9": (
        _both(mix=[line.replace("0.99", "0.9").replace("0.01", "0.1") for line in _MIX]),
        "expected 0.99 ·",
    ),
    "updates while predicting": (_norm(_AXES, _ALWAYS, _RETURN), "the running mean moved"),
    "the batch in both modes": (_both(averages=_OF_BATCH), "depends on its company"),
    "the sums when predicting": (_both(predicted="x"), "Normalize them by the running averages"),
    "no ε when predicting": (_both(predicted="(x - mean) / np.sqrt(variance) + beta"), "It's there in both modes"),
    "no beta when predicting": (
        _both(predicted="(x - mean) / np.sqrt(variance + 0.001)"),
        "beta is missing. It's there",
    ),
    "the sums alone": (_norm("return x - x.mean(0)"), "expected three"),
    "nothing returned": (_norm("x = x - x.mean(0)"), "Found None, expected three"),
    "it raises": (_norm("return x @ beta, 0, 0, missing"), "your function raised"),
}


def _fold(*lines):
    return function("fold(kernel, beta, mean, variance)", *lines)


_SCALES = "scales = 1 / np.sqrt(variance + 0.001)"
_FOLD = {
    "unsolved": (_fold("return kernel, beta"), "whatever the running averages. The kernel came"),
    "by the formula": (_fold(_SCALES, "return kernel * scales, beta - mean * scales"), None),
    "a loop over channels, a list": (
        _fold(
            "kernel, bias = kernel.copy(), []",
            "for c in range(len(beta)):",
            "    s = (variance[c] + 0.001) ** 0.5",
            "    kernel[..., c] /= s",
            "    bias.append(beta[c] - mean[c] / s)",
            "return [kernel, bias]",
        ),
        None,
    ),
    "Keras' layer, asked": (
        _fold(
            "layer = keras.layers.BatchNormalization(scale=False)",
            "layer.build((None, len(beta)))",
            "layer.set_weights([beta, mean, variance])",
            "zero, one = layer(np.stack([0 * beta, 0 * beta + 1]))",
            "return kernel * (one - zero), zero",
        ),
        None,
    ),
    "tensors in float32": (
        _fold(
            "scales = tf.math.rsqrt(tf.cast(variance, tf.float32) + 0.001)",
            "return tf.cast(kernel, tf.float32) * scales, tf.cast(beta, tf.float32) - mean * scales",
        ),
        None,
    ),
    "forward, into the next layer": (
        _fold(_SCALES, "return kernel, beta / scales - mean, scales"),
        None,
    ),
    "forward, with a negative factor": (_fold(_SCALES, "return -kernel, beta, -scales"), "isn't positive"),
    "ε forgotten": (_fold("s = variance**-0.5", "return kernel * s, beta - mean * s"), "ε matters"),
    "another ε": (_fold("s = (variance + 1e-5)**-0.5", "return kernel * s, beta - mean * s"), "ε matters"),
    "batch statistics": (
        _fold(
            "sums = np.random.default_rng(0).random((99, 36)) @ kernel.reshape(36, 5)",
            "s = (sums.var(0) + 0.001)**-0.5",
            "return kernel * s, beta - sums.mean(0) * s",
        ),
        "Prediction uses the averages, not a batch's statistics",
    ),
    "multiplied": (_fold("return kernel * np.sqrt(variance + 0.001), beta"), "multiplied by the standard deviation"),
    "the variance": (_fold("return kernel / (variance + 0.001), beta"), "divided by the variance"),
    "the kernel kept": (
        _fold(_SCALES, "return kernel, beta - mean * scales"),
        "than expected. It's the old",
    ),
    "one factor for all": (_fold(_SCALES, "return kernel * scales.mean(), beta"), "The weights of each channel"),
    "no bias": (_fold(_SCALES, "return kernel * scales, 0 * beta"), "They're 0"),
    "beta alone": (_fold(_SCALES, "return kernel * scales, beta"), "That's beta alone"),
    "the mean not divided": (_fold(_SCALES, "return kernel * scales, beta - mean"), "divide it as well"),
    "beta divided": (_fold(_SCALES, "return kernel * scales, (beta - mean) * scales"), "Don't divide it"),
    "the mean added": (_fold(_SCALES, "return kernel * scales, beta + mean * scales"), "Subtract it"),
    "another bias": (_fold(_SCALES, "return kernel * scales, mean"), "Without ink the sum is 0"),
    "the kernel alone": (_fold(_SCALES, "return kernel * scales"), "expected two"),
    "transposed": (_fold("return kernel.T, beta"), "Found the shape [5, 4, 3, 3] for the kernel"),
}

_BUILD = """
training = training or lab.training_dataset(300)

def build(momentum=0.9):
    norm = lambda: keras.layers.BatchNormalization(scale=False, momentum=momentum)
    hidden = keras.layers.Dense(60, use_bias=False), norm(), keras.layers.ReLU()
    network = keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10, "softmax")])
    network.compile("adam", "categorical_crossentropy", metrics=["accuracy"], run_eagerly=EAGERLY)
    return network

model, cause, accuracies = build(), None, {}
images, labels = next(iter(training))
for _ in range(5):
    model.layers[1](model.layers[0](images), training=True)  # averages that are far from the batch's
"""
_SOLVED_LAST = """
hidden = keras.Sequential(model.layers[:-1])(images, training=True)  # the last layer by least squares: no steps
V = np.linalg.lstsq(np.c_[hidden, np.ones(len(images))], 6 * labels.numpy(), rcond=None)[0]
model.layers[-1].set_weights([V[:-1], V[-1]])
norm = model.layers[1]
norm.moving_mean.assign(norm.moving_mean - 40)
before = model.get_weights()
"""
_TRAIN = """
model = build(0.995)
model.fit(training.take(60), shuffle=False, verbose=0)
before = model.get_weights()
"""
_SEEN = """
def accuracy(mode):
    return float(np.mean(np.argmax(model(images, training=mode), 1) == np.argmax(labels, 1)))

images, labels = next(iter(training.rebatch(1_000)))
cause, accuracies = "running averages", {mode: accuracy(mode) for mode in (False, True)}
model.set_weights(before)
"""
_PASS_ALL = "for images, _ in training.take(400):\n    model(images, training=True)\n"
_ONE_EPOCH = "model.fit(training, shuffle=False, verbose=0)\n"
_TURNED = "accuracies = {mode: accuracies[not mode] for mode in accuracies}\n"
_PASS = "for _ in range({}):\n    model(images, training=True)\n"
_BY_HAND = """
norm = model.layers[1]
sums = np.asarray(model.layers[0](images))
norm.moving_mean.assign(sums.mean(0))
norm.moving_variance.assign(sums.var(0))
"""
_FORCED = """
class Always(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=True, mask=mask)

faulty = model
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(60, use_bias=False), Always(scale=False),
                          keras.layers.ReLU(), keras.layers.Dense(10, "softmax")])
model.set_weights(before)
"""
_STALE = {
    "unsolved": ("", "Found None for the cause"),
    "overfitting": ("cause = 'overfitting'", "Measure them with training=False, too"),
    "learning rate": ("cause = 'learning rate'", "these very weights classify most digits"),
    "other digits": ("cause = 'other digits'", "Training digits fare no better"),
    "no evidence": ("cause = 'running averages'", "for accuracies. A cause counts with its evidence"),
    "one accuracy": ("cause, accuracies = 'running averages', 0.9", "Found 0.9 for accuracies"),
    "seen, not mended": (_SEEN, "The averages are as before"),
    "evidence turned round": (
        _SEEN + _TURNED,
        "measured again",
    ),
    "momentum alone": (_SEEN + "model.layers[1].momentum = 0.1\n", "They move when batches pass"),
    "frozen": (_SEEN + "model.trainable = False\n" + _PASS.format(9), "no layer is frozen"),
    "few passes": (_SEEN + _PASS.format(3), "but not far enough"),
    "training=True": (_SEEN + _FORCED, "one digit alone fails"),
    "many passes": (_SEEN + _PASS.format(60), None),
    "a lower momentum, a few passes": (_SEEN + "model.layers[1].momentum = 0.1\n" + _PASS.format(5), None),
    "by hand": (_SEEN + _BY_HAND, None),
    "by hand, frozen": (_SEEN + _BY_HAND + "model.trainable = False\n", None),
    "a new network": (_SEEN + "model = build()\n", "Found other weights than before"),
    "other layers": (_SEEN + "model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])", "other layers"),
    "no model": (_SEEN + "model = None", "Found no model"),
    "a number": (_SEEN + "model = 3", "Found AttributeError"),
}
FILLINGS = {
    "08.1": _BATCH_NORM,
    "08.2": _FOLD,
    "08.3": {name: (_BUILD + _SOLVED_LAST + source, hint) for name, (source, hint) in _STALE.items()},
}
TRAINED = {
    "08.3": {
        "many passes": (
            _BUILD + _TRAIN + _SEEN + "for images, _ in training.take(400):\n    model(images, training=True)\n",
            None,
        ),
        "a rate of 0": (
            _BUILD + _TRAIN + _SEEN + "model.compile(keras.optimizers.SGD(0.0), 'categorical_crossentropy')\n"
            "model.fit(training, shuffle=False, verbose=0)\n",
            None,
        ),
        "by hand": (_BUILD + _TRAIN + _SEEN + _BY_HAND, None),
        "one epoch more": (
            _BUILD + _TRAIN + _SEEN + "model.fit(training, shuffle=False, verbose=0)\n",
            "a gradient step",
        ),
        "not mended": (_BUILD + _TRAIN + _SEEN, "The averages are as before"),
    }
}
