"""The loop: one step, an epoch's totals and the judgement, under any of TensorFlow's strategies."""

import zlib
from collections.abc import Iterator
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import idx
from mnist_lab.data.find import MnistFiles
from mnist_lab.trainer import batches, network
from mnist_lab.trainer.settings import Settings, TrainingError
from mnist_lab.trainer.strategies import place


class Loop:
    """A network, its optimizer, and the steps that train and evaluate it.

    Attributes:
        model: the network; it gives logits.
        optimizer: Adam, with the settings' learning rate.
        steps_per_epoch: how many whole batches the training digits make.
        checksum: of the training digits and their classes: whether two trainings learn from the same.
        share: which part of each batch is this worker's.
    """

    def __init__(self, settings: Settings, files: MnistFiles, strategy: tf.distribute.Strategy):
        self.settings, self.files, self.strategy = settings, files, strategy
        (worker, workers), replicas = place(), strategy.num_replicas_in_sync
        self.share = batches.Share(worker, workers, replicas // workers)
        self.share.of(settings.batch_size)
        images, labels = idx.read_digits(files.train_images, files.train_labels)
        self.steps_per_epoch = batches.steps_per_epoch(len(labels), settings.batch_size)
        self.checksum = zlib.crc32(labels, zlib.crc32(images))
        keras.utils.set_random_seed(settings.seed)
        with strategy.scope():
            self.model = network.build(settings, synchronized=replicas > 1)
            self.optimizer = keras.optimizers.Adam(network.schedule(settings, self.steps_per_epoch))
            self.optimizer.build(self.model.trainable_variables)

    @property
    def recipe(self) -> dict[str, str]:
        """What has to stay the same where a training goes on."""
        return {**self.settings.recipe, "the digits' checksum": f"{self.checksum:08x}"}

    @property
    def variables(self) -> list[keras.Variable]:
        """All that training changes: weights, running averages, the dropout's seeds, the optimizer's memory."""
        return [*self.model.variables, *self.optimizer.variables]

    def values(self) -> list[np.ndarray]:
        """Return the variables' values; where there are several workers, each has to call this."""
        return [tf.convert_to_tensor(variable.value).numpy() for variable in self.variables]

    def restore(self, values: list[np.ndarray]) -> None:
        """Set all variables.

        Raises:
            TrainingError: they have other shapes.
        """
        mine, theirs = [tuple(variable.shape) for variable in self.variables], [value.shape for value in values]
        if mine != theirs:
            raise TrainingError(
                f"The checkpoint's {len(theirs)} arrays do not fit the network's {len(mine)}: another version of Keras "
                "or of this package wrote it. Train with that one, or name another --job-dir to begin anew."
            )
        with self.strategy.scope():
            for variable, value in zip(self.variables, values, strict=True):
                variable.assign(value)

    def batches(self, first_step: int) -> Iterator:
        """Return the batches from a step on, to the end of the training."""
        settings = self.settings

        def mine(_context):
            return batches.training_batches(
                self.files,
                epochs=settings.epochs,
                batch_size=settings.batch_size,
                seed=settings.seed,
                augment=settings.augment,
                first_step=first_step,
                share=self.share,
            )

        return iter(self.strategy.distribute_datasets_from_function(mine))

    @tf.function
    def step(self, images, classes, asked_to_stop):
        """Take one step; return, summed over all processors, the losses, the digits read and the requests to stop."""

        def on_a_processor(images, classes):
            with tf.GradientTape() as tape:
                logits = self.model(images, training=True)
                losses = keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)
                loss = tf.reduce_sum(losses) / self.settings.batch_size
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self.optimizer.apply(gradients, self.model.trainable_variables)
            right = tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), classes)
            return tf.stack([tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, tf.float32)), asked_to_stop])

        sums = self.strategy.run(on_a_processor, args=(images, classes))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)

    def evaluate(self) -> tuple[float, float]:
        """Return the loss and the accuracy over the validation digits."""
        losses, right, digits = np.sum([self._evaluate_a_part(*part).numpy() for part in self._validation], axis=0)
        return float(losses / digits), float(right / digits)

    @cached_property
    def _validation(self) -> tf.distribute.DistributedDataset:
        return self.strategy.distribute_datasets_from_function(
            lambda _context: batches.validation_batches(self.files, self.share)
        )

    @tf.function
    def _evaluate_a_part(self, images, classes, weights):
        def on_a_processor(images, classes, weights):
            logits = self.model(images, training=False)
            losses = keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)
            right = tf.cast(tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), classes), tf.float32)
            return tf.stack([tf.reduce_sum(number * weights) for number in (losses, right, tf.ones_like(losses))])

        sums = self.strategy.run(on_a_processor, args=(images, classes, weights))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
