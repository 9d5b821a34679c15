"""Print a benchmark's table and its bounds; with --write, put them into README.md."""

import argparse
import os
import re
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mnist_lab.data.find import find_mnist
from mnist_lab.environment import processor, versions

README = Path(__file__).with_name("README.md")
PEERS = ("torch", "livelossplot", "tensorflow-datasets")


def arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser with the flag `--write`; exit if MNIST itself is not available."""
    found = find_mnist()
    if found.origin != "mnist":
        sys.exit(f"The benchmarks need MNIST itself. Found: {found}. Run `mnist-lab download`.")
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    return parser


def report(
    name: str, columns: list[str], rows: list[list[str]], bounds: dict[str, bool], *, write: bool = False
) -> int:
    """Print a table and whether each bound is met.

    Args:
        name: the benchmark's name, as in the marker `<!-- measured NAME -->` in README.md.
        columns: the headings of the table.
        rows: the cells of the table.
        bounds: for each bound, in words and with the measured value, whether it is met.
        write: also put both between the markers, with the date and the machine.

    Returns:
        1 if a bound is missed, else 0.
    """
    console = Console(markup=False, emoji=False)
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for text, met in bounds.items():
        console.print("met   " if met else "MISSED", text, highlight=False)
    if write:
        README.write_text(_put(README.read_text(encoding="utf-8"), name, columns, rows, bounds), encoding="utf-8")
    return int(not all(bounds.values()))


def machine() -> str:
    """Return the date, the processor, the versions and the commit in one line."""
    packages = [f"{name} {number}" for name, number in versions().items()]
    for peer in PEERS:
        try:
            packages.append(f"{peer} {version(peer)}")
        except PackageNotFoundError:
            continue
    commit = _git("rev-parse", "--short", "HEAD") + " and changes" * bool(_git("status", "--porcelain", "*.py"))
    return f"{date.today()}, {os.cpu_count()} cores of {processor()}; {', '.join(packages)}; commit {commit}"


def _git(*command: str) -> str:
    run = subprocess.run(
        ["git", *command], cwd=README.parents[1], capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.strip()


def _put(text: str, name: str, columns: list[str], rows: list[list[str]], bounds: dict[str, bool]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    section = [f"{machine()}.", "", *("| " + " | ".join(line) + " |" for line in lines), ""]
    section += [f"- {'Met' if met else '**Missed**'}: {bound}" for bound, met in bounds.items()]
    markers = re.compile(rf"(<!-- measured {re.escape(name)} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    if not markers.search(text):
        raise ValueError(f"{README.name} must contain the markers <!-- measured {name} --> … <!-- /measured -->")
    return markers.sub(lambda found: found[1] + "\n".join(section).rstrip() + "\n" + found[2], text)
