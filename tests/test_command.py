import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands import download as download_command
from mnist_lab.data import download, find

from .notebooks import DONE, NOT_YET, ROOT, code, write


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch, tiny):
    monkeypatch.setenv("COLUMNS", "160")


def processor_seconds():
    """Return the processor time of the child processes, which does not depend on the load of the machine."""
    times = os.times()
    return times.children_user + times.children_system


def test_help_is_fast_and_lists_the_commands():
    began = processor_seconds()
    result = subprocess.run(
        [sys.executable, "-m", "mnist_lab", "--help"], capture_output=True, text=True, timeout=20, check=True
    )
    assert processor_seconds() - began < 0.5
    for command in ("doctor", "download", "run", "measure", "grade", "train", "predict", "sample"):
        assert re.search(rf"^ +{command} ", result.stdout, re.MULTILINE), command


def test_help_imports_nothing_heavy():
    code = "import sys, mnist_lab.__main__ as m; m._parser().format_help(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True).stdout
    assert not {"numpy", "tensorflow", "matplotlib", "rich"} & set(loaded.split())


def test_an_unknown_command_is_a_usage_error():
    with pytest.raises(SystemExit) as stopped:
        main(["nonsense"])
    assert stopped.value.code == 2


def test_run_prints_a_table_and_writes_the_executed_notebook(tmp_path, capsys):
    path = write(tmp_path / "01_small.ipynb", code("print(6 * 7)", "sum"), DONE)
    before = path.read_bytes()
    assert main(["run", str(path), "--output-dir", str(tmp_path / "out")]) == 0
    output = capsys.readouterr().out
    row = next(line for line in output.splitlines() if line.startswith("│ 01_small"))
    assert "0.9123" in row
    assert "✓" in row
    assert f"Executed notebooks: {tmp_path / 'out'}\n" in output
    assert path.read_bytes() == before
    executed = nbformat.read(tmp_path / "out" / "01_small.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].text == "42\n"


def test_run_in_place_replaces_outputs_and_formats_the_notebook(tmp_path):
    path = write(tmp_path / "01_small.ipynb", code("print(6 * 7)", "sum", collapsed=True), DONE)
    assert main(["run", str(path), "--in-place"]) == 0
    executed = nbformat.read(path, as_version=4)
    assert executed.cells[0].outputs[0].text == "42\n"
    assert executed.cells[0].metadata == {}


def test_run_in_place_keeps_the_old_outputs_when_a_cell_fails(tmp_path, capsys):
    path = write(tmp_path / "01_small.ipynb", code("print(1)", "fine"), code("1 / 0", "bad"))
    before = path.read_bytes()
    assert main(["run", str(path), "--in-place"]) == 1
    assert path.read_bytes() == before
    assert "cell 'bad': ZeroDivisionError" in capsys.readouterr().out


def test_run_fails_if_the_check_of_a_lesson_says_not_yet(tmp_path, capsys):
    path = write(tmp_path / "01_small.ipynb", NOT_YET)
    assert main(["run", str(path), "--output-dir", str(tmp_path)]) == 1
    output = capsys.readouterr().out
    assert "not yet: it works\n    look here" in output


def test_run_lists_the_open_claims_of_an_exercise_and_succeeds(tmp_path, capsys):
    path = write(tmp_path / "01_small.ipynb", NOT_YET, kind="exercise")
    assert main(["run", str(path), "--output-dir", str(tmp_path)]) == 0
    assert "not yet: it works" in capsys.readouterr().out


def test_run_continues_after_a_failure_and_still_fails(tmp_path, capsys):
    bad = write(tmp_path / "01_bad.ipynb", code("1 / 0", "bad"))
    good = write(tmp_path / "02_good.ipynb", DONE)
    assert main(["run", str(bad), str(good), "--output-dir", str(tmp_path / "out")]) == 1
    output = capsys.readouterr().out
    assert "failed" in output
    assert "✓" in output


def test_run_writes_notebooks_with_the_same_name_to_different_files(tmp_path):
    (tmp_path / "exercises").mkdir()
    paths = [
        write(tmp_path / name, code(f"print({name!r})", "say"), DONE) for name in ("01.ipynb", "exercises/01.ipynb")
    ]
    assert main(["run", *map(str, paths), "--output-dir", str(tmp_path / "out")]) == 0
    for name in ("01.ipynb", "exercises/01.ipynb"):
        executed = nbformat.read(tmp_path / "out" / name, as_version=4)
        assert executed.cells[0].outputs[0].text == f"{name}\n"


def test_run_names_a_missing_notebook(tmp_path, capsys):
    assert main(["run", str(tmp_path / "nowhere.ipynb")]) == 2
    assert "No such notebook: " in capsys.readouterr().err


def test_download_prints_the_folder_and_whether_the_writers_are_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(download_command, "download_mnist", lambda folder: folder.mkdir())
    monkeypatch.setattr(download, "WRITERS_MIRRORS", ("http://127.0.0.1:9/",))
    assert main(["download", str(tmp_path / "here")]) == 0
    captured = capsys.readouterr()
    assert str(tmp_path / "here") in captured.out
    assert "only by_writer=True needs it" in captured.err


def test_download_without_a_network_is_an_error(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/",))
    assert main(["download", str(tmp_path)]) == 1
    assert "no network" in capsys.readouterr().err


def test_doctor_shows_the_digits_tensorflow_and_the_packages(tiny, capsys):
    assert main(["doctor"]) == 0
    output = capsys.readouterr().out
    assert f"[ OK ] digits: images of tiny ($MNIST_LAB_DATA), in {tiny}" in output
    assert "[ OK ] TensorFlow computes on: " in output
    assert "[ OK ] keras " in output


def test_doctor_finds_a_damaged_file_in_the_folder_for_downloads(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MNIST_LAB_DATA")
    monkeypatch.setattr(find, "default_data_dir", lambda: tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"<html>")
    assert main(["doctor"]) == 1
    assert re.search(r"\[FAIL\] digits: .*train-images-idx3-ubyte\.gz: found SHA-256", capsys.readouterr().out)


def test_doctor_finds_a_damaged_file_in_a_named_folder(tiny, capsys):
    file = tiny / find.NAMES["train_labels"]
    file.write_bytes(file.read_bytes()[:-1])
    assert main(["doctor"]) == 1
    assert f"[FAIL] digits: {file}: found" in capsys.readouterr().out


def test_doctor_finds_settings_of_keras_that_the_lessons_cannot_work_with(tmp_path, monkeypatch, capsys):
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first", "backend": "jax"}')
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # so that Keras itself imports
    assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "[ OK ] Keras' backend: tensorflow\n" in output
    expected = f"channels_first; the lessons need channels_last: change it in {tmp_path / 'keras.json'}"
    assert f"[FAIL] Keras' image_data_format: {expected}" in output
    assert "[ OK ] TensorFlow computes on: " in output


def test_doctor_works_if_mnist_lab_is_not_installed(tiny, without_metadata, capsys):
    assert main(["doctor"]) == 0
    output = capsys.readouterr().out
    assert f"[ OK ] mnist-lab is not installed: it runs from {ROOT}\n" in output
    assert "[ OK ] numpy " in output


@pytest.mark.parametrize("ending", ["raise AttributeError('of another version')", "import os; os._exit(3)"])
def test_doctor_finds_a_package_that_is_installed_and_does_not_import(tmp_path, ending):
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text(ending)
    errors = import_errors(tmp_path, "tqdm", "rich", "pillow")
    assert errors in ({"rich": "AttributeError: of another version"}, {"rich": "exit status 3"})


def import_errors(folder, *packages):
    code = "import sys; from mnist_lab.commands.doctor import _import_errors; print(_import_errors(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    command = [sys.executable, "-c", code, *packages]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    return ast.literal_eval(result.stdout)


@pytest.mark.parametrize(("package", "digits"), [("tensorflow", " OK "), ("numpy", "FAIL")])
def test_doctor_works_if_a_package_cannot_be_imported(package, digits, tmp_path):
    (tmp_path / f"{package}.py").write_text('raise ImportError("libdevice is broken")')
    result = subprocess.run(
        [sys.executable, "-m", "mnist_lab", "doctor"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert result.returncode == 1
    assert "[FAIL] TensorFlow and Keras do not import: ImportError: libdevice is broken" in result.stdout
    assert f"[{digits}] digits: " in result.stdout
    assert ("[FAIL] numpy " in result.stdout) == (package == "numpy")


MISTAKES = {
    "run README.md": "README.md: expected a notebook",
    "grade README.md --csv no/such/table.csv": "no/such/table.csv cannot be written: No such file or directory",
    "sample --output no/such/digits.json": "No such file or directory: 'no/such/digits.json'",
    "measure README.md --seeds 1": "README.md: expected a notebook. Received: NotJSONError: ",
    "measure lesson.ipynb --seeds 1 --training longest": "lesson, seed 0: Expected a lesson with a cell of the id "
    "'train-longest'. Received the cells: ['train']",
    "measure lesson.ipynb --seeds 1 --set NOSUCH=1": "lesson.ipynb: no cell tagged `parameters` sets NOSUCH",
}


@pytest.mark.parametrize("command", MISTAKES)
def test_an_ordinary_mistake_prints_a_message_without_a_traceback(command, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text("no notebook")
    write(Path("lesson.ipynb"), code("history = None", "train"))
    assert main(command.split()) == 1
    output = " ".join("".join(capsys.readouterr()).split())
    assert MISTAKES[command] in output
    assert "Traceback" not in output


def test_a_missing_package_prints_a_message_that_names_doctor(monkeypatch, capsys):
    for loaded in ("nbclient", "nbclient.exceptions", "mnist_lab.commands.run", "mnist_lab.commands.notebook_runner"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert main(["run", "any.ipynb"]) == 1
    assert "nbclient" in (message := capsys.readouterr().err)
    assert "`mnist-lab doctor` lists what is missing" in message


def test_a_package_that_does_not_import_prints_a_message_that_names_doctor(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "mnist_lab.commands.download", raising=False)
    monkeypatch.setitem(sys.modules, "mnist_lab.data.download", ModuleType("broken"))  # "cannot import name …"
    assert main(["download"]) == 1
    assert "cannot import name" in (message := capsys.readouterr().err)
    assert "`mnist-lab doctor` lists what is missing or broken" in message


@pytest.mark.parametrize("command", [("run", "any.ipynb"), ("sample",)], ids=lambda command: command[0])
def test_a_missing_folder_of_digits_prints_a_message(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(Path("any.ipynb"), code("1 + 1", "sum"))
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path / "nowhere"))
    assert main(list(command)) == 1
    assert "nowhere: found no such folder" in capsys.readouterr().err


def test_sample_prints_one_line_and_nothing_else(tiny, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    command = [sys.executable, "-m", "mnist_lab", "sample", "--count", "2"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=environment)
    assert (result.stdout, result.stderr) == ("2 digits written to instances.json.\n", "")


WITHOUT_NETWORK = """
import json, os
with open(os.environ["MNIST_LAB_RESULTS"], "a") as file:
    verdicts = [{"claim": "the model classifies the validation digits", "holds": False, "hint": "Found ValueError"}]
    file.write(json.dumps({"lesson": "01_dense_softmax", "origin": "mnist", "evaluated": None,
        "accuracy": [], "loss": [], "misread": [], "network": [], "verdicts": verdicts}) + "\\n")
"""


def test_run_and_grade_report_a_network_that_could_not_be_evaluated(tmp_path, capsys):
    path = write(tmp_path / "01_a.ipynb", code(WITHOUT_NETWORK, "check"))
    assert main(["run", str(path), "--output-dir", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr().out
    assert "not yet: the model classifies the validation digits\n    Found ValueError" in shown
    assert main(["grade", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "0 of 1" in shown
    assert "without reaching a check" not in shown
