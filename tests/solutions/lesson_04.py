"""Solutions of exercise 04: the cells that each fills, and the claims that it leaves open."""

UNSOLVED = ["starts high and ends low"]

_WITHOUT_CALLBACK = (
    "history = model.fit(training, validation_data=validation, epochs=EPOCHS, shuffle=False, verbose=0)\n"
)


def _decay(rate):
    return {"learning-rate": f"def lr_decay(epoch):\n    return {rate}\n"}


SOLUTIONS = {
    "half a cosine": (_decay("float(0.005 * (1 + np.cos(np.pi * epoch / 10)))"), []),
    "a schedule object": (
        {
            "learning-rate": (
                "lr_decay = keras.optimizers.schedules.ExponentialDecay("
                "0.01, decay_steps=len(training), decay_rate=0.6)\n"
            ),
            "train": (
                'model.compile(keras.optimizers.Adam(lr_decay), "categorical_crossentropy", metrics=["accuracy"])\n'
                + _WITHOUT_CALLBACK
            ),
        },
        [],
    ),
    "a rate that grows": (_decay("0.001 * 1.3**epoch"), UNSOLVED),
    "a decay that is too weak": (_decay("0.01 * 0.98**epoch"), UNSOLVED),
    "the callback left out": (
        {**_decay("0.01 * 0.6**epoch"), "train": _WITHOUT_CALLBACK},
        ["training used this schedule"],
    ),
}
