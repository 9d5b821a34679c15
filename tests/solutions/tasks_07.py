"""Fillings of exercise 07's tasks, in the form of tasks_02.py."""

CALLS = {
    "07.1": "lab.check_task('07.1', model, training_loss, validation_loss)",
    "07.2": "lab.check_task('07.2', runs, causes, evidence)",
    "07.3": "lab.check_task('07.3', model, answers, chosen)",
}

_NETWORK = """
training = training or lab.training_dataset(300)
validation = lab.validation_dataset()
hidden = keras.layers.Dense(100, "relu", bias_initializer="random_normal")
model = keras.Sequential([keras.Input((784,)), hidden, keras.layers.Dropout(0.5), keras.layers.Dense(10, "softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"], run_eagerly=EAGERLY)
digits, classes = lab.first_digits(validation, next(iter(validation))[0].shape[0])
"""
_LAST = """
images, labels = next(iter(training))  # the last layer by least squares: no steps
V = np.linalg.lstsq(np.c_[hidden(images), np.ones(len(images))], 5 * labels.numpy(), rcond=0.02)[0]
model.layers[-1].set_weights([V[:-1], V[-1]])
"""
_FIT = "history = model.fit(training, epochs=EPOCHS, shuffle=False, verbose=0).history\n"
_BOTH = "training_loss, validation_loss = {}, {}\n"
_EVALUATED = "training_loss, validation_loss = (model.evaluate(d, verbose=0)[0] for d in (training, validation))\n"
_BY_HAND = """
def loss(dataset, mode=False):
    logs = [np.log((model(x, training=mode).numpy() * y).sum(axis=1)) for x, y in dataset.as_numpy_iterator()]
    return -np.concatenate(logs).mean(dtype=np.float64)

"""
_OWN = _BY_HAND + "training_loss, validation_loss = loss(training), loss(validation)\n"
_GAP = {
    "unsolved": (_BOTH.format(2.5, 2.5), "no gap by construction"),
    "evaluate": (_EVALUATED, None),
    "own −log p": (_OWN, None),
    "tensors": (_OWN + "training_loss = tf.constant([training_loss])\n", None),
    "training=True": (_OWN + "training_loss = loss(training, True)", "the network was handicapped"),
    "validation twice": (_OWN + "training_loss = validation_loss", "twice: no gap by construction"),
    "training twice": (_OWN + "validation_loss = training_loss + 1e-5", "That's the loss of the training digits"),
    "the two swapped": (
        _OWN + "training_loss, validation_loss = validation_loss, training_loss",
        "That's the loss of the validation digits",
    ),
    "an accuracy": (_OWN + "training_loss = 0.99", "Is yours an accuracy, or a sum?"),
    "a sum": (_OWN + "validation_loss *= len(digits)", "Found a validation loss of"),
    "half of it": (_OWN + "training_loss /= 2", "Take the mean over all training digits"),
    "no number": (_OWN + "training_loss = [1, 2]", "for the training loss, expected a number"),
    "no dropout": (
        _OWN + "model = keras.Sequential([keras.Input((784,)), hidden, model.layers[-1]])",
        "Solve 07.0 first",
    ),
    "no model": (_OWN + "model = None", "Found no model"),
}

_RUNS = """
from types import SimpleNamespace

def digits(low, high, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(low, high, (60, 784)).astype("float32"), np.eye(10)[rng.integers(0, 10, 60)]

def run(seed):
    network = keras.Sequential([keras.Input((784,)), keras.layers.Dense(20, "relu"),
                                keras.layers.Dropout(0.8), keras.layers.Dense(10, "softmax")])
    parts = {"training": digits(0, 1, seed), "validation": digits(0, 9, seed + 1), "held_out": digits(0, 5, seed + 2)}
    return SimpleNamespace(model=network, history={"loss": [9.0, 70.0], "val_loss": [8.0, 80.0]}, **parts)

runs = {name: run(10 * number) for number, name in enumerate("ABCD")}
"""
_DIAGNOSED = """
causes = {"A": "overfitting", "B": "underfitting", "C": "other digits", "D": "dropout"}
wanted = {"A": "held_out", "B": "training", "C": "held_out", "D": "training"}
evidence = {}
for name, run in runs.items():
    images, labels = getattr(run, wanted[name])
    evidence[name] = float(np.mean(keras.losses.categorical_crossentropy(labels, run.model(images))))
"""
_CURVES = {
    "unsolved": ("causes, evidence = dict.fromkeys('ABCD'), dict.fromkeys('ABCD')", "Found None for the cause of A"),
    "losses": (_DIAGNOSED, None),
    "accuracies": (
        _DIAGNOSED
        + "for name, run in runs.items():\n    images, labels = getattr(run, wanted[name])\n"
        + "    evidence[name] = np.mean(np.argmax(run.model(images), 1) == np.argmax(labels, 1))\n",
        None,
    ),
    "another network on the same digits": (
        _DIAGNOSED
        + "images, labels = runs['C'].validation\n"
        + "evidence['C'] = keras.losses.categorical_crossentropy(labels, runs['A'].model(images)).numpy().mean()\n",
        None,
    ),
    "a gap means overfitting": (_DIAGNOSED + "causes['C'] = 'overfitting'", "other writers gap too"),
    "other digits without a look": (_DIAGNOSED + "causes['A'] = 'other digits'", "would fare well. Measure them"),
    "training worse, so underfitting": (_DIAGNOSED + "causes['D'] = 'underfitting'", "measure it without dropout"),
    "dropout for all": (_DIAGNOSED + "causes['B'] = 'dropout'", "once dropout is off"),
    "overfitting without a gap": (
        _DIAGNOSED + "causes['B'] = 'overfitting'",
        "the validation loss would be the higher",
    ),
    "underfitting with a gap": (_DIAGNOSED + "causes['A'] = 'underfitting'", "the training loss wouldn't be the lower"),
    "a cause of your own": (_DIAGNOSED + "causes['A'] = 'luck'", "Found 'luck' for the cause of A"),
    "no evidence": (_DIAGNOSED + "evidence['B'] = None", "A cause counts with its evidence"),
    "the curve's end": (_DIAGNOSED + "evidence['D'] = 70.0", "that's where a curve ends"),
    "validation again": (_DIAGNOSED + "evidence['A'] = 80.0", "The loss on held-out digits would"),
    "any number": (_DIAGNOSED + "evidence['C'] = 1e4", "none of the numbers that decide"),
    "one missing": (_DIAGNOSED + "del evidence['C']", "for evidence, expected an entry for each run"),
    "a list": (_DIAGNOSED + "causes = list(causes.values())", "for causes, expected an entry"),
}

_ASK = """
TIMES = 3 if EAGERLY else 10

def ask(mode):
    return np.concatenate([model(part, training=mode) for part in np.array_split(digits, 4)])

answers = np.stack([ask(True) for _ in range(TIMES)])
count = len(digits) // 50
"""
_ENTROPY = "mean = answers.mean(axis=0)\nscores = -(mean * np.log(mean + 1e-30)).sum(axis=1)\n"
_STD = "scores = answers.std(axis=0).mean(axis=1)\n"
_TOP = "chosen = np.argsort(-scores)[:count]\n"
_VOTES = "votes = answers.argmax(axis=2)\nscores = [TIMES - np.bincount(v).max() for v in votes.T]\n"
_HUMAN = {
    "unsolved": (
        _ASK + "answers, chosen = np.stack([ask(False)]), np.arange(count)",
        "Found one answer for each digit",
    ),
    "entropy": (_ASK + _ENTROPY + _TOP, None),
    "spread, a list": (_ASK + _STD + _TOP + "chosen = list(chosen)", None),
    "a mask": (_ASK + _ENTROPY + _TOP + "chosen = np.isin(np.arange(len(digits)), chosen)", None),
    "off": (_ASK.replace("ask(True)", "ask(False)") + _STD + _TOP, "Found answers that all agree: dropout is off"),
    "too many": (_ASK + _STD + "chosen = np.argsort(-scores)[: 2 * count]", "different digits, expected"),
    "one digit again and again": (_ASK + "chosen = np.zeros(count)", "Found 1 different digits"),
    "scores": (_ASK + _STD + "chosen = -np.sort(-scores)[:count] + 0.1", "expected the digits' positions"),
    "other digits": (_ASK + _ENTROPY + _TOP + "answers = answers[:, ::-1]", "aren't this network's"),
    "some of the digits": (_ASK + _ENTROPY + _TOP + "answers = answers[:, :10]", "Found the shape [3, 10, 10]"),
    "no model": (_ASK + _ENTROPY + _TOP + "model = None", "Found no model"),
}
FILLINGS = {
    "07.1": {name: (_NETWORK + _LAST + source, hint) for name, (source, hint) in _GAP.items()},
    "07.2": {name: (_RUNS + source, hint) for name, (source, hint) in _CURVES.items()},
    "07.3": {name: (_NETWORK + _LAST + source, hint) for name, (source, hint) in _HUMAN.items()},
}
_REAL = "runs = lab.curve_pairs()\n"
TRAINED = {
    "07.1": {
        "evaluate": (_NETWORK + _FIT + _EVALUATED, None),
        "as reported": (_NETWORK + _FIT + _OWN + "training_loss = history['loss'][-1]", "the network was handicapped"),
        "training=True": (
            _NETWORK + _FIT + _OWN + "training_loss = loss(training, True)",
            "the network was handicapped",
        ),
        "validation twice": (_NETWORK + _FIT + _OWN + "training_loss = validation_loss", "by construction"),
    },
    "07.2": {
        "losses": (_REAL + _DIAGNOSED, None),
        "the curves' ends": (
            _REAL + _DIAGNOSED + "evidence['D'] = runs['D'].history['loss'][-1]",
            "that's where a curve ends",
        ),
        "a gap means overfitting": (_REAL + _DIAGNOSED + "causes['C'] = 'overfitting'", "other writers gap too"),
    },
    "07.3": {
        "entropy": (_NETWORK + _FIT + _ASK + _ENTROPY + _TOP, None),
        "spread": (_NETWORK + _FIT + _ASK + _STD + _TOP, None),
        "votes": (_NETWORK + _FIT + _ASK + _VOTES + "scores = np.array(scores)\n" + _TOP, None),
        "smallest spread": (_NETWORK + _FIT + _ASK + _STD + "chosen = np.argsort(scores)[:count]", "network is sure"),
        "the first": (_NETWORK + _FIT + _ASK + "chosen = np.arange(count)", "are within reach"),
    },
}
