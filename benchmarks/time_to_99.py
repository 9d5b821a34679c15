"""Seconds of training until the validation accuracy is 99 %: `python benchmarks/time_to_99.py`.

Each contender trains in a separate process, with the seed of its round. The clock starts when the library is imported,
before the digits are loaded and the network is built. It stops during the evaluations, which follow every 100 steps and
the last one.
"""

import os
import sys
import time
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from apart import in_a_process
from contenders import arrays, codelab_pipeline, has_torch, keras_convnet, recipe, torch_example
from report import arguments, report

GOAL, EVERY, IMAGES = 0.99, 100, 60_000
STEPS, PEAK = 300, 0.02  # of the small network
AT_A_TIME = 1_000
PROCESS_SECONDS = 1_800
LEAST = {"the codelab's recipe": 4, "Keras' simple convnet": 5, "PyTorch's basic example": 5}


class Clock:
    """Counts steps, and the seconds since `began`, a time of `time.perf_counter`, without those of evaluations.

    Attributes:
        seconds: the seconds so far.
        reached: whether the last evaluation reached the goal.
    """

    def __init__(self, began, evaluate):
        self.began, self.evaluate = began, evaluate
        self.seconds, self.steps, self.reached = 0.0, 0, False

    def step(self, last=False):
        """Count a step, and evaluate if it is due; return whether the goal is reached."""
        self.steps += not last
        if last or self.steps % EVERY == 0:
            self.seconds += time.perf_counter() - self.began
            self.reached = self.evaluate() >= GOAL
            self.began = time.perf_counter()
        return self.reached


def accuracy(outputs_of, images, classes):
    predictions = [np.argmax(outputs_of(part), axis=1) for part in np.split(images, len(images) // AT_A_TIME)]
    return np.mean(np.concatenate(predictions) == classes)


def fit(began, model, *data, callbacks=(), **options):
    """Train with Keras until the goal is reached; return the clock."""
    import keras

    images, classes = arrays("validation")
    images = images.reshape(-1, *model.input_shape[1:])
    clock = Clock(began, lambda: accuracy(lambda part: model(part, training=False).numpy(), images, classes))

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = clock.step()

        def on_train_end(self, logs=None):
            if not clock.reached:
                clock.step(last=True)

    model.fit(*data, verbose=0, callbacks=[Watch(), *callbacks], **options)
    return clock


def one_epoch(began):
    cells = "parameters", "data", "learning-rate", "loss", "normalized", "model"
    names = recipe("10_faster_and_better", *cells, HOLDOUT=0)
    return fit(began, names["model"], names["training"], shuffle=False)


def small_network(began):
    """Two thirds of lesson 10's multiplications a digit, fewer positions, 300 steps; chosen on held-out digits."""
    import keras

    import mnist_lab as lab

    def convolution(channels, size, *pooling):
        layer = keras.layers.Conv2D(channels, size, padding="same", use_bias=False)
        return [layer, *pooling, keras.layers.BatchNormalization(scale=False, momentum=0.9), keras.layers.ReLU()]

    network = keras.Sequential(
        [
            keras.Input(shape=(28 * 28,)),
            keras.layers.Reshape((28, 28, 1)),
            *convolution(16, 5, keras.layers.MaxPooling2D()),
            *convolution(32, 3),
            keras.layers.MaxPooling2D(),
            *convolution(64, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(128, use_bias=False),
            keras.layers.BatchNormalization(scale=False, momentum=0.9),
            keras.layers.ReLU(),
            keras.layers.Dense(10),
        ]
    )
    schedule = keras.optimizers.schedules.CosineDecay(
        PEAK / 10, STEPS - STEPS // 5, alpha=0, warmup_target=PEAK, warmup_steps=STEPS // 5
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(schedule), loss)
    return fit(began, network, lab.training_dataset(128).take(STEPS), shuffle=False)


def lesson_08(began, pipeline, endless):
    import keras

    names = recipe("08_batch_normalization", "parameters", "learning-rate", "normalized", "model")
    decay = keras.callbacks.LearningRateScheduler(names["lr_decay"])
    batch_size = names["BATCH_SIZE"]
    return fit(
        began,
        names["model"],
        pipeline(batch_size),
        epochs=names["EPOCHS"],
        steps_per_epoch=IMAGES // batch_size if endless else None,
        shuffle=False,
        callbacks=[decay],
    )


def codelab(began):
    return lesson_08(began, codelab_pipeline, endless=True)


def codelab_by_our_loader(began):
    import mnist_lab as lab

    return lesson_08(began, lab.training_dataset, endless=False)


def keras_example(began):
    import keras

    images, classes = arrays("train")
    count = len(images) * 9 // 10  # the example validates on the last tenth
    images, labels = images[:count].reshape(-1, 28, 28, 1), keras.utils.to_categorical(classes[:count], 10)
    return fit(began, keras_convnet(), images, labels, batch_size=128, epochs=15)


def pytorch_example(began):
    import torch

    def normalize(images):
        return torch.from_numpy((images.reshape(-1, 1, 28, 28) - np.float32(0.1307)) / np.float32(0.3081))

    images, classes = arrays("train")
    images, classes = normalize(images), torch.from_numpy(classes).long()
    tested, labels = arrays("validation")
    network = torch_example()

    def outputs_of(part):
        network.eval()
        with torch.no_grad():
            outputs = network(normalize(part)).numpy()
        network.train()
        return outputs

    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0)
    decay = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    loss_of = torch.nn.NLLLoss()
    clock = Clock(began, lambda: accuracy(outputs_of, tested, labels))
    for _ in range(14):
        for rows in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            loss_of(network(images[rows]), classes[rows]).backward()
            optimizer.step()
            if clock.step():
                return clock
        decay.step()
    clock.step(last=True)
    return clock


OURS = "300 steps of a small network"
CONTENDERS = {
    OURS: small_network,
    "lesson 10's one epoch": one_epoch,
    "the codelab's recipe": codelab,
    "the same with our loader": codelab_by_our_loader,
    "Keras' simple convnet": keras_example,
    "PyTorch's basic example": pytorch_example,
}


def measure(name, seed):
    """Return the seconds until the goal, or infinity if it is not reached, and the steps."""
    seconds, steps = in_a_process(__file__, "--only", name, seed, seconds=PROCESS_SECONDS)[-2:]
    return float(seconds), int(steps)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs=2, metavar=("NAME", "SEED"), help="print this contender's seconds and steps")
    options = parser.parse_args()
    if options.only:
        name, seed = options.only
        start(name, int(seed))
        clock = CONTENDERS[name](time.perf_counter())
        print(clock.seconds if clock.reached else float("inf"), clock.steps)
        return 0
    names = [name for name in CONTENDERS if has_torch() or "PyTorch" not in name]
    rounds = [{name: measure(name, seed) for name in names} for seed in range(options.rounds)]
    seconds = {name: median(found[name][0] for found in rounds) for name in names}
    rows = []
    for name in names:
        each = [found[name] for found in rounds]
        steps = ", ".join(str(steps) if took < float("inf") else f"not in {steps}" for took, steps in each)
        rows.append([name, f"{seconds[name]:.1f}", f"{seconds[name] / seconds[OURS]:.1f}", steps])
    bounds = {
        f"{name} / ours: {seconds[name] / seconds[OURS]:.1f} (at least {least})": seconds[name] >= least * seconds[OURS]
        for name, least in LEAST.items()
        if name in names
    }
    columns = ["recipe", f"seconds, median of {options.rounds}", "this / ours", "steps, by run"]
    return report("time_to_99", columns, rows, bounds, write=options.write)


def start(name, seed):
    """Import only the library that this contender uses, and set its seed."""
    if "PyTorch" in name:
        import torch

        torch.manual_seed(seed)
    else:
        import keras

        keras.utils.set_random_seed(seed)


if __name__ == "__main__":
    sys.exit(main())
