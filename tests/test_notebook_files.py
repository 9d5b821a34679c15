"""Which notebooks a command's arguments name, as a shell expands them and as it does not."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from mnist_lab.__main__ import main
from mnist_lab.commands.notebook_files import notebook_files
from mnist_lab.data.files import write_whole

FILES = [
    *("in/ada.ipynb", "in/ben [final].ipynb", "in/ben f.ipynb", "in/late [2]/cem.ipynb"),
    *("in/.ipynb_checkpoints/ada-checkpoint.ipynb", "in/late [2]/.ipynb_checkpoints/cem-checkpoint.ipynb"),
    *("in/._ada.ipynb", "in/notes.txt", "in/empty/notes.txt"),
]
ALL = FILES[:4]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["in"], ALL),
        (["in/*.ipynb"], ALL[:3]),
        (["in/**/*.ipynb"], ALL),
        (["i?/[ab]*.ipynb"], ALL[:3]),
        (["in/ben [final].ipynb"], ["in/ben [final].ipynb"]),
        (["in/late [2]/*.ipynb"], ["in/late [2]/cem.ipynb"]),
        (["in/late*"], ["in/late [2]/cem.ipynb"]),
        (["in/cem.ipynb", "in/ada.ipynb", "in/a*.ipynb"], ["in/cem.ipynb", "in/ada.ipynb"]),
        (["in/empty"], ["in/empty"]),
        ([], []),
    ],
)
def test_files_folders_and_patterns(here, arguments, expected):
    assert [path.as_posix() for path in notebook_files(list(map(Path, arguments)))] == expected
    absolute = [here / argument for argument in arguments]
    assert notebook_files(absolute) == [here / path for path in expected]


def test_a_pattern_that_matches_nothing_is_an_error(here, capsys):
    for command in ("run", "grade", "measure"):
        assert main([command, "in/z*.ipynb"]) == 1
        assert "Received: in/z*.ipynb, which matches nothing" in capsys.readouterr().err


def test_a_file_is_replaced_by_a_whole_one_only(tmp_path, monkeypatch):
    file, link = tmp_path / "old.ipynb", tmp_path / "link"
    link.symlink_to(file)
    write_whole(link, "é \ud800")
    assert set(tmp_path.iterdir()) == {link, file}
    monkeypatch.setattr(Path, "write_bytes", Mock(side_effect=OSError("No space")))
    with pytest.raises(OSError, match="No space"):
        write_whole(file, "new")
    assert file.read_bytes() == "é \\ud800".encode()
