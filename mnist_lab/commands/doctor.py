"""`mnist-lab doctor`: check what works on this machine, one line each, and say how to repair the rest."""

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from pathlib import Path

from mnist_lab.environment import installed, keras_settings, requirements

_IMPORT_SECONDS = 120
_NEEDED_BY_NOTEBOOKS = ("ipykernel", "nbclient", "nbformat")
_WITH_TENSORFLOW = ("keras", "tensorflow")  # they take seconds, and have a line of their own
_IMPORT = """
import importlib, json, sys
errors = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module({"pillow": "PIL"}.get(name, name.replace("-", "_")))
    except Exception as error:
        errors[name] = " ".join(f"{type(error).__name__}: {error}".split())
print()
print(json.dumps(errors))
"""
_DEVICES = """
from mnist_lab.environment import devices
found = devices()
import keras
print(*found, sep=", ")
"""

Result = tuple[bool, str]  # whether the check passed, and its line


def examine() -> int:
    """Print `[ OK ]` or `[FAIL]` for Python, packages, Keras' settings, TensorFlow and digits; return 1 if one failed.

    Packages are imported in separate processes, so this works even if an import crashes.
    """
    results = [_python(), *_installation(), *_packages(), *keras_settings(), _tensorflow(), _digits()]
    for passed, text in results:
        print(f"[{' OK ' if passed else 'FAIL'}] {text}")
    return int(not all(passed for passed, _ in results))


def _python() -> Result:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 to 3.13 are tested)"


def _installation() -> list[Result]:
    if installed("mnist-lab"):
        return []
    unchecked = "" if requirements() else "; its packages are not checked"
    return [(True, f"mnist-lab is not installed: it runs from {Path(__file__).parents[2]}{unchecked}")]


def _packages() -> list[Result]:
    """Return a line for each package, then one for those that only running notebooks needs."""
    needed = dict(requirements())
    present = [name for name in (*needed, *_NEEDED_BY_NOTEBOOKS) if installed(name) and name not in _WITH_TENSORFLOW]
    broken = _import_errors(present)
    lines = [_package(name, floor, broken.get(name)) for name, floor in needed.items()]
    missing = [name for name in _NEEDED_BY_NOTEBOOKS if not installed(name)]
    if missing:
        remedy = "`pip install 'mnist-lab[notebooks]'`"
        return [*lines, (False, f"notebooks cannot be run: {', '.join(missing)} missing; {remedy}")]
    failures = [f"{name} does not import: {broken[name]}" for name in _NEEDED_BY_NOTEBOOKS if name in broken]
    if failures:
        return [*lines, (False, f"notebooks cannot be run: {'; '.join(failures)}")]
    return [*lines, (True, "notebooks can be run")]


def _package(name: str, floor: str, error: str | None) -> Result:
    if not installed(name):
        return False, f"{name}: not installed; `pip install '{name}>={floor}'`"
    found = importlib.metadata.version(name)
    if error:
        return False, f"{name} {found} does not import: {error}; `pip install --force-reinstall '{name}>={floor}'`"
    return _version_numbers(found) >= _version_numbers(floor), f"{name} {found} ({floor} or newer is needed)"


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _import_errors(packages: list[str]) -> dict[str, str]:
    """Return those of the packages that do not import, each with the error; a separate process imports them."""
    result = _in_python(_IMPORT, *packages)
    if not result.returncode:
        return json.loads(result.stdout.splitlines()[-1])
    if len(packages) > 1:  # one of them crashed the process
        return {name: error for package in packages for name, error in _import_errors([package]).items()}
    return dict.fromkeys(packages, _failure(result))


def _in_python(code: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run code in another process of Python; one that takes too long is ended, with the exit status 124."""
    command = [sys.executable, "-c", code, *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no answer within {_IMPORT_SECONDS} s")


def _failure(result: subprocess.CompletedProcess) -> str:
    return (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]


def _tensorflow() -> Result:
    result = _in_python(_DEVICES)
    if result.returncode:
        return False, f"TensorFlow and Keras do not import: {_failure(result)}"
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
        idx.read_digits(found.train_images, found.train_labels)
        idx.read_digits(found.validation_images, found.validation_labels)
    except Exception as error:  # a broken package may raise anything when it is imported
        return False, f"digits: {error}"
    return True, f"digits: {found}, in {found.folder}"
