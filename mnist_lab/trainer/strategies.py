"""Which of TensorFlow's strategies a training runs under, and what its workers have to agree about."""

import json
import os

import tensorflow as tf

from mnist_lab.trainer.settings import TrainingError

VARIABLE = "TF_CONFIG"


def strategy_of_environment() -> tf.distribute.Strategy:
    """Return the strategy for this machine: several workers where TF_CONFIG names them, else all GPUs, else one device.

    With several workers it has to be called before any other use of TensorFlow, and waits for the others.

    Raises:
        TrainingError: TF_CONFIG is not what TensorFlow expects.
    """
    if len(_addresses(os.environ.get(VARIABLE, ""))) > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def agreed(strategy: tf.distribute.Strategy, step: int) -> bool:
    """Return whether all workers hold the same step; each has to call this."""
    mine = strategy.run(tf.function(lambda: tf.constant(step, tf.float64)))
    return float(strategy.reduce(tf.distribute.ReduceOp.MEAN, mine, axis=None)) == step


def _addresses(config: str) -> list[str]:
    if not config:
        return []
    expected = (
        'Expected {"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}, where the type is '
        "chief or worker and the index is one of the list's."
    )
    try:
        told = json.loads(config)
        cluster, task = told["cluster"], told["task"]
        workers = [address for job in ("chief", "worker") for address in cluster.get(job, [])]
        fits = 0 <= task["index"] < len(cluster[task["type"]]) and task["type"] in ("chief", "worker")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"{VARIABLE} is not what TensorFlow expects. {expected} Received: {config}") from error
    if not fits:
        raise TrainingError(f"{VARIABLE} names a task that is not in its cluster. {expected} Received: {config}")
    return workers
