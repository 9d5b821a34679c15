"""Ways to solve the exercise of lesson 04, right and wrong, by the cells they replace."""

SOLUTIONS = {
    "divided by ten half-way": {"learning-rate": "def lr_decay(epoch):\n    return 0.01 if epoch < 5 else 0.001\n"},
    "half a cosine": {
        "learning-rate": "def lr_decay(epoch):\n    return float(0.005 * (1 + np.cos(np.pi * epoch / 10)))\n"
    },
    "a straight line": {"learning-rate": "def lr_decay(epoch):\n    return 0.01 * (1 - epoch / 10)\n"},
    "a schedule object": {
        "learning-rate": """
lr_decay = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=len(training), decay_rate=0.6)
""",
        "train": """
model.compile(keras.optimizers.Adam(lr_decay), "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(training, validation_data=validation, epochs=EPOCHS, shuffle=False, verbose=0)
""",
    },
    "a rate that grows": {"learning-rate": "def lr_decay(epoch):\n    return 0.001 * 1.3**epoch\n"},
    "a decay that is too weak": {"learning-rate": "def lr_decay(epoch):\n    return 0.01 * 0.98**epoch\n"},
    "the callback left out": {
        "learning-rate": "def lr_decay(epoch):\n    return 0.01 * 0.6**epoch\n",
        "train": """
history = model.fit(training, validation_data=validation, epochs=EPOCHS, shuffle=False, verbose=0)
""",
    },
}

EXPECTED = {
    "divided by ten half-way": [],
    "half a cosine": [],
    "a straight line": [],
    "a schedule object": [],
    "a rate that grows": ["starts fast and ends slow"],
    "a decay that is too weak": ["starts fast and ends slow"],
    "the callback left out": ["training used these rates"],
    "unsolved": ["starts fast and ends slow"],
}
