"""`mnist-lab doctor`: check what works on this machine, one line each, and say how to repair the rest."""

import importlib.metadata
import platform
import re
import subprocess
import sys

from mnist_lab.environment import installed, requirements

_IMPORT_SECONDS = 120
_NEEDED_BY_NOTEBOOKS = ("ipykernel", "nbclient", "nbformat")

Result = tuple[bool, str]  # whether the check passed, and its line


def examine() -> int:
    """Print `[ OK ]` or `[FAIL]` for Python, each package, TensorFlow's import and the digits; return 1 if one failed.

    TensorFlow is imported in a separate process, so this works even if the import crashes.
    """
    results = [_python(), *_packages(), _notebooks(), _tensorflow(), _digits()]
    for passed, text in results:
        print(f"[{' OK ' if passed else 'FAIL'}] {text}")
    return int(not all(passed for passed, _ in results))


def _python() -> Result:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 to 3.13 are tested)"


def _packages() -> list[Result]:
    return [_package(name, floor) for name, floor in requirements()]


def _package(name: str, floor: str) -> Result:
    if not installed(name):
        return False, f"{name}: not installed; `pip install '{name}>={floor}'`"
    found = importlib.metadata.version(name)
    return _version_numbers(found) >= _version_numbers(floor), f"{name} {found} ({floor} or newer is needed)"


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _notebooks() -> Result:
    missing = [name for name in _NEEDED_BY_NOTEBOOKS if not installed(name)]
    if missing:
        return False, f"notebooks cannot be run: {', '.join(missing)} missing; `pip install 'mnist-lab[notebooks]'`"
    return True, "notebooks can be run"


def _tensorflow() -> Result:
    code = "from mnist_lab.environment import devices; print(', '.join(devices()))"
    try:
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, f"TensorFlow did not import within {_IMPORT_SECONDS} s"
    if result.returncode:
        errors = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
        return False, f"TensorFlow does not import: {errors[-1]}"
    return True, f"TensorFlow computes on: {result.stdout.strip()}"


def _digits() -> Result:
    try:
        from mnist_lab.data import find, idx

        found = find.find_on_disk()
        if found is None:
            find.refuse_damaged(find.default_data_dir())
            return True, (
                f"digits: MNIST is not on this machine; `mnist-lab download` puts it into {find.default_data_dir()}; "
                "a lesson downloads it, or uses stand-in digits if there is no network"
            )
        for images in (found.train_images, found.validation_images):
            idx.check_header(images, "images")
        for labels in (found.train_labels, found.validation_labels):
            idx.check_header(labels, "labels")
    except (ImportError, OSError, ValueError) as error:
        return False, f"digits: {error}"
    return True, f"digits: {found}, in {found.folder}"
