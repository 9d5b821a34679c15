"""Everything that is derived is up to date; one command makes it, and says which notebooks have to be run again."""

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from PIL import Image

from mnist_lab.commands.notebook_format import tidy
from tools import build, notebooks, project
from tools.notebooks import first_not_run, keep_outputs, set_up
from tools.sources import read_sources

from .notebooks import EXERCISES, LESSONS, code, notebook, prose

FORK = "https://github.com/ada-lovelace/my.mnist-lab"
CHANGED = "02_sigmoid_layers"
SOURCES = read_sources()


@pytest.fixture
def pyproject(monkeypatch, tmp_path):
    """A copy of pyproject.toml, whose address is the project's."""
    monkeypatch.setattr(project, "PYPROJECT", Path(shutil.copy(project.PYPROJECT, tmp_path)))
    yield
    project.repository.cache_clear()


@pytest.fixture
def sources(monkeypatch):
    """The sources that the build reads: copies that a test may change."""
    copies = {name: nbformat.from_dict(source) for name, source in SOURCES.items()}
    monkeypatch.setattr(build, "read_sources", lambda: copies)
    return copies


def out_of_date(files):
    return [path for path, content in files.items() if not build.is_up_to_date(path, content)]


def test_all_is_up_to_date_and_no_notebook_is_stale():
    files, stale = build.derive()
    assert not out_of_date(files), "run `python -m tools.build`"
    assert not stale, "run `mnist-lab run --in-place` on these notebooks"
    assert files.keys() >= {*LESSONS, *EXERCISES}, "every notebook has a source"


def test_a_fork_is_stamped_everywhere(sources, pyproject):
    project.set_repository(FORK)
    files, stale = build.derive()
    assert not stale
    assert "OWNER" not in files[build.readme.README]
    for path in [*LESSONS, *EXERCISES]:
        inside = path.relative_to(build.ROOT).as_posix()
        assert "OWNER" not in files[path], path
        assert f"colab.research.google.com/github/ada-lovelace/my.mnist-lab/blob/main/{inside}" in files[path]


def test_a_changed_cell_makes_its_lesson_stale_and_a_changed_word_does_not(sources):
    for name, cell in ((CHANGED, "parameters"), ("05_dropout", "your-words")):
        (changed,) = [c for c in sources[name].cells if c.id == cell]
        changed.source += "\n\nEPOCHS = 11"
    files, stale = build.derive()
    assert stale == {CHANGED: "parameters"}
    assert [path.stem for path in out_of_date(files)] == [CHANGED, "05_dropout"]


@pytest.mark.parametrize("address", ["https://example.org/a/b", "https://github.com/a", ""])
def test_what_is_no_address_is_refused(pyproject, capsys, address):
    assert build.main(["--repository", address]) == 1
    assert f"Received: {address!r}" in capsys.readouterr().err


def test_check_writes_nothing_and_a_build_writes_what_is_out_of_date(monkeypatch, tmp_path, capsys):
    files = {tmp_path / "a.md": "é\n", tmp_path / "b.png": Image.new("P", (3, 2), 7)}
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "derive", lambda: (files, {"01_a": "model"}))
    for arguments, status, done in ((["--check"], 1, "out of date"), ([], 0, "written")):
        assert list(tmp_path.iterdir()) == []
        assert build.main(arguments) == status
        assert capsys.readouterr().out.startswith(f"{done}: a.md\n{done}: b.png\nstale: notebooks/01_a.ipynb from the")
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("stale"), "the files are as they should be"


def lesson(*names, ran=False, words="Text.", **changed):
    """A lesson with these code cells, each after some text; as it is stored after a run, or as it is made."""
    cells = []
    for count, name in enumerate(names or ("setup", "data", "model", "train"), start=1):
        cell = code(changed.get(name, f"{name} = 1"), name)
        if ran:
            cell.execution_count, cell.outputs = count, [nbformat.v4.new_output("stream", text=name)]
        cells += [prose(words, f"about-{name}"), cell]
    return tidy(notebook(*cells))


STORED = lesson(ran=True)


@pytest.mark.parametrize(
    ("change", "made", "kept", "first"),
    [
        ("none", lesson(), 4, None),
        ("other words", lesson(words="Other words."), 4, None),
        ("another address", lesson(setup="another address"), 4, None),
        ("a cell changed", lesson(model="model = 2"), 2, "model"),
        ("added", lesson("setup", "data", "new", "model", "train"), 2, "new"),
        ("moved", lesson("setup", "model", "data", "train"), 1, "model"),
        ("the last removed", lesson("setup", "data", "model"), 3, None),
        ("one added at the end", lesson("setup", "data", "model", "train", "last"), 4, "last"),
    ],
)
def test_an_output_is_kept_up_to_the_first_code_cell_that_changed(change, made, kept, first):
    once, again = nbformat.from_dict(made), nbformat.from_dict(made)
    keep_outputs(once, STORED)
    cells = notebooks.code_cells(once)
    assert [cell.outputs for cell in cells[:kept]] == [cell.outputs for cell in STORED.cells[1 : 2 * kept : 2]]
    assert not any(cell.outputs for cell in cells[kept:])
    assert first_not_run(once) == first
    keep_outputs(again, once)
    assert again == once, "the next build says the same"


def test_a_lesson_that_was_never_stored_is_stale_and_one_with_marks_of_a_merge_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    (tmp_path / "01_a.ipynb").write_text("<<<<<<< ours")
    with pytest.raises(ValueError, match=r"notebooks/01_a\.ipynb is no notebook"):
        notebooks.read_stored("01_a")
    made = lesson()
    keep_outputs(made, notebooks.read_stored("02_b"))
    assert first_not_run(made) == "setup"


@pytest.mark.parametrize(
    ("address", "installed", "printed"),
    [
        (FORK, False, f"pip install -q --no-deps git+{FORK}\n"),
        (FORK, True, ""),
        ("https://github.com/OWNER/mnist-lab", False, "do not know their address"),
    ],
)
def test_the_set_up_cell_in_colab(address, installed, printed, pyproject, monkeypatch, capsys):
    project.set_repository(address)
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: installed)
    ipython = SimpleNamespace(run_line_magic=print)
    exec(TransformerManager().transform_cell(set_up()), {"get_ipython": lambda: ipython})
    out = capsys.readouterr().out
    assert printed in out if printed else not out
