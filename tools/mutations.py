"""What is broken on purpose in a lesson, to see whether it is noticed: for each lesson three mistakes or more."""

from dataclasses import dataclass

LINE = ",\n        "  # from one layer of a model to the next


@dataclass(frozen=True)
class Mutation:
    """One mistake: in the cell of that name, `old`, which is there once, becomes `new`."""

    name: str
    cell: str
    old: str
    new: str

    def apply(self, source: str) -> str:
        """Return the cell's source with the mistake; raise a ValueError where `old` is not there once."""
        if (found := source.count(self.old)) != 1:
            raise ValueError(f"{self.name}: expected {self.old!r} once in {self.cell!r}, found it {found}×")
        return source.replace(self.old, self.new)


def drawn(name: str, change: str, data: str = "lab.training_dataset(BATCH_SIZE)", cell: str = "data") -> Mutation:
    """Return a mistake in what is learned from: `change` is made of a batch's `digits` and `labels`."""
    return Mutation(name, cell, data, f"{data}.map(lambda digits, labels: ({change}))")


def removed(layer: str, name: str) -> Mutation:
    """Return a mistake: a layer of the model is missing, which is not its last."""
    return Mutation(name, "model", f"        keras.layers.{layer},\n", "")


def always_dropping(dropout: str) -> Mutation:
    """Return a mistake: `dropout`, from its parenthesis on, acts when the network is used too."""
    always = "lambda self, inputs, training=None: super(type(self), self).call(inputs, training=True)"
    stuck = f'type("Dropout", (keras.layers.Dropout,), {{"call": {always}}}){dropout}'
    return Mutation("dropout at inference too", "model", f"keras.layers.Dropout{dropout}", stuck)


def tenfold_rate(old: str, new: str, cell: str = "learning-rate") -> Mutation:
    """Return a mistake: training begins with ten times the learning rate."""
    return Mutation("learning rate × 10", cell, old, new)


TENFOLD_SGD = tenfold_rate('"sgd"', "keras.optimizers.SGD(0.1)", "model")
SHUFFLED = drawn("labels shuffled", "digits, keras.random.shuffle(labels, seed=1)")
UNSCALED = drawn("scaling dropped", "255 * digits, labels")
BY_TRAINING = Mutation("validated on training digits", "data", "lab.validation_dataset()", "lab.training_dataset()")
NO_BATCH_NORM = Mutation("batch normalization left out", "normalized", "[layer, batch_norm,", "[layer,")
MIDDLE = "middle = np.average(np.arange(len(ink)), weights=ink)"
CONVOLUTION = 'Conv2D(24, kernel_size=6, strides=2, padding="same"'

MUTATIONS = {
    "01_dense_softmax": [
        Mutation("sigmoid for softmax", "model", '"softmax"', '"sigmoid"'),
        TENFOLD_SGD,
        SHUFFLED,
        UNSCALED,
        BY_TRAINING,
    ],
    "02_sigmoid_layers": [
        removed('Dense(60, activation="sigmoid")', "a hidden layer removed"),
        Mutation("ReLU for sigmoid", "model", 'Dense(60, activation="sigmoid")', 'Dense(60, activation="relu")'),
        TENFOLD_SGD,
        SHUFFLED,
        UNSCALED,
    ],
    "03_relu_and_adam": [
        Mutation("sigmoid for ReLU", "model", 'Dense(60, activation="relu")', 'Dense(60, activation="sigmoid")'),
        tenfold_rate('"adam"', "keras.optimizers.Adam(0.01)", "model"),
        UNSCALED,
        BY_TRAINING,
    ],
    "04_learning_rate_decay": [
        Mutation("the decay is not handed over", "train", ", keras.callbacks.LearningRateScheduler(lr_decay)]", "]"),
        tenfold_rate("0.01", "0.1"),
        removed('Dense(60, activation="relu")', "a hidden layer removed"),
        SHUFFLED,
    ],
    "05_dropout": [
        Mutation("one dropout layer removed", "model", f"Dropout(0.25){LINE}keras.layers.Dense(10", "Dense(10"),
        always_dropping(f"(0.25){LINE}keras.layers.Dense(10"),
        tenfold_rate("0.01", "0.1"),
        BY_TRAINING,
    ],
    "06_convolutions": [
        removed(f'{CONVOLUTION}, activation="relu")', "a convolution removed"),
        Mutation("no activation in the second convolution", "model", f'{CONVOLUTION}, activation="relu"', CONVOLUTION),
        tenfold_rate("0.005", "0.05"),
    ],
    "07_convolutions_with_dropout": [removed("Dropout(0.4)", "dropout removed"), always_dropping("(0.4)"), SHUFFLED],
    "08_batch_normalization": [
        NO_BATCH_NORM,
        always_dropping("(0.3)"),
        Mutation("a bias kept in front of it", "model", "Dense(200, use_bias=False)", "Dense(200)"),
    ],
    "09_honest_evaluation": [
        Mutation("test digits held out", "data", "lab.holdout_dataset(**split)", "lab.test_dataset()"),
        Mutation("watched on test digits", "train-again", "data=held_out", "data=lab.test_dataset()"),
        Mutation("the history of another network", "choose", "histories[chosen_rate]", "histories[RATE]"),
        Mutation("the seal opened for another network", "open", "sealed.open(model)", "sealed.open(three[1])"),
        Mutation("another network's interval", "open", "result.correct, len(result.labels)", "right.sum(), len(right)"),
    ],
    "10_faster_and_better": [
        Mutation("probabilities taken for logits", "loss", "from_logits=True", "from_logits=False"),
        Mutation("a cycle of ten epochs", "learning-rate", "(EPOCHS * len(training))", "(10 * len(training))"),
        Mutation("watched on the test digits", "held-out", "lab.holdout_dataset(HOLDOUT)", "lab.test_dataset()"),
    ],
    "11_your_handwriting": [
        Mutation("the drawing not cut out", "to-mnist", "cut_out(drawing)", "drawing"),
        Mutation("stretched to a square", "scale", "max(1, round(side * factor)) for side", "20 for side"),
        Mutation("the middle of the box", "centre", MIDDLE, "middle = len(ink) / 2"),
    ],
    "12_train_anywhere": [
        tenfold_rate("RATE = 0.5", "RATE = 5", "parameters"),
        Mutation("the export does not scale", "export", " / 255", ""),
        Mutation("the step adds the gradient", "step", "apply(gradients,", "apply([-slope for slope in gradients],"),
        Mutation("the step by hand adds the gradient", "by-hand", "weights - RATE", "weights + RATE"),
    ],
    "13_debug_clinic": [
        Mutation("labels of the row before", "batches", "255, labels", "255, np.roll(labels, 1, axis=0)"),
        Mutation("grey levels undivided", "batches", "images / 255", "images"),
        Mutation("learning rate / 1,000", "model", '"adam"', "keras.optimizers.Adam(1e-6)"),
    ],
}
