"""Fillings of exercise 03's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "03.1": "lab.check_task('03.1', gradients)",
    "03.2": "lab.check_task('03.2', step)",
    "03.3": "lab.check_task('03.3', models, accuracies, verdicts)",
    "03.4": "lab.check_task('03.4', loss, cause, broken)",
}


def _gradients(*lines):
    forward = """
z1 = X @ W1
a1 = np.maximum(z1, 0)
z2 = a1 @ W2
a2 = np.maximum(z2, 0)
e = np.exp(a2 @ W3)
p = e / e.sum(axis=1, keepdims=True)
"""
    return function("gradients(X, labels, W1, W2, W3)", forward, *lines)


_BACK = """
d3 = (p - labels) / len(X)
d2 = d3 @ W3.T * (z2 > 0)
d1 = d2 @ W2.T * (z1 > 0)
return X.T @ d1, a1.T @ d2, a2.T @ d3
"""
_EINSUM = """
d3 = (p - labels) / len(X)
d2 = np.einsum("nc,hc,nh->nh", d3, W3, z2 > 0)
d1 = np.einsum("nc,hc,nh->nh", d2, W2, z1 > 0)
return [np.einsum("ni,nj->ij", *pair) for pair in ((X, d1), (a1, d2), (a2, d3))]
"""
_LOOP = """
found = [np.zeros_like(W) for W in (W1, W2, W3)]
for n in range(len(X)):
    d3 = p[n] - labels[n]
    d2 = np.array([W3[h] @ d3 if z2[n, h] > 0 else 0 for h in range(len(W3))])
    d1 = np.array([W2[h] @ d2 if z1[n, h] > 0 else 0 for h in range(len(W2))])
    for total, inputs, d in zip(found, (X, a1, a2), (d1, d2, d3)):
        total += np.outer(inputs[n], d) / len(X)
return found
"""
_NUDGED = """
def loss(*Ws):
    a = np.maximum(np.maximum(X @ Ws[0], 0) @ Ws[1], 0) @ Ws[2]
    return np.mean(np.log(np.exp(a).sum(axis=1)) - (a * labels).sum(axis=1))
found = []
for W in (W1, W2, W3):
    slopes = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        kept = W[place]
        W[place] = kept + 1e-6
        more = loss(W1, W2, W3)
        W[place] = kept - 1e-6
        slopes[place] = (more - loss(W1, W2, W3)) / 2e-6
        W[place] = kept
    found.append(slopes)
return found
"""
_TAPE = """
Ws = [tf.Variable(tf.cast(W, tf.float32)) for W in (W1, W2, W3)]
with tf.GradientTape() as tape:
    a = tf.nn.relu(tf.nn.relu(tf.cast(X, tf.float32) @ Ws[0]) @ Ws[1]) @ Ws[2]
    losses = tf.nn.softmax_cross_entropy_with_logits(labels.astype("float32"), a)
    loss = tf.reduce_mean(losses)
return tape.gradient(loss, Ws)
"""
_OF_BACKWARD = {
    "unsolved": (_gradients("return np.zeros_like(W1), np.zeros_like(W2), np.zeros_like(W3)"), "Found only zeros"),
    "by the formula": (_gradients(_BACK), None),
    "masks by what came out": (_gradients(_BACK.replace("z1 >", "a1 >").replace("z2 >", "a2 >")), None),
    "einsum": (_gradients(_EINSUM), None),
    "a loop over digits": (_gradients(_LOOP), None),
    "nudged": (_gradients(_NUDGED), None),
    "a tape, in float32": (_gradients(_TAPE), None),
    "the mean at the end": (
        _gradients(_BACK.replace(" / len(X)", "").replace("return ", "return [g / len(X) for g in (") + ")]"),
        None,
    ),
    "masked by the gradient's sign": (
        _gradients(_BACK.replace("(z2 > 0)", "(d3 @ W3.T > 0)").replace("(z1 > 0)", "(d2 @ W2.T > 0)")),
        "The forward sum decides",
    ),
    "no mean": (_gradients(_BACK.replace(" / len(X)", "")), "128 times those expected: you add up"),
    "no mask": (_gradients(_BACK.replace(" * (z2 > 0)", "").replace(" * (z1 > 0)", "")), "ReLU's slope is missing"),
    "times the output": (
        _gradients(_BACK.replace("(z2 > 0)", "a2").replace("(z1 > 0)", "a1")),
        "Multiply by its slope",
    ),
    "one mask forgotten": (_gradients(_BACK.replace(" * (z1 > 0)", "")), "Found 2 of 3 right. Look at W1's"),
    "downhill": (_gradients(_BACK.replace("p - labels", "labels - p")), "they point downhill"),
    "a mean of all": (_gradients(_BACK.replace("len(X)", "p.size")), "Found 0 of 3 right"),
    "the last layer's inputs wrong": (_gradients(_BACK.replace("a2.T", "z2.T")), "Look at W3's"),
    "the last layer alone": (_gradients("return 0 * W1, 0 * W2, a2.T @ (p - labels) / len(X)"), "Look at W2's"),
    "transposed": (
        _gradients(_BACK.replace("X.T @ d1", "d1.T @ X")),
        "for a gradient [12, 8], expected numbers in the shape",
    ),
    "two gradients": (_gradients(_BACK.replace("X.T @ d1, ", "")), "expected three gradients"),
}


def _step(*lines):
    return function("step(weights, memory, gradient, learning_rate)", *lines)


_ROLL, _MOVE = "memory = 0.9 * memory - learning_rate * gradient", "return weights + memory, memory"
_AVERAGE = "memory = 0.9 * memory + 0.1 * gradient"
_STEPS = {
    "unsolved": (_step("return weights - learning_rate * gradient, memory"), "It forgets at once"),
    "as in the lesson": (_step(_ROLL, _MOVE), None),
    "in place, a list": (
        _step("memory *= 0.9\nmemory -= learning_rate * gradient\nweights += memory\nreturn [weights, memory]"),
        None,
    ),
    "gradients remembered, the rate outside": (
        _step("memory = 0.9 * memory + gradient", "return weights - learning_rate * memory, memory"),
        None,
    ),
    "an average, at ten times the rate": (
        _step(_AVERAGE, "return weights - learning_rate / 0.1 * memory, memory"),
        None,
    ),
    "the weights before": (
        _step(
            "before = memory['before'] if isinstance(memory, dict) else weights",
            "return weights + 0.9 * (weights - before) - learning_rate * gradient, {'before': weights}",
        ),
        None,
    ),
    "tensors": (
        _step("memory = 0.9 * tf.constant(memory) - learning_rate * gradient", "return weights + memory, memory"),
        None,
    ),
    "all gradients kept": (
        _step(
            "memory = [*memory, gradient] if isinstance(memory, list) else [gradient]",
            "step = sum(0.9**age * g for age, g in enumerate(reversed(memory)))",
            "return weights - learning_rate * step, memory",
        ),
        None,
    ),
    "memory not returned": (
        _step("new = 0.9 * memory - learning_rate * gradient", "return weights + new, memory"),
        "It forgets",
    ),
    "step subtracted": (_step(_ROLL, "return weights - memory, memory"), "uphill when all gradients agree"),
    "gradient added": (_step(_ROLL.replace("-", "+"), _MOVE), "uphill when all gradients agree"),
    "memory against": (_step(_ROLL.replace("0.9", "-0.9"), _MOVE), "The memory works against you"),
    "an average alone": (_step(_AVERAGE, "return weights - learning_rate * memory, memory"), "a tenth of their sum"),
    "the rate twice": (_step(_ROLL, "return weights + learning_rate * memory, memory"), "The rate scales twice"),
    "no rate": (_step("memory = 0.9 * memory - gradient", _MOVE), "The rate is missing"),
    "nothing forgotten": (_step(_ROLL.replace("0.9 * ", ""), _MOVE), "Each step is 0.9 of the step before"),
    "a tenth kept": (_step(_ROLL.replace("0.9", "0.1"), _MOVE), "Each step is 0.9 of the step before"),
    "Nesterov's": (
        _step(_ROLL, "return weights + 0.9 * memory - learning_rate * gradient, memory"),
        "Nesterov's variant",
    ),
    "half kept": (_step(_ROLL.replace("0.9", "0.5"), _MOVE), "Each step is 0.9 of the step before"),
    "nothing moves": (_step("return weights, memory"), "Each step is 0.9 of the step before"),
    "one number remembered": (
        _step("memory = 0.9 * memory - learning_rate * gradient", "return weights + memory, memory.mean() * 1.0"),
        "Has each weight its own memory",
    ),
    "the sign of the gradient": (
        _step(_ROLL.replace("gradient", "np.sign(gradient)", 1), _MOVE),
        "others after thirty",
    ),
    "weights alone": (_step(_ROLL, "return weights + memory"), "expected new weights and memory"),
    "nothing returned": (_step(_ROLL), "expected new weights and memory"),
}

# In the tests' small digits a bright row gives away the class; a network that doesn't know a class misses all of it.
_BY_HAND = """
def network(activation, unknown):
    W = np.zeros((28, 28, 10), "float32")
    for k in range(10):
        W[2 * k + 4, :, k] = 4 / 28
    layers = [keras.layers.Dense(10, activation), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    never = np.where(np.isin(range(10), unknown), -999.0, 0.0)
    model.set_weights([W.reshape(784, 10), np.full(10, -3.0), 50 * np.eye(10), never])
    return model

def measured(model):
    digits, labels = lab.first_digits(lab.validation_dataset(), 100)
    return np.mean(np.argmax(model(digits), axis=1) == labels)

def run(**unknown):
    models = {name: [network(name, each) for each in several] for name, several in unknown.items()}
    return models, {name: [measured(model) for model in several] for name, several in models.items()}

models, accuracies, verdicts = {}, {}, {}
"""
_ALIKE = """
models, accuracies = run(
    relu=[[], [1], [2, 3]], gelu=[[4], [], [2]], sigmoid=[[1, 2, 3, 4, 5], [0, 1, 2, 3, 4], [2, 3, 4, 5, 6]]
)
"""
_RIGHT = "verdicts = {'gelu': \"can't tell\", 'sigmoid': 'worse'}\n"
_RUNS = {
    "unsolved": ("", "each with relu, gelu and sigmoid"),
    "ranges": (_ALIKE + _RIGHT, None),
    "Welch's interval": (
        _ALIKE + "for name in ('gelu', 'sigmoid'):\n"
        "    test = stats.ttest_ind(accuracies[name], accuracies['relu'], equal_var=False)\n"
        "    low, high = test.confidence_interval()\n"
        "    verdicts[name] = 'better' if low > 0 else 'worse' if high < 0 else \"can't tell\"\n",
        None,
    ),
    "one seed": (
        "models, accuracies = run(relu=[[1]], gelu=[[]], sigmoid=[[2, 3, 4]])\n"
        "verdicts = {'gelu': 'better', 'sigmoid': 'worse'}\n",
        "One run has no range",
    ),
    "overlap called better": (_ALIKE + _RIGHT.replace('"can\'t tell"', "'better'"), "chance can do that"),
    "clear called luck": (_ALIKE + _RIGHT.replace("'worse'", '"can\'t tell"'), "you can tell"),
    "the other way round": (_ALIKE + _RIGHT.replace("'worse'", "'better'"), "other way round"),
    "no verdict": (_ALIKE, "Found None for gelu"),
    "the same model": (_ALIKE + "models['gelu'] = models['gelu'][:1] * 3\n" + _RIGHT, "all alike"),
    "the same seed": (
        "models, accuracies = run(relu=[[1], [1], [1]], gelu=[[], [], []], sigmoid=[[2], [2], [2]])\n" + _RIGHT,
        "with a seed of its own",
    ),
    "another activation": (_ALIKE + "models['gelu'] = models['sigmoid']\n" + _RIGHT, "Found the activation sigmoid"),
    "training accuracy": (
        _ALIKE + "accuracies['relu'] = [0.99, 0.995, 0.999]\n" + _RIGHT,
        "Is that the training accuracy",
    ),
}

_FAULTY = """
def loss(labels, logits):
    exponentials = tf.exp(logits)
    p = exponentials / tf.reduce_sum(exponentials, axis=1, keepdims=True)
    return -tf.math.log(tf.reduce_sum(labels * p, axis=1))

cause, broken = None, None
"""
_SEEN = """
cause = "overflow"
broken = tf.exp([[150.0] + [0.0] * 9])
"""


def _loss(*lines, seen=_SEEN):
    return _FAULTY + seen + function("loss(labels, logits)", *lines)


_EPSILON = "return -tf.reduce_sum(labels * tf.math.log(tf.nn.softmax(logits) + 1e-7), axis=1)"
_LOSSES = {
    "unsolved": (_FAULTY, "Found None for the cause"),
    "Keras', from logits": (
        _FAULTY + _SEEN + "loss = keras.losses.CategoricalCrossentropy(from_logits=True)\n",
        None,
    ),
    "TensorFlow's": (_FAULTY + _SEEN + "loss = tf.nn.softmax_cross_entropy_with_logits\n", None),
    "log softmax": (_loss("return -tf.reduce_sum(labels * tf.nn.log_softmax(logits), axis=1)"), None),
    "the largest logit subtracted": (
        _loss(
            "z = logits - tf.reduce_max(logits, axis=1, keepdims=True)",
            "return tf.math.log(tf.reduce_sum(tf.exp(z), axis=1)) - tf.reduce_sum(labels * z, axis=1)",
        ),
        None,
    ),
    "NumPy, the mean": (
        _loss(
            "from scipy.special import logsumexp",
            "return np.mean(logsumexp(logits, axis=1) - (labels * np.array(logits)).sum(axis=1))",
        ),
        None,
    ),
    "through Keras' softmax, which it looks behind": (
        _loss("return keras.losses.categorical_crossentropy(labels, keras.activations.softmax(tf.constant(logits)))"),
        None,
    ),
    "Keras', from probabilities": (
        _loss("return keras.losses.categorical_crossentropy(labels, tf.nn.softmax(logits) * 1.0)"),
        "its slope is 0",
    ),
    "a tiny number added": (_loss(_EPSILON), "It's finite, but its slope is 0"),
    "probabilities clipped": (
        _loss(
            "p = tf.clip_by_value(tf.nn.softmax(logits), 1e-7, 1.0)",
            "return -tf.reduce_sum(labels * tf.math.log(p), axis=1)",
        ),
        "It's finite, but its slope is 0",
    ),
    "logits clipped": (
        _loss(
            "p = tf.nn.softmax(tf.clip_by_value(logits, -20, 20))",
            "return -tf.reduce_sum(labels * tf.math.log(p), axis=1)",
        ),
        "had a good answer before",
    ),
    "logits clipped at 80": (
        _loss(
            "p = tf.nn.softmax(tf.clip_by_value(logits, -80, 80))",
            "return -tf.reduce_sum(labels * tf.math.log(p), axis=1)",
        ),
        "its slope is 0",
    ),
    "NaN hidden": (
        _loss(
            "products = labels * tf.math.log(tf.nn.softmax(logits))",
            "return -tf.reduce_sum(tf.where(tf.math.is_nan(products), 0.0, products), axis=1)",
        ),
        "found inf, expected 150",
    ),
    "mended afterwards": (
        _loss(
            "p = tf.reduce_sum(labels * tf.nn.softmax(logits), axis=1)",
            "by_hand = tf.reduce_max(logits, axis=1) - tf.reduce_sum(labels * logits, axis=1)",
            "return tf.where(p > 0, -tf.math.log(p), by_hand)",
        ),
        "But its slope for class 1 is nan",
    ),
    "not mended": (_FAULTY + _SEEN, "found nan, expected 150"),
    "no minus": (_loss("return tf.reduce_sum(labels * tf.nn.log_softmax(logits), axis=1)"), "Mind the sign"),
    "the sum": (_loss("return -tf.reduce_sum(labels * tf.nn.log_softmax(logits))"), "You add up the digits' losses"),
    "rate": (_FAULTY + "cause = 'learning rate'", "Nothing was trained here"),
    "the lesson's cause": (_FAULTY + "cause = 'zero times infinity'", "is it NaN before any logarithm is taken"),
    "label": (_FAULTY + "cause = 'wrong label'", "Try any other class"),
    "no evidence": (_FAULTY + "cause = 'Overflow'", "A cause counts with its evidence"),
    "evidence: the probabilities": (
        _FAULTY + _SEEN + "broken = broken / tf.reduce_sum(broken)",
        "Found 1 of ten NaN: it's in them already",
    ),
    "evidence: the logits": (_FAULTY + _SEEN + "broken = [150] + [0] * 9", "up to 150. Compute the next"),
    "evidence in float64": (_FAULTY + _SEEN + "broken = np.exp([150.0] + [0.0] * 9)", "in float32 as `loss` does"),
    "evidence: the logarithms": (
        _FAULTY + _SEEN + "broken = tf.math.log(tf.nn.softmax([[150.0] + [0.0] * 9]))",
        "Found 9 of ten infinite, expected one",
    ),
    "the largest logit subtracted, and no more": (
        _loss(
            "exponentials = tf.exp(logits - tf.reduce_max(logits, axis=1, keepdims=True))",
            "p = exponentials / tf.reduce_sum(exponentials, axis=1, keepdims=True)",
            "return -tf.math.log(tf.reduce_sum(labels * p, axis=1))",
        ),
        "found inf, expected 150. A probability is exactly 0",
    ),
    "float64": (
        _loss(
            "exponentials = tf.exp(tf.cast(logits, tf.float64))",
            "p = exponentials / tf.reduce_sum(exponentials, axis=1, keepdims=True)",
            "return -tf.math.log(tf.reduce_sum(labels * p, axis=1))",
        ),
        "For the logits 1000 and nine times 0, class 1 true: found nan",
    ),
    "evidence by a loop": (
        _loss(
            "return keras.ops.logsumexp(logits, axis=1) - keras.ops.sum(labels * logits, axis=1)",
            seen="cause = 'overflow'\nbroken = [float(tf.exp(logit)) for logit in [150.0] + [0.0] * 9]\n",
        ),
        None,
    ),
    "no function": (_FAULTY + _SEEN + "loss = 'categorical_crossentropy'", "expected a function"),
}

_TRAIN = """
models, accuracies = {}, {}
for activation in ("relu", "gelu", "sigmoid"):
    models[activation], accuracies[activation] = [], []
    for seed in range(3):
        lab.set_seed(seed)
        layers = [keras.layers.Dense(n, activation) for n in (200, 60)]
        model = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(10, "softmax")])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(training, validation_data=lab.validation_dataset(), epochs=EPOCHS, shuffle=False, verbose=0)
        models[activation].append(model)
        accuracies[activation].append(history.history["val_accuracy"][-1])

def told(name):
    (low, high), (least, most) = ((min(accuracies[each]), max(accuracies[each])) for each in (name, "relu"))
    return "better" if low > most else "worse" if high < least else "can't tell"

verdicts = {name: told(name) for name in ("gelu", "sigmoid")}
assert verdicts["sigmoid"] == "worse"
"""

FILLINGS = {
    "03.1": _OF_BACKWARD,
    "03.2": _STEPS,
    "03.3": {name: (_BY_HAND + source, hint) for name, (source, hint) in _RUNS.items()},
    "03.4": _LOSSES,
}
TRAINED = {"03.3": {"two epochs each": (_TRAIN, None)}}
