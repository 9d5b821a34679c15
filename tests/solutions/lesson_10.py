"""Solutions of exercise 10: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("learning-rate", "model", "compile", "train", "check")

UNSOLVED = ["rises and then falls"]

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
"""
_PROBABILITIES = (
    'model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
)
_TWO_EPOCHS = "history = model.fit(training, validation_data=validation, epochs=2, shuffle=False, verbose=0)\n"


def _schedule(arguments, missing=()):
    steps = "schedules = keras.optimizers.schedules\nsteps = EPOCHS * len(training)\n"
    return {"learning-rate": f"{steps}schedule = schedules.{arguments}\n"}, missing


SOLUTIONS = {
    "in three steps": _schedule("PiecewiseConstantDecay([steps // 5, steps * 4 // 5], [PEAK / 4, PEAK, PEAK / 50])"),
    "straight up, straight down; softmax kept in the network": (
        {
            "learning-rate": _TRIANGLE,
            "model": _NETWORK.replace("8, 5, strides=4", "16, 5, strides=2"),
            "compile": _PROBABILITIES,
        },
        [],
    ),
    "wrong: it only falls": _schedule("CosineDecay(PEAK, steps)", UNSOLVED),
    "wrong: a second epoch": (
        {"learning-rate": _TRIANGLE.replace("len(training)", "2 * len(training)"), "train": _TWO_EPOCHS},
        ["every training digit once"],
    ),
    "wrong: softmax in the network and in the loss": (
        {"learning-rate": _TRIANGLE, "model": _NETWORK},
        ["softmax is applied once"],
    ),
}
