"""Fillings of exercise 05's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "05.1": "lab.check_task('05.1', dropout)",
    "05.2": "lab.check_task('05.2', models, accuracies, interval, verdict)",
    "05.3": "lab.check_task('05.3', model, history, cause, kept_loss)",
}


def _dropout(*lines):
    return function("dropout(values, rate, training)", *lines)


_OFF = "if not training:\n    return values"
_MASK = "kept = np.random.random(values.shape) >= rate"
_SCALED = "return values * kept / (1 - rate)"
_DROPOUTS = {
    "unsolved": (_dropout("return values"), "Found 0% of the values dropped"),
    "survivors scaled": (_dropout(_OFF, _MASK, _SCALED), None),
    "classical: scaled while predicting": (
        _dropout("if not training:\n    return values * (1 - rate)", _MASK, "return values * kept"),
        None,
    ),
    "Keras'": (
        "dropout = lambda values, rate, training: keras.layers.Dropout(rate)(values, training=training)\n",
        None,
    ),
    "TensorFlow's": (_dropout(_OFF, "return tf.nn.dropout(tf.cast(values, 'float32'), rate)"), None),
    "two loops, a list": (
        _dropout(
            _OFF,
            "rng = np.random.default_rng()",
            "return [[v / (1 - rate) if rng.random() > rate else 0 for v in digit] for digit in values]",
        ),
        None,
    ),
    "binomial": (_dropout(_OFF, "return values * np.random.binomial(1, 1 - rate, values.shape) / (1 - rate)"), None),
    "as many for each digit": (
        _dropout(
            _OFF,
            "count = int(values.shape[1] * rate)",
            "for digit in values:\n    digit[np.random.permutation(len(digit))[:count]] = 0",
            "return values / (1 - count / values.shape[1])",
        ),
        "a mean",
    ),
    "one mask for all": (
        _dropout(_OFF, "kept = np.random.random(values.shape[1]) >= rate", _SCALED),
        "Each digit draws",
    ),
    "whole digits": (
        _dropout(_OFF, "kept = np.random.random((len(values), 1)) >= rate", _SCALED),
        "Each neuron draws",
    ),
    "unscaled": (_dropout(_OFF, _MASK, "return values * kept"), "the mean fell by the rate"),
    "scaled by the rate": (_dropout(_OFF, _MASK, "return values * kept / rate"), "A share of 0.75 survives"),
    "scaled in both": (
        _dropout("if not training:\n    return values * (1 - rate)", _MASK, _SCALED),
        "The survivors make up for it already",
    ),
    "scaled by halves": (
        _dropout("c = (1 - rate) ** 0.5\nif not training:\n    return values * c", _MASK, "return values * kept / c"),
        "scale in one place only",
    ),
    "the rate kept": (
        _dropout(_OFF, _MASK.replace(">=", "<"), "return values * kept / rate"),
        "not the one that stays",
    ),
    "half of them": (_dropout(_OFF, _MASK.replace("rate", "0.5"), "return values * kept * 2"), "the share that goes"),
    "always on": (_dropout(_MASK, _SCALED), "Then, none is dropped"),
    "a seed inside": (
        _dropout(_OFF, "kept = np.random.default_rng(0).random(values.shape) >= rate", _SCALED),
        "no seed inside",
    ),
    "noise": (
        _dropout(_OFF, "return values * np.random.normal(1, 0.5, values.shape)"),
        "Found 0% of the values dropped",
    ),
    "noise on the survivors": (
        _dropout(_OFF, _MASK, "return values * kept * np.random.normal(1, 0.5, values.shape)"),
        "All of them get the same",
    ),
    "a sum": (_dropout("return values.sum()"), "expected numbers in the shape [400, 50]"),
    "no return while predicting": (
        _dropout("if training:", "    " + _MASK, "    " + _SCALED),
        "Does your function end with `return`?",
    ),
}

# In the tests' small digits a bright row gives away the class; a network that doesn't know a class misses all of it.
_BY_HAND = """
def network(rate, unknown, layer=keras.layers.Dropout):
    W = np.zeros((28, 28, 10), "float32")
    for k in range(10):
        W[2 * k + 4, :, k] = 4 / 28
    layers = [keras.layers.Dense(10, "relu"), *([layer(rate)] if rate else []), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    never = np.where(np.isin(range(10), unknown), -999.0, 0.0)
    model.set_weights([W.reshape(784, 10), np.full(10, -3.0), 50 * np.eye(10), never])
    return model

def measured(model, training=False):
    digits, labels = lab.first_digits(lab.validation_dataset(), 100)
    return np.mean(np.argmax(model(digits, training=training), axis=1) == labels)

def run(without, some, half):
    models = {0: [network(0, each) for each in without]}
    models |= {0.25: [network(0.25, each) for each in some], 0.5: [network(0.5, each) for each in half]}
    return models, {rate: [measured(model) for model in several] for rate, several in models.items()}

def welch():
    low, high = stats.ttest_ind(accuracies[0.5], accuracies[0], equal_var=False).confidence_interval()
    return (low, high), "helps" if low > 0 else "hurts" if high < 0 else "can't tell"

models, accuracies, interval, verdict = {}, {}, None, None
"""
_SOME = "models, accuracies = run([[1, 2, 3], [3, 4], [5, 6]], [[1], [2], [3, 4]], [[7, 8], [3, 4], [4]])\n"
_CLEAR = "models, accuracies = run([[1, 2, 3, 4, 5], [3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6]], 3 * [[]], [[], [1], [2]])\n"
_WELCH = "interval, verdict = welch()\n"
_FEW = {
    "unsolved": ("", "expected an entry for each rate"),
    "Welch's interval": (_SOME + _WELCH + 'assert verdict == "can\'t tell"\n', None),
    "it helps": (_CLEAR + _WELCH + "assert verdict == 'helps'\n", None),
    "by hand": (
        _SOME + "a, b = np.array(accuracies[0]), np.array(accuracies[0.5])\n"
        "error = (a.var(ddof=1) / 3 + b.var(ddof=1) / 3) ** 0.5\n"
        'interval, verdict = b.mean() - a.mean() + np.array([-2.78, 2.78]) * error, "can\'t tell"\n',
        None,
    ),
    "resampled": (
        _SOME + "rng = np.random.default_rng(0)\n"
        "draw = lambda values: rng.choice(values, (2000, 3)).mean(axis=1)\n"
        "interval = np.quantile(draw(accuracies[0.5]) - draw(accuracies[0]), [0.025, 0.975])\n"
        "verdict = \"can't tell\" if interval[0] < 0 else 'helps'\n",
        None,
    ),
    "alpha dropout, tensors": (
        _SOME
        + _WELCH
        + "models[0.5] = [network(0.5, each, keras.layers.AlphaDropout) for each in ([7, 8], [3, 4], [4])]\n"
        "accuracies = {rate: tf.constant(values) for rate, values in accuracies.items()}\n",
        None,
    ),
    "one run each": ("models, accuracies = run([[1]], [[2]], [[3]])\n", "a single run has no spread"),
    "the same model": (_SOME + "models[0.25] = models[0.25][:1] * 3\n" + _WELCH, "Build a new one for each seed"),
    "best epoch": (_SOME + "accuracies[0.5] = [each + 0.01 for each in accuracies[0.5]]\n", "is chosen by looking"),
    "dropout on": (
        _SOME + "accuracies[0.5] = [each - 0.02 for each in accuracies[0.5]]\n",
        "Measure without",
    ),
    "no dropout in it": (_SOME + "models[0.5] = models[0]\n" + _WELCH, "no dropout in a model of the rate 0.5"),
    "another rate": (_SOME + "models[0.5] = models[0.25]\n" + _WELCH, "in a model of the rate 0.5"),
    "no interval": (_SOME, "Found no interval"),
    "the other way round": (_CLEAR + _WELCH + "interval = -interval[1], -interval[0]\n", "minus that without"),
    "of single runs": (
        _SOME + _WELCH + "middle = np.mean(interval)\ninterval = middle - 0.3, middle + 0.3\n",
        "the spread of single runs",
    ),
    "no width": (_SOME + _WELCH + "interval = [np.mean(interval)] * 2\n", "has t its place"),
    "overlap called better": (_SOME + _WELCH + "verdict = 'helps'\n", "chance can do that"),
    "clear called luck": (_CLEAR + _WELCH + 'verdict = "can\'t tell"\n', "doesn't hold 0"),
}

_STOPPED = """
def network(seed):
    lab.set_seed(seed)
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])

def loss_of(model):
    digits, labels = lab.first_digits(lab.validation_dataset(), 100)
    return float(np.mean(keras.losses.sparse_categorical_crossentropy(labels, model(digits))))

model, cause, kept_loss = network(0), None, None
final = loss_of(model)
def recorded(*factors, planned=30):
    history = keras.callbacks.History()
    history.history, history.params = {"val_loss": [final * each for each in factors]}, {"epochs": planned}
    return history

history = recorded(3, 2, 1.5)
"""
_MODE = "cause, kept_loss = 'mode', 3 * final\n"
_STOPS = {
    "unsolved": ("", "Found None for the cause"),
    "restored": (_MODE + "history = recorded(3, 2, 1, 1.2, 1.5)\n", None),
    "a checkpoint, the history as a dict": (_MODE + "history = recorded(2.8, 1, 1.1, 1.2, planned=4).history\n", None),
    "patience": ("cause = 'patience'", "Patience says when it stops"),
    "monitor": ("cause = 'monitor'", "the right thing to watch"),
    "restoring": ("cause = 'restoring'", "It did restore"),
    "no evidence": ("cause = 'mode'; history = recorded(3, 2, 1, 1.2)", "Found no kept_loss"),
    "evidence from the cured": ("cause, kept_loss = 'mode', final; history = recorded(3, 1, 2)", "before the cure"),
    "still the worst": (_MODE + "history = recorded(1, 0.4, 0.3, 0.5); kept_loss = final", "still the worst weights"),
    "patience only": (_MODE + "history = recorded(3, 2, 0.8, 0.9, 1)\n", "patience restores nothing"),
    "monitors the training loss": (_MODE + "history = recorded(3, 2, 0.8, 0.9, 1, planned=5)\n", "it never rises"),
    "too short": (_MODE + "history = recorded(3, 2, 1)\n", "It hadn't begun to rise yet"),
    "another network": (_MODE + "history = recorded(3, 2, 1, 1.2); model = network(7)\n", "No epoch had it"),
    "no validation": (_MODE + "history = {'loss': [2, 1]}", "Pass validation_data=validation"),
    "no model": (_MODE + "model = None", "Found no trained network"),
    "a number for a model": (_MODE + "model = 3", "Found AttributeError"),
}

_TRAIN = """
few = lab.training_dataset().unbatch().take(500).cache().batch(50)
validation = lab.validation_dataset()

def build(rate=0.0, regularizer=None):
    layers = []
    for n in (200, 60):
        layers += [keras.layers.Dense(n, "relu", kernel_regularizer=regularizer), keras.layers.Dropout(rate)]
    layers = [layer for layer in layers if rate or not isinstance(layer, keras.layers.Dropout)]
    model = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(10, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model
"""
_RUN = """
def run(accuracy, regularizer=None, every=30):
    models, accuracies = {}, {}
    for rate in (0, 0.25, 0.5):
        models[rate], accuracies[rate] = [], []
        for seed in range(3):
            lab.set_seed(seed)
            models[rate].append(model := build(rate, regularizer))
            history = model.fit(
                few, validation_data=validation, validation_freq=every, epochs=30, shuffle=False, verbose=0
            ).history
            accuracies[rate].append(accuracy(history["val_accuracy"]))
    low, high = stats.ttest_ind(accuracies[0.5], accuracies[0], equal_var=False).confidence_interval()
    return models, accuracies, (low, high), "helps" if low > 0 else "hurts" if high < 0 else "can't tell"

"""
_STOP = """
def stopped(*callbacks, epochs=60):
    lab.set_seed(0)
    model = build()
    return model, model.fit(
        few, validation_data=validation, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks)
    )

Early = keras.callbacks.EarlyStopping
faulty, _ = stopped(Early(monitor="val_loss", mode="max", patience=10, restore_best_weights=True))
cause, kept_loss = "mode", faulty.evaluate(validation, verbose=0)[0]
"""
_CHECKPOINT = """
import os, tempfile
file = os.path.join(tempfile.mkdtemp(), "best.weights.h5")
save = keras.callbacks.ModelCheckpoint(file, save_best_only=True, save_weights_only=True)
model, history = stopped(save)
model.load_weights(file)
"""

FILLINGS = {
    "05.1": _DROPOUTS,
    "05.2": {name: (_BY_HAND + source, hint) for name, (source, hint) in _FEW.items()},
    "05.3": {name: (_STOPPED + source, hint) for name, (source, hint) in _STOPS.items()},
}
_CURED = {
    "restored": ("model, history = stopped(Early(patience=10, restore_best_weights=True))\n", None),
    "a checkpoint": (_CHECKPOINT, None),
    "as it was": (
        "model, history = stopped(Early(mode='max', patience=10, restore_best_weights=True))\n",
        "still the worst weights",
    ),
    "patience only": ("model, history = stopped(Early(patience=10))\n", "patience restores nothing"),
    "monitors the training loss": (
        "model, history = stopped(Early(monitor='loss', patience=10, restore_best_weights=True))\n",
        "it never rises",
    ),
}
TRAINED = {
    "05.2": {
        "the last epoch": (
            _TRAIN + _RUN + "models, accuracies, interval, verdict = run(lambda each: each[-1])\n",
            None,
        ),
        "with weight decay": (
            _TRAIN + _RUN + "models, accuracies, interval, verdict = run(lambda each: each[-1], 'l2')\n",
            None,
        ),
        "the best epoch": (
            _TRAIN + _RUN + "models, accuracies, interval, verdict = run(max, every=1)\n",
            "is chosen by looking",
        ),
    },
    "05.3": {name: (_TRAIN + _STOP + source, hint) for name, (source, hint) in _CURED.items()},
}
