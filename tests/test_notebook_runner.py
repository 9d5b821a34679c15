import os
import signal
import sys
import threading
import time

import nbformat
import pytest

from mnist_lab.commands import notebook_runner
from mnist_lab.commands.notebook_runner import execute

from .notebooks import RECORD, code, notebook, prose, write

HEADLINE = """
from IPython.display import display
display({"text/plain": "x"}, raw=True, metadata={"mnist_lab": {"headline": "epoch 3/7"}})
"""


def outputs(result, name):
    (cell,) = [cell for cell in result.notebook.cells if cell.id == name]
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "small.ipynb"


def test_cells_run_in_order_with_this_interpreter_in_the_folder_of_the_notebook(path):
    write(path, code("import os, sys\nx = 2", "first"), code("print(x, sys.executable, os.getcwd())", "second"))
    before = path.read_bytes()
    result = execute(path)
    assert outputs(result, "second").split() == ["2", sys.executable, str(path.parent)]
    assert [cell.execution_count for cell in result.notebook.cells] == [1, 2]
    assert result.failure is None
    assert path.read_bytes() == before


def test_code_cells_and_the_run_are_timed(path):
    write(path, code("import time; time.sleep(0.5)", "slow"), prose("text", "text"), code("1", "fast"))
    result = execute(path)
    assert set(result.cell_seconds) == {"slow", "fast"}
    assert result.cell_seconds["slow"] >= 0.5 > result.cell_seconds["fast"]
    assert result.seconds > result.cell_seconds["slow"]


def test_parameters_replace_the_numbers_of_the_notebook(path):
    write(
        path,
        code("EPOCHS = 10  # passes\nBATCH_SIZE = 128", "p", tags=["parameters"]),
        code("print(EPOCHS, BATCH_SIZE)", "q"),
    )
    assert outputs(execute(path, parameters={"EPOCHS": 1}), "q") == "1 128\n"
    with pytest.raises(ValueError, match=r"no cell tagged `parameters` sets LAYERS"):
        execute(path, parameters={"LAYERS": 3})


def test_the_kernel_gets_variables_and_an_absolute_data_folder(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_LAB_DATA", "digits")
    write(path, code('import os; print(os.environ["MNIST_LAB_DATA"], os.environ["MNIST_LAB_SEED"])', "v"))
    result = execute(path, variables={"MNIST_LAB_SEED": "12"})
    assert outputs(result, "v").split() == [str(tmp_path / "digits"), "12"]


def test_recorded_checks_are_returned(path):
    write(path, code(RECORD.format(holds=True), "a"), code(RECORD.format(holds=False), "b"))
    result = execute(path)
    assert [check["evaluated"] for check in result.checks] == [0.9123, 0.9123]
    assert [verdict["claim"] for verdict in result.not_yet] == ["it works"]


def test_cells_and_training_are_reported(path):
    write(path, code("1", "a"), code(HEADLINE, "b"), code("2", "c"))
    reports = []
    execute(path, report=lambda *arguments: reports.append(arguments))
    assert reports[0] == (0, 3, "")
    assert (1, 3, "epoch 3/7") in reports
    assert reports[-1] == (3, 3, "")


def test_a_failing_cell_ends_the_run_and_is_reported_with_its_error(path):
    write(path, code("1", "good"), code('raise KeyError("no such digit")', "bad"), code("2", "after"))
    result = execute(path)
    assert result.failure == "cell 'bad': KeyError: 'no such digit'"
    assert result.notebook.cells[2].execution_count is None


def test_a_cell_is_stopped_at_its_time_limit(path):
    write(path, code("import time; time.sleep(60)", "endless"))
    began = time.perf_counter()
    result = execute(path, seconds=3)
    assert result.failure.startswith("cell 'endless': stopped at the time limit, after ")
    assert time.perf_counter() - began < 30


def test_a_dead_kernel_is_reported_with_its_last_output(path):
    """Under pytest, ipykernel does not redirect standard error; elsewhere its newest version may lose the output."""
    write(path, code('import os; os.write(2, b"last output"); os.kill(os.getpid(), 9)', "deadly"))
    result = execute(path)
    assert result.failure.startswith("cell 'deadly': the kernel died")
    assert "last output" in result.failure


@pytest.mark.parametrize("last", ["1 / 1", "1 / 0"])
def test_no_kernel_keeps_running(path, last):
    write(path, code("import os; print(os.getpid())", "pid"), code(last, "last"))
    pid = int(outputs(execute(path), "pid"))
    time.sleep(0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("content", [b"", b"no json", b"\xff\xfe\x00", b"[1, 2]"])
def test_a_file_that_is_not_a_notebook_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"small.ipynb: expected a notebook. Received"):
        execute(path)


def test_a_missing_file_is_refused(path):
    with pytest.raises(ValueError, match=r"expected a notebook. Received: .*No such file"):
        execute(path)


def test_a_notebook_without_cell_ids_runs(path):
    old = notebook(code("print(5)", "five"))
    old.nbformat_minor = 4
    for cell in old.cells:
        del cell["id"]
    nbformat.write(old, path)
    assert execute(path).failure is None


SHOWN = "from IPython.display import clear_output, display\n"


@pytest.mark.parametrize(
    ("source", "held", "dropped"),
    [
        ("print('x' * 5_000)", 5_000, False),
        ("print('x' * 50_000); print('y' * 50_000)", 9_000, True),
        ("h = display('x', display_id=True)\nfor n in range(30): h.update('y' * 2_000)", 2_000, False),
        ("for n in range(30):\n    clear_output(wait=True)\n    print('y' * 5_000, flush=True)", 5_000, False),
        ("for n in range(30): display('y' * 5_000)", 5_000, True),
        ("import ipywidgets\nfor n in range(30): ipywidgets.Label('y' * 5_000)", 0, True),
    ],
)
def test_what_a_client_holds_of_the_output_is_bounded(path, monkeypatch, source, held, dropped):
    monkeypatch.setattr(notebook_runner, "OUTPUT_BYTES", 10_000)
    write(path, code(SHOWN + source, "much"), code("1 / 0", "last"))
    result = execute(path)
    said = nbformat.writes(result.notebook)
    assert held <= said.count("x") + said.count("y") < 20_000
    assert result.failure == "cell 'last': ZeroDivisionError: division by zero"
    assert result.output_dropped is dropped


def test_outputs_stored_in_the_file_do_not_count(path, monkeypatch):
    monkeypatch.setattr(notebook_runner, "OUTPUT_BYTES", 10_000)
    cells = [code("print('x' * 5_000)", "now"), code("1 / 0", "fails"), code("2", "never")]
    cells[-1].outputs = [nbformat.v4.new_output("stream", text="z" * 50_000)]
    write(path, *cells)
    result = execute(path)
    assert not result.output_dropped
    assert "x" * 5_000 in outputs(result, "now")


def test_a_run_can_be_stopped_from_another_thread(path):
    write(path, code("import os; print(os.getpid())", "pid"), code("import time; time.sleep(60)", "endless"))
    stop = threading.Event()
    threading.Timer(4, stop.set).start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        execute(path, stop=stop)
    assert time.perf_counter() - began < 30
    with pytest.raises(KeyboardInterrupt):
        execute(path, stop=stop)


def test_the_parent_handles_signals_as_before(path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    execute(write(path, code("1", "one")))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
