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

from .notebooks import RECORD, code, notebook, prose, write

HEADLINE = """
from IPython.display import display
display({"text/plain": "x"}, raw=True, metadata={"mnist_lab": {"headline": "epoch 3/7"}})
"""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def outputs(result, name):
    (cell,) = [cell for cell in result.notebook.cells if cell.get("id") == name]
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "small.ipynb"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a notebook's path, the result of its run, and what was reported while it ran."""
    cells = [
        code("EPOCHS = 10  # passes\nBATCH_SIZE = 128", "parameters", tags=["parameters"]),
        code("import os, sys, time\nprint(EPOCHS, BATCH_SIZE)\ntime.sleep(0.3)", "first"),
        prose("text", "text"),
        code(
            "print(sys.executable, os.getcwd(), os.environ['MNIST_LAB_DATA'], os.environ['MNIST_LAB_SEED'])", "second"
        ),
        code(HEADLINE, "training"),
        *(code(RECORD.format(holds=holds), f"check-{holds}") for holds in (True, False)),
        code("print('x' * 200_000); print('y' * 200_000)", "much"),
    ]
    folder = tmp_path_factory.mktemp("run")
    path = write(folder / "small.ipynb", *cells)
    reports, handlers = [], [signal.getsignal(number) for number in SIGNALS]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MNIST_LAB_DATA", "digits")
        patch.setattr(notebook_runner, "OUTPUT_BYTES", 300_000)
        variables = {"MNIST_LAB_SEED": "12"}
        report = lambda *arguments: reports.append(arguments)  # noqa: E731
        result = execute(path, parameters={"EPOCHS": 1}, variables=variables, report=report)
    assert [signal.getsignal(number) for number in SIGNALS] == handlers
    return path, result, reports


def test_cells_run_in_order_with_this_interpreter_in_the_folder_of_the_notebook(run):
    path, result, _ = run
    assert result.failure is None
    interpreter, folder, data, seed = outputs(result, "second").split()
    assert (interpreter, folder) == (sys.executable, str(path.parent))
    assert (data, seed) == (str(path.parent / "digits"), "12"), "the folder of digits is made absolute"
    assert [cell.get("execution_count") for cell in result.notebook.cells] == [1, 2, None, 3, 4, 5, 6, 7]
    assert nbformat.read(path, as_version=4).cells[1].outputs == [], "the file does not change"


def test_parameters_replace_the_numbers_of_the_notebook(run):
    path, result, _ = run
    assert outputs(result, "first") == "1 128\n"
    with pytest.raises(ValueError, match=r"no cell tagged `parameters` sets LAYERS"):
        execute(path, parameters={"LAYERS": 3})


def test_code_cells_and_the_run_are_timed(run):
    _, result, _ = run
    assert "text" not in result.cell_seconds
    assert result.seconds > result.cell_seconds["first"] >= 0.3 > result.cell_seconds["parameters"]


def test_recorded_checks_are_returned(run):
    _, result, _ = run
    assert [check["evaluated"] for check in result.checks] == [0.9123, 0.9123]
    assert [verdict["claim"] for verdict in result.not_yet] == ["it works"]


def test_cells_and_training_are_reported(run):
    _, _, reports = run
    assert reports[0] == (0, 8, "")
    assert (4, 8, "epoch 3/7") in reports
    assert reports[-1] == (8, 8, "")


def test_output_beyond_the_limit_is_dropped_and_said(run):
    _, result, _ = run
    assert 200_000 < len(outputs(result, "much")) < 300_000
    assert result.output_dropped
    assert result.remark == "output beyond 5 MB was dropped"


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
    said = nbformat.writes(notebook(book.cells[0])) + str(client.widget_state)
    assert held <= said.count("x") + said.count("y") < 20_000
    assert client.output_dropped is dropped


def test_a_failing_cell_ends_the_run_and_its_kernel(path):
    old = notebook(
        code("import os; print(os.getpid())", "pid"), code("raise KeyError('no such digit')", "bad"), code("2", "after")
    )
    old.nbformat_minor = 4
    for cell in old.cells:
        del cell["id"]
    nbformat.write(old, path)
    result = execute(path)
    assert result.failure.endswith("': KeyError: 'no such digit'")
    assert result.notebook.cells[2].execution_count is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(result.notebook.cells[0].outputs[0].text), 0)


def test_a_cell_is_stopped_at_the_time_limit(path):
    write(path, code("import time; time.sleep(60)", "endless"))
    began = time.perf_counter()
    assert execute(path, seconds=2).failure == "cell 'endless': stopped at the time limit of 2 s"
    assert time.perf_counter() - began < 30


def test_a_dead_kernel_is_reported_with_its_last_output(path):
    """Under pytest, ipykernel does not redirect standard error; elsewhere its newest version may lose the output."""
    write(path, code('import os; os.write(2, b"last output"); os.kill(os.getpid(), 9)', "deadly"))
    result = execute(path)
    assert result.failure.startswith("cell 'deadly': the kernel died")
    assert "last output" in result.failure


@pytest.mark.parametrize("content", [None, b"", b"no json", b"\xff\xfe\x00", b"[1, 2]"])
def test_a_file_that_is_not_a_notebook_is_refused(path, content):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"small.ipynb: expected a notebook. Received"):
        execute(path)


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_a_run_can_be_stopped_from_another_thread(path, seconds):
    write(path, code("import time; time.sleep(60)", "endless"))
    stop = threading.Event()
    threading.Timer(seconds, stop.set).start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        execute(path, stop=stop)
    assert time.perf_counter() - began < 30
