"""Fillings of exercise 02's tasks: the source of the cell, and words of the hint that it must get; None: it's solved.

The names that a filling assigns are handed in by the task's call. Those in TRAINED train a network.
"""

CALLS = {
    "02.1": "lab.check_task('02.1', W1, b1, W2, b2)",
    "02.2": "lab.check_task('02.2', model, cause=cause, gradient=gradient)",
}


def _weights(W1, b1, W2, b2, then=""):
    return f"W1, b1, W2, b2 = {W1}, {b1}, {W2}, {b2}\n{then}"


_TWO = "[[10, -10]] * 3"
_ALIKE = "[[20, 20]] * 3"
_ONE = {
    "unsolved": (_weights("np.zeros((3, 2))", "np.zeros(2)", "np.zeros(2)", 0), "passes nothing on"),
    "at least two, and not all": (_weights(_TWO, "[-15, 25]", "[10, 10]", -15), None),
    "at least two, and all": (_weights(_ALIKE, "[-30, -50]", "[20, -20]", -10), None),
    "a neuron for each pair, in columns": (
        _weights("[[20, 20, -20], [20, -20, 20], [-20, 20, 20]]", "[-30] * 3", "[[20]] * 3", [-10]),
        None,
    ),
    "tensors": (
        _weights(f"tf.constant({_TWO})", "tf.constant([-15, 25])", "tf.ones(2) * 10", "tf.constant(-15.0)"),
        None,
    ),
    "what Keras returns": (
        _weights(
            f"np.array({_TWO})",
            "np.array([-15, 25])",
            "np.array([[10], [10]])",
            "np.array([-15])",
            "layers = [keras.layers.Dense(2, 'sigmoid'), keras.layers.Dense(1, 'sigmoid')]\n"
            "network = keras.Sequential([keras.Input((3,)), *layers])\nnetwork.set_weights([W1, b1, W2, b2])\n"
            "W1, b1, W2, b2 = network.get_weights()",
        ),
        None,
    ),
    "a count of all, in four neurons": (
        _weights("[[20, 20, 20, 20]] * 3", "[-10, -30, -50, -70]", "[0, 20, -20, 5]", -10),
        None,
    ),
    "huge": (_weights("[[1e9, 1e9]] * 3", "[-15e8, -25e8]", "[1e9, -1e9]", -5e8), None),
    "barely": (_weights("[[6, 6]] * 3", "[-9, -15]", "[7, -7]", -3), None),
    "the lesson's answer": (_weights(_ALIKE, "[-10, -30]", "[20, -20]", -10), "exactly one, as in the lesson"),
    "one hidden neuron idle": (
        _weights("[[10, 0]] * 3", "[-15, 0]", "[10, 0]", -5),
        "For 111 the hidden neurons give 1.00 and 0.50",
    ),
    "both look for two": (_weights("[[10, 8]] * 3", "[-15, -12]", "[10, 9]", -5), "they cut in the same place"),
    "twins": (_weights("[[10, 10]] * 3", "[-15, -15]", "[10, 10]", -5), "they cut in the same place"),
    "twins, one of them steeper": (
        _weights("[[5, 10]] * 3", "[-7.5, -15]", "[10, -9]", 0),
        "they cut in the same place",
    ),
    "gentle": (_weights("[[1, -1]] * 3", "[-1.5, 2.5]", "[1, 1]", -1.2), "Steeper weights make a step"),
    "of steps, by hand": (_weights("[[1, 1]] * 3", "[-1.5, -2.5]", "[1, -1]", -0.5), "Steeper weights make a step"),
    "exactly not": (_weights(_TWO, "[-15, 25]", "[-10, -10]", 15), "the opposite of what's wanted"),
    "at least two": (_weights(_TWO, "[-15, 25]", "[10, 0]", -5), "For 111 the hidden neurons give 1.00 and 0.01"),
    "the third pixel forgotten": (
        _weights("[[20, 20], [20, 20], [0, 0]]", "[-10, -30]", "[20, -20]", -10),
        "For 010 the hidden neurons",
    ),
    "one neuron": (_weights("[[10]] * 3", "[-15]", "[10]", -5), "Add a second neuron"),
    "swapped": (_weights("[[20] * 3, [20] * 3]", "[-30, -50]", "[20, -20]", -10), "Found the shape [2, 3]"),
    "three neurons, swapped": (
        _weights("[[20] * 3, [20] * 3, [0] * 3]", "[-30, -50, 0]", "[20, -20, 0]", -10),
        "Transpose hidden_weights",
    ),
    "two pixels": (_weights("[[20, 20], [20, 20]]", "[-10, -30]", "[20, -20]", -10), "Found the shape [2, 2]"),
    "None": (_weights(None, None, None, None), "Found None for hidden_weights"),
    "a text": (_weights("'ten'", 0, 0, 0), "Found 'ten' for hidden_weights"),
    "ragged": (_weights("[[1, 2], [3]]", 0, 0, 0), "for hidden_weights, expected numbers in the shape [3, n]"),
    "not a number": (
        _weights("[[float('nan'), 1], [1, 1], [1, 1]]", "[0, 0]", "[0, 0]", 0),
        "Found 1 of 6 numbers not finite",
    ),
}

_BUILD = """
def build(kernel, layers=2, rate=0.5, activation="sigmoid"):
    hidden = [keras.layers.Dense(40, activation, kernel_initializer=kernel) for _ in range(layers)]
    last = keras.layers.Dense(10, "softmax", kernel_initializer=kernel)
    network = keras.Sequential([keras.Input((784,)), *hidden, last])
    network.compile(keras.optimizers.SGD(rate), "categorical_crossentropy", metrics=["accuracy"], run_eagerly=EAGERLY)
    return network

def first_gradient(network):
    images, labels = next(iter(training))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(labels, network(images)))
    return tape.gradient(loss, network.layers[0].kernel)

model, cause, gradient = build("zeros"), None, None
"""
_SEEN = "cause, gradient = 'equal weights', first_gradient(build('zeros'))\n"
_SOLVE = """
images, labels = next(iter(training))  # the last layer by least squares: quicker than steps
hidden = np.c_[keras.Sequential(model.layers[:-1])(images), np.ones(len(images))]
V = np.linalg.lstsq(hidden, 6 * labels.numpy(), rcond=None)[0]
model.layers[-1].set_weights([V[:-1], V[-1]])
"""
_NOISE = """
model = build('zeros')
model.set_weights([w + np.random.default_rng(0).normal(0, 0.3, w.shape) for w in model.get_weights()])
"""

_STUCK = {
    "unsolved": ("", "Found None for the cause"),
    "a cause that isn't one of the four": ("cause = 'bad luck'", "Found 'bad luck' for the cause"),
    "rate": ("cause = 'learning rate'; gradient = first_gradient(model)", "Twins stay twins"),
    "more layers": ("cause = 'depth'; model = build('zeros', 4)", "measure the hidden gradient at the first step"),
    "sigmoid": ("cause = 'sigmoid'; model = build('glorot_uniform', activation='relu')", "has the same sigmoids"),
    "no evidence": ("cause = 'Equal weights'; model = build('glorot_uniform')", "A cause counts with its evidence"),
    "its size alone": ("cause = 'equal weights'; gradient = 0.0", "are its columns alike?"),
    "evidence from the cured": (
        "cause = 'equal weights'; gradient = first_gradient(build('glorot_uniform'))",
        "differs between neurons",
    ),
    "seen, not cured": (
        _SEEN,
        "Found a training loss of 2.30. The first layer's neurons are all alike",
    ),
    "rate 10": (_SEEN + "model = build('zeros', rate=10.0)\n", "twins stay twins"),
    "more layers, seen": (_SEEN + "model = build('zeros', 4)\n", "You added layers"),
    "cured, not trained": (_SEEN + "model = build('glorot_uniform')\n", "does the loss fall in more epochs?"),
    "weights that are no numbers": (
        _SEEN + "model = build(keras.initializers.Constant(np.nan))\n",
        "no numbers any more",
    ),
    "ReLU": (_SEEN + "model = build('glorot_uniform', activation='relu')\n", 'Set activation="sigmoid" in each'),
    "Adam": (_SEEN + "model = build('glorot_uniform'); model.compile('adam', 'mse')\n", "Found the optimizer Adam"),
    "no model": (_SEEN + "model = None", "Found no model"),
    "a number for a model": (_SEEN + "model = 3", "Found AttributeError"),
    "noise added to zeros": (_SEEN + _NOISE + _SOLVE, None),
    "hidden weights random, the last zero": (
        _SEEN + "model = build('glorot_uniform', 1)\nW, b, V, c = model.get_weights()\n"
        "model.set_weights([W, b, 0 * V, c])\n" + _SOLVE,
        None,
    ),
    "all gradients at once": (
        _SEEN + "gradient = [gradient, tf.zeros(40)]\nmodel = build('random_normal', 1)\n" + _SOLVE,
        None,
    ),
}
_FIT = "history = model.fit(training, epochs=EPOCHS, shuffle=False, verbose=0)\n"

FILLINGS = {"02.1": _ONE, "02.2": {name: (_BUILD + source, hint) for name, (source, hint) in _STUCK.items()}}
TRAINED = {
    "02.2": {
        "Keras' own weights": (_BUILD + _SEEN + "model = build('glorot_uniform')\n" + _FIT, None),
        "noise": (_BUILD + _SEEN + _NOISE + _FIT, None),
        "rate 10, trained": (_BUILD + _SEEN + "model = build('zeros', rate=10.0)\n" + _FIT, "twins stay twins"),
        "four zero layers, trained": (_BUILD + _SEEN + "model = build('zeros', 4)\n" + _FIT, "You added layers"),
        "evidence measured after training": (
            _BUILD
            + _FIT
            + "cause, gradient = 'equal weights', first_gradient(model)\nmodel = build('he_normal')\n"
            + _FIT,
            None,
        ),
    }
}
