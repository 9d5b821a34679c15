"""Train as one of several workers, or as the only one, and write the variables to a file.

usage: worker.py FILE STEPS KIND, where KIND is "plain" (dense layers) or "normalized" (batch normalization).
"""

import sys

import keras
import numpy as np

from mnist_lab.data.find import find_mnist
from mnist_lab.trainer import network
from mnist_lab.trainer.loop import Loop
from mnist_lab.trainer.settings import Settings
from mnist_lab.trainer.strategies import strategy_of_environment

file, steps, kind = sys.argv[1:]


def build_dense(_settings, *, synchronized):
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(20, activation="relu"), keras.layers.Dense(10)])


if kind == "plain":
    network.build = build_dense
settings = Settings(batch_size=60, epochs=10, hp_dropout=0, hp_conv1=2, hp_conv2=3, hp_conv3=4, hp_dense=8)
loop = Loop(settings, find_mnist(), strategy_of_environment())
with loop.strategy.scope():
    loop.optimizer = keras.optimizers.SGD(0.1)
    loop.optimizer.build(loop.model.trainable_variables)
batches = loop.batches(0)
loop.train(batches, int(steps), np.zeros(2), stop=False)
np.savez(file, *loop.values())
