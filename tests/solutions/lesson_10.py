"""Ways to solve the exercise of lesson 10, right and wrong, by the cells they replace."""

JUDGED = ("learning-rate", "model", "compile", "train", "check")

_SCHEDULES = "schedules = keras.optimizers.schedules\nsteps = EPOCHS * len(training)\n"
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

SOLUTIONS = {
    "straight up, straight down": {"learning-rate": _TRIANGLE},
    "in three steps": {
        "learning-rate": f"{_SCHEDULES}schedule = schedules.PiecewiseConstantDecay("
        "[steps // 5, steps * 4 // 5], [PEAK / 4, PEAK, PEAK / 50])\n"
    },
    "softmax kept in the network": {
        "learning-rate": _TRIANGLE,
        "model": _NETWORK.replace("8, 5, strides=4", "16, 5, strides=2"),
        "compile": _PROBABILITIES,
    },
    "wrong: it only falls": {"learning-rate": f"{_SCHEDULES}schedule = schedules.CosineDecay(PEAK, steps)\n"},
    "wrong: planned for ten epochs": {
        "learning-rate": f"{_SCHEDULES}schedule = schedules.CosineDecay(PEAK / 10, 10 * steps, "
        "warmup_target=PEAK, warmup_steps=steps // 5)\n"
    },
    "wrong: a second epoch": {
        "learning-rate": _TRIANGLE.replace("len(training)", "2 * len(training)"),
        "train": "history = model.fit(training, validation_data=validation, epochs=2, shuffle=False, verbose=0)\n",
    },
    "wrong: softmax in the network and in the loss": {"learning-rate": _TRIANGLE, "model": _NETWORK},
}

EXPECTED = {
    "straight up, straight down": [],
    "in three steps": [],
    "softmax kept in the network": [],
    "wrong: it only falls": ["rises, and then falls"],
    "wrong: planned for ten epochs": ["rises, and then falls"],
    "wrong: a second epoch": ["every training digit once"],
    "wrong: softmax in the network and in the loss": ["softmax is applied once"],
    "unsolved": ["rises, and then falls"],
}
