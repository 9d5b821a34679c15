"""`mnist-lab grade`: every kind of notebook that a class may hand in."""

import csv
import time

import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands import notebook_runner

from .notebooks import DONE, NOT_YET, code, write

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
