"""The `mnist-lab` command: help, `run`, `doctor`, `download`, `sample`, and its messages when something is wrong."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands import doctor
from mnist_lab.commands import download as download_command
from mnist_lab.data import download, find

from .notebooks import DONE, NOT_YET, ROOT, checked, code, tasked, write


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch, tiny):
    monkeypatch.setenv("COLUMNS", "160")


def python(*arguments, **environment):
    command, environment = [sys.executable, *arguments], {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def test_help_is_fast_lists_the_commands_and_imports_nothing_heavy():
    script = "import sys, mnist_lab.__main__ as m\ntry: m.main(['--help'])\nfinally: print(*sys.modules)"
    before = os.times()
    shown = python("-c", script).stdout
    after = os.times()  # processor time does not depend on the load of the machine
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.5
    for command in ("doctor", "download", "run", "measure", "grade", "train", "predict", "sample"):
        assert re.search(rf"^ +{command} ", shown, re.MULTILINE), command
    assert not {"numpy", "tensorflow", "matplotlib", "rich"} & set(shown.splitlines()[-1].split())


def test_run_prints_a_table_and_writes_the_executed_notebook(tmp_path, capsys):
    path = write(tmp_path / "01_small.ipynb", code("print(6 * 7)", "sum"), DONE)
    before = path.read_bytes()
    assert main(["run", str(path), "--output-dir", str(tmp_path / "out")]) == 0
    output = capsys.readouterr().out
    assert re.search(r"│ 01_small +│ +0.9123 .* ✓ │", output)
    assert f"Executed notebooks: {tmp_path / 'out'}\n" in output
    assert path.read_bytes() == before
    executed = nbformat.read(tmp_path / "out" / "01_small.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].text == "42\n"


@pytest.fixture
def ran(tmp_path, without_kernels, capsys):
    """Return a function that runs notebooks and returns the exit status and what was printed."""

    def run(*paths, destination=("--output-dir", str(tmp_path / "out"))):
        return main(["run", *map(str, paths), *destination]), capsys.readouterr().out

    return run


def test_run_in_place_formats_the_notebook_unless_a_cell_fails(ran, tmp_path):
    good = write(tmp_path / "01.ipynb", code("1", "one", collapsed=True), DONE)
    bad = write(tmp_path / "02.ipynb", code("1", "one", collapsed=True), code("1 / 0", "bad"))
    before = bad.read_bytes()
    exit_code, output = ran(good, bad, destination=["--in-place"])
    assert exit_code == 1
    assert nbformat.read(good, as_version=4).cells[0].metadata == {}
    assert bad.read_bytes() == before
    assert "02.ipynb, cell 'bad': ZeroDivisionError: division by zero" in output


# A cell, the kind of its notebook, the exit status, what the table says, and a remark below it.
RUNS = [
    (DONE, "lesson", 0, ["0.9123", r"0.\d+", "1", "–", "✓"], ""),
    (NOT_YET, "lesson", 1, ["0.9123", r"0.\d+", "1", "–", "not yet"], "not yet: it works\n    look here"),
    (NOT_YET, "exercise", 0, ["0.9123", "–", "1", "–", "not yet"], "not yet: it works\n    look here"),
    (code("1", "one"), "lesson", 0, ["–", "–", "1", "–", "–"], ""),
    (code("1 / 0", "bad"), "lesson", 1, ["–", "–", "1", "–", "failed"], "cell 'bad': ZeroDivisionError"),
    (checked(False, evaluated=None), "lesson", 1, ["–", r"0.\d+", "1", "–", "not yet"], "not yet: it works"),
    (tasked(("02.1", True)), "exercise", 0, ["–", "–", "1", "1 of 1", "✓"], ""),
    (
        tasked(("02.1", True), ("02.2", False)),
        "exercise",
        0,
        ["–", "–", "1", "1 of 2", "not yet"],
        "not yet: 02.2 A task",
    ),
]


@pytest.mark.parametrize(("cell", "kind", "status", "row", "remark"), RUNS)
def test_run_shows_what_the_check_found(ran, tmp_path, cell, kind, status, row, remark):
    exit_code, output = ran(write(tmp_path / "01_a.ipynb", cell, kind=kind))
    assert exit_code == status
    assert re.search(rf"│ 01_a +│ +{' +│ +'.join(row)} │", output), output
    assert remark in output


def test_run_takes_a_folder_continues_after_failures_and_writes_notebooks_of_one_name_to_different_files(ran, tmp_path):
    (tmp_path / "in" / "exercises").mkdir(parents=True)
    (tmp_path / "in" / "00.ipynb").write_text("notes")
    write(tmp_path / "in" / "01.ipynb", code("1 / 0", "bad"))
    write(tmp_path / "in" / "exercises" / "01.ipynb", DONE)
    exit_code, output = ran(tmp_path / "in")
    assert exit_code == 1
    assert "00.ipynb: expected a notebook. Received: NotJSONError" in output
    assert re.search(r"│ 01 .* ✓ │", output)
    out = tmp_path / "out"
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.ipynb")} == {"01.ipynb", "exercises/01.ipynb"}


def test_download_prints_the_folder_and_whether_the_writers_are_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(download_command, "download_mnist", lambda folder: folder.mkdir())
    monkeypatch.setattr(download, "WRITERS_MIRRORS", ("http://127.0.0.1:9/",))
    assert main(["download", str(tmp_path / "here")]) == 0
    captured = capsys.readouterr()
    assert str(tmp_path / "here") in captured.out
    assert "only by_writer=True needs it" in captured.err


def test_doctor_shows_the_digits_tensorflow_and_the_packages(tiny, capsys):
    assert main(["doctor"]) == 0
    output = capsys.readouterr().out
    for line in (f"digits: images of tiny ($MNIST_LAB_DATA), in {tiny}", "TensorFlow computes on: ", "keras "):
        assert f"[ OK ] {line}" in output


@pytest.fixture
def examined(monkeypatch, capsys):
    """Return a function that calls doctor, without imports in other processes; it returns the status and the lines."""
    monkeypatch.setattr(doctor, "_import_errors", lambda packages: {})
    monkeypatch.setattr(doctor, "_tensorflow", lambda: (True, "TensorFlow"))
    return lambda: (main(["doctor"]), capsys.readouterr().out)


def test_doctor_finds_damaged_files_in_a_named_folder_and_in_that_for_downloads(tiny, tmp_path, monkeypatch, examined):
    file = tiny / find.NAMES["train_labels"]
    file.write_bytes(file.read_bytes()[:-1])
    status, output = examined()
    assert f"[FAIL] digits: {file}: found" in output
    monkeypatch.delenv("MNIST_LAB_DATA")
    monkeypatch.setattr(find, "default_data_dir", lambda: tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"<html>")
    again, output = examined()
    assert re.search(r"\[FAIL\] digits: .*train-images-idx3-ubyte\.gz: found SHA-256", output)
    assert status == again == 1


@pytest.mark.parametrize(
    ("ending", "error"),
    [("raise AttributeError('of old')", "AttributeError: of old"), ("import os; os._exit(3)", "exit status 3")],
)
def test_doctor_finds_a_package_that_is_installed_and_does_not_import(tmp_path, ending, error):
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text(ending)
    script = "import sys; from mnist_lab.commands.doctor import _import_errors; print(_import_errors(sys.argv[1:]))"
    result = python("-c", script, "tqdm", "rich", "pillow", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert ast.literal_eval(result.stdout) == {"rich": error}


def test_doctor_works_if_tensorflow_cannot_be_imported(tmp_path):
    (tmp_path / "tensorflow.py").write_text('raise ImportError("libdevice is broken")')
    result = python("-m", "mnist_lab", "doctor", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert result.returncode == 1
    assert "[FAIL] TensorFlow and Keras do not import: ImportError: libdevice is broken" in result.stdout
    assert "[ OK ] digits: " in result.stdout


# A command, and the end of the last line that it prints, to standard output or to standard error.
MISTAKES = {
    "grade README.md --csv no/such/table.csv": "no/such/table.csv cannot be written: No such file or directory",
    "sample --output no/such/digits.json": "[Errno 2] No such file or directory: 'no/such/digits.json'",
    "sample --count 101": "The count must be from 1 to 100. Received: 101",
    "run nowhere.ipynb": "No such notebook: nowhere.ipynb",
    "measure lesson.ipynb --seeds 1 --set NOSUCH=1": "lesson.ipynb: no cell tagged `parameters` sets NOSUCH",
}


@pytest.mark.parametrize("command", MISTAKES)
def test_an_ordinary_mistake_prints_a_message_without_a_traceback(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    Path("README.md").touch()
    write(Path("lesson.ipynb"), code("history = None", "train"))
    assert main(command.split()) == 1
    captured = capsys.readouterr()
    lines = [line for line in (captured.err or captured.out).splitlines() if "━" not in line]
    assert lines[-1].endswith(MISTAKES[command])
    assert "Traceback" not in captured.out + captured.err


def test_a_command_whose_extra_is_missing_names_it(monkeypatch, capsys):
    for name in list(sys.modules):
        if name.startswith(("nbclient", "mnist_lab.commands.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert main(["run", "any.ipynb"]) == 1
    message = capsys.readouterr().err
    assert "import of nbclient halted; None in sys.modules: `mnist-lab doctor` lists what is missing" in message
    assert "`pip install 'mnist-lab[notebooks]'` installs what `mnist-lab run` needs." in message
