"""How far notebooks are, in a terminal: the display that commands share."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column


def progress(console: Console) -> Progress:
    """Return the display: for each notebook how many cells are done, and how far the training in its cell is."""
    return Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[line]}"),
        console=console,
    )


class Bar:
    """One notebook's bar, which `execute` is to report to."""

    def __init__(self, bars: Progress, name: str):
        self._bars = bars
        self._task = bars.add_task(name, total=None, line="starting")

    def __call__(self, done: int, cells: int, line: str) -> None:
        """Show how many cells are done, and the line."""
        self._bars.update(self._task, completed=done, total=cells, line=line)

    def remove(self) -> None:
        """Take the bar away."""
        self._bars.remove_task(self._task)
