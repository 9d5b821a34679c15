"""The nightly table: a part that was run again replaces its row, the others stay."""

import shutil
import subprocess

import pytest

from tools.nightly_table import HEAD, tried, updated


def test_the_first_rows():
    table = updated("", ["| one | passed | 3 |", "| two | failed | 4 |"], "a day", "abc")
    assert table == HEAD + "| one | passed | 3 | a day | abc |\n| two | failed | 4 | a day | abc |\n"


def test_a_part_that_was_run_again_replaces_its_row_and_no_other():
    first = updated("", ["| one | failed | 3 |", "| two | passed | 4 |"], "a day", "abc")
    again = updated(first, ["| one | passed | 5 |", "| three | passed | 6 |"], "another", "def")
    assert again.removeprefix(HEAD).splitlines() == [
        "| one | passed | 5 | another | def |",
        "| three | passed | 6 | another | def |",
        "| two | passed | 4 | a day | abc |",
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_tables_that_a_run_writes_are_no_change_and_all_else_is(tmp_path):
    def git(*command):
        identity = ["-c", "user.name=name", "-c", "user.email=name@example.org"]
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    git("init")
    (tmp_path / "docs").mkdir()
    for name in ("docs/mutations.md", "code.py"):
        (tmp_path / name).write_text("before\n")
    git("add", ".")
    git("commit", "-m", "first")
    commit = tried(tmp_path)
    assert int(commit, 16)
    (tmp_path / "docs" / "mutations.md").write_text("after\n")
    assert tried(tmp_path) == commit
    (tmp_path / "code.py").write_text("after\n")
    assert tried(tmp_path) == f"{commit} and changes"
