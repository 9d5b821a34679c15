"""Text that others wrote is shown as it is: Rich's markup and names of emoji in it mean nothing."""

import ast

import pytest

from mnist_lab.__main__ import main

from .notebooks import RECORD, ROOT, code, write
from .processes import wait_for_end

TEXTS = ["unclosed tag [/b]", "pip install mnist-lab[notebooks]", "[red]not red[/red]", "a :bug: here", "\\[x]"]


@pytest.mark.parametrize("terminal", [False, True])
def test_commands_show_errors_claims_and_names_as_they_are(
    tmp_path, tiny, without_kernels, capsys, monkeypatch, terminal
):
    monkeypatch.setenv("COLUMNS", "250")
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    paths = [
        write(tmp_path / f"ada [final {n}].ipynb", code(f"raise ValueError({text!r})", "train"))
        for n, text in enumerate(TEXTS)
    ]
    record = RECORD.format(holds=False).replace("it works", "[/b] :bug:").replace("look here", "[/i] [b]so[/b]")
    paths.append(write(tmp_path / "[b].ipynb", code(record, "check")))
    table = tmp_path / "table [1].csv"
    assert main(["grade", *map(str, paths), "--csv", str(table)]) == 1
    graded = capsys.readouterr().out
    for text in (*TEXTS, "ada [final 0].ipynb", "[b].ipynb", "[/b] :bug:"):
        assert text in graded, text
        assert text in table.read_text(encoding="utf-8")
    assert main(["run", *map(str, paths), "--output-dir", str(tmp_path / "[out]")]) == 1
    run = capsys.readouterr().out
    for text in (*TEXTS, "ada [final 0]", "[b].ipynb, not yet: [/b] :bug:", "[/i] [b]so[/b]", f"{tmp_path}/[out]"):
        assert text in run, text
    assert main(["measure", str(paths[0]), "--seeds", "1"]) == 1
    assert f"ada [final 0], seed 0: cell 'train': ValueError: {TEXTS[0]}" in capsys.readouterr().out


def test_a_character_that_the_terminal_lacks_costs_no_table(tmp_path, start):
    table = tmp_path / "t.csv"
    path = write(tmp_path / "ada é.ipynb", code("raise ValueError('数字 é')", "bad"))
    process = start("-m", "mnist_lab", "grade", path, "--csv", table, PYTHONIOENCODING="ascii", COLUMNS="150")
    exit_code, output = wait_for_end(process)
    assert exit_code == 1
    assert r"ValueError: \u6570\u5b57 \xe9" in output
    assert "ValueError: 数字 é" in table.read_text(encoding="utf-8")


def test_every_console_and_every_text_of_a_bar_is_told_to():
    found = 0
    for folder in ("mnist_lab", "benchmarks", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("Console", "TextColumn"):
                    given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
                    found += 1
                    assert given.get("markup") is False, f"{path}, line {call.lineno}"
                    assert call.func.id == "TextColumn" or given.get("emoji") is False, f"{path}, line {call.lineno}"
    assert found >= 7
