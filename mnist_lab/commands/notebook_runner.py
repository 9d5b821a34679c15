"""Run a notebook without a browser: in a new kernel of this interpreter, with nbclient."""

import asyncio
import atexit
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from mnist_lab.checks.errors import describe, describe_error, plain
from mnist_lab.data.find import absolute_data_variable
from mnist_lab.results.store import RECORD_VARIABLE

# What a notebook's outputs may take in memory; what it puts out beyond that is dropped.
OUTPUT_BYTES = 5_000_000
_BYTES_OF_A_MESSAGE = 500  # besides its content
_LOG_BYTES = 1000
_VERDICT = {"claim": str, "holds": bool, "hint": str}  # its keys in a record

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Execution:
    """The result of a notebook's run."""

    notebook: NotebookNode  # with its new outputs, up to the failure if there was one
    seconds: float  # from the start of the kernel to its end
    cell_seconds: dict[str, float]  # of each code cell, by its id
    checks: list[dict[str, Any]]  # what `check_lesson` recorded at each call
    failure: str | None  # the cell and the error
    remark: str = ""  # that output was dropped
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)  # the last verdict of each `check_task`, by its name


def execute(
    path: Path,
    *,
    parameters: Mapping[str, float] | None = None,
    variables: Mapping[str, str] | None = None,
    report: Report | None = None,
    seconds: float | None = None,
    folder: Path | None = None,
    stop: Event | None = None,
) -> Execution:
    """Run the notebook at `path` from top to bottom and return the result; the file does not change.

    `parameters` replace numbers in cells of that tag; `variables` are added to the kernel's environment, `folder` is
    its working directory. After `seconds` in all, or when another thread sets `stop`, the kernel is killed. `report`
    gets the number of cells done, that of all, and the newest line about a training. ValueError if the file is no
    notebook, sets not all parameters, or recorded other things than checks; KeyboardInterrupt after a signal or `stop`.
    """
    notebook = read(path)
    set_parameters(notebook, parameters or {}, path)
    client = _Client(notebook, folder or path.resolve().parent, report, seconds, stop or Event())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as private:
        records = Path(private, "checks.jsonl")
        variables = {**os.environ, **absolute_data_variable(), **(variables or {}), RECORD_VARIABLE: str(records)}
        with Path(private, "kernel.log").open("w+b") as log:
            failure = client.run(variables, log)
        took = client.elapsed()
        remark = f"output beyond {OUTPUT_BYTES / 1e6:g} MB was dropped" if client.output_dropped else ""
        checks, tasks = recorded(records, path)
        return Execution(notebook, took, client.cell_seconds, checks, failure, remark, tasks)


def read(path: Path) -> NotebookNode:
    """Return the notebook in a file; it is a ValueError if there is none."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # AttributeError, KeyError, RecursionError …: a file may hold anything
        raise ValueError(f"{path}: expected a notebook. Received: {describe_error(error)}") from error


class _Client(NotebookClient):
    """An nbclient that keeps limits of time and output, times its cells, and reports on cells and on training."""

    def __init__(self, notebook: NotebookNode, folder: Path, report: Report | None, seconds: float | None, stop: Event):
        self.cell_seconds: dict[str, float] = {}
        self.output_dropped = False
        self._report, self._seconds, self._stop = report, seconds, stop
        self._current_cell, self._training = "(none yet)", ""
        self._held: Counter[int] = Counter()  # bytes of output by the cell's position
        self._began = time.perf_counter()
        super().__init__(notebook, timeout_func=self._seconds_left, resources={"metadata": {"path": str(folder)}})
        # It searches no folders for kernels, so it knows only ipykernel's own, which starts sys.executable.
        self.km = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))

    def elapsed(self) -> float:
        return time.perf_counter() - self._began

    def _seconds_left(self, _cell: NotebookNode) -> float | None:
        return None if self._seconds is None else max(1, self._seconds - self.elapsed())

    def run(self, variables: dict[str, str], log: BinaryIO) -> str | None:
        """Execute all cells; return the cell that failed with its error, or None."""
        try:
            asyncio.run(self.async_execute(env=variables, stdout=subprocess.DEVNULL, stderr=log))
            error_line = ""
        except CellTimeoutError:
            error_line = f"stopped at the time limit of {self._seconds:g} s"
        except CellExecutionError as error:
            error_line = describe(error.ename, error.evalue)
        except RuntimeError as error:  # DeadKernelError, or the kernel did not start
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
            error_line = f"the kernel died ({error})\n{plain(log.read().decode(errors='replace')).strip()}"
        except Exception as error:  # a notebook may hold anything, cells without a source for instance
            error_line = describe_error(error)
        finally:
            atexit.unregister(self._cleanup_kernel)
        if self._stop.is_set():
            raise KeyboardInterrupt
        return f"cell {self._current_cell!r}: {error_line}" if error_line else None

    async def async_start_new_kernel(self, **named: Any) -> None:
        loop = asyncio.get_running_loop()
        with suppress(RuntimeError):  # in another thread than the main one, and on Windows
            for number in (signal.SIGINT, signal.SIGTERM):  # nbclient would wait for the running cell
                loop.add_signal_handler(number, self._stop.set)
        self._watching = loop.create_task(self._kill_when_stopped())
        await super().async_start_new_kernel(**named)

    async def _kill_when_stopped(self) -> None:
        """Kill the kernel when the run is to end; nbclient notices that it died."""
        while not (self._stop.is_set() and self.km is not None and self.km.has_kernel):
            await asyncio.sleep(0.1)
        await ensure_async(self.km.shutdown_kernel(now=True))

    async def async_execute_cell(self, cell: NotebookNode, cell_index: int, *others: Any, **named: Any) -> NotebookNode:
        self._current_cell = cell.get("id", str(cell_index))
        self._tell(cell_index)
        began = time.perf_counter()
        try:
            return await super().async_execute_cell(cell, cell_index, *others, **named)
        except Exception:
            self.shutdown_kernel = "immediate"
            raise
        finally:
            self._training = ""
            if cell.cell_type == "code":
                self.cell_seconds[self._current_cell] = time.perf_counter() - began
            self._tell(cell_index + 1)

    def _tell(self, done: int) -> None:
        if self._report:
            self._report(done, len(self.nb.cells), self._training)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        if headline := msg["content"].get("metadata", {}).get("mnist_lab", {}).get("headline"):
            self._training = headline
            self._tell(cell_index)
        if not self._has_room_for(msg, cell_index):
            self.output_dropped = True
            if not msg["content"].get("text"):
                return None
        return super().process_message(msg, cell, cell_index)

    def _has_room_for(self, message: dict[str, Any], cell_index: int) -> bool:
        """Count a message of a cell; return whether it fits. If it is text that does not fit, its beginning is kept."""
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._held[cell_index] = 0
        if kind in ("status", "execute_input", "comm_close", "clear_output"):
            return True
        size = len(json.dumps(content, default=str)) + _BYTES_OF_A_MESSAGE
        size += sum(len(buffer) for buffer in message.get("buffers", ()))
        if kind in ("update_display_data", "comm_msg"):  # they replace what is counted already
            return size <= OUTPUT_BYTES
        room = max(0, OUTPUT_BYTES - self._held.total())
        if size > room and kind == "stream":
            content["text"] = content["text"][:room]
        elif size > room:
            return False
        self._held[cell_index] += min(size, room)
        return size <= room


def recorded(file: Path, notebook: Path) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the lesson's checks that a notebook recorded, and the last verdict of each task by the task's name.

    ValueError if it wrote anything else into their file.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n") if file.exists() else []
        records = [json.loads(line) for line in lines if line]
        verdicts = [verdict for record in records for verdict in record["verdicts"]]
        checks = [record for record in records if "task" not in record]
        tasks = {
            record["task"]: verdict for record in records if "task" in record for [verdict] in [record["verdicts"]]
        }
        names = [*tasks, *(check["lesson"] for check in checks)]
        valid = all(isinstance(verdict[key], kind) for verdict in verdicts for key, kind in _VERDICT.items())
        if valid and all(isinstance(name, str) for name in names):
            return checks, tasks
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    raise ValueError(f"{notebook}: expected only records of checks in ${RECORD_VARIABLE}. Received: others")


def set_parameters(notebook: NotebookNode, parameters: Mapping[str, float], path: Path) -> None:
    """Replace numbers in the notebook's cells tagged `parameters`; ValueError if none of them sets one."""
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    for name, value in parameters.items():
        assignment = re.compile(rf"^{name} *=.*$", re.MULTILINE)
        cells = [cell for cell in tagged if assignment.search(cell.source)]
        if not cells:
            raise ValueError(f"{path}: no cell tagged `parameters` sets {name}")
        for cell in cells:
            cell.source = assignment.sub(f"{name} = {value!r}", cell.source)
