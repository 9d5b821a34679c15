"""`mnist-lab grade`: every kind of notebook that a class may hand in."""

import csv
import os
import re
import signal
import time
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest

from mnist_lab.__main__ import main

from .notebooks import DONE, NOT_YET, checked, code, execute_here, notebook, recorded, tasked, write
from .processes import wait_for_end

STUBBORN = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""
NOT_RUN = "not run: interrupted"


def read_table(table):
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def graded(tmp_path):
    """Return a function that grades notebooks and returns the exit status and the rows."""
    table = tmp_path / "table.csv"

    def run(*paths, timeout=60):
        return main(["grade", *map(str, paths), "--timeout", str(timeout), "--csv", str(table)]), read_table(table)

    return run


def test_notebooks_run_in_their_own_empty_folders_and_fill_one_table(graded, without_kernels, tmp_path, capsys):
    look = code("import os; assert not os.listdir(); open('left', 'w').close()", "look")
    paths = [tmp_path / "ada" / "01.ipynb", tmp_path / "ben" / "01.ipynb"]
    for path, cells in zip(paths, [(look, DONE), (look, NOT_YET, code("1 / 0", "model"))], strict=True):
        path.parent.mkdir()
        write(path, *cells)
    exit_code, rows = graded(tmp_path)
    assert exit_code == 1
    assert [(row["lesson"][:2], row["passed"], row["not_yet"], row["error"]) for row in rows] == [
        ("01", "1", "", ""),
        ("01", "0", "it works", "cell 'model': ZeroDivisionError: division by zero"),
    ]
    assert re.search(r"ada/01\.ipynb.* 1 of 1 .*ben/01\.ipynb.* 0 of 1 .*Zero", capsys.readouterr().out, re.DOTALL)


FORGED = 'import os; open(os.environ["MNIST_LAB_RESULTS"], "w").write(\'{"passed": 100}\')'

# What a file holds, or its cell: the exit status, claims, those not passed, and how the error in its row begins.
ROWS = [
    (DONE, 0, "1", "", "$"),
    (NOT_YET, 0, "1", "it works", "$"),
    (checked(False, evaluated=None), 0, "1", "it works", "$"),
    (code("1", "only"), 1, "0", "", "it ran to its end without reaching a check$"),
    (code(FORGED, "check"), 1, "0", "", ".*: expected only records of checks"),
    ("these are my notes", 1, "0", "", ".*: expected a notebook. Received: "),
    ("[" * 100_000, 1, "0", "", ".*: expected a notebook. Received: "),
]


@pytest.mark.parametrize(("content", "status", "claims", "not_yet", "error"), ROWS, ids=range(len(ROWS)))
def test_whatever_is_handed_in_has_a_row(graded, without_kernels, tmp_path, content, status, claims, not_yet, error):
    path = tmp_path / "ada.ipynb"
    path.write_text(content if isinstance(content, str) else nbformat.writes(notebook(content)))
    exit_code, (row,) = graded(path)
    assert (exit_code, row["claims"], row["not_yet"]) == (status, claims, not_yet)
    assert re.match(error, row["error"]), row["error"]


def test_each_task_has_its_last_verdict_in_the_row(graded, without_kernels, tmp_path, capsys):
    tasks = tasked(("02.1", False), ("02.2", False), ("02.1", True))
    paths = (
        write(tmp_path / "a.ipynb", DONE, tasks),
        write(tmp_path / "b.ipynb", tasks),
        write(tmp_path / "c.ipynb", DONE),
    )
    exit_code, rows = graded(*paths)
    assert exit_code == 0
    assert [(row["lesson"][:2], row["passed"], row["tasks"], row["error"]) for row in rows] == [
        ("01", "1", "02.1 ✓; 02.2 not yet", ""),
        ("", "0", "02.1 ✓; 02.2 not yet", ""),
        ("01", "1", "", ""),
    ]
    assert re.search(r"1 of 1 .*02\.1 ✓ .*\n.*02\.2 not yet", capsys.readouterr().out)


VERDICT = '{"claim": "02.1", "holds": true, "hint": ""}'
ODD = [
    f'{{"task": 2, "verdicts": [{VERDICT}]}}',
    f'{{"task": "02.1", "verdicts": [{VERDICT}, {VERDICT}]}}',
    '{"task": "02.1", "verdicts": []}',
    f'{{"verdicts": [{VERDICT}]}}',
    VERDICT.join(('{"task": "02.1", "verdicts": [', "]}")).replace("true", "1"),
    VERDICT.join(('{"lesson": "01", "verdicts": [', "]}")).replace('"02.1"', "2"),
    '"task"',
]


@pytest.mark.parametrize("record", ODD)
def test_an_odd_record_is_refused(graded, without_kernels, tmp_path, record):
    _, (row,) = graded(write(tmp_path / "ada.ipynb", recorded(record)))
    assert "expected only records of checks" in row["error"]


def test_what_is_missing_and_a_folder_without_notebooks_have_a_row(graded, tmp_path):
    _, rows = graded(tmp_path / "missing.ipynb", tmp_path)
    assert [row["error"] for row in rows] == ["there is no such file", "there is no notebook in this folder"]


def test_an_error_of_grade_itself_costs_one_row(graded, tmp_path, monkeypatch):
    errors = RecursionError("too deep"), FileExistsError("full")
    monkeypatch.setattr("mnist_lab.commands.grade.execute", Mock(side_effect=errors))
    _, rows = graded(*(write(tmp_path / f"{name}.ipynb", DONE) for name in ("ada", "ben")))
    assert [row["error"] for row in rows] == ["RecursionError: too deep", "FileExistsError: full"]


def test_an_impossible_time_limit_is_refused(capsys):
    for limit in ("0", "-1", "inf", "nan", "soon"):
        with pytest.raises(SystemExit):
            main(["grade", "ada.ipynb", "--timeout", limit])
        assert f"expected a number of seconds above 0; received '{limit}'" in capsys.readouterr().err


@pytest.mark.parametrize("done", [0, 1])
def test_after_ctrl_c_the_rows_that_are_done_are_kept(tmp_path, monkeypatch, capsys, done):
    table, unfinished = tmp_path / "grades.csv", tmp_path / "grades.csv.unfinished"

    def interrupted(path, **named):
        if path.stem == "a":
            return execute_here(path, **named)
        assert table.read_text() == "last week's"
        assert [row["passed"] for row in read_table(unfinished)] == ["1"] * done
        raise KeyboardInterrupt

    monkeypatch.setattr("mnist_lab.commands.grade.execute", interrupted)
    table.write_text("last week's")
    paths = [str(write(tmp_path / f"{name}.ipynb", DONE)) for name in "abc"[1 - done :]]
    assert main(["grade", *paths, "--csv", str(table)]) == 130
    captured = capsys.readouterr()
    assert captured.err == "\nInterrupted.\n"
    assert ("1 of 1" in captured.out) == bool(done)
    rows = [(row["passed"], row["error"]) for row in read_table(table)] if done else table.read_text()
    assert rows == ([("1", ""), ("0", NOT_RUN), ("0", NOT_RUN)] if done else "last week's")
    assert not unfinished.exists()


def test_a_table_that_cannot_be_written_is_an_error_before_the_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mnist_lab.commands.grade.execute", lambda *_, **__: pytest.fail("the work began"))
    path = str(write(tmp_path / "ada.ipynb", DONE))
    (tmp_path / "is-a-folder").mkdir()
    (tmp_path / "killed.csv.unfinished").write_text("a run's rows")
    for table in (tmp_path / "is-a-folder", tmp_path / "no" / "table.csv", tmp_path / "killed.csv", os.devnull):
        assert main(["grade", path, "--csv", str(table)]) == 1
        assert str(table) in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"ada.ipynb", "is-a-folder", "killed.csv.unfinished"}


def test_a_table_that_cannot_be_replaced_keeps_its_rows(without_kernels, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Path, "replace", Mock(side_effect=PermissionError("it is open elsewhere")))
    assert main(["grade", str(write(tmp_path / "ada.ipynb", DONE)), "--csv", str(tmp_path / "table.csv")]) == 1
    captured = capsys.readouterr()
    assert "1 of 1" in captured.out
    assert f"it is open elsewhere. The table is in {tmp_path / 'table.csv'}.unfinished." in captured.err
    assert "ada.ipynb,01_dense_softmax,1,1," in (tmp_path / "table.csv.unfinished").read_text()


LONG = """
raise ValueError('''Exception encountered when calling Sequential.call().

\\x1b[1mInput 0 of layer "dense" is incompatible with the layer: found shape (32, 28)\\x1b[0m

Arguments received by Sequential.call():
  • kwargs=<class 'inspect._empty'>''')
"""
UNPRINTABLE = "raise type('Unprintable', (Exception,), {'__str__': None})"

# What ends a notebook in its own way, and the error in its row.
CLASS = {
    "first": ("1", "$"),
    "exit": ("import sys; sys.exit(3)", r"cell 'it': SystemExit: 3"),
    "kill": ("import os; os._exit(0)", r"cell 'it': the kernel died"),
    "input": ("input('Your name? ')", r"cell 'it': StdinNotImplementedError: "),
    "flood": ("while True: print('x' * 10_000)", r"cell 'it': stopped at the time limit of 6 s$"),
    "loop": (STUBBORN, r"cell 'it': stopped at the time limit of 6 s$"),
    "naps": ("import time\nfor n in range(9): time.sleep(1)", r"cell 'it': stopped at the time limit of 6 s$"),
    "syntax": ("print((1", r"cell 'it': (_Incomplete)?(Input|Syntax)Error: "),
    "markup": ("raise ValueError('unclosed tag [/b]')", r"cell 'it': ValueError: unclosed tag \[/b\]"),
    "long": (LONG, r"cell 'it': ValueError: Input 0 of layer \"dense\" is incompatible .* shape \(32, 28\)"),
    "unprintable": (UNPRINTABLE, r"cell 'it': .*(Unprintable|TypeError)"),
    # Colab's older kernel cannot send this text, and waits.
    "surrogate": (r"raise ValueError('\ud800')", r"cell 'it': "),
    "last": ("1", "$"),
}


@pytest.mark.slow
def test_every_notebook_of_a_class_has_a_row(graded, tmp_path, capsys):
    paths = [write(tmp_path / f"{name}.ipynb", code(source, "it"), DONE) for name, (source, _) in CLASS.items()]
    (tmp_path / "cells.ipynb").write_text('{"nbformat": 4, "cells": [{}]}')
    exit_code, rows = graded(tmp_path / "cells.ipynb", *paths, timeout=6)
    assert exit_code == 1
    errors = {Path(row["notebook"]).stem: row["error"] for row in rows}
    assert errors.pop("cells")
    assert list(errors) == list(CLASS)
    for name, (_, error) in CLASS.items():
        assert re.match(error, errors[name]), errors[name]
    assert [row["remark"] for row in rows if "flood" in row["notebook"]] == ["output beyond 5 MB was dropped"]
    shown = capsys.readouterr().out
    assert "unclosed tag [/b]" in shown
    assert re.search("output.*beyond.*5.*MB.*was.*dropped", shown, re.DOTALL)


COMMANDS = [("grade", signal.SIGINT), ("grade", signal.SIGTERM), ("run", signal.SIGINT), ("measure", signal.SIGINT)]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "number"), COMMANDS)
def test_ctrl_c_ends_the_command_with_its_kernels(start, tmp_path, tiny, command, number):
    pid = tmp_path / "pid"
    say = f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))"
    loop = write(tmp_path / "waiting.ipynb", code(f"{say}\n{STUBBORN}", "train"))
    done, table = write(tmp_path / "done.ipynb", DONE), tmp_path / "grades.csv"
    arguments = {
        "grade": [done, loop, "--csv", table],
        "run": [done, loop, "--output-dir", tmp_path / "out"],
        "measure": [loop, "--seeds", "2", "--jobs", "2"],
    }
    process = start("-m", "mnist_lab", command, *arguments[command], COLUMNS="160")
    deadline = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()):
        assert process.poll() is None, wait_for_end(process)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    exit_code, output = wait_for_end(process, 30)
    assert exit_code == 130, output
    assert "\nInterrupted.\n" in output
    assert "Traceback" not in output
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    if command == "grade":
        assert [(row["passed"], row["error"]) for row in read_table(table)] == [("1", ""), ("0", NOT_RUN)]
    if command == "run":
        assert "0.9123" in output
        assert (tmp_path / "out" / "done.ipynb").exists()
