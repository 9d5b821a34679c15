"""What a benchmark ends with: its table and its bounds, printed and, with --write, put into README.md."""

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
    """Return a parser that knows `--write`; end here where MNIST cannot be had."""
    found = find_mnist()
    if found.origin != "mnist":
        sys.exit(f"The benchmarks are of MNIST itself. Found: {found}. Run `mnist-lab download`.")
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    return parser


def report(
    name: str, columns: list[str], rows: list[list[str]], bounds: dict[str, bool], *, write: bool = False
) -> int:
    """Print a table and whether each bound is met.

    Args:
        name: the benchmark's, as between the markers `<!-- measured NAME -->` in README.md.
        columns: the table's head.
        rows: its cells.
        bounds: for each bound, in words and with what was found, whether it is met.
        write: put both between the markers too, with the date and the machine.

    Returns:
        1 where a bound is missed, else 0.
    """
    console = Console()
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
    told = [f"{name} {number}" for name, number in versions().items()]
    for peer in PEERS:
        try:
            told.append(f"{peer} {version(peer)}")
        except PackageNotFoundError:
            continue
    commit = _git("rev-parse", "--short", "HEAD") + " and changes" * bool(_git("status", "--porcelain", "*.py"))
    return f"{date.today()}, {os.cpu_count()} cores of {processor()}; {', '.join(told)}; commit {commit}"


def _git(*command: str) -> str:
    run = subprocess.run(
        ["git", *command], cwd=README.parents[1], capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.strip()


def _put(text: str, name: str, columns: list[str], rows: list[list[str]], bounds: dict[str, bool]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    told = [f"{machine()}.", "", *("| " + " | ".join(line) + " |" for line in lines), ""]
    told += [f"- {'Met' if met else '**Missed**'}: {bound}" for bound, met in bounds.items()]
    place = re.compile(rf"(<!-- measured {re.escape(name)} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    if not place.search(text):
        raise ValueError(f"{README.name} has no place for {name!r}: <!-- measured {name} --> … <!-- /measured -->")
    return place.sub(lambda found: found[1] + "\n".join(told).rstrip() + "\n" + found[2], text)
