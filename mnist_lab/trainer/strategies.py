"""Choose TensorFlow's strategy for this machine, and compare what several workers start from."""

import json
import os

import numpy as np
import tensorflow as tf

from mnist_lab.environment import quiet_stderr
from mnist_lab.trainer.settings import TrainingError


def strategy_of_environment() -> tf.distribute.Strategy:
    """Return the strategy: several workers if TF_CONFIG names them (it waits for them), else all GPUs, else one."""
    _, workers = worker_and_count()
    with quiet_stderr():  # here TensorFlow starts its devices and its server, and says so
        if workers > 1:
            return tf.distribute.MultiWorkerMirroredStrategy()
        if len(tf.config.list_logical_devices("GPU")) > 1:
            return tf.distribute.MirroredStrategy()
        return tf.distribute.get_strategy()


def workers_agree(strategy: tf.distribute.Strategy, *numbers: int) -> bool:
    """Return whether all workers passed the same numbers; each worker must call this."""
    held = strategy.run(tf.function(lambda: tf.constant([numbers], tf.int64)))
    return len(np.unique(strategy.gather(held, axis=0).numpy(), axis=0)) == 1


def worker_and_count() -> tuple[int, int]:
    """Return this worker's index (0 is the chief) and the number of workers, as TF_CONFIG says; (0, 1) without it."""
    config = os.environ.get("TF_CONFIG")
    if not config:
        return 0, 1
    try:
        parsed = json.loads(config)
        cluster, task = parsed["cluster"], parsed["task"]
        tasks = [(job, index) for job in ("chief", "worker") for index in range(len(cluster.get(job, [])))]
        return tasks.index((task["type"], task["index"])), len(tasks)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected = '{"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}'
        meaning = "where the type is chief or worker and the index is one of the list's"
        raise TrainingError(f"Expected TF_CONFIG to be {expected}, {meaning}. Received: {config}") from error
