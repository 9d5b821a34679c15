"""Fillings of exercise 01's tasks, in the form of tasks_02.py."""

CALLS = {
    "01.1": "lab.check_task('01.1', W, without_b, b, with_b)",
    "01.2": "lab.check_task('01.2', softmax)",
    "01.3": "lab.check_task('01.3', step)",
    "01.4": "lab.check_task('01.4', models, accuracies, steps, cause)",
}


def _function(signature, *lines):
    return f"def {signature}:\n" + "".join(f"    {line}\n" for text in lines for line in text.split("\n"))


_ALL = """
W, without_b, b, with_b = np.zeros((784, 10)), None, np.zeros(10), None
images, classes = map(np.concatenate, zip(*lab.training_dataset(100).as_numpy_iterator()))
classes = classes.argmax(axis=1)
((digits, labels),) = lab.validation_dataset().as_numpy_iterator()
labels = labels.argmax(axis=1)
means = np.stack([images[classes == c].mean(axis=0) for c in range(10)], axis=1)
centred = means - images.mean(axis=0)[:, np.newaxis]
"""
_MEASURED = "without_b = np.mean((digits @ W).argmax(axis=1) == labels)\n"
_STEP_1 = "W = centred\n" + _MEASURED
_STEP_2 = "with_b = np.mean((digits @ W + b).argmax(axis=1) == labels)\n"
_RIGHT_B = "b = -(means**2).sum(axis=0) / 2\n"


def _templates(weights, step_1=_MEASURED):
    return f"{_ALL}W = {weights}\n{step_1}"


def _biases(biases, step_2=_STEP_2):
    return f"{_ALL}{_STEP_1}b = {biases}\n{step_2}"


_TEMPLATES = {
    "unsolved": (_ALL, "only zeros in W"),
    "both steps": (_biases("-(means**2).sum(axis=0) / 2"), None),
    "step 1 alone": (_ALL + _STEP_1, "Step 1 is done"),
    "nothing measured": (_ALL + "W = centred\n", "Found None for without_b"),
    "in percent": (_templates("centred", "without_b = 63.1"), "expected a fraction"),
    "another measurement": (_templates("centred", "without_b = 0.1"), "on the validation digits"),
    "rows for classes": (_templates("centred.T", ""), "Found the shape [10, 784] for W"),
    "ten times the same": (_templates("np.ones((784, 10))"), "ten columns that are all alike"),
    "all minus class": (_templates("-centred"), "ink that counts against its own class"),
    "the first digit of each class": (
        _templates("np.stack([images[classes == c][0] for c in range(10)], axis=1)"),
        "least of all column",
    ),
    "one number subtracted": (_templates("means - means.mean(axis=0)"), "one number from each template"),
}
_REAL_TEMPLATES = {
    "both steps, in loops": (
        _ALL
        + "for c in range(10):\n"
        + "    W[:, c] = images[classes == c].mean(axis=0) - images.mean(axis=0)\n"
        + "    b[c] = -0.5 * np.sum(images[classes == c].mean(axis=0) ** 2)\n"
        + "without_b = (np.argmax(digits @ W, axis=1) == labels).mean()\n"
        + _STEP_2,
        None,
    ),
    "the distance from centred digits": (
        _biases("-images.mean(axis=0) @ W - (W**2).sum(axis=0) / 2"),
        None,
    ),
    "the first 10,000 digits": (
        "IMAGES = 10_000\n"
        + _ALL.replace("means =", "images, classes = images[:IMAGES], classes[:IMAGES]\nmeans =")
        + _STEP_1
        + _RIGHT_B
        + _STEP_2,
        None,
    ),
    "without the mean of all": (_templates("means") + _RIGHT_B + _STEP_2, None),
    "minus the other nine": (
        _templates("np.stack([means[:, c] - images[classes != c].mean(axis=0) for c in range(10)], axis=1)")
        + _RIGHT_B
        + _STEP_2,
        None,
    ),
    "of validation digits": (
        _templates("np.stack([digits[labels == c].mean(axis=0) for c in range(10)], axis=1)"),
        "means of validation digits",
    ),
    "sums": (
        _templates("np.stack([images[classes == c].sum(axis=0) for c in range(10)], axis=1)"),
        "a frequent class weighs more",
    ),
    "templates of length 1": (_templates("means / np.linalg.norm(means, axis=0)"), "least of all column"),
    "W squared": (_biases("-(W**2).sum(axis=0) / 2"), "You square the columns of W"),
    "not halved": (_biases("-(means**2).sum(axis=0)"), "twice as large"),
    "added": (_biases("(means**2).sum(axis=0) / 2"), "Change its sign"),
    "lengths": (_biases("-np.linalg.norm(means, axis=0)"), "Leave out the square root"),
    "ink": (_biases("-means.sum(axis=0)"), "Square them first"),
    "mean of squares": (_biases("-(means**2).mean(axis=0) / 2"), "You average"),
    "class frequencies": (_biases("np.log(np.bincount(classes) / len(classes))"), "Multiply out"),
    "not measured again": (_biases("-(means**2).sum(axis=0) / 2", "with_b = without_b"), "for with_b"),
}


def _softmax(*lines):
    return _function("softmax(logits)", *lines)


_SOFTMAX = {
    "unsolved": (_softmax("return logits"), "take exponentials first"),
    "stable": (
        _softmax("e = np.exp(logits - logits.max(axis=1, keepdims=True))", "return e / e.sum(axis=1, keepdims=True)"),
        None,
    ),
    "a loop over digits": (
        _softmax(
            "rows = []\nfor row in logits:\n    e = np.exp(row - max(row))\n    rows.append(e / e.sum())\nreturn rows"
        ),
        None,
    ),
    "log-sum-exp": (
        _softmax("from scipy.special import logsumexp", "return np.exp(logits - logsumexp(logits, 1, keepdims=True))"),
        None,
    ),
    "Keras'": ("softmax = keras.ops.softmax\n", None),
    "TensorFlow's, in float32": (_softmax("return tf.nn.softmax(tf.cast(logits, tf.float32))"), None),
    "sigmoid of differences": (
        _softmax("return 1 / np.exp(logits[:, None, :] - logits[:, :, None]).sum(axis=2)"),
        None,
    ),
    "exponentials alone": (_softmax("return np.exp(logits)"), "Divide each row by its total"),
    "one sum for all": (_softmax("e = np.exp(logits)", "return e / e.sum()"), "Each digit has its own ten"),
    "down the columns": (_softmax("e = np.exp(logits)", "return e / e.sum(axis=0)"), "Add along a row instead"),
    "without keepdims": (_softmax("e = np.exp(logits)", "return e / e.sum(axis=1)"), "could not be broadcast"),
    "too large numbers": (
        _softmax("e = np.exp(logits)", "return e / e.sum(axis=1, keepdims=True)"),
        "Subtract the row's largest logit",
    ),
    "the largest of all subtracted": (
        _softmax("e = np.exp(logits - logits.max())", "return e / e.sum(axis=1, keepdims=True)"),
        "Subtract the row's largest logit",
    ),
    "logits clipped": (
        _softmax("e = np.exp(np.clip(logits, -50, 50))", "return e / e.sum(axis=1, keepdims=True)"),
        "for the logits −1000",
    ),
    "divided by the sum of the logits": (
        _softmax("return logits / logits.sum(axis=1, keepdims=True)"),
        "for the logits",
    ),
    "absolute values": (
        _softmax("e = np.abs(logits)", "return e / e.sum(axis=1, keepdims=True)"),
        "for the logits",
    ),
    "log softmax": ("softmax = keras.ops.log_softmax\n", "Leave the logarithm out"),
    "no return": (_softmax("np.exp(logits)"), "Does your function end with `return`?"),
}


def _step(*lines):
    forward = "e = np.exp(X @ W + b)\nerror = e / e.sum(axis=1, keepdims=True) - labels"
    return _function("step(X, labels, W, b, learning_rate)", forward, *lines)


_W, _B = "W = W - learning_rate * X.T @ error / len(X)", "b = b - learning_rate * error.mean(axis=0)"
_TAPE = """W, b = tf.Variable(W), tf.Variable(b)
with tf.GradientTape() as tape:
    losses = tf.nn.softmax_cross_entropy_with_logits(labels, X @ W + b)
    loss = tf.reduce_mean(losses)
slopes = tape.gradient(loss, [W, b])
return W - learning_rate * slopes[0], b - learning_rate * slopes[1]"""
_NUDGED = """def loss(W, b):
    z = X @ W + b
    return np.mean(np.log(np.exp(z).sum(axis=1)) - (z * labels).sum(axis=1))
new = []
for array in (W, b):
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        array[place] += 1e-5
        more = loss(W, b)
        array[place] -= 2e-5
        slopes[place] = (more - loss(W, b)) / 2e-5
        array[place] += 1e-5
    new.append(array - learning_rate * slopes)
return new"""
_STEP = {
    "unsolved": (_step("return W, b"), "the same W and b as before"),
    "by the formula": (_step(_W, _B, "return W, b"), None),
    "einsum": (
        _step("W -= learning_rate * np.einsum('np,nc->pc', X, error) / len(X)", _B, "return W, b"),
        None,
    ),
    "labels minus p, added": (
        _step("W = W + learning_rate * X.T @ -error / len(X)", _B, "return [W, b]"),
        None,
    ),
    "a tape": (_step(_TAPE), None),
    "nudged": (_step(_NUDGED), None),
    "uphill": (_step(_W.replace("W -", "W +"), _B.replace("b -", "b +"), "return W, b"), "You step uphill: "),
    "summed": (_step(_W.replace(" / len(X)", ""), _B, "return W, b"), "the step depends on the batch size"),
    "without the rate": (_step(_W.replace("learning_rate * ", ""), _B, "return W, b"), "learning rate is missing"),
    "a mean of all": (_step(_W.replace("len(X)", "error.size"), _B, "return W, b"), "over the images only"),
    "biases forgotten": (_step(_W, "return W, b"), "the biases stay where they were"),
    "biases summed": (_step(_W, _B.replace("mean", "sum"), "return W, b"), "the biases' step is another"),
    "W alone": (_step(_W, "return W"), "expected the new W and b"),
    "without softmax": (_step("error = X @ W + b - labels", _W, _B, "return W, b"), "its pixel times p − y"),
    "nothing returned": (_step(_W, _B), "expected the new W and b"),
}

_EMPTY = "models, accuracies, steps, cause = {}, {}, {}, None\n"
_TABLE = {
    "unsolved": (_EMPTY, "an entry for each batch size"),
    "no models": (f"{_EMPTY}models = [1, 2, 3]\n", "for models, expected an entry"),
    "one model for all": (
        f"{_EMPTY}models = dict.fromkeys((16, 128, 2048), keras.Sequential())\naccuracies = steps = dict(models)\n",
        "each starts where the last ended",
    ),
}


def _trained(
    accuracy="history['val_accuracy'][-1]", cause="fewer steps", epochs="2", new="new()", steps="len(data) * epochs"
):
    return f"""
def new():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model

models, accuracies, steps, cause = {{}}, {{}}, {{}}, {cause!r}
for size in (2048, 128, 16):
    models[size] = model = {new}
    data, validation = lab.training_dataset(size), lab.validation_dataset()
    epochs = {epochs}
    history = model.fit(data, validation_data=validation, epochs=epochs, shuffle=False, verbose=0).history
    steps[size] = {steps}
    accuracies[size] = {accuracy}
"""


_UNTRAINED = """
models, accuracies, steps, cause = {}, {}, {}, "fewer steps"
for size in (16, 128, 2048):
    models[size] = model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    accuracies[size] = model.evaluate(lab.validation_dataset(), verbose=0)[1]
    steps[size] = len(lab.training_dataset(size))
"""


FILLINGS = {"01.1": _TEMPLATES, "01.2": _SOFTMAX, "01.3": _STEP, "01.4": _TABLE}
TRAINED = {
    "01.1": _REAL_TEMPLATES,
    "01.4": {
        "untrained": (_UNTRAINED, "have all three been trained"),
        "two epochs each": (_trained(), None),
        "steps counted by the optimizer": (_trained(steps="int(model.optimizer.iterations)"), None),
        "steps of an epoch": (_trained(steps="len(data)"), None),
        "digits for steps": (_trained(steps="60_000 * epochs + 1"), "A step is one batch"),
        "in percent": (_trained("100 * history['val_accuracy'][-1]"), "expected a fraction"),
        "training accuracy": (_trained("history['accuracy'][-1]"), "Those are digits it knows"),
        "more epochs for some": (_trained(epochs="1 + (size == 2048)"), "Found the steps of"),
        "noise": (_trained(cause="noise"), "the least noisy of the three"),
        "no cause": (_trained(cause=None), "Found None for the cause"),
    },
}
