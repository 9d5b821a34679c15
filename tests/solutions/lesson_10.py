"""Solutions of exercise 10: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("learning-rate", "normalized", "model", "train", "check")

# Cells of the lesson that its exercise leaves out, and the cell of the lesson that needs each of them.
NEEDED = {"loss": "model"}

UNSOLVED = ["rises and then falls"]

_FAST = """
def normalized(layer):
    return [layer, keras.layers.BatchNormalization(momentum=0.9), keras.layers.ReLU()]
"""

_TRIANGLE = """
steps = len(training)


class Triangle(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        done = keras.ops.cast(step, "float32") / steps
        return PEAK * keras.ops.minimum(3 * done, 1.5 * (1 - done))


schedule = Triangle()
"""
_NETWORK = """
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((784,)),
        layers.Reshape((28, 28, 1)),
        *normalized(layers.Conv2D(8, 5, strides=4, use_bias=False)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(schedule), {}, metrics=["accuracy"])
"""
_PROBABILITIES = '"sparse_categorical_crossentropy"'
_LOGITS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
_FIT = "history = model.fit(training, validation_data={}, epochs={}, shuffle=False, verbose=0)\n"


def _schedule(arguments, missing=()):
    steps = "schedules = keras.optimizers.schedules\nsteps = EPOCHS * len(training)\n"
    return {"learning-rate": f"{steps}schedule = schedules.{arguments}\n"}, missing


SOLUTIONS = {
    "in three steps": (
        {
            **_schedule("PiecewiseConstantDecay([steps // 5, steps * 4 // 5], [PEAK / 4, PEAK, PEAK / 50])")[0],
            "normalized": _FAST,
        },
        [],
    ),
    "straight up, straight down; softmax kept in the network": (
        {
            "learning-rate": _TRIANGLE,
            "normalized": _FAST,
            "model": _NETWORK.format(_PROBABILITIES).replace("8, 5, strides=4", "16, 5, strides=2"),
        },
        [],
    ),
    "wrong: it only falls": _schedule("CosineDecay(PEAK, steps)", UNSOLVED),
    "wrong: a second epoch": (
        {
            "learning-rate": _TRIANGLE.replace("len(training)", "2 * len(training)"),
            "train": _FIT.format("validation", 2),
        },
        ["almost every training digit once"],
    ),
    "wrong: softmax in the network and in the loss": (
        {"learning-rate": _TRIANGLE, "model": _NETWORK.format(_LOGITS)},
        ["softmax is applied once"],
    ),
    "wrong: watched on the test digits": (
        {"learning-rate": _TRIANGLE, "train": _FIT.format("lab.test_dataset().map(with_classes)", 1)},
        ["validated on held-out training digits"],
    ),
}
