"""Train the network of lesson 08 outside a notebook: convolutions, batch normalization, a little dropout.

    python examples/batch_norm_mnist.py --epochs 10

mnist-lab finds the digits; the environment variable MNIST_LAB_DATA can name a folder with others.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads this when it is imported

import mnist_lab as lab

with lab.quiet_imports():
    import keras


def normalized(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return a layer without bias, the batch normalization after it, and the activation."""
    batch_norm = keras.layers.BatchNormalization(center=True, scale=False)
    return [layer, batch_norm, keras.layers.Activation("relu")]


def build() -> keras.Model:
    """Return the network, ready to be trained: 784 pixels in, ten probabilities out."""
    model = keras.Sequential(
        [
            keras.Input(shape=(28 * 28,)),
            keras.layers.Reshape((28, 28, 1)),
            *normalized(keras.layers.Conv2D(12, kernel_size=3, padding="same", use_bias=False)),
            *normalized(keras.layers.Conv2D(24, kernel_size=6, strides=2, padding="same", use_bias=False)),
            *normalized(keras.layers.Conv2D(32, kernel_size=6, strides=2, padding="same", use_bias=False)),
            keras.layers.Flatten(),
            *normalized(keras.layers.Dense(200, use_bias=False)),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def lr_decay(epoch: int) -> float:
    """Return the learning rate of an epoch, counted from 0."""
    return 0.01 * 0.666**epoch


def main() -> None:
    """Train, and print the accuracy after each epoch."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training images (10)")
    parser.add_argument("--batch-size", type=int, default=64, help="images per step (64)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random numbers (0)")
    arguments = parser.parse_args()

    lab.set_seed(arguments.seed)
    training = lab.training_dataset(arguments.batch_size)
    validation = lab.validation_dataset()
    print("This run uses", lab.find_mnist())

    def report(epoch: int, logs: dict) -> None:
        print(f"epoch {epoch + 1}: loss {logs['val_loss']:.4f}, accuracy {logs['val_accuracy']:.4f}", flush=True)

    history = build().fit(
        training,
        validation_data=validation,
        epochs=arguments.epochs,
        shuffle=False,  # the dataset shuffles itself
        verbose=0,
        callbacks=[
            keras.callbacks.LearningRateScheduler(lr_decay),
            keras.callbacks.LambdaCallback(on_epoch_end=report),
        ],
    )
    print(f"validation accuracy: {history.history['val_accuracy'][-1]:.4f}")


if __name__ == "__main__":
    main()
