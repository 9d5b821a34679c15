"""The training loop: training steps, evaluation and the variables, under any of TensorFlow's strategies."""

import zlib
from collections.abc import Callable, Iterator
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.find import MnistFiles
from mnist_lab.trainer import batches, network
from mnist_lab.trainer.settings import Settings, TrainingError
from mnist_lab.trainer.strategies import worker_and_count

# What a call trains on before a stop request is looked at, the same for all workers: on two CPU cores about 0.4 s.
_DIGITS_PER_CALL = {"CPU": 1_280, "GPU": 12_800}


class Loop:
    """A network, its optimizer, and the steps that train and evaluate it; TrainingError if its batch size is wrong."""

    def __init__(self, settings: Settings, files: MnistFiles, strategy: tf.distribute.Strategy):
        self.settings, self.files, self.strategy = settings, files, strategy
        (worker, workers), replicas = worker_and_count(), strategy.num_replicas_in_sync
        self.share = batches.Share(worker, workers, replicas // workers)
        self.is_chief = worker == 0  # the worker that writes the files and the reports
        images, labels = idx.read_digits(files.train_images, files.train_labels)
        if settings.batch_size % replicas or settings.batch_size > len(labels):
            digits = f"at most {len(labels):,}, the number of digits"
            devices = f"a multiple of {replicas}, the number of devices that share a batch"
            raise TrainingError(f"The batch size must be {digits}, and {devices}. Received: {settings.batch_size}")
        self.checksum = zlib.crc32(labels.data, zlib.crc32(images.data))
        self.recipe = {**settings.recipe, "the digits' checksum": f"{self.checksum:08x}"}  # stays when a run is resumed
        self.steps_per_epoch = len(labels) // settings.batch_size
        self.steps = settings.epochs * self.steps_per_epoch
        device = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        self.steps_per_call = max(1, _DIGITS_PER_CALL[device] // settings.batch_size)
        self._uses_xla = device == "GPU" and replicas == 1
        keras.utils.set_random_seed(settings.seed)
        with strategy.scope():
            self.model = network.build(settings, synchronized=replicas > 1)
            self.optimizer = keras.optimizers.Adam(network.schedule(settings, self.steps_per_epoch))
            self.optimizer.build(self.model.trainable_variables)

    @property
    def variables(self) -> list[keras.Variable]:
        """All that training changes: weights, running averages, the seeds of dropout, the optimizer's state."""
        return [*self.model.variables, *self.optimizer.variables]

    def values(self) -> list[np.ndarray]:
        """Return the values of the variables; with several workers, each must call this."""
        return [tf.convert_to_tensor(variable.value).numpy() for variable in self.variables]

    def restore(self, values: list[np.ndarray]) -> None:
        """Assign the values to the variables; TrainingError if their shapes are not the same."""
        if [value.shape for value in values] != [tuple(variable.shape) for variable in self.variables]:
            found = f"The checkpoint's {len(values)} arrays do not fit the network's {len(self.variables)}"
            remedy = "Use that one, or name another --job-dir to start afresh."
            raise TrainingError(f"{found}: another version of Keras or of this package wrote it. {remedy}")
        with self.strategy.scope():
            for variable, value in zip(self.variables, values, strict=True):
                variable.assign(value)

    def batches(self, first_step: int) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """Return an iterator over the batches from a step on, to the end of the training run."""
        distributed = self.strategy.distribute_datasets_from_function(
            lambda _context: batches.training_batches(self.files, self.settings, self.share, first_step)
        )
        return iter(distributed)

    def train(self, batches: Iterator, steps: int, totals: np.ndarray, stop: bool) -> tuple[np.ndarray, bool]:
        """Train on the next batches in one call, which all workers must make alike.

        Return `totals`, the sums of losses and correct predictions, with the new ones, and whether a worker shall stop.
        """
        sums = self._train(batches, tf.constant(steps), tf.constant([*totals, 0], tf.float64), tf.constant(float(stop)))
        *totals, stop_requests = sums.numpy()
        return np.array(totals), bool(stop_requests)

    @tf.function
    def _train(self, batches: Iterator, steps: tf.Tensor, sums: tf.Tensor, stop_request: tf.Tensor) -> tf.Tensor:
        """Return the three sums with those of the steps added: losses, correct predictions and stop requests."""

        def replica_step(images: tf.Tensor, classes: tf.Tensor, stop_request: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                losses, correct = _judge(self.model(images, training=True), classes)
                loss = tf.reduce_sum(losses) / self.settings.batch_size
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self.optimizer.apply(gradients, self.model.trainable_variables)
            return tf.stack([tf.reduce_sum(losses), tf.reduce_sum(correct), stop_request])

        if self._uses_xla:
            replica_step = tf.function(replica_step, jit_compile=True)
        for _ in tf.range(steps):
            sums += tf.cast(self._sum(replica_step, *next(batches), stop_request), tf.float64)
        return sums

    def evaluate(self) -> tuple[float, float]:
        """Return the loss and the accuracy on the validation digits."""
        losses, correct, digits = np.sum([self._evaluate_batch(*batch).numpy() for batch in self._validation], axis=0)
        return float(losses / digits), float(correct / digits)

    @cached_property
    def _validation(self) -> tf.distribute.DistributedDataset:
        return self.strategy.distribute_datasets_from_function(
            lambda _context: batches.validation_batches(self.files, self.share)
        )

    @tf.function
    def _evaluate_batch(self, images: tf.Tensor, classes: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        def replica_sums(images: tf.Tensor, classes: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
            losses, correct = _judge(self.model(images, training=False), classes)
            return tf.stack([tf.reduce_sum(numbers * weights) for numbers in (losses, correct, tf.ones_like(losses))])

        return self._sum(replica_sums, images, classes, weights)

    def _sum(self, replica_sums: Callable[..., tf.Tensor], *arguments: tf.Tensor) -> tf.Tensor:
        """Return the sum over all replicas of what the function returns on each."""
        return self.strategy.reduce("SUM", self.strategy.run(replica_sums, args=arguments), axis=None)


def _judge(logits: tf.Tensor, classes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the loss of each digit, and 1 where its prediction is correct, else 0."""
    correct = tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), classes)
    losses = keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)
    return losses, tf.cast(correct, tf.float32)
