"""Run a notebook without a browser: in a new kernel of this interpreter, with nbclient."""

import asyncio
import atexit
import json
import math
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from traitlets import default

from mnist_lab.checks.errors import describe, describe_error, plain
from mnist_lab.data.find import absolute_data_variable
from mnist_lab.results.store import RECORD_VARIABLE

CELL_SECONDS = 3600

# What a notebook's outputs may take in memory; what it puts out beyond that is dropped.
OUTPUT_BYTES = 5_000_000
_BYTES_OF_A_MESSAGE = 500  # besides its content

_LOG_BYTES = 1000

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
        output_dropped: whether the notebook put out more than `OUTPUT_BYTES`.
    """

    notebook: nbformat.NotebookNode
    seconds: float
    cell_seconds: dict[str, float]
    checks: list[dict[str, Any]]
    failure: str | None
    output_dropped: bool = False

    @property
    def remark(self) -> str:
        """What is to be said of the run besides its failure, or ""."""
        return f"output beyond {OUTPUT_BYTES / 1e6:g} MB was dropped" if self.output_dropped else ""

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
    stop: threading.Event | None = None,
) -> Execution:
    """Run the notebook at `path` from top to bottom and return the result; the file does not change.

    Ctrl-C kills the kernel. Outputs beyond `OUTPUT_BYTES` are dropped.

    Args:
        path: the notebook.
        parameters: numbers that replace those in its cell tagged `parameters`.
        variables: environment variables of the kernel, besides this process's own.
        report: called with the number of cells done, the number of cells, and the newest line about the training
            in the running cell ("" if it trains nothing).
        cell_seconds: the time limit of a single cell.
        seconds: the time limit of all cells together; the kernel is killed then, even if a cell ignores interrupts.
        folder: the kernel's working directory; default: the notebook's own folder.
        stop: another thread sets it to end the run, since Ctrl-C interrupts the main thread alone.

    Raises:
        ValueError: the file is not a notebook, it does not set one of the parameters, or it wrote something else than
            checks into the record of its checks.
        KeyboardInterrupt: Ctrl-C or SIGTERM came, or `stop` is set. The kernel is dead.
    """
    notebook = read(path)
    _set_parameters(notebook, parameters or {}, path)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as private:
        records, log = Path(private, "checks.jsonl"), Path(private, "kernel.log")
        environment = {**os.environ, **absolute_data_variable(), **(variables or {}), RECORD_VARIABLE: str(records)}
        client = _Client(
            notebook,
            folder=folder or Path(path).resolve().parent,
            report=report or _no_report,
            cell_seconds=cell_seconds,
            seconds=math.inf if seconds is None else seconds,
            stop=stop or threading.Event(),
        )
        failure = client.run(environment, log)
        took = client.elapsed()
        checks = _recorded(records, path)
    return Execution(notebook, took, client.seconds_by_cell, checks, failure, client.output_dropped)


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook in a file.

    Raises:
        ValueError: there is no notebook in it.
    """
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # AttributeError, KeyError, RecursionError …: a file may hold anything
        raise ValueError(f"{path}: expected a notebook. Received: {describe_error(error)}") from error


class _Client(NotebookClient):
    """An nbclient that keeps limits of time and output, times its cells, and reports on cells and on training."""

    def __init__(
        self,
        notebook: nbformat.NotebookNode,
        *,
        folder: Path,
        report: Report,
        cell_seconds: float,
        seconds: float,
        stop: threading.Event,
    ):
        super().__init__(
            notebook,
            kernel_name="python3",
            kernel_manager_class=_KernelOfThisInterpreter,
            timeout_func=lambda _: min(cell_seconds, max(1, seconds - self.elapsed())),
            resources={"metadata": {"path": str(folder)}},
        )
        self.seconds_by_cell: dict[str, float] = {}
        self.output_dropped = False
        self._report = report
        self._stop = stop
        self._current_cell, self._training = "(none yet)", ""
        self._began = time.perf_counter()
        self._held = _Held(self)

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self._began

    def run(self, environment: dict[str, str], log: Path) -> str | None:
        """Execute all cells; return the cell that failed with its error, or None."""
        with log.open("w+b") as file:
            try:
                asyncio.run(self.async_execute(env=environment, stdout=subprocess.DEVNULL, stderr=file))
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None
            except CellTimeoutError:
                error_line = f"stopped at the time limit, after {self.elapsed():.0f} s"
            except CellExecutionError as error:
                error_line = describe(error.ename, error.evalue)
            except RuntimeError as error:  # DeadKernelError, or the kernel did not start
                error_line = f"the kernel died ({error})\n{_last_bytes(file)}"
            except Exception as error:  # a notebook may hold anything, cells without a source for instance
                error_line = describe_error(error)
            else:
                error_line = ""
        if self._stop.is_set():
            raise KeyboardInterrupt
        return f"cell {self._current_cell!r}: {error_line}" if error_line else None

    async def async_execute(self, reset_kc: bool = False, **named: Any) -> nbformat.NotebookNode:
        task = asyncio.current_task()
        assert task is not None
        self._watching = asyncio.create_task(self._cancel_when_stopped(task))
        try:
            return await super().async_execute(reset_kc, **named)
        except RuntimeError:
            if task.cancelling():  # nbclient takes it for a dead kernel
                raise asyncio.CancelledError from None
            raise
        finally:
            self._watching.cancel()
            if self.km is not None and self.km.has_kernel:  # interrupted while it started
                await self._async_cleanup_kernel()
            atexit.unregister(self._cleanup_kernel)

    async def async_start_new_kernel(self, **named: Any) -> None:
        loop = asyncio.get_running_loop()
        with suppress(RuntimeError):  # in another thread than the main one, and on Windows
            for number in (signal.SIGINT, signal.SIGTERM):  # nbclient would end the kernel alone
                loop.add_signal_handler(number, self._stop.set)
        await super().async_start_new_kernel(**named)

    async def _cancel_when_stopped(self, task: asyncio.Task) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(0.1)
        self.shutdown_kernel = "immediate"
        task.cancel()

    async def async_execute_cell(
        self, cell: nbformat.NotebookNode, cell_index: int, *arguments: Any, **named: Any
    ) -> nbformat.NotebookNode:
        self._current_cell = cell.get("id", str(cell_index))
        self._report(cell_index, len(self.nb.cells), self._training)
        began = time.perf_counter()
        try:
            return await super().async_execute_cell(cell, cell_index, *arguments, **named)
        except BaseException:
            self._cancel_polls()
            raise
        finally:
            self._training = ""
            if cell.cell_type == "code":
                self.seconds_by_cell[self._current_cell] = time.perf_counter() - began
            self._report(cell_index + 1, len(self.nb.cells), self._training)

    def _cancel_polls(self) -> None:
        """Cancel the tasks that nbclient leaves behind when a cell is stopped; they would fail without the kernel."""
        for task in asyncio.all_tasks() - {asyncio.current_task(), self._watching}:
            task.cancel()

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        headline = msg["content"].get("metadata", {}).get("mnist_lab", {}).get("headline")
        if headline:
            self._training = headline
            self._report(cell_index, len(self.nb.cells), headline)
        if not self._held.has_room_for(msg, cell_index):
            self.output_dropped = True
            if not msg["content"].get("text"):
                return None
        return super().process_message(msg, cell, cell_index)


class _Held:
    """Counts the bytes of the outputs and of the widgets' state that a client holds."""

    def __init__(self, client: _Client):
        self._client = client
        self._bytes = 0
        self._to_count = False  # whether something was replaced or cleared, which frees bytes

    def has_room_for(self, message: dict[str, Any], cell_index: int) -> bool:
        """Count a message of a cell; return whether it fits. If it is text that does not fit, its beginning is kept."""
        kind = message["msg_type"]
        if kind in ("status", "execute_input", "clear_output", "comm_close"):
            self._to_count |= kind == "clear_output"
            return True
        self._to_count |= kind in ("update_display_data", "comm_msg")
        size = _size(message["content"]) + sum(len(buffer) for buffer in message.get("buffers", ()))
        if self._bytes + size > OUTPUT_BYTES and self._to_count:
            self._bytes, self._to_count = self._count(cell_index), False
        room = max(0, OUTPUT_BYTES - self._bytes)
        fits = size <= room
        if fits or kind == "stream":
            self._bytes += min(size, room)
        if not fits and kind == "stream":
            message["content"]["text"] = message["content"]["text"][:room]
        return fits

    def _count(self, cell_index: int) -> int:
        client = self._client
        about_to_be_cleared = client.clear_before_next_output
        executed = client.nb.cells[: cell_index + (not about_to_be_cleared)]  # later ones hold an earlier run's outputs
        outputs = sum(_size(output) for cell in executed for output in cell.get("outputs", ()))
        buffers = sum(_size(buffer) for each in client.widget_buffers.values() for buffer in each.values())
        return outputs + buffers + sum(_size(state) for state in client.widget_state.values())


def _size(content: Any) -> int:
    return len(json.dumps(content, default=str)) + _BYTES_OF_A_MESSAGE


class _KernelOfThisInterpreter(AsyncKernelManager):
    """A manager that searches no folders for kernels, so it knows only ipykernel's own, which starts sys.executable."""

    @default("kernel_spec_manager")
    def _without_installed_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def _no_report(_done: int, _cells: int, _line: str) -> None:
    pass


def _recorded(file: Path, notebook: Path) -> list[dict[str, Any]]:
    """Return the checks that a notebook recorded; it may have written anything into their file."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        checks = [json.loads(line) for line in text.split("\n") if line]
        complete = all(
            isinstance(check["lesson"], str) and verdict.keys() >= {"claim", "holds", "hint"}
            for check in checks
            for verdict in check["verdicts"]
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        complete = False
    if not complete:
        raise ValueError(f"{notebook}: expected only records of check_lesson in ${RECORD_VARIABLE}. Received: others")
    return checks


def _set_parameters(notebook: nbformat.NotebookNode, parameters: dict[str, int | float], path: Path) -> None:
    for name, value in parameters.items():
        assignment = re.compile(rf"^{name} *=.*$", re.MULTILINE)
        tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
        cells = [cell for cell in tagged if assignment.search(cell.source)]
        if not cells:
            raise ValueError(f"{path}: no cell tagged `parameters` sets {name}")
        for cell in cells:
            cell.source = assignment.sub(f"{name} = {value!r}", cell.source)


def _last_bytes(file: BinaryIO) -> str:
    file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_BYTES))
    return plain(file.read().decode(errors="replace")).strip()
