"""Run a notebook without a browser: in a fresh kernel of this interpreter, with nbclient."""

import json
import math
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass
class Execution:
    """A notebook that was run.

    Attributes:
        notebook: the notebook with its new outputs (up to the failure, if there was one).
        seconds: how long the run took, from the start of the kernel to its end.
        cell_seconds: how long each code cell took, by the cell's id.
        checks: what `check_lesson` recorded, a dictionary for each call.
        failure: the cell and the error, or None.
    """

    notebook: nbformat.NotebookNode
    seconds: float = 0.0
    cell_seconds: dict[str, float] = field(default_factory=dict)
    checks: list[dict] = field(default_factory=list)
    failure: str | None = None

    @property
    def not_yet(self) -> list[dict[str, str]]:
        """The verdicts ("claim", "hint") that the checks did not find fulfilled."""
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
    """Run the notebook at `path` from top to bottom and return what came of it; the file stays as it is.

    Args:
        path: the notebook.
        parameters: numbers to put in place of those in its cell tagged `parameters`.
        variables: environment variables for the kernel, beside this process's own.
        report: called with the number of cells done, the number of cells, and the newest line on the training
            in the cell that runs ("" where it trains nothing).
        cell_seconds: the time limit of a single cell.
        seconds: the time limit of all cells together; the kernel is killed there, whatever a cell does about it.
        folder: the kernel's working directory; the notebook's own if not given.

    Raises:
        ValueError: `path` is no notebook, or it sets no such parameter.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError) as error:
        raise ValueError(f"{path}: expected a notebook. Received: {error}") from error
    _set_parameters(notebook, parameters or {}, path)
    result = Execution(notebook)
    limit = math.inf if seconds is None else seconds
    with tempfile.TemporaryDirectory() as private:
        records = Path(private, "checks.jsonl")
        client = _Client(
            notebook,
            kernel_name="python3",
            kernel_manager_class=_KernelOfThisInterpreter,
            timeout_func=lambda _: min(cell_seconds, max(1, limit - (time.perf_counter() - began))),
            resources={"metadata": {"path": str(folder or Path(path).resolve().parent)}},
        )
        client.result, client.report = result, report
        environment = {**os.environ, **absolute_data_variable(), **(variables or {}), RECORD_VARIABLE: str(records)}
        began = time.perf_counter()
        with Path(private, "kernel.log").open("w+b") as log:
            try:
                client.execute(env=environment, stdout=subprocess.DEVNULL, stderr=log)
            except CellTimeoutError:
                spent = time.perf_counter() - began
                result.failure = f"cell {client.current!r}: stopped at the time limit, after {spent:.0f} s"
            except CellExecutionError as error:
                result.failure = f"cell {client.current!r}: {_last_line(str(error))}"
            except RuntimeError as error:  # DeadKernelError, or a kernel that did not come to life
                log.seek(0)
                said = log.read().decode(errors="replace").strip()[-1000:]
                result.failure = f"cell {client.current!r}: the kernel died ({error})\n{said}"
        result.seconds = time.perf_counter() - began
        if records.exists():
            result.checks = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    return result


def below_common_folder(paths: list[Path]) -> list[Path]:
    """Return the paths from the folder that they all lie in, so that no two are the same that were not before."""
    if not paths:
        return []
    whole = [path.resolve() for path in paths]
    common = os.path.commonpath([path.parent for path in whole])
    return [path.relative_to(common) for path in whole]


class _Client(NotebookClient):
    """An nbclient that times its cells and passes on what PlotTraining says of the epochs."""

    result: Execution
    report: Report | None
    current: str = "(none yet)"
    _line = ""

    async def async_execute_cell(self, cell, cell_index, **arguments):
        self.current = cell.get("id", str(cell_index))
        if self.report:
            self.report(cell_index, len(self.nb.cells), self._line)
        began = time.perf_counter()
        try:
            return await super().async_execute_cell(cell, cell_index, **arguments)
        finally:
            self._line = ""
            if cell.cell_type == "code":
                self.result.cell_seconds[self.current] = time.perf_counter() - began
            if self.report:
                self.report(cell_index + 1, len(self.nb.cells), self._line)

    def process_message(self, msg, cell, cell_index):
        headline = msg["content"].get("metadata", {}).get("mnist_lab", {}).get("headline")
        if headline:
            self._line = headline
            if self.report:
                self.report(cell_index, len(self.nb.cells), headline)
        return super().process_message(msg, cell, cell_index)


class _KernelOfThisInterpreter(AsyncKernelManager):
    """Without folders to look in, the only kernel known is ipykernel's own, which starts sys.executable."""

    @default("kernel_spec_manager")
    def _no_installed_kernels(self):
        return KernelSpecManager(kernel_dirs=[])


def _set_parameters(notebook: nbformat.NotebookNode, parameters: dict[str, int | float], path: Path) -> None:
    for name, value in parameters.items():
        assignment = re.compile(rf"^{name} *=.*$", re.MULTILINE)
        cells = [
            c for c in notebook.cells if "parameters" in c.metadata.get("tags", []) and assignment.search(c.source)
        ]
        if not cells:
            raise ValueError(f"{path}: no cell tagged `parameters` sets {name}")
        for cell in cells:
            cell.source = assignment.sub(f"{name} = {value!r}", cell.source)


def _last_line(text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return next((line for line in reversed(plain.splitlines()) if line.strip()), plain)
