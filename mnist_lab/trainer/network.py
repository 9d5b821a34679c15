"""Lesson 08's network and the learning rate schedules, with the sizes and rates of the settings."""

import keras

from mnist_lab.trainer.settings import ONE_CYCLE, Settings


def build(settings: Settings, *, synchronized: bool = False) -> keras.Model:
    """Return the network: images `[n, 784]` from 0 to 1 in, logits `[n, 10]` out; replicas may share statistics."""
    layers = keras.layers

    def normalized(layer: keras.Layer) -> list[keras.Layer]:
        batch_norm = layers.BatchNormalization(scale=False, momentum=settings.hp_momentum, synchronized=synchronized)
        return [layer, batch_norm, layers.Activation("relu")]

    return keras.Sequential(
        [
            keras.Input(shape=(28 * 28,)),
            layers.Reshape((28, 28, 1)),
            *normalized(layers.Conv2D(settings.hp_conv1, kernel_size=3, padding="same", use_bias=False)),
            *normalized(layers.Conv2D(settings.hp_conv2, kernel_size=6, strides=2, padding="same", use_bias=False)),
            *normalized(layers.Conv2D(settings.hp_conv3, kernel_size=6, strides=2, padding="same", use_bias=False)),
            layers.Flatten(),
            *normalized(layers.Dense(settings.hp_dense, use_bias=False)),
            layers.Dropout(settings.hp_dropout, seed=settings.seed),
            layers.Dense(10),
        ]
    )


def schedule(settings: Settings, steps_per_epoch: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate schedule, a function of the step."""
    schedules, rate = keras.optimizers.schedules, settings.hp_lr
    if settings.hp_schedule == ONE_CYCLE:
        steps = settings.epochs * steps_per_epoch
        return schedules.CosineDecay(rate / 10, steps - steps // 5, warmup_target=rate, warmup_steps=steps // 5)
    return schedules.ExponentialDecay(rate, steps_per_epoch, settings.hp_lr_decay, staircase=True)
