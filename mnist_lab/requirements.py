"""Which packages every use needs, and whether they are there."""

import importlib.metadata
import re


def requirements() -> list[tuple[str, str]]:
    """Return the names of the packages that every use needs, and their lowest versions."""
    wanted = importlib.metadata.requires("mnist-lab") or []
    floors = [re.match(r"([\w-]+)>=([\d.]+)$", requirement) for requirement in wanted]
    return [match.groups() for match in floors if match]


def installed(package: str) -> bool:
    """Return whether a package is installed, in whichever version."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
