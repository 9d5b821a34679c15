"""`mnist-lab doctor`: what works on this machine, one line each, and what to do about the rest."""

import importlib.metadata
import platform
import re
import subprocess
import sys

from mnist_lab.environment import installed, requirements

_IMPORT_SECONDS = 120
_LESSONS_NEED = ("ipykernel", "nbclient", "nbformat")


def examine() -> int:
    """Print `[OK]` or `[FAIL]` for Python, each package, TensorFlow's import and the digits; return 1 if one failed.

    TensorFlow is imported in a process of its own, so that this works where the import crashes.
    """
    lines = [_python(), *_packages(), _notebooks(), _tensorflow(), _digits()]
    for holds, text in lines:
        print(f"[{' OK ' if holds else 'FAIL'}] {text}")
    return int(not all(holds for holds, _ in lines))


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 to 3.13 are tested)"


def _packages() -> list[tuple[bool, str]]:
    return [_package(name, floor) for name, floor in requirements()]


def _package(name: str, floor: str) -> tuple[bool, str]:
    if not installed(name):
        return False, f"{name}: not installed; `pip install '{name}>={floor}'`"
    found = importlib.metadata.version(name)
    return _numbers(found) >= _numbers(floor), f"{name} {found} ({floor} or newer is needed)"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _notebooks() -> tuple[bool, str]:
    missing = [name for name in _LESSONS_NEED if not installed(name)]
    if missing:
        return (
            False,
            f"notebooks cannot be run: {', '.join(missing)} missing; `pip install 'mnist-lab[notebooks]'`",
        )
    return True, "notebooks can be run"


def _tensorflow() -> tuple[bool, str]:
    code = "from mnist_lab.environment import devices; print(', '.join(devices()))"
    try:
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, f"TensorFlow did not import within {_IMPORT_SECONDS} s"
    if result.returncode:
        said = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
        return False, f"TensorFlow does not import: {said[-1]}"
    return True, f"TensorFlow computes on: {result.stdout.strip()}"


def _digits() -> tuple[bool, str]:
    try:
        from mnist_lab.data import find, idx
        from mnist_lab.data.download import was_offline_today

        found = find.find_on_disk()
        if found is None:
            find.refuse_damaged(find.default_data_dir())
            lesson = (
                "does not try again today, as there was no network, and uses stand-in digits"
                if was_offline_today()
                else "does so by itself, or uses stand-in digits without a network"
            )
            return True, (
                f"digits: MNIST is not here yet; `mnist-lab download` puts it into {find.default_data_dir()}, "
                f"and a lesson {lesson}"
            )
        for role in find.NAMES:
            idx.check_header(getattr(found, role), role.partition("_")[2])
    except (ImportError, OSError, ValueError) as error:
        return False, f"digits: {error}"
    return True, f"digits: {found}, in {found.folder}"
