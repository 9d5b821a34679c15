"""Run a notebook without a browser: in a new kernel of this interpreter, with nbclient."""

import json
import math
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from traitlets import default

from mnist_lab.data.find import absolute_data_variable
from mnist_lab.results.store import RECORD_VARIABLE

CELL_SECONDS = 3600

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Execution:
    """The result of a notebook's run.

    Attributes:
        notebook: the notebook with its new outputs (up to the failure, if there was one).
        seconds: how long the run took, from the start of the kernel to its end.
        cell_seconds: how long each code cell took, by the cell's id.
        checks: what `check_lesson` recorded, a dictionary for each call.
        failure: the cell and the error, or None.
    """

    notebook: nbformat.NotebookNode
    seconds: float
    cell_seconds: dict[str, float]
    checks: list[dict[str, Any]]
    failure: str | None

    @property
    def not_yet(self) -> list[dict[str, str]]:
        """The claims that do not hold, each with its hint."""
        return [verdict for check in self.checks for verdict in check["verdicts"] if not verdict["holds"]]


def execute(
    path: Path,
    *,
    parameters: dict[str, int | float] | None = None,
    variables: dict[str, str] | None = None,
    report: Report | None = None,
    cell_seconds: float = CELL_SECONDS,
    seconds: float | None = None,
    folder: Path | None = None,
) -> Execution:
    """Run the notebook at `path` from top to bottom and return the result; the file does not change.

    Args:
        path: the notebook.
        parameters: numbers that replace those in its cell tagged `parameters`.
        variables: environment variables of the kernel, besides this process's own.
        report: called with the number of cells done, the number of cells, and the newest line about the training
            in the running cell ("" if it trains nothing).
        cell_seconds: the time limit of a single cell.
        seconds: the time limit of all cells together; the kernel is killed then, even if a cell ignores interrupts.
        folder: the kernel's working directory; default: the notebook's own folder.

    Raises:
        ValueError: the file is not a notebook, or it does not set one of the parameters.
    """
    notebook = _read(path)
    _set_parameters(notebook, parameters or {}, path)
    with tempfile.TemporaryDirectory() as private:
        records, log = Path(private, "checks.jsonl"), Path(private, "kernel.log")
        environment = {**os.environ, **absolute_data_variable(), **(variables or {}), RECORD_VARIABLE: str(records)}
        client = _Client(
            notebook,
            folder=folder or Path(path).resolve().parent,
            report=report or _no_report,
            cell_seconds=cell_seconds,
            seconds=math.inf if seconds is None else seconds,
        )
        failure = client.run(environment, log)
        took = client.elapsed()
        lines = records.read_text(encoding="utf-8").splitlines() if records.exists() else []
    return Execution(notebook, took, client.seconds_by_cell, [json.loads(line) for line in lines], failure)


def relative_to_common_folder(paths: list[Path]) -> list[Path]:
    """Return the paths relative to the deepest folder that holds them all, so that different files stay different."""
    if not paths:
        return []
    absolute = [path.resolve() for path in paths]
    common = os.path.commonpath([path.parent for path in absolute])
    return [path.relative_to(common) for path in absolute]


class _Client(NotebookClient):
    """An nbclient that keeps time limits, times its cells, and reports on cells and on training."""

    def __init__(
        self, notebook: nbformat.NotebookNode, *, folder: Path, report: Report, cell_seconds: float, seconds: float
    ):
        super().__init__(
            notebook,
            kernel_name="python3",
            kernel_manager_class=_KernelOfThisInterpreter,
            timeout_func=lambda _: min(cell_seconds, max(1, seconds - self.elapsed())),
            resources={"metadata": {"path": str(folder)}},
        )
        self.seconds_by_cell: dict[str, float] = {}
        self._report = report
        self._current_cell, self._training = "(none yet)", ""
        self._began = time.perf_counter()

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self._began

    def run(self, environment: dict[str, str], log: Path) -> str | None:
        """Execute all cells; return the cell that failed with its error, or None."""
        with log.open("w+b") as file:
            try:
                self.execute(env=environment, stdout=subprocess.DEVNULL, stderr=file)
            except CellTimeoutError:
                error_line = f"stopped at the time limit, after {self.elapsed():.0f} s"
            except CellExecutionError as error:
                error_line = _last_line(str(error))
            except RuntimeError as error:  # DeadKernelError, or the kernel did not start
                file.seek(0)
                output = file.read().decode(errors="replace").strip()[-1000:]
                error_line = f"the kernel died ({error})\n{output}"
            else:
                return None
        return f"cell {self._current_cell!r}: {error_line}"

    async def async_execute_cell(
        self, cell: nbformat.NotebookNode, cell_index: int, *arguments: Any, **named: Any
    ) -> nbformat.NotebookNode:
        self._current_cell = cell.get("id", str(cell_index))
        self._report(cell_index, len(self.nb.cells), self._training)
        began = time.perf_counter()
        try:
            return await super().async_execute_cell(cell, cell_index, *arguments, **named)
        finally:
            self._training = ""
            if cell.cell_type == "code":
                self.seconds_by_cell[self._current_cell] = time.perf_counter() - began
            self._report(cell_index + 1, len(self.nb.cells), self._training)

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        headline = msg["content"].get("metadata", {}).get("mnist_lab", {}).get("headline")
        if headline:
            self._training = headline
            self._report(cell_index, len(self.nb.cells), headline)
        return super().process_message(msg, cell, cell_index)


class _KernelOfThisInterpreter(AsyncKernelManager):
    """A manager that searches no folders for kernels, so it knows only ipykernel's own, which starts sys.executable."""

    @default("kernel_spec_manager")
    def _without_installed_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def _no_report(_done: int, _cells: int, _line: str) -> None:
    pass


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError) as error:
        raise ValueError(f"{path}: expected a notebook. Received: {error}") from error


def _set_parameters(notebook: nbformat.NotebookNode, parameters: dict[str, int | float], path: Path) -> None:
    for name, value in parameters.items():
        assignment = re.compile(rf"^{name} *=.*$", re.MULTILINE)
        tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
        cells = [cell for cell in tagged if assignment.search(cell.source)]
        if not cells:
            raise ValueError(f"{path}: no cell tagged `parameters` sets {name}")
        for cell in cells:
            cell.source = assignment.sub(f"{name} = {value!r}", cell.source)


def _last_line(text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return next((line for line in reversed(plain.splitlines()) if line.strip()), plain)
