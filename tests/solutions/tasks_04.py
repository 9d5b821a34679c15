"""Fillings of exercise 04's tasks, in the form of tasks_02.py."""

from . import function

CALLS = {
    "04.1": "lab.check_task('04.1', rate)",
    "04.2": "lab.check_task('04.2', scatter, factor)",
    "04.3": "lab.check_task('04.3', causes, recipes)",
}


def _rate(*lines):
    return function("rate(step)", *lines)


_UP = "if step < 468:\n    return 0.01 * step / 468"
_DOWN = "return 0.005 * (1 + np.cos(np.pi * (step - 468) / (4680 - 468)))"
_RATES = {
    "unsolved": (_rate("return 0.01"), "at every step"),
    "two pieces": (_rate(_UP, _DOWN), None),
    "counted from 1": (_rate(_UP.replace("* step", "* (step + 1)"), _DOWN), None),
    "parts of an epoch": (
        _rate("epoch = step / 468", "return 0.01 * min(epoch, np.cos(np.pi / 2 * (epoch - 1) / 9) ** 2)"),
        None,
    ),
    "Keras' schedule": (
        "rate = keras.optimizers.schedules.CosineDecay(\n"
        "    0.0, decay_steps=4680 - 468, warmup_target=0.01, warmup_steps=468\n)\n",
        None,
    ),
    "a table": (
        "down = 0.005 * (1 + np.cos(np.linspace(0, np.pi, 4680 - 468)))\n"
        "rate = np.concatenate([np.linspace(0, 0.01, 468), down])\n",
        None,
    ),
    "a table, as a list": (_rate(_UP, _DOWN) + "rate = [rate(step) for step in range(4681)]\n", None),
    "tensors": (
        _rate("step = tf.cast(step, 'float32')", "down = 0.005 * (1 + tf.cos(np.pi * (step - 468) / 4212))")
        + "    return tf.where(step < 468, 0.01 * step / 468, down)\n",
        None,
    ),
    "from a tenth of a hundredth": (_rate(_UP.replace("step / 468", "max(step / 468, 0.001)"), _DOWN), None),
    "epochs": (
        _rate("epoch = step", "if epoch < 1:\n    return 0.0", "return 0.005 * (1 + np.cos(np.pi * (epoch - 1) / 9))"),
        "It counts steps, not epochs",
    ),
    "whole epochs": (
        _rate("epoch = step // 468", "return 0.01 * np.cos(np.pi / 2 * (epoch - 1) / 9) ** 2"),
        "It counts steps, not epochs",
    ),
    "a jump at the joint": (
        _rate(_UP, _DOWN.replace("(step - 468) / (4680 - 468)", "step / 4680")),
        "Both pieces meet at the peak",
    ),
    "a jump: half the peak": (_rate(_UP, _DOWN.replace("0.005", "0.0025")), "Both pieces meet at the peak"),
    "a straight line down": (_rate(_UP, "return 0.01 * (4680 - step) / 4212"), "A cosine starts and ends flat"),
    "a whole period": (_rate(_UP, _DOWN.replace("np.pi", "2 * np.pi")), "half a period"),
    "a quarter of a period": (
        _rate(_UP, "return 0.01 * np.cos(np.pi / 2 * (step - 468) / 4212)"),
        "expected 0.00",
    ),
    "no warm-up": (_rate("return 0.005 * (1 + np.cos(np.pi * step / 4680))"), "the peak is reached at once"),
    "a peak of 1": (_rate(_UP.replace("0.01 *", ""), _DOWN.replace("0.005", "0.5")), "expected a peak of 0.01"),
    "a longer warm-up": (
        _rate(_UP.replace("468", "938"), _DOWN.replace("468)", "938)")),
        "expected the peak at step 468",
    ),
    "a curved warm-up": (_rate(_UP.replace("step / 468", "(step / 468) ** 1.4"), _DOWN), "Expected a straight line"),
    "exponential decay": (_rate(_UP, "return 0.01 * 0.6 ** ((step - 468) / 468)"), "expected 0.0"),
    "too short a table": ("rate = [0.01] * 10\n", "Found 10 rates"),
    "nothing after the warm-up": (_rate(_UP), "Found None for the rate at step 468"),
    "it raises": (_rate("return step / 0"), "your function raised ZeroDivisionError"),
}


def _scatter(*lines, factor="4"):
    batches = "batches = [gradients[at : at + batch_size] for at in range(0, len(gradients), batch_size)]"
    return f"factor = {factor}\n" + function("scatter(gradients, batch_size)", batches, *lines)


_MEANS = "means = np.array([batch.mean(axis=0) for batch in batches])"
_OFF = "off = means - means.mean(axis=0)"
_LENGTHS = "return np.sqrt((off**2).sum(axis=1).mean())"
_SCATTERS = {
    "unsolved": (_scatter("return 0.0", factor="None"), "expected positive numbers"),
    "root mean square": (_scatter(_MEANS, _OFF, _LENGTHS), None),
    "one standard deviation per weight": (_scatter(_MEANS, "return means.std(axis=0, ddof=1).mean()"), None),
    "mean distance": (_scatter(_MEANS, _OFF, "return np.linalg.norm(off, axis=1).mean()"), None),
    "random batches": (
        _scatter(
            "rng = np.random.default_rng()",
            "means = np.array([gradients[rng.choice(len(gradients), batch_size)].mean(axis=0) for _ in range(100)])",
            _OFF,
            _LENGTHS,
        ),
        None,
    ),
    "by the law": (_scatter("return gradients.std(axis=0).mean() / batch_size**0.5"), None),
    "the slope of a log-log line": (
        _scatter(_MEANS, _OFF, _LENGTHS)
        + "g = np.random.default_rng(0).normal(size=(8192, 30))\nsizes = [32, 64, 128, 256, 512]\n"
        "slope = np.polyfit(np.log(sizes), np.log([scatter(g, size) for size in sizes]), 1)[0]\n"
        "factor = (32 / 512) ** slope\n",
        None,
    ),
    "tensors": (
        _scatter("means = tf.reduce_mean(tf.reshape(gradients, (-1, batch_size, gradients.shape[1])), axis=1)")
        + "    return tf.reduce_mean(tf.math.reduce_std(means, axis=0))\n",
        None,
    ),
    "16 predicted": (_scatter(_MEANS, _OFF, _LENGTHS, factor="16"), "The variance falls 16-fold, its root 4-fold"),
    "no prediction": (_scatter(_MEANS, _OFF, _LENGTHS, factor="None"), "And the factor between them"),
    "2 predicted": (_scatter(_MEANS, _OFF, _LENGTHS, factor="2"), "What did your function measure?"),
    "variance": (_scatter(_MEANS, "return means.var(axis=0).mean()"), "That's a variance"),
    "sums": (_scatter(_MEANS.replace("mean", "sum", 2).replace("sums", "means"), _OFF, _LENGTHS), "average per digit"),
    "single digits": (_scatter("return gradients.std(axis=0).mean()"), "The batch size changes nothing"),
    "lengths": (_scatter(_MEANS, "return np.sqrt((means**2).sum(axis=1).mean())"), "That's the signal"),
    "one number for all": (_scatter("return [1, 2, 3]"), "for the scatter, expected a number"),
    "no return": (_scatter(_MEANS, _OFF), "Does your function end with `return`?"),
}

_BROKEN = """
schedules = keras.optimizers.schedules

def never():
    def lr_decay(epoch):
        return 0.01 * 0.6
    return keras.optimizers.Adam(0.01), [keras.callbacks.LearningRateScheduler(lr_decay)]

def instantly():
    return keras.optimizers.Adam(schedules.ExponentialDecay(0.01, decay_steps=10, decay_rate=0.6)), []

def constant():
    def lr_decay(epoch):
        return 0.01 * 0.6**epoch
    decay = keras.callbacks.LearningRateScheduler(lr_decay)
    return keras.optimizers.Adam(0.01), []

recipes = {"never": never, "instantly": instantly, "constant": constant}
causes = {"never": None, "instantly": None, "constant": None}
"""
_FOUND = """
causes = {"never": "epoch ignored", "instantly": "steps counted wrongly", "constant": "never called"}
"""
_BY_EPOCH = (
    "lambda: (keras.optimizers.Adam(0.01), [keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * 0.6**epoch)])"
)
_BY_STEP = "lambda: (keras.optimizers.Adam(schedules.ExponentialDecay(0.01, 468, 0.6)), [])"
_CURED = f"recipes = {{'never': {_BY_EPOCH}, 'instantly': {_BY_STEP}, 'constant': {_BY_EPOCH}}}\n"
_OWN = """
class Decay(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.01 * 0.6**epoch

class DecayLater(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        optimizer = self.model.optimizer
        optimizer.learning_rate = 0.01 * 0.6 ** (int(optimizer.iterations) / 468)

def scaled(epoch, rate):
    return rate * 0.6 if epoch else rate

recipes = {
    "never": lambda: (keras.optimizers.SGD(0.01), [Decay()]),
    "instantly": lambda: (keras.optimizers.Adam(0.01), [DecayLater()]),
    "constant": lambda: [keras.optimizers.Adam(0.01), [keras.callbacks.LearningRateScheduler(scaled)]],
}
"""


def _one(name, recipe):
    return _BROKEN + _FOUND + _CURED + f"recipes[{name!r}] = {recipe}\n"


def _cause(name, cause):
    return _BROKEN + _FOUND + f"causes[{name!r}] = {cause!r}\n"


_SCHEDULER = "[keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * 0.6**epoch)]"
_BUGS = {
    "unsolved": (_BROKEN, "Found None for the cause of 'never'"),
    "cured": (_BROKEN + _FOUND + _CURED, None),
    "own callbacks": (_BROKEN + _FOUND + _OWN, None),
    "a staircase": (
        _one(
            "instantly",
            "lambda: (keras.optimizers.Adam(schedules.ExponentialDecay(0.01, 468, 0.6, staircase=True)), [])",
        ),
        None,
    ),
    "causes alone": (_BROKEN + _FOUND, "the ratio is unchanged"),
    "Adam blamed": (_cause("never", "optimizer"), "Adam leaves its learning rate alone"),
    "never: not called": (_cause("never", "never called"), "It is called"),
    "never: the unit": (_cause("never", "steps counted wrongly"), "counts no steps"),
    "instantly: not called": (_cause("instantly", "never called"), "calls it at every step"),
    "instantly: the epoch": (_cause("instantly", "epoch ignored"), "How many steps has an epoch?"),
    "constant: the epoch": (_cause("constant", "epoch ignored"), "Does anybody ask it?"),
    "a lower start": (
        _one("never", "lambda: (keras.optimizers.Adam(0.001), [])"),
        "the ratio is unchanged; 0.001 is only a lower start",
    ),
    "both mechanisms": (
        _one("instantly", f"lambda: (keras.optimizers.Adam(schedules.ExponentialDecay(0.01, 468, 0.6)), {_SCHEDULER})"),
        "One owner per rate",
    ),
    "twice": (
        _one("constant", "lambda: ('adam', [keras.callbacks.LearningRateScheduler(lambda e, r: 0.6 * r)] * 2)"),
        "One owner per rate",
    ),
    "the unit still wrong": (
        _one("instantly", "lambda: (keras.optimizers.Adam(schedules.ExponentialDecay(0.01, 128, 0.6)), [])"),
        "An epoch has 468 steps",
    ),
    "a smaller start": (
        _one("instantly", "lambda: (keras.optimizers.Adam(schedules.ExponentialDecay(0.001, 468, 0.6)), [])"),
        "expected to start at 0.01",
    ),
    "too slow": (_one("never", _BY_EPOCH.replace("0.6", "0.9")), "0.9 of it after an epoch"),
    "nothing left": (_one("never", _BY_EPOCH.replace("0.01 * 0.6", "0.0 * 0.6")), "A rate of 0 ends the training"),
    "no function": (_one("never", "keras.optimizers.Adam(0.01)"), "expected a function that returns"),
    "no callbacks": (_one("never", "lambda: keras.optimizers.Adam(0.01)"), "'never': Your function raised"),
    "one recipe": (_BROKEN + _FOUND + "recipes = {'never': never}\n", "for recipes, expected an entry"),
}

FILLINGS = {"04.1": _RATES, "04.2": _SCATTERS, "04.3": _BUGS}
TRAINED: dict = {}
