"""What a benchmark ends with: its table and its bounds, printed and, with --write, put into README.md."""

import argparse
import os
import re
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mnist_lab.environment import versions
from mnist_lab.measure import processor

README = Path(__file__).with_name("README.md")


def arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser that knows `--write`."""
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
    """Return the date, the processor and the versions in one line."""
    told = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"{date.today()}, {os.cpu_count()} cores of {processor()}; {told}"


def _put(text: str, name: str, columns: list[str], rows: list[list[str]], bounds: dict[str, bool]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    told = [f"{machine()}.", "", *("| " + " | ".join(line) + " |" for line in lines), ""]
    told += [f"- {'Met' if met else '**Missed**'}: {bound}" for bound, met in bounds.items()]
    place = re.compile(rf"(<!-- measured {re.escape(name)} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    if not place.search(text):
        raise ValueError(f"{README.name} has no place for {name!r}: <!-- measured {name} --> … <!-- /measured -->")
    return place.sub(lambda found: found[1] + "\n".join(told).rstrip() + "\n" + found[2], text)
