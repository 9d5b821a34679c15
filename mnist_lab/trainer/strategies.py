"""Which of TensorFlow's strategies a training runs under, and what its workers have to agree about."""

import json
import os

import numpy as np
import tensorflow as tf

from mnist_lab.trainer.settings import TrainingError

VARIABLE = "TF_CONFIG"


def strategy_of_environment() -> tf.distribute.Strategy:
    """Return the strategy for this machine: several workers where TF_CONFIG names them, else all GPUs, else one device.

    With several workers it has to be called before any other use of TensorFlow, and waits for the others.

    Raises:
        TrainingError: TF_CONFIG is not what TensorFlow expects.
    """
    if place()[1] > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def agreed(strategy: tf.distribute.Strategy, *numbers: int) -> bool:
    """Return whether all workers hold the same numbers; each has to call this."""
    held = strategy.run(tf.function(lambda: tf.constant([numbers], tf.int64)))
    return len(np.unique(strategy.gather(held, axis=0).numpy(), axis=0)) == 1


def place() -> tuple[int, int]:
    """Return this worker's number (the chief's is 0) and how many workers there are, by TF_CONFIG; (0, 1) without it.

    Raises:
        TrainingError: TF_CONFIG is not what TensorFlow expects.
    """
    config = os.environ.get(VARIABLE, "")
    if not config:
        return 0, 1
    expected = (
        'Expected {"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}, where the type is '
        "chief or worker and the index is one of the list's."
    )
    try:
        told = json.loads(config)
        cluster, task = told["cluster"], told["task"]
        tasks = [(job, index) for job in ("chief", "worker") for index in range(len(cluster.get(job, [])))]
        mine = task["type"], task["index"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"{VARIABLE} is not what TensorFlow expects. {expected} Received: {config}") from error
    if mine not in tasks:
        raise TrainingError(f"{VARIABLE} names a task that is not in its cluster. {expected} Received: {config}")
    return tasks.index(mine), len(tasks)
