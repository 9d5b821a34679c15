"""The environment of a notebook: quiet imports, the random seed, versions, devices, missing packages."""

import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

SEED_VARIABLE = "MNIST_LAB_SEED"
_SHOWN = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "matplotlib": "Matplotlib"}


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Drop what compiled code writes to standard error while the block runs; Python's own errors are still shown.

    TensorFlow reports on the processor before its log level is read, so no variable silences it.

    Example:
        >>> with quiet_imports():
        ...     import tensorflow as tf
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(devnull)


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, so that a run can be repeated on the same machine.

    The environment variable MNIST_LAB_SEED overrides `seed` if it is set.

    Raises:
        ValueError: the seed is not a whole number from 0 to 2³² − 1.
    """
    import keras

    chosen = os.environ.get(SEED_VARIABLE, seed)
    try:
        number = int(chosen)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 4,294,967,295. Received: {chosen!r}")
    keras.utils.set_random_seed(number)


def versions() -> dict[str, str]:
    """Return the versions that results depend on, by package name."""
    return {"python": platform.python_version()} | {name: version(name) for name in _SHOWN}


def processor() -> str:
    """Return the processor's name, as precisely as the system reports it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def devices() -> list[str]:
    """Return the devices that TensorFlow computes on: the names of its GPUs, or for example ['CPU (2 cores)']."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return [f"CPU ({os.cpu_count()} cores)"]
    return [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]


def show_environment() -> None:
    """Print the versions, the device, where the digits come from, and which packages are missing."""
    from mnist_lab.data.find import find_mnist  # imported late: `doctor` works even if its packages are missing

    found = versions()
    shown = {"Python": found["python"]} | {label: found[name] for name, label in _SHOWN.items()}
    print("Versions:", ", ".join(f"{label} {number}" for label, number in shown.items()))
    device = ", ".join(devices())
    print("Device:  ", device)
    if "google.colab" in sys.modules and device.startswith("CPU"):
        print("          For a GPU: Runtime → Change runtime type → T4 GPU, then run all cells again.")
    print("Digits:  ", find_mnist())
    for package, floor in requirements():
        if not installed(package):
            print(f"Missing:  {package}: run `%pip install '{package}>={floor}'`, then restart")


def requirements() -> list[tuple[str, str]]:
    """Return the names of the packages that mnist-lab always needs, each with its lowest version."""
    floors = [re.match(r"([\w-]+)>=([\d.]+)$", requirement) for requirement in requires("mnist-lab") or []]
    return [(match[1], match[2]) for match in floors if match]


def installed(package: str) -> bool:
    """Return whether a package is installed, in any version."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
