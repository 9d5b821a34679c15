"""Text that others wrote is shown as it is: Rich's markup and names of emoji in it mean nothing."""

import io
import sys

import pytest

from mnist_lab.__main__ import main

from .notebooks import checked, code, write

TEXTS = ["unclosed tag [/b]", "pip install mnist-lab[notebooks]", "[red]not red[/red]", "a :bug: here", "\\[x]"]


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch, tiny, without_kernels):
    monkeypatch.setenv("COLUMNS", "400")


def test_commands_show_errors_claims_and_names_as_they_are(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    paths = [str(tmp_path / name) for name in ("ada [final].ipynb", "[b].ipynb")]
    write(paths[0], code(f"raise ValueError({', '.join(TEXTS)!r})", "train"))
    write(paths[1], checked(False, "[/b] :bug:", "[/i] [b]so[/b]"))
    table = tmp_path / "table [1].csv"
    assert main(["grade", *paths, "--csv", str(table)]) == 1
    graded = capsys.readouterr().out
    for text in (*TEXTS, "ada [final].ipynb", "[b].ipynb", "[/b] :bug:"):
        assert text in graded, text
        assert text in table.read_text(encoding="utf-8")
    assert main(["run", *paths, "--output-dir", str(tmp_path / "[out]")]) == 1
    run = capsys.readouterr().out
    for text in (*TEXTS, "ada [final]", "[b].ipynb, not yet: [/b] :bug:", "[/i] [b]so[/b]", f"{tmp_path}/[out]"):
        assert text in run, text
    assert main(["measure", paths[0], "--seeds", "1"]) == 1
    assert f"ada [final], seed 0: cell 'train': ValueError: {TEXTS[0]}" in capsys.readouterr().out


def test_a_character_that_the_terminal_lacks_costs_no_table(tmp_path, monkeypatch):
    path = write(tmp_path / "ada é.ipynb", code("raise ValueError('数字 é')", "bad"))
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, "ascii", write_through=True))
    assert main(["grade", str(path), "--csv", str(tmp_path / "t.csv")]) == 1
    assert rb"ValueError: \u6570\u5b57 \xe9" in shown.getvalue()
    assert "ValueError: 数字 é" in (tmp_path / "t.csv").read_text(encoding="utf-8")
