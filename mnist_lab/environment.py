"""What a notebook runs on: a quiet start, the seed that makes a run repeatable, versions, and what is missing."""

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
    """Drop what compiled code writes to standard error while the block runs; Python's own errors still show.

    TensorFlow reports on the processor before its log level is read, so no variable silences it.

    Example:
        >>> with quiet_imports():
        ...     import tensorflow as tf
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


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
    from mnist_lab.data.find import find_mnist  # `doctor` asks for requirements where its packages may be missing

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


def requirements() -> list[tuple[str, str]]:
    """Return the names of the packages that every use needs, and their lowest versions."""
    wanted = requires("mnist-lab") or []
    floors = [re.match(r"([\w-]+)>=([\d.]+)$", requirement) for requirement in wanted]
    return [match.groups() for match in floors if match]


def installed(package: str) -> bool:
    """Return whether a package is installed, in whichever version."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
