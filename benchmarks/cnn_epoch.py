"""One epoch of lesson 06's network, in several ways and at the floor: `python benchmarks/cnn_epoch.py`.

Each way runs in a separate process: one epoch to warm up, then one that is timed, by the clock and by the time of all
cores. The floor is the time that the epoch's multiplications would take at the speed of a product of two large
matrices, measured in the same round.
"""

import os
import sys
import time
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from apart import in_a_process
from contenders import arrays, has_torch, recipe, torch_cnn
from report import arguments, report

BATCH_SIZE, CLASSES, IMAGES = 128, 10, 60_000
STEPS = IMAGES // BATCH_SIZE
PROCESS_SECONDS = 600
MOST_OF_BARE, SIDE = 1.03, 3_000


def lesson():
    return recipe("06_convolutions", "model")["model"]


def timed(epoch):
    """Call the function twice; return the seconds of the second call, and those of all cores together."""
    epoch()
    began, cores_began = time.perf_counter(), time.process_time()
    epoch()
    return time.perf_counter() - began, time.process_time() - cores_began


def ours(steps_at_once=1, compiled=False):
    import mnist_lab as lab

    model = lesson()
    model.steps_per_execution, model.jit_compile = steps_at_once, compiled
    training = lab.training_dataset(BATCH_SIZE)
    return timed(lambda: model.fit(training, epochs=1, shuffle=False, verbose=0))


def bare_fit(shuffle=True):
    import keras

    model = lesson()
    images, classes = arrays("train")
    images, labels = images[: STEPS * BATCH_SIZE], keras.utils.to_categorical(classes[: STEPS * BATCH_SIZE], CLASSES)
    return timed(lambda: model.fit(images, labels, batch_size=BATCH_SIZE, epochs=1, shuffle=shuffle, verbose=0))


def raw_loop():
    import keras
    import tensorflow as tf

    import mnist_lab as lab

    model, training = lesson(), lab.training_dataset(BATCH_SIZE)
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model(images, training=True)))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    def epoch():
        for images, labels in training:
            loss = step(images, labels)
        return float(loss)

    return timed(epoch)


def pytorch(memory_format="contiguous_format"):
    import torch

    images, classes = (torch.from_numpy(array) for array in arrays("train"))
    layout = getattr(torch, memory_format)
    images, classes = images.reshape(-1, 1, 28, 28).to(memory_format=layout), classes.long()
    network = torch_cnn().to(memory_format=layout)
    optimizer, loss_of = torch.optim.Adam(network.parameters()), torch.nn.CrossEntropyLoss()

    def epoch():
        for rows in torch.randperm(IMAGES)[: STEPS * BATCH_SIZE].reshape(STEPS, BATCH_SIZE):
            optimizer.zero_grad()
            loss = loss_of(network(images[rows]), classes[rows])
            loss.backward()
            optimizer.step()
        return float(loss)

    return timed(epoch)


def floor():
    import tensorflow as tf

    model = lesson()
    products = []
    for layer in model.layers:
        if layer.weights:
            positions = 1 if len(layer.output.shape) == 2 else layer.output.shape[1] * layer.output.shape[2]
            products.append(positions * int(layer.kernel.shape.num_elements()))
    # The forward pass, the gradients of the weights, and those of the inputs; the pixels need no gradient.
    per_image = 3 * sum(products) - products[0]
    matrix = tf.random.normal([SIDE, SIDE])
    products_of_matrices = [timed(lambda: tf.linalg.matmul(matrix, matrix)[0, 0].numpy()) for _ in range(5)]
    scale = STEPS * BATCH_SIZE * per_image / SIDE**3
    return tuple(scale * median(times) for times in zip(*products_of_matrices, strict=True))


WAYS = {
    "ours": ours,
    "ours, 20 steps per execution": lambda: ours(20),
    "ours, compiled by XLA": lambda: ours(compiled=True),
    "bare fit on arrays": bare_fit,
    "bare fit on arrays, not shuffled": lambda: bare_fit(shuffle=False),
    "a raw tf.function loop": raw_loop,
    "PyTorch": pytorch,
    "PyTorch, channels last": lambda: pytorch("channels_last"),
    "floor": floor,
}


def measure(way):
    seconds, cores_seconds = in_a_process(__file__, "--only", way, seconds=PROCESS_SECONDS)[-2:]
    return float(seconds), float(cores_seconds)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WAYS, help="print this way's seconds, and those of all cores")
    options = parser.parse_args()
    if options.only:
        print(*WAYS[options.only]())
        return 0
    ways = [way for way in WAYS if has_torch() or "PyTorch" not in way]
    rounds = [{way: measure(way) for way in ways} for _ in range(options.rounds)]
    every = {way: [times[way][0] for times in rounds] for way in ways}
    fastest = {way: min(seconds) for way, seconds in every.items()}
    rows = [
        [
            way,
            f"{median(seconds):.1f}",
            ", ".join(f"{took:.1f}" for took in seconds),
            f"{median(times[way][1] for times in rounds):.1f}",
            f"{fastest[way] / fastest['ours']:.2f}",
        ]
        for way, seconds in every.items()
    ]
    bare = fastest["ours"] / min(took for way, took in fastest.items() if way.startswith("bare"))
    bounds = {f"ours / the faster bare fit: {bare:.2f} (at most {MOST_OF_BARE})": bare <= MOST_OF_BARE}
    if has_torch():
        ratio = fastest["ours"] / min(took for way, took in fastest.items() if "PyTorch" in way)
        bounds[f"ours / the faster PyTorch: {ratio:.2f} (below 1)"] = ratio < 1
    columns = ["way", "seconds, median", "each round", "processor's seconds, median", "this / ours, fastest rounds"]
    return report("cnn_epoch", columns, rows, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
