"""What is broken on purpose in a lesson, to see whether it is noticed: for each lesson three mistakes or more."""

from dataclasses import dataclass

DATA = "training = lab.training_dataset(BATCH_SIZE)"
VALIDATION = "validation = lab.validation_dataset()"
ALWAYS = "lambda self, inputs, training=None: super(type(self), self).call(inputs, training=True)"


@dataclass(frozen=True)
class Mutation:
    """One mistake: in the cell of that name, `old`, which is there once, becomes `new`."""

    name: str
    cell: str
    old: str
    new: str

    def apply(self, source: str) -> str:
        """Return the cell's source with the mistake.

        Raises:
            ValueError: what is to be replaced is not there once.
        """
        if source.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: expected {self.old!r} once in {self.cell!r}, found it {source.count(self.old)}×"
            )
        return source.replace(self.old, self.new)


def drawn(name: str, change: str, data: str = DATA, cell: str = "data") -> Mutation:
    """Return a mistake in what is learned from: `change` is made of a batch's `digits` and `labels`."""
    return Mutation(name, cell, data, f"{data}.map(lambda digits, labels: ({change}))")


def removed(name: str, layer: str) -> Mutation:
    """Return a mistake: a line of the model is missing."""
    return Mutation(name, "model", f"        {layer},\n", "")


def always_dropping(dropout: str) -> Mutation:
    """Return a mistake: `dropout`, from its parenthesis on, acts when the network is used too."""
    stuck = f'type("Dropout", (keras.layers.Dropout,), {{"call": {ALWAYS}}}){dropout}'
    return Mutation("dropout at inference too", "model", f"keras.layers.Dropout{dropout}", stuck)


SHUFFLED = drawn("labels shuffled", "digits, keras.random.shuffle(labels, seed=1)")
UNSCALED = drawn("scaling dropped", "255 * digits, labels")
BY_TRAINING = Mutation(
    "validated on training digits", "data", VALIDATION, VALIDATION.replace("validation_", "training_")
)
UNSCHEDULED = Mutation(
    "the decay is not handed over",
    "train",
    "callbacks=[plot_training, keras.callbacks.LearningRateScheduler(lr_decay)]",
    "callbacks=[plot_training]",
)
NO_BATCH_NORM = Mutation("batch normalization left out", "normalized", "[layer, batch_norm,", "[layer,")
SECOND_CONVOLUTION = 'keras.layers.Conv2D(24, kernel_size=6, strides=2, padding="same", activation="relu")'


def ten_times(rate: str) -> Mutation:
    """Return a mistake: the schedule starts with ten times the rate."""
    return Mutation("learning rate × 10", "learning-rate", rate, f"{10 * float(rate):g}")


MUTATIONS = {
    "01_dense_softmax": [
        Mutation("sigmoid for softmax", "model", '"softmax"', '"sigmoid"'),
        Mutation("learning rate × 10", "model", '"sgd"', "keras.optimizers.SGD(0.1)"),
        SHUFFLED,
        UNSCALED,
        BY_TRAINING,
    ],
    "02_sigmoid_layers": [
        removed("a hidden layer removed", 'keras.layers.Dense(60, activation="sigmoid")'),
        Mutation("ReLU for sigmoid", "model", 'Dense(60, activation="sigmoid")', 'Dense(60, activation="relu")'),
        Mutation("learning rate × 10", "model", '"sgd"', "keras.optimizers.SGD(0.1)"),
        SHUFFLED,
        UNSCALED,
    ],
    "03_relu_and_adam": [
        Mutation("sigmoid for ReLU", "model", 'Dense(60, activation="relu")', 'Dense(60, activation="sigmoid")'),
        Mutation("learning rate × 10", "model", '"adam"', "keras.optimizers.Adam(0.01)"),
        UNSCALED,
        BY_TRAINING,
    ],
    "04_learning_rate_decay": [
        UNSCHEDULED,
        ten_times("0.01"),
        removed("a hidden layer removed", 'keras.layers.Dense(60, activation="relu")'),
        SHUFFLED,
    ],
    "05_dropout": [
        Mutation(
            "one dropout layer removed",
            "model",
            "        keras.layers.Dropout(0.25),\n        keras.layers.Dense(10",
            "        keras.layers.Dense(10",
        ),
        always_dropping("(0.25),\n        keras.layers.Dense(10"),
        ten_times("0.01"),
        BY_TRAINING,
    ],
    "06_convolutions": [
        removed("a convolution removed", SECOND_CONVOLUTION),
        Mutation(
            "no activation in the second convolution",
            "model",
            SECOND_CONVOLUTION,
            SECOND_CONVOLUTION.replace(', activation="relu"', ""),
        ),
        ten_times("0.005"),
    ],
    "07_convolutions_with_dropout": [
        removed("dropout removed", "keras.layers.Dropout(0.4)"),
        always_dropping("(0.4)"),
        SHUFFLED,
    ],
    "08_batch_normalization": [
        NO_BATCH_NORM,
        always_dropping("(0.3)"),
        Mutation(
            "a bias kept in front of it", "model", "keras.layers.Dense(200, use_bias=False)", "keras.layers.Dense(200)"
        ),
    ],
    "09_honest_evaluation": [
        Mutation("training digits held out", "data", "held_out = lab.holdout_dataset(**split)", "held_out = training"),
        Mutation("the rate that did worst", "choose", "max(tried", "min(tried"),
        Mutation("the seal opened for another network", "open", "sealed.open(model)", "sealed.open(three[0])"),
        drawn(
            "labels shuffled",
            "digits, keras.random.shuffle(labels, seed=1)",
            "lab.training_dataset(BATCH_SIZE, **split)",
            cell="train-again",
        ),
    ],
    "10_faster_and_better": [
        Mutation("probabilities taken for logits", "loss", "from_logits=True", "from_logits=False"),
        Mutation("a rate that does not fall", "parameters", "END = 0.0", "END = 1.0"),
        NO_BATCH_NORM,
        Mutation(
            "classes shuffled",
            "data",
            "keras.ops.argmax(one_hot, axis=-1)",
            "keras.random.shuffle(keras.ops.argmax(one_hot, axis=-1), seed=1)",
        ),
    ],
    "11_your_handwriting": [
        Mutation("the drawing not cut out", "to-mnist", "cut_out(drawing)", "drawing"),
        UNSCALED,
        BY_TRAINING,
    ],
    "12_train_anywhere": [
        Mutation("learning rate × 10", "parameters", "RATE = 0.5", "RATE = 5"),
        Mutation("the export does not scale", "export", " / 255", ""),
        Mutation(
            "the step adds the gradient",
            "step",
            "optimizer.apply(gradients,",
            "optimizer.apply([-gradient for gradient in gradients],",
        ),
        Mutation("the step by hand adds the gradient", "by-hand", "weights - RATE", "weights + RATE"),
    ],
}
