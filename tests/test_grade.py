"""`mnist-lab grade`: every kind of notebook that a class may hand in."""

import csv
import os
import re
import resource
import signal
import time
from pathlib import Path

import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands import notebook_runner

from .notebooks import DONE, NOT_YET, code, write
from .processes import wait_for_end

STUBBORN = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


@pytest.fixture
def graded(tmp_path):
    def run(*paths, timeout=60):
        table = tmp_path / "table.csv"
        code = main(["grade", *map(str, paths), "--timeout", str(timeout), "--csv", str(table)])
        with table.open(newline="", encoding="utf-8") as file:
            return code, list(csv.DictReader(file))

    return run


def test_a_solved_an_unsolved_and_a_failing_notebook_in_one_table(graded, tmp_path, capsys):
    paths = [
        write(tmp_path / "ada.ipynb", DONE),
        write(tmp_path / "ben.ipynb", NOT_YET),
        write(tmp_path / "cem.ipynb", code("1 / 0", "model"), DONE),
    ]
    exit_code, rows = graded(*paths)
    assert exit_code == 1
    assert [(row["passed"], row["claims"], row["not_yet"]) for row in rows] == [
        ("1", "1", ""),
        ("0", "1", "it works"),
        ("0", "0", ""),
    ]
    assert rows[0]["lesson"] == "01_dense_softmax"
    assert rows[2]["error"] == "cell 'model': ZeroDivisionError: division by zero"
    shown = capsys.readouterr().out
    assert "1 of 1" in shown
    assert "0 of 1" in shown
    assert "ZeroDivisionError" in shown


def test_an_unsolved_notebook_is_no_failure(graded, tmp_path):
    assert graded(write(tmp_path / "ben.ipynb", NOT_YET))[0] == 0


def test_each_notebook_runs_in_its_own_empty_folder(graded, tmp_path):
    look = "import pathlib; assert not list(pathlib.Path().iterdir()); pathlib.Path('left').write_text('x')"
    paths = [write(tmp_path / f"{name}.ipynb", code(look, "look"), DONE) for name in ("ada", "ben")]
    assert graded(*paths)[0] == 0
    assert not (tmp_path / "left").exists()


def test_a_cell_that_ignores_interrupts_is_stopped(graded, tmp_path):
    began = time.perf_counter()
    exit_code, (row,) = graded(write(tmp_path / "dua.ipynb", code(STUBBORN, "loop"), DONE), timeout=4)
    assert exit_code == 1
    assert row["error"] == "stopped at the time limit of 4 s, in cell 'loop'"
    assert time.perf_counter() - began < 40


def test_the_time_limit_applies_to_all_cells_together(graded, tmp_path):
    naps = [code("import time; time.sleep(2)", f"nap-{k}") for k in range(5)]
    _, (row,) = graded(write(tmp_path / "eli.ipynb", *naps, DONE), timeout=5)
    assert row["error"].startswith("stopped at the time limit of 5 s, in cell 'nap-")


def test_a_time_limit_above_an_hour_also_applies_to_single_cells(graded, tmp_path, monkeypatch):
    received = {}

    def recording_execute(path, **named):
        received.update(named)
        return notebook_runner.execute(path, **named)

    monkeypatch.setattr("mnist_lab.commands.grade.execute", recording_execute)
    assert graded(write(tmp_path / "fay.ipynb", DONE), timeout=7_200)[0] == 0
    assert received["cell_seconds"] == received["seconds"] == 7_200


@pytest.mark.parametrize("limit", ["0", "-1", "inf", "nan", "soon"])
def test_an_impossible_time_limit_is_refused(limit, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "ada.ipynb"), "--timeout", limit])
    assert f"expected a number of seconds above 0; received '{limit}'" in capsys.readouterr().err


def test_notebooks_with_the_same_name_are_shown_with_their_folders(graded, tmp_path, capsys):
    for name in ("ada", "ben"):
        (tmp_path / name).mkdir()
    graded(*(write(tmp_path / name / "01.ipynb", DONE) for name in ("ada", "ben")))
    shown = capsys.readouterr().out
    assert "ada/01.ipynb" in shown
    assert "ben/01.ipynb" in shown


def test_files_that_cannot_be_graded_have_a_row_with_the_error(graded, tmp_path):
    (tmp_path / "notes.ipynb").write_text("these are my notes")
    exit_code, rows = graded(
        tmp_path / "missing.ipynb", tmp_path / "notes.ipynb", write(tmp_path / "fay.ipynb", code("1", "only"))
    )
    assert exit_code == 1
    assert rows[0]["error"] == "there is no such file"
    assert "expected a notebook" in rows[1]["error"]
    assert rows[2]["error"] == "it ran to its end without reaching a check"


LONG = """
raise ValueError('''Exception encountered when calling Sequential.call().

\\x1b[1mInput 0 of layer "dense" is incompatible with the layer: found shape (32, 28)\\x1b[0m

Arguments received by Sequential.call():
  • kwargs=<class 'inspect._empty'>''')
"""

UNPRINTABLE = """
class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")

raise Unprintable
"""

FORGED = """
import os
with open(os.environ["MNIST_LAB_RESULTS"], "w") as file:
    file.write('{"passed": 100}')
"""

# What ends a notebook in its own way, and the error in its row.
CLASS = {
    "exit": ("import sys; sys.exit(3)", r"cell 'it': SystemExit: 3"),
    "abort": ("import os; os.abort()", r"cell 'it': the kernel died"),
    "kill": ("import os; os._exit(0)", r"cell 'it': the kernel died"),
    "input": ("input('Your name? ')", r"cell 'it': StdinNotImplementedError: "),
    "loop": (STUBBORN, r"stopped at the time limit of 6 s, in cell 'it'"),
    "syntax": ("print((1", r"cell 'it': (_Incomplete)?(Input|Syntax)Error: "),
    "assert": ("assert False", r"cell 'it': AssertionError"),
    "markup": ("raise ValueError('unclosed tag [/b]')", r"cell 'it': ValueError: unclosed tag \[/b\]"),
    "long": (LONG, r"cell 'it': ValueError: Input 0 of layer \"dense\" is incompatible .* shape \(32, 28\)"),
    "unprintable": (UNPRINTABLE, r"cell 'it': .*(Unprintable|RuntimeError)"),
    # Colab's older kernel cannot send this text, and waits.
    "surrogate": (r"raise ValueError('\ud800')", r"(cell 'it': |stopped at the time limit of 6 s, in cell 'it')"),
    "forged": (FORGED, r".*forged.ipynb: expected only records of check_lesson"),
}


def test_every_notebook_of_a_class_has_a_row(graded, tmp_path, capsys):
    paths = [write(tmp_path / "first.ipynb", DONE), tmp_path / "missing.ipynb"]
    paths += [write(tmp_path / f"{name}.ipynb", code(source, "it"), DONE) for name, (source, _) in CLASS.items()]
    for name, content in (("empty", ""), ("deep", "[" * 100_000), ("cells", '{"nbformat": 4, "cells": [{}]}')):
        paths.append(tmp_path / f"{name}.ipynb")
        paths[-1].write_text(content)
    (tmp_path / "folder.ipynb").mkdir()
    paths += [tmp_path / "folder.ipynb", write(tmp_path / "last.ipynb", NOT_YET)]
    exit_code, rows = graded(*paths, timeout=6)
    assert exit_code == 1
    errors = {Path(row["notebook"]).stem: row["error"] for row in rows}
    assert list(errors) == [path.stem for path in paths]
    for name, (_, error) in CLASS.items():
        assert re.match(error, errors[name]), errors[name]
    for name in ("empty", "deep"):
        assert "expected a notebook. Received: " in errors[name]
    assert errors["cells"]
    assert errors["folder"] == "there is no notebook in this folder"
    assert errors["missing"] == "there is no such file"
    assert (errors["first"], errors["last"]) == ("", "")
    assert rows[-1]["not_yet"] == "it works"
    assert "unclosed tag [/b]" in capsys.readouterr().out


def test_a_check_before_any_evaluation_is_a_check(graded, tmp_path):
    early = """
import json, os
verdicts = [{"claim": "a network was trained", "holds": False, "hint": "train one"}]
with open(os.environ["MNIST_LAB_RESULTS"], "a") as file:
    file.write(json.dumps({"lesson": "01_dense_softmax", "verdicts": verdicts}) + "\\n")
"""
    path = write(tmp_path / "ada.ipynb", code(early, "check"))
    exit_code, (row,) = graded(path)
    assert (exit_code, row["passed"], row["claims"], row["error"]) == (0, "0", "1", "")
    assert row["not_yet"] == "a network was trained"
    assert main(["run", str(path), "--output-dir", str(tmp_path / "out")]) == 1


def test_an_error_of_grade_itself_costs_one_row(graded, tmp_path, monkeypatch):
    def breaks(path, **_):
        raise RecursionError("too deep") if path.stem == "ada" else FileExistsError("full")

    monkeypatch.setattr("mnist_lab.commands.grade.execute", breaks)
    _, rows = graded(*(write(tmp_path / f"{name}.ipynb", DONE) for name in ("ada", "ben")))
    assert [row["error"] for row in rows] == ["RecursionError: too deep", "FileExistsError: full"]


def test_output_beyond_the_limit_is_dropped_and_said(graded, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(notebook_runner, "OUTPUT_BYTES", 1_000_000)
    flood = write(
        tmp_path / "ada.ipynb",
        code("import time\nwhile True:\n    print('x' * 200_000)\n    time.sleep(0.01)", "flood"),
    )
    much = write(tmp_path / "ben.ipynb", code("print('x' * 2_000_000)", "much"), DONE)
    before = peak_memory()
    _, rows = graded(flood, much, write(tmp_path / "cem.ipynb", DONE), timeout=6)
    assert peak_memory() - before < 70e6  # the flood is of about 120 MB
    said = "output beyond 1 MB was dropped"
    assert [row["remark"] for row in rows] == [said, said, ""]
    assert rows[0]["error"] == "stopped at the time limit of 6 s, in cell 'flood'"
    assert [row["error"] for row in rows[1:]] == ["", ""]
    assert said in capsys.readouterr().out


def peak_memory():
    """Return the largest resident memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(holds, process, seconds=60):
    """Wait until a function returns True."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, wait_for_end(process)
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def waiting(tmp_path):
    """Return a notebook that never ends, and the file that holds its kernel's process id when it runs."""
    pid = tmp_path / "pid"
    say = f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))"
    return write(tmp_path / "waiting.ipynb", code(f"{say}\n{STUBBORN}", "loop")), pid


def has_number(file):
    return file.exists() and file.read_text() != ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_the_rows_that_are_done_and_kills_the_kernel(start, waiting, tmp_path, number):
    loop, pid = waiting
    table = tmp_path / "grades.csv"
    table.write_text("last week's")
    done, never = write(tmp_path / "done.ipynb", DONE), write(tmp_path / "never.ipynb", DONE)
    process = start("-m", "mnist_lab", "grade", done, loop, never, "--csv", table, COLUMNS="160")
    until(lambda: has_number(pid), process)
    assert table.read_text() == "last week's"
    assert "done.ipynb,01_dense_softmax,1,1," in (tmp_path / "grades.csv.unfinished").read_text()
    process.send_signal(number)
    exit_code, output = wait_for_end(process, 30)
    assert exit_code == 130
    assert "\nInterrupted.\n" in output
    assert "Traceback" not in output
    assert "1 of 1" in output
    assert not alive(int(pid.read_text()))
    with table.open(newline="", encoding="utf-8") as file:
        rows = [(Path(row["notebook"]).name, row["passed"], row["error"]) for row in csv.DictReader(file)]
    not_run = "not run: interrupted"
    assert rows == [("done.ipynb", "1", ""), ("waiting.ipynb", "0", not_run), ("never.ipynb", "0", not_run)]
    assert not (tmp_path / "grades.csv.unfinished").exists()


def test_ctrl_c_before_the_first_row_leaves_the_old_table(start, waiting, tmp_path):
    loop, pid = waiting
    table = tmp_path / "grades.csv"
    table.write_text("last week's")
    process = start("-m", "mnist_lab", "grade", loop, "--csv", table)
    until(lambda: has_number(pid), process)
    process.send_signal(signal.SIGINT)
    assert wait_for_end(process, 30)[0] == 130
    assert table.read_text() == "last week's"
    assert not (tmp_path / "grades.csv.unfinished").exists()


@pytest.mark.parametrize("command", [("run",), ("measure", "--seeds", "2", "--jobs", "2")])
def test_ctrl_c_ends_run_and_measure_with_their_kernels(start, waiting, tmp_path, tiny, command):
    _, pid = waiting
    say = f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))"
    done, loop = write(tmp_path / "a.ipynb", DONE), write(tmp_path / "b.ipynb", code(f"{say}\n{STUBBORN}", "train"))
    notebooks = [done, loop, "--output-dir", tmp_path / "out"] if command == ("run",) else [loop]
    process = start("-m", "mnist_lab", *command, *notebooks)
    until(lambda: has_number(pid), process)
    process.send_signal(signal.SIGINT)
    exit_code, output = wait_for_end(process, 30)
    assert exit_code == 130, output
    assert "\nInterrupted.\n" in output
    assert "Traceback" not in output
    assert not alive(int(pid.read_text()))
    if command == ("run",):
        assert "0.9123" in output
        assert (tmp_path / "out" / "a.ipynb").exists()


def test_a_killed_grade_leaves_its_rows_and_the_old_table(start, waiting, graded, tmp_path, capsys):
    loop, pid = waiting
    table = tmp_path / "table.csv"
    table.write_text("last week's")
    done = write(tmp_path / "done.ipynb", DONE)
    process = start("-m", "mnist_lab", "grade", done, loop, "--csv", table)
    until(lambda: has_number(pid), process)
    process.kill()
    wait_for_end(process, 30)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert main(["grade", str(done), "--csv", str(table)]) == 1
    assert "table.csv.unfinished holds the rows of a run that was killed" in capsys.readouterr().err
    assert table.read_text() == "last week's"
    assert "done.ipynb,01_dense_softmax,1,1," in (tmp_path / "table.csv.unfinished").read_text()


def test_a_table_that_cannot_be_written_is_told_before_the_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mnist_lab.commands.grade.execute", lambda *_, **__: pytest.fail("the work began"))
    path = str(write(tmp_path / "ada.ipynb", DONE))
    (tmp_path / "is-a-folder").mkdir()
    for table in (tmp_path / "is-a-folder", tmp_path / "nowhere" / "table.csv", Path(os.devnull)):
        assert main(["grade", path, "--csv", str(table)]) == 1
        assert str(table) in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.ipynb", "is-a-folder"]


def test_a_table_that_cannot_be_replaced_keeps_its_rows(tmp_path, monkeypatch, capsys):
    def locked(*_):
        raise PermissionError("it is open in another program")

    table = tmp_path / "table.csv"
    monkeypatch.setattr(Path, "replace", locked)
    assert main(["grade", str(write(tmp_path / "ada.ipynb", DONE)), "--csv", str(table)]) == 1
    captured = capsys.readouterr()
    assert "1 of 1" in captured.out
    assert f"it is open in another program. The table is in {table}.unfinished." in captured.err
    assert "ada.ipynb,01_dense_softmax,1,1," in (tmp_path / "table.csv.unfinished").read_text()
