"""A notebook runs in a kernel of its own, which ends with it."""

import os
import signal
import sys
import threading
import time

import nbformat
import pytest

from mnist_lab.commands import notebook_runner
from mnist_lab.commands.notebook_runner import execute

from .notebooks import DONE, code, notebook, prose, write

HEADLINE = """
from IPython.display import display
display({"text/plain": "x"}, raw=True, metadata={"mnist_lab": {"headline": "epoch 3/7"}})
"""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
SLEEP = code("import time; time.sleep(60)", "endless")


def test_a_run_returns_outputs_times_and_checks_and_reports_its_progress(tmp_path, monkeypatch):
    look = (
        "import sys, os; print(sys.executable, os.getcwd(), os.environ['MNIST_LAB_DATA'], os.environ['SEED'], EPOCHS)"
    )
    cells = [
        code("EPOCHS = 10  # passes\nBATCH_SIZE = 128", "parameters", tags=["parameters"]),
        code("import time; time.sleep(0.3); print(BATCH_SIZE)", "nap"),
        prose("text", "text"),
        code(look, "look"),
        code(HEADLINE, "training"),
        DONE,
        code("print('x' * 200_000); print('y' * 200_000)", "much"),
    ]
    path = write(tmp_path / "small.ipynb", *cells)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_LAB_DATA", "digits")
    monkeypatch.setattr(notebook_runner, "OUTPUT_BYTES", 300_000)
    reports, handlers = [], [signal.getsignal(number) for number in SIGNALS]
    parameters, variables = {"EPOCHS": 1}, {"SEED": "12"}
    result = execute(path, parameters=parameters, variables=variables, report=lambda *given: reports.append(given))
    assert [signal.getsignal(number) for number in SIGNALS] == handlers
    assert result.failure is None
    cells = {cell.id: cell for cell in result.notebook.cells}
    assert [cell.get("execution_count") for cell in cells.values()] == [1, 2, None, 3, 4, 5, 6]
    interpreter, folder, data, *others = cells["look"].outputs[0].text.split()
    assert (interpreter, folder, others) == (sys.executable, str(tmp_path), ["12", "1"])
    assert data == str(tmp_path / "digits"), "the folder of digits is made absolute"
    assert cells["nap"].outputs[0].text == "128\n"
    assert nbformat.read(path, as_version=4).cells[1].outputs == [], "the file does not change"
    assert "text" not in result.cell_seconds
    assert result.seconds > result.cell_seconds["nap"] >= 0.3 > result.cell_seconds["parameters"]
    assert [check["evaluated"] for check in result.checks] == [0.9123]
    assert (reports[0], reports[-1]) == ((0, 7, ""), (7, 7, ""))
    assert (4, 7, "epoch 3/7") in reports
    assert 200_000 < len("".join(output.text for output in cells["much"].outputs)) < 300_000
    assert result.remark == "output beyond 0.3 MB was dropped"


def message(kind, **content):
    return {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {"msg_id": "1"}, "content": content}


def text(shown):
    return message("stream", name="stdout", text=shown)


def picture(shown, kind="display_data"):
    return message(kind, data={"text/plain": shown}, metadata={}, transient={"display_id": "a"})


def widget(number):
    state = {"_model_module": "controls", "_model_name": "LabelModel", "description": "y" * 4_000}
    return message("comm_open", comm_id=str(number), target_name="jupyter.widget", data={"state": state})


# Messages of a kernel, how much of them a client at least holds, which is 10,000 bytes at most, and what was dropped.
MESSAGES = {
    "text that fits": ([text("x" * 5_000)], 5_000, False),
    "too much text": ([text("x" * 50_000), text("y" * 50_000)], 9_000, True),
    "a picture that is replaced": ([picture("x"), *[picture("y" * 2_000, "update_display_data")] * 30], 2_000, False),
    "a picture replaced by too large a one": ([picture("x"), picture("y" * 50_000, "update_display_data")], 1, True),
    "text that is cleared": ([message("clear_output", wait=True), text("y" * 5_000)] * 30, 5_000, False),
    "too many pictures": ([picture("y" * 4_000)] * 30, 8_000, True),
    "too many widgets": ([widget(number) for number in range(30)], 8_000, True),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_what_a_client_holds_of_the_output_is_bounded(monkeypatch, tmp_path, name):
    monkeypatch.setattr(notebook_runner, "OUTPUT_BYTES", 10_000)
    messages, held, dropped = MESSAGES[name]
    earlier = code("2", "never")
    earlier.outputs = [nbformat.v4.new_output("stream", text="z" * 50_000)]  # stored in the file: it does not count
    book = notebook(code("1", "now"), earlier)
    client = notebook_runner._Client(book, tmp_path, None, None, threading.Event())
    client.reset_execution_trackers()
    client.clear_before_next_output = False
    for each in messages:
        client.process_message(each, book.cells[0], 0)
    shown = nbformat.writes(notebook(book.cells[0])) + str(client.widget_state)
    assert held <= shown.count("x") + shown.count("y") < 20_000
    assert client.output_dropped is dropped


def test_a_failing_cell_ends_the_run_and_its_kernel(tmp_path):
    old = notebook(code("import os; print(os.getpid())", "pid"), code("{}['no such digit']", "bad"), code("2", "after"))
    old.nbformat_minor = 4
    for cell in old.cells:
        del cell["id"]
    nbformat.write(old, tmp_path / "old.ipynb")
    result = execute(tmp_path / "old.ipynb")
    assert result.failure.endswith("': KeyError: 'no such digit'")
    assert result.notebook.cells[2].execution_count is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(result.notebook.cells[0].outputs[0].text), 0)


def test_a_cell_is_stopped_at_the_time_limit(tmp_path):
    result = execute(write(tmp_path / "small.ipynb", SLEEP), seconds=2)
    assert result.failure == "cell 'endless': stopped at the time limit of 2 s"
    assert result.seconds < 30


def test_a_dead_kernel_is_reported_with_its_last_output(tmp_path):
    """Under pytest, ipykernel does not redirect standard error; elsewhere its newest version may lose the output."""
    deadly = code('import os; os.write(2, b"last output"); os.kill(os.getpid(), 9)', "deadly")
    result = execute(write(tmp_path / "small.ipynb", deadly))
    assert result.failure.startswith("cell 'deadly': the kernel died")
    assert "last output" in result.failure


@pytest.mark.parametrize("content", [b"", b"no json", b"\xff\xfe\x00", b"[1, 2]"])
def test_a_file_that_is_not_a_notebook_is_refused(tmp_path, content):
    (tmp_path / "small.ipynb").write_bytes(content)
    with pytest.raises(ValueError, match=r"small.ipynb: expected a notebook. Received"):
        execute(tmp_path / "small.ipynb")


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_a_run_can_be_stopped_from_another_thread(tmp_path, seconds):
    stop = threading.Event()
    threading.Timer(seconds, stop.set).start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        execute(write(tmp_path / "small.ipynb", SLEEP), stop=stop)
    assert time.perf_counter() - began < 30
