"""What a notebook runs on, and the seed that makes a run repeatable."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from mnist_lab.files import find_mnist
from mnist_lab.requirements import installed, requirements

SEED_VARIABLE = "MNIST_LAB_SEED"
_SHOWN = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "matplotlib": "Matplotlib"}


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, so that the same machine gives the same run again.

    The environment variable MNIST_LAB_SEED, where it is set, overrides `seed`.

    Raises:
        ValueError: the seed is no whole number from 0 to 2³² − 1.
    """
    import keras

    chosen = os.environ.get(SEED_VARIABLE, seed)
    try:
        number = int(chosen)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number < 2**32:
        raise ValueError(f"A seed must be a whole number from 0 to 4,294,967,295. Received: {chosen!r}")
    keras.utils.set_random_seed(number)


def versions() -> dict[str, str]:
    """Return the versions that results depend on, by the name of the package."""
    return {"python": platform.python_version()} | {name: version(name) for name in _SHOWN}


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def devices() -> list[str]:
    """Return what TensorFlow computes on: the names of its GPUs, or ['CPU (2 cores)']."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return [f"CPU ({os.cpu_count()} cores)"]
    return [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]


def show_environment() -> None:
    """Print the versions, the device, where the digits come from, and what is missing or could be had."""
    found = versions()
    shown = {"Python": found["python"]} | {label: found[name] for name, label in _SHOWN.items()}
    print("Versions:", ", ".join(f"{label} {number}" for label, number in shown.items()))
    computing_on = ", ".join(devices())
    print("Device:  ", computing_on)
    if "google.colab" in sys.modules and computing_on.startswith("CPU"):
        print("          For a GPU: Runtime → Change runtime type → T4 GPU, then run all cells again.")
    print("Digits:  ", find_mnist())
    for package, floor in requirements():
        if not installed(package):
            print(f"Missing:  {package}: run `%pip install '{package}>={floor}'`, then restart")
