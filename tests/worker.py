"""One of several workers: `python -m tests.worker FILE JOB`."""

import sys
from unittest.mock import patch

import keras
import numpy as np

from mnist_lab.data.find import find_mnist
from mnist_lab.trainer import network, train
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.settings import Settings
from mnist_lab.trainer.strategies import strategy_of_environment, workers_agree

SMALL = {"batch_size": 60, "hp_conv1": 2, "hp_conv2": 3, "hp_conv3": 4, "hp_dense": 8, "hp_dropout": 0}


def build_dense(_settings, *, synchronized):
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(20, activation="relu"), keras.layers.Dense(10)])


def work(files, strategy, file):
    """Write a file with the variables of two trained networks, and whether the workers agree and are asked to stop."""
    found, totals = {}, np.zeros(2)
    for kind, build, steps in (("normalized", network.build, 1), ("plain", build_dense, 20)):
        with patch.object(network, "build", build):
            loop = Loop(Settings(epochs=5, **SMALL), files, strategy)
        with strategy.scope():
            loop.optimizer = keras.optimizers.SGD(0.1)
            loop.optimizer.build(loop.model.trainable_variables)
        batches = loop.batches(0)
        loop.train(batches, steps, totals, stop=False)
        found |= {f"{kind} {number}": value for number, value in enumerate(loop.values())}
    worker = loop.share.worker
    found["agree"] = workers_agree(strategy, 5), workers_agree(strategy, worker)
    found["stopped"] = loop.train(batches, 1, totals, stop=worker == 1)[1]
    np.savez(file, **found)


if __name__ == "__main__":
    strategy = strategy_of_environment()
    work(find_mnist(), strategy, sys.argv[1])
    train.strategy_of_environment = lambda: strategy  # a process can have only one
    sys.exit(train.train(Settings(job_dir=sys.argv[2], epochs=1, **SMALL)))
