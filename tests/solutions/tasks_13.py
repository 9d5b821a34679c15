"""Fillings of exercise 13's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "13.1": "lab.check_task('13.1', start)",
    "13.2": "lab.check_task('13.2', memorize)",
    "13.3": "lab.check_task('13.3', diagnoses)",
    "13.4": "lab.check_task('13.4', a3, c1, c2)",
}


def _start(*lines):
    return function("start(model, images, labels)", *lines)


_OF_NUMPY = "-np.mean(np.log(np.sum(labels * p, axis=1)))"
_START = {
    "unsolved": (_start("return 0"), "Found 0 for a network whose loss is"),
    "evaluate": (_start("return model.evaluate(images, labels, verbose=0)[0]"), None),
    "NumPy": (_start("p = model.predict(images, verbose=0)", f"return {_OF_NUMPY}"), None),
    "a tensor, of Keras' function": (
        _start("return tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model(images)))"),
        None,
    ),
    "one by one": (
        _start(
            "losses = []",
            "for image, label in zip(images, labels):",
            "    p = np.asarray(model(image[None]))[0]",
            "    losses.append(-np.log(p[label.argmax()]))",
            "return sum(losses) / len(losses)",
        ),
        None,
    ),
    "a copy, evaluated": (
        _start(
            "copy = keras.models.clone_model(model)",
            "copy.set_weights(model.get_weights())",
            "copy.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])",
            "return copy.evaluate(images, labels, verbose=0)[0]",
        ),
        None,
    ),
    "a step": (_start("return model.train_on_batch(images, labels)[0]"), "A test must not treat"),
    "fit": (_start("return model.fit(images, labels, verbose=0).history['loss'][0]"), "A test must not treat"),
    "accuracy": (_start("return model.evaluate(images, labels, verbose=0)[1]"), "The loss says more"),
    "both": (_start("return model.evaluate(images, labels, verbose=0)"), "Found 2 numbers"),
    "a sum": (
        _start("p = model.predict(images, verbose=0)", f"return len(images) * {_OF_NUMPY}"),
        "That's the sum",
    ),
    "the sign": (_start("p = model.predict(images, verbose=0)", f"return -({_OF_NUMPY})"), "but for the sign"),
    "base 2": (
        _start("p = model.predict(images, verbose=0)", f"return {_OF_NUMPY} / np.log(2)"),
        "base 2. Take the natural",
    ),
    "base 10": (_start("p = model.predict(images, verbose=0)", f"return {_OF_NUMPY} / np.log(10)"), "base 10"),
    "dropout on": (_start("p = model(images, training=True)", f"return {_OF_NUMPY}"), "Ask it as `predict` does"),
    "the first digit": (_start("return model.evaluate(images[:1], labels[:1], verbose=0)[0]"), "all digits"),
    "nothing returned": (_start("model.evaluate(images, labels, verbose=0)"), "Found None for the loss"),
    "it raises": (_start("return model.loss(images)"), "your function raised"),
}


def _memorize(*lines):
    return function("memorize(model, images, labels)", *lines)


_COPY = """
copy = keras.models.clone_model(model)
copy.compile_from_config(model.get_compile_config())
"""
_RATHER_SGD = """
copy = keras.models.clone_model(model)
copy.compile(keras.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
"""
_REPEATED = "(np.tile(each[:32], (200, 1)) for each in (images, labels))"
_FIT = f"copy.fit(*{_REPEATED}, batch_size=32, shuffle=False, verbose=0)"
_EVALUATE = "return copy.evaluate(images[:32], labels[:32], verbose=0)[0]"
_ROWS = "rows = np.random.default_rng(0).choice(len(images), 32, replace=False)"
_UNDONE = """
before = model.get_weights()
model.fit(images[:32], labels[:32], batch_size=32, epochs=200, verbose=0)
loss = model.evaluate(images[:32], labels[:32], verbose=0)[0]
model.set_weights(before)
return loss
"""
_NEW_DIGITS = """
for step in range(200):
    at = 32 * step % len(images)
    copy.train_on_batch(images[at : at + 32], labels[at : at + 32])
"""
_MEMORIZE = {
    "unsolved": (
        _memorize("return model.evaluate(images[:32], labels[:32], verbose=0)[0]"),
        "200 steps of training are missing",
    ),
    "nothing": (_memorize("return 0.0"), "a network whose neurons are dead"),
    "one step": (
        _memorize("model.train_on_batch(images[:32], labels[:32])", "return 0.001"),
        "A test must not treat",
    ),
}
_MEMORIZE_TRAINED = {
    "the network itself": (_memorize(_FIT.replace("copy", "model"), "return 0.001"), "A test must not treat"),
    "a copy": (_memorize(_COPY, _FIT, _EVALUATE), None),
    "another optimizer": (_memorize(_RATHER_SGD, _FIT, _EVALUATE), None),
    "another 32, a data set": (
        _memorize(
            _COPY,
            _ROWS,
            "few = tf.data.Dataset.from_tensors((images[rows], labels[rows]))",
            "copy.fit(few.repeat(300), shuffle=False, verbose=0)",
            "return copy.evaluate(few, verbose=0)[0]",
        ),
        None,
    ),
    "the model itself, undone": (_memorize(_UNDONE), None),
    "new digits in each step": (_memorize(_COPY, _NEW_DIGITS, _EVALUATE), "That's training"),
    "two steps": (_memorize(_COPY, _FIT.replace("200", "2"), _EVALUATE), "Too few steps"),
    "an epoch": (
        _memorize(_COPY, "copy.fit(images, labels, batch_size=32, verbose=0)", _EVALUATE),
        "That's training",
    ),
    "epochs": (
        _memorize(_COPY, "copy.fit(images[:32], labels[:32], batch_size=32, epochs=200, verbose=0)", _EVALUATE),
        None,
    ),
    "dropout on": (
        _memorize(_COPY, f"found = {_FIT}", "return found.history['loss'][-1]"),
        "With dropout on, it never reaches zero",
    ),
    "the last step's loss, by hand": (
        _memorize(
            _COPY,
            "for step in range(250):",
            "    loss = copy.train_on_batch(images[:32], labels[:32])[0]",
            "return float(loss)",
        ),
        "With dropout on, it never reaches zero",
    ),
}

_BEDS = """
def seen(bed, test, trained=False):
    patient = lab.clinic.patient(bed)
    if trained:
        patient.train()
    return getattr(lab.clinic, test)(patient)

"""
_SOME = """
some = {
    "bed 3": ("healthy", seen("bed 3", "start")),
    "bed 4": ("no softmax", seen("bed 4", "start")),
}
"""


def _made_up(test, loss, bed="bed"):
    return f"lab.clinic.Finding(lab.clinic.Run({bed}, None, None, None), '{test}', 'made up.', loss={loss})"


_ROOM = {
    "unsolved": ("diagnoses = {}", "Found 0 diagnoses, expected three"),
    "a list": ("diagnoses = ['healthy']", "expected a dict"),
    "another bed": ("diagnoses = {'bed 9': ('healthy', 1)}", "'bed 9', which is no bed"),
    "two": ("diagnoses = {'bed 1': 0, 'bed 2': 0}", "Found 2 diagnoses"),
    "the cause alone": ("diagnoses = dict.fromkeys(('bed 1', 'bed 2', 'bed 3'), 'healthy')", "expected two: a cause"),
    "an unknown cause": (
        "diagnoses = dict.fromkeys(('bed 3', 'bed 4', 'bed 5'), ('bad luck', None))",
        "Choose one of 'healthy', 'wrong labels'",
    ),
    "all healthy": (
        "diagnoses = dict.fromkeys(('bed 4', 'bed 5', 'bed 6'), ('healthy', None))",
        "Which test haven't you tried?",
    ),
    "the healthy one treated": (
        "diagnoses = dict.fromkeys(('bed 3', 'bed 2', 'bed 1'), ('wrong labels', None))",
        "All its numbers are healthy",
    ),
    "softmax twice for wrong labels": (
        "diagnoses = {'bed 2': ('softmax twice', None), 'bed 1': 0, 'bed 3': 0}",
        "Then `memorize` would stop at 1.46",
    ),
    "no evidence": (
        "diagnoses = {'bed 4': ('no softmax', 6.8), 'bed 3': ('healthy', 0), 'bed 6': ('dead neurons', 1)}",
        "A cause counts with its evidence",
    ),
    "another's finding": (
        f"one = {_made_up('start', 6.8, repr('bed 4'))}\n"
        "diagnoses = {'bed 3': ('healthy', one), 'bed 4': ('no softmax', one), 'bed 6': ('dead neurons', one)}",
        "a finding about 'bed 4' for bed 3",
    ),
    "the wrong test": (
        f"diagnoses = {{bed: (cause, {_made_up('start', 2.35)})\n"
        "    for bed, cause in (('bed 3', 'healthy'), ('bed 5', 'softmax twice'), ('bed 4', 'no softmax'))}",
        "healthy ones do that, too",
    ),
    "right, by made-up findings": (
        f"diagnoses = {{bed: (cause, {_made_up('memorize', 'loss')})\n"
        "    for bed, cause, loss in (('bed 2', 'wrong labels', 0.001), ('bed 5', 'softmax twice', 1.4612),\n"
        "        ('bed 4', 'no softmax', 8.0), ('bed 6', 'dead neurons', 2.2))}",
        None,
    ),
}
_ROOM_TRAINED = {
    "as folded": (
        _BEDS + _SOME + "diagnoses = some | {\n"
        "    'bed 1': ('dropout in prediction', seen('bed 1', 'twice', True)),\n"
        "    'bed 2': ('wrong labels', seen('bed 2', 'memorize')),\n"
        "    'bed 5': ('softmax twice', seen('bed 5', 'memorize')),\n"
        "    'bed 6': ('dead neurons', seen('bed 6', 'flow')),\n}",
        None,
    ),
    "by other tests": (
        _BEDS + "diagnoses = {\n"
        "    'bed 2': ['wrong labels', seen('bed 2', 'look')],\n"
        "    'bed 4': ['no softmax', seen('bed 4', 'flow')],\n"
        "    'bed 6': ['dead neurons', seen('bed 6', 'start')],\n}",
        None,
    ),
    "dropout, not by memorizing": (
        _BEDS + _SOME + "diagnoses = some | {'bed 1': ('dropout in prediction', seen('bed 1', 'memorize'))}",
        "`memorize` doesn't decide it",
    ),
    "made up, measured again": (
        _BEDS + _SOME + f"bed = 'bed 5'\ndiagnoses = some | {{bed: ('softmax twice', {_made_up('memorize', 0.1)})}}",
        "Measured again: after 200 steps on 32 digits, loss 1.4",
    ),
}

_A3 = """
def a3():
    layers = [keras.layers.Dense({neurons}, activation="{activation}") for _ in range(2)]
    network = keras.Sequential([keras.Input(shape=(28 * 28,)), {more} keras.layers.Dense(10, activation="softmax")])
    network.compile({optimizer}, "categorical_crossentropy", metrics=["accuracy"])
    return network
"""


def _a3(optimizer="keras.optimizers.Adam()", neurons=60, activation="relu", more="*layers,"):
    return _A3.format(optimizer=optimizer, neurons=neurons, activation=activation, more=more)


_ILL_A3 = _a3("keras.optimizers.Adam(0.3)")
_WARM_UP = "keras.optimizers.Adam(keras.optimizers.schedules.PiecewiseConstantDecay([20, 40], [1e-4, 1e-3, 3e-3]))"
_C1 = """
def c1(images, labels):
    validation = tf.data.Dataset.from_tensor_slices((images[:5_000], labels[:5_000])).batch(100)
    order = 5_000 + np.argsort(labels[5_000:].argmax(axis=1))
    training = tf.data.Dataset.from_tensor_slices((images[order], labels[order])).shuffle(1_000).batch(128)
    return training, validation
"""
_HEALTHY_C1 = _C1.replace("shuffle(1_000)", "shuffle(20_000)")
_PERMUTED_C1 = _C1.replace(
    "5_000 + np.argsort(labels[5_000:].argmax(axis=1))", "np.random.permutation(np.arange(5_000, 25_000))"
).replace(".shuffle(1_000)", "")
_C2 = """
def c2(images, labels):
    images, labels = np.tile(images[:1_000], (25, 1)), np.tile(labels[:1_000], (25, 1))
    images = lab.random_affine(images, seed=(0, 1), degrees=5, shift=1)
    validation = tf.data.Dataset.from_tensor_slices((images[:5_000], labels[:5_000])).batch(100)
    training = tf.data.Dataset.from_tensor_slices((images[5_000:], labels[5_000:])).shuffle(20_000).batch(128)
    return training, validation
"""
_HEALTHY_C2 = """
def c2(images, labels):
    def copies(images, labels, times):
        images, labels = np.tile(images, (times, 1)), np.tile(labels, (times, 1))
        distorted = lab.random_affine(images, seed=(0, 1), degrees=5, shift=1)
        return tf.data.Dataset.from_tensor_slices((distorted, labels))

    training = copies(images[200:], labels[200:], 25).shuffle(20_000).batch(128)
    return training, copies(images[:200], labels[:200], 25).batch(100)
"""
_ON_THE_FLY = """
def c2(images, labels):
    pairs = tf.data.Dataset.from_tensor_slices((images, labels))
    rng = tf.random.Generator.from_seed(0)

    def distorted(images, labels):
        return lab.random_affine(images, seed=tf.cast(rng.make_seeds()[:, 0], tf.int32), degrees=5, shift=1), labels

    training = pairs.take(900).repeat(25).shuffle(20_000).batch(128).map(distorted)
    return training, pairs.skip(900).batch(100)
"""
_UNDISTORTED_C2 = """
def c2(images, labels):
    pairs = tf.data.Dataset.from_tensor_slices((images, labels))
    return pairs.take(800).shuffle(800).batch(100), pairs.skip(800).batch(100)
"""
_VALIDATED_ON_ORIGINALS = """
def c2(images, labels):
    validation = tf.data.Dataset.from_tensor_slices((images[:1_000], labels[:1_000])).batch(100)
    images, labels = np.tile(images[:1_000], (25, 1)), np.tile(labels[:1_000], (25, 1))
    images = lab.random_affine(images, seed=(0, 1), degrees=5, shift=1)
    return tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(25_000).batch(128), validation
"""
_CURED = _a3(), _HEALTHY_C1, _HEALTHY_C2


def _cures(a3=_CURED[0], c1=_CURED[1], c2=_CURED[2]):
    return a3 + c1 + c2


_CURES = {
    "unsolved": (_ILL_A3 + _C1 + _C2, "How many rows does `shuffle` hold"),
    "C1: validation sorted, too": (
        _cures(c1=_C1.replace("return training", "validation = training.take(40)\n    return training")),
        "You changed validation, and training is still ill",
    ),
    "C1: larger batches": (_cures(c1=_C1.replace("batch(128)", "batch(1_000)")), "Larger batches treat the symptom"),
    "C1: labels shuffled apart": (
        _cures(c1=_PERMUTED_C1.replace("labels[order]", "np.random.permutation(labels[order])")),
        "C1: found labels of other digits",
    ),
    "C1: digits lost": (
        _cures(c1=_HEALTHY_C1.replace("batch(128)\n    return", "take(15_000).batch(128)\n    return")),
        "missing from training",
    ),
    "C1: trained on all": (
        _cures(c1=_PERMUTED_C1.replace("np.arange(5_000, 25_000)", "25_000")),
        "C1: found digits in both",
    ),
    "C1: not batched": (_cures(c1=_HEALTHY_C1.replace(".batch(128)", "")), "Call `batch`"),
    "C1: arrays": (_cures(c1="def c1(images, labels):\n    return images, labels\n"), "expected a tf.data.Dataset"),
    "C1: training alone": (_cures(c1=_HEALTHY_C1.replace("training, validation\n", "training\n")), "two datasets"),
    "C2: unsolved": (_cures(c2=_C2), "What's split first, the digits or the copies?"),
    "C2: validated on the originals": (_cures(c2=_VALIDATED_ON_ORIGINALS), "training still has its digits"),
    "C2: no distortion": (_cures(c2=_UNDISTORTED_C2), "no distorted copy"),
    "C2: few digits": (
        _cures(c2=_HEALTHY_C2.replace("images[200:], labels[200:]", "images[900:], labels[900:]")),
        "100 digits to train on",
    ),
}
_CURES_TRAINED = {
    "as folded": (_cures(), None),
    "another optimizer, NumPy, on the fly": (
        _cures(_a3("keras.optimizers.SGD(0.1)"), _PERMUTED_C1, _ON_THE_FLY),
        None,
    ),
    "warm-up": (_cures(_a3(_WARM_UP)), None),
    "A3: unsolved": (_cures(_ILL_A3), "What kills them acts within the first steps: how far"),
    "A3: dropout": (
        _cures(_a3("keras.optimizers.Adam(0.3)", more="layers[0], keras.layers.Dropout(0.5), layers[1],")),
        "Dropout treats the symptom",
    ),
    "A3: more neurons": (_cures(_a3("keras.optimizers.Adam(0.3)", neurons=200)), "What kills them"),
    "A3: too small a rate": (_cures(_a3("keras.optimizers.Adam(1e-7)")), "as A1's were"),
    "A3: not compiled": (_cures(_a3().replace("    network.compile", "    # ")), "expected a compiled Keras model"),
}
FILLINGS = {"13.1": _START, "13.2": _MEMORIZE, "13.3": _ROOM, "13.4": _CURES}
TRAINED = {"13.2": _MEMORIZE_TRAINED, "13.3": _ROOM_TRAINED, "13.4": _CURES_TRAINED}
