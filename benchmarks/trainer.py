"""The trainer's loop compared with `fit`, and two workers with one: `python benchmarks/trainer.py`.

It trains lesson 08's network, each way in separate processes: some steps to warm up, then the timed ones. A worker is
restricted to the number of cores in its row.
"""

import json
import os
import socket
import subprocess
import sys
import time
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from report import arguments, report

from mnist_lab.data.find import find_mnist
from mnist_lab.trainer.settings import Settings

WARM_UP, TIMED = 10_240, 28_160  # digits: whole calls of the loop
SMALL, LARGE = 64, 512
PROCESS_SECONDS = 600
MOST_OF_FIT = 1.05


def by_loop(settings):
    """Return the seconds of the timed steps in the trainer's loop."""
    import numpy as np

    from mnist_lab.trainer.loop import Loop
    from mnist_lab.trainer.strategies import strategy_of_environment

    loop = Loop(settings, find_mnist(), strategy_of_environment())
    batches, totals = loop.batches(0), np.zeros(2)

    def train(digits):
        for _ in range(digits // settings.batch_size // loop.steps_per_call):
            loop.train(batches, loop.steps_per_call, totals, stop=False)

    train(WARM_UP)
    began = time.perf_counter()
    train(TIMED)
    return time.perf_counter() - began


def by_fit(settings):
    """Return the seconds of the timed steps in Keras' `fit`."""
    import keras

    import mnist_lab as lab
    from mnist_lab.trainer import network

    model, training = network.build(settings), lab.training_dataset(settings.batch_size)
    schedule = network.schedule(settings, len(training))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    training = training.map(lambda images, one_hot: (images, keras.ops.argmax(one_hot, axis=-1))).prefetch(8)

    class Clock(keras.callbacks.Callback):
        began = 0.0

        def on_train_batch_end(self, batch, logs=None):
            if (batch + 1) * settings.batch_size == WARM_UP:
                self.began = time.perf_counter()

    clock, steps = Clock(), (WARM_UP + TIMED) // settings.batch_size
    model.fit(training.take(steps), shuffle=False, verbose=0, callbacks=[clock])
    return time.perf_counter() - clock.began


WAYS = {"fit": by_fit, "loop": by_loop}
CASES = {
    ("fit, 2 cores", SMALL): ("fit", [(0, 1)]),
    ("the trainer's loop, 2 cores", SMALL): ("loop", [(0, 1)]),
    ("one worker, 1 core", SMALL): ("loop", [(0,)]),
    ("two workers, 1 core each", SMALL): ("loop", [(0,), (1,)]),
    ("one worker, 1 core", LARGE): ("loop", [(0,)]),
    ("two workers, 1 core each", LARGE): ("loop", [(0,), (1,)]),
}


def seconds_of(batch_size, way, cores_of_workers):
    """Return the longest of the workers' seconds."""
    cores = sorted(os.sched_getaffinity(0))
    addresses = [f"127.0.0.1:{port}" for port in free_ports(len(cores_of_workers))]
    running = []
    for index, own_cores in enumerate(cores_of_workers):
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
        if len(cores_of_workers) > 1:
            task = {"type": "worker", "index": index}
            environment["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
        running.append(
            subprocess.Popen(
                [sys.executable, __file__, "--only", way, str(batch_size)],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=lambda own=own_cores: os.sched_setaffinity(0, {cores[number] for number in own}),
            )
        )
    try:
        outputs = [process.communicate(timeout=PROCESS_SECONDS)[0] for process in running]
        if any(process.returncode for process in running):
            sys.exit(f"{way}, {batch_size}: a worker failed; its error is shown above.")
        return max(float(words.split()[-1]) for words in outputs)
    finally:
        for process in running:
            process.kill()
            process.wait()


def free_ports(count):
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs=2, metavar=("WAY", "BATCH"), help="print the seconds of this way only")
    options = parser.parse_args()
    if options.only:
        way, batch_size = options.only
        print(WAYS[way](Settings(epochs=2, batch_size=int(batch_size))))
        return 0
    rounds = [{case: seconds_of(case[1], *how) for case, how in CASES.items()} for _ in range(options.rounds)]
    seconds = {case: median(times[case] for times in rounds) for case in CASES}
    rows = [
        [way, str(batch), f"{took:.1f}", f"{TIMED / took:,.0f}", f"{seconds['one worker, 1 core', batch] / took:.2f}"]
        for (way, batch), took in seconds.items()
    ]
    loop, fit = list(CASES)[1::-1]
    ratio = median(times[loop] / times[fit] for times in rounds)
    bounds = {f"the loop / fit, median of the rounds: {ratio:.2f} (at most {MOST_OF_FIT})": ratio <= MOST_OF_FIT}
    columns = ["way", "batch", f"seconds, median of {options.rounds}", "digits/s", "speed, of one worker on 1 core"]
    return report("trainer", columns, rows, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
