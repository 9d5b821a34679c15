"""`mnist-lab doctor`: check what works on this machine, one line each, and say how to repair the rest."""

import json
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from mnist_lab.environment import installed, keras_settings, requirements

_IMPORT_SECONDS = 120
_NEEDED_BY_NOTEBOOKS = ("ipykernel", "nbclient", "nbformat")
_IMPORT = """
import importlib, json, sys
errors = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module({"pillow": "PIL"}.get(name, name.replace("-", "_")))
    except Exception as error:
        errors[name] = " ".join(f"{type(error).__name__}: {error}".split())
print("\\n" + json.dumps(errors))
"""
_DEVICES = "from mnist_lab.environment import devices; found = devices(); import keras; print(*found, sep=', ')"

Result = tuple[bool, str]  # whether the check passed, and its line


def examine() -> int:
    """Print a line for Python, each package, Keras' settings, TensorFlow and the digits; return 1 if one failed."""
    python = sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 to 3.13 are tested)"
    results = [python, *_packages(), *keras_settings(), _tensorflow(), _digits()]
    for passed, text in results:
        print(f"[{' OK ' if passed else 'FAIL'}] {text}")
    return int(not all(passed for passed, _ in results))


def _packages() -> list[Result]:
    """Return a line for each package, then one for those that only running notebooks needs."""
    needed = dict(requirements())
    present = filter(installed, (*needed, *_NEEDED_BY_NOTEBOOKS))
    broken = _import_errors([name for name in present if name not in ("keras", "tensorflow")])  # they take seconds
    lines = [_package(name, floor, broken.get(name)) for name, floor in needed.items()]
    if not installed("mnist-lab"):
        unchecked = "" if needed else "; its packages are not checked"
        lines.insert(0, (True, f"mnist-lab is not installed: it runs from {Path(__file__).parents[2]}{unchecked}"))
    problems = [f"{name} does not import: {broken[name]}" for name in _NEEDED_BY_NOTEBOOKS if name in broken]
    if missing := [name for name in _NEEDED_BY_NOTEBOOKS if not installed(name)]:
        problems = [f"{', '.join(missing)} missing", "`pip install 'mnist-lab[notebooks]'`"]
    can = f"cannot be run: {'; '.join(problems)}" if problems else "can be run"
    return [*lines, (not problems, f"notebooks {can}")]


def _package(name: str, floor: str, error: str | None) -> Result:
    if not installed(name):
        return False, f"{name}: not installed; `pip install '{name}>={floor}'`"
    found = version(name)
    if error:
        return False, f"{name} {found} does not import: {error}; `pip install --force-reinstall '{name}>={floor}'`"
    numbers, least = ([int(number) for number in re.findall(r"\d+", text)[:3]] for text in (found, floor))
    return numbers >= least, f"{name} {found} ({floor} or newer is needed)"


def _import_errors(packages: list[str]) -> dict[str, str]:
    """Return those of the packages that do not import, each with the error; another process imports them."""
    ended_well, output = _in_python(_IMPORT, *packages)
    if ended_well:
        return json.loads(output)
    if len(packages) > 1:  # one of them crashed the process
        return {name: error for package in packages for name, error in _import_errors([package]).items()}
    return dict.fromkeys(packages, output)


def _in_python(code: str, *arguments: str) -> tuple[bool, str]:
    """Run code in another process; return whether it ended well, and the last line of its output or of its errors."""
    command = [sys.executable, "-c", code, *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False, f"no answer within {_IMPORT_SECONDS} s"
    lines = (result.stderr if result.returncode else result.stdout).strip().splitlines()
    return not result.returncode, lines[-1] if lines else f"exit status {result.returncode}"


def _tensorflow() -> Result:
    ended_well, output = _in_python(_DEVICES)
    return ended_well, f"TensorFlow {'computes on' if ended_well else 'and Keras do not import'}: {output}"


def _digits() -> Result:
    try:
        from mnist_lab.data import find, idx

        if not (found := find.find_on_disk()):
            find.refuse_damaged(folder := find.default_data_dir())
            remedy = f"`mnist-lab download` puts it into {folder}; a lesson downloads it, or uses stand-in digits"
            return True, f"digits: MNIST is not on this machine; {remedy} if there is no network"
        idx.read_digits(found.train_images, found.train_labels)
        idx.read_digits(found.validation_images, found.validation_labels)
    except Exception as error:  # a broken package may raise anything when it is imported
        return False, f"digits: {error}"
    return True, f"digits: {found}, in {found.folder}"
