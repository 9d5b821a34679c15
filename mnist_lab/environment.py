"""The environment of a notebook: quiet imports, the random seed, versions, devices, settings, missing packages."""

import json
import os
import platform
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

SEED_VARIABLE = "MNIST_LAB_SEED"
_NEEDED_OF_KERAS = {"backend": "tensorflow", "image_data_format": "channels_last", "floatx": "float32"}
_OPERANDS = 256  # rows and columns: large enough for a GPU to use its units for matrices
_SHOWN = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "matplotlib": "Matplotlib"}


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Drop what compiled code writes to standard error while the block runs; Python's own errors are still shown.

    TensorFlow reports on the processor before its log level is read, so no variable silences it. On the GPU it reports
    again at the first computation and the first compilation: if the block imports TensorFlow and there is a GPU,
    both are done at its end. So configure the GPU, if you need to, inside the block.

    Example:
        >>> with quiet_imports():
        ...     import tensorflow as tf
    """
    with quiet_stderr():
        yield
        several_workers = "TF_CONFIG" in os.environ  # TensorFlow must not be used before their strategy is created
        with suppress(Exception):  # whatever is wrong with the GPU, the lesson's own first computation says it better
            if "tensorflow" in sys.modules and not several_workers and _gpus():
                thread = threading.Thread(target=_use_gpu, daemon=True)
                thread.start()
                thread.join(2)  # seconds


def _use_gpu() -> None:
    import tensorflow as tf

    with suppress(Exception):
        tf.function(lambda x: x + x, jit_compile=True)(tf.constant(1.0))


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what compiled code writes to standard error while the block runs; an exception in it is raised as usual."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    with Path(os.devnull).open("w") as devnull:
        os.dup2(devnull.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, so that a run can be repeated on the same machine.

    The environment variable MNIST_LAB_SEED overrides `seed` if it is set. ValueError if it is not from 0 to 2³² − 1.
    """
    import keras

    from mnist_lab.data._validation import whole_number

    chosen = os.environ.get(SEED_VARIABLE, seed)
    number = int(chosen) if str(chosen).isdecimal() else chosen
    keras.utils.set_random_seed(whole_number("seed", number, least=0, most=2**32 - 1))


def float_tolerance(dtype: str | None = None) -> float:
    """Return how far Keras' results may lie from NumPy's in float32: 1e-5 where Keras multiplies in float32, too.

    Compare with it the probabilities of a network, or the weighted sums of pixels from 0 to 1. GPUs with TensorFloat-32
    (A100, L4, H100 …) multiply numbers with 10 bits after the point, as float16 has; bfloat16 has 7. With 10 bits the
    absolute tolerance is 5e-3, with 7 bits 2e-2: five times what lesson 01's network differs at most by.

    Args:
        dtype: the data type, or Keras' dtype policy, in which a layer computes; None: Keras' current policy.

    Example:
        >>> np.allclose(by_hand, model.predict(digits), atol=lab.float_tolerance())
        True
    """
    import keras
    import numpy as np

    layer = keras.layers.Dense(_OPERANDS, use_bias=False, kernel_initializer="ones", dtype=dtype)
    for bit, tolerance in ((9, 2e-2), (12, 5e-3)):  # in which the numbers differ from 1: a lost bit leaves sums of ones
        operands = np.full((_OPERANDS, _OPERANDS), 1 + 2.0**-bit, np.float32)
        sums = keras.ops.convert_to_numpy(keras.ops.cast(layer(operands), "float32"))
        if sums.max() == _OPERANDS:
            return tolerance
    return 1e-5


def versions() -> dict[str, str]:
    """Return the versions that results depend on; "unknown" where another package (tensorflow-cpu) has the module."""
    found = {name: version(name) if installed(name) else "unknown" for name in _SHOWN}
    return {"python": platform.python_version()} | found


def processor() -> str:
    """Return the processor's name, as precisely as the system reports it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _gpus() -> list:
    import tensorflow as tf

    return tf.config.list_physical_devices("GPU")


def devices() -> list[str]:
    """Return the devices that TensorFlow computes on: the names of its GPUs, or for example ['CPU (2 cores)']."""
    import tensorflow as tf

    gpus = _gpus()
    if not gpus:
        return [f"CPU ({os.cpu_count()} cores)"]
    return [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]


def show_environment() -> None:
    """Print the versions, the device, where the digits come from, which settings do not fit and what is missing."""
    from mnist_lab.data.find import find_mnist  # imported late: `doctor` works even if its packages are missing

    device, labels = ", ".join(devices()), {"python": "Python"} | _SHOWN
    print("Versions:", ", ".join(f"{labels[name]} {number}" for name, number in versions().items()))
    print("Device:  ", device)
    if "google.colab" in sys.modules and device.startswith("CPU"):
        print("          For a GPU: Runtime → Change runtime type → T4 GPU, then run all cells again.")
    print("Digits:  ", find_mnist())
    for fits, line in keras_settings():
        if not fits:
            print(f"Warning:  {line}")
    if not installed("mnist-lab"):
        print(f"mnist-lab is not installed: it runs from {Path(__file__).parents[1]}")
    for package, floor in requirements():
        if not installed(package):
            print(f"Missing:  {package}: run `%pip install '{package}>={floor}'`, then restart")


def requirements() -> list[tuple[str, str]]:
    """Return the packages that mnist-lab always needs, each with its lowest version; none without pyproject.toml."""
    project, listed = Path(__file__).resolve().parents[1] / "pyproject.toml", []
    if installed("mnist-lab"):
        listed = requires("mnist-lab") or []
    elif project.is_file():
        import tomllib  # imported late: Python 3.10, which lacks it, gets to know from `doctor` that it is too old

        listed = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    floors = [re.match(r"([\w-]+)>=([\d.]+)$", requirement) for requirement in listed]
    return [(match[1], match[2]) for match in floors if match]


def keras_settings() -> list[tuple[bool, str]]:
    """Return a line for each setting of Keras that the lessons rely on, and whether they can work with its value."""
    home = Path.home() if os.access(Path.home(), os.W_OK) else Path("/tmp")  # as Keras, which is not imported here
    file = Path(os.environ.get("KERAS_HOME", home / ".keras")).expanduser() / "keras.json"
    stored = {}
    with suppress(OSError, ValueError, TypeError):  # then Keras takes its defaults, too
        stored = dict(json.loads(file.read_text(encoding="utf-8")))
    lines = []
    for name, needed in _NEEDED_OF_KERAS.items():
        found, remedy = stored.get(name, needed), f"change it in {file}"
        if name == "backend" and os.environ.get("KERAS_BACKEND"):
            found, remedy = os.environ["KERAS_BACKEND"], "unset the environment variable KERAS_BACKEND"
        problem = "" if found == needed else f"; the lessons need {needed}: {remedy}, then restart"
        lines.append((not problem, f"Keras' {name}: {found}{problem}"))
    return lines


def installed(package: str) -> bool:
    """Return whether a package is installed, in any version."""
    with suppress(PackageNotFoundError):
        return bool(version(package))
    return False
