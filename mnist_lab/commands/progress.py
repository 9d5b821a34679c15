"""The commands' console and progress bars. Others' text is shown as it is, never parsed as Rich's markup."""

import io
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column


def console() -> Console:
    """Return a console that prints text as it is; a character that the terminal's encoding lacks is spelled out."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return Console(markup=False, emoji=False, highlight=False)


def progress(console: Console) -> Progress:
    """Return a display with a bar for each notebook: the number of cells done, and how far its training is."""
    name = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    time = TimeElapsedColumn(table_column=Column(no_wrap=True))
    line = TextColumn("{task.fields[line]}", markup=False)
    return Progress(name, BarColumn(bar_width=16), MofNCompleteColumn(), time, line, console=console)


class Bar:
    """One notebook's bar; it is the `report` that `execute` calls."""

    def __init__(self, bars: Progress, name: str):
        self._bars = bars
        self.task = bars.add_task(name, total=None, line="starting")

    def __call__(self, done: int, cells: int, line: str) -> None:
        """Show the number of cells done, and a line about the training."""
        self._bars.update(self.task, completed=done, total=cells, line=line)
