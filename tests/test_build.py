"""Everything that is derived is up to date; one command makes it, and says which notebooks have to be run again."""

import shutil
import subprocess
import sys

import pytest

from mnist_lab.commands.notebook_format import text, tidy
from tools.build import derive
from tools.mutate_lessons import LEFT_OUT
from tools.notebooks import first_not_run, keep_outputs, set_up
from tools.project import repository

from .notebooks import ROOT, code, notebook, prose

FORK = "https://github.com/ada-lovelace/my.mnist-lab"
AS_IN_COLAB = """
import sys, types
sys.modules["google"], sys.modules["google.colab"] = types.ModuleType("google"), types.ModuleType("google.colab")
import importlib.util
known = importlib.util.find_spec
importlib.util.find_spec = lambda name: known(name) if {installed} or name != "mnist_lab" else None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
shell.run_cell({source!r}).raise_error()
"""


def test_all_is_up_to_date_and_no_notebook_is_stale():
    derived = derive()
    assert not derived.out_of_date(), "run `python -m tools.build`"
    assert not derived.stale, "run `mnist-lab run --in-place` on these notebooks"


NAMES = ("setup", "data", "model", "train")


def lesson(*names, ran=False, **changed):
    """A lesson with these code cells, each with some text before it; as it is stored after a run, or as it is made."""
    cells = []
    for count, name in enumerate(names or NAMES, start=1):
        cell = code(changed.get(name, f"{name} = 1"), name)
        if ran:
            cell.execution_count = count
            cell.outputs = [{"output_type": "stream", "name": "stdout", "text": f"{part}\n"} for part in (name, "more")]
            cell.metadata["execution"] = {"iopub.execute_input": "a time"}
        cells += [prose(changed.get("prose", "Text."), f"about-{name}"), cell]
    return notebook(*cells)


STORED = tidy(lesson(ran=True))


@pytest.mark.parametrize(
    ("made", "kept", "first"),
    [
        (lesson(), 4, None),
        (lesson(prose="Other words."), 4, None),
        (lesson(setup="another address"), 4, None),
        (lesson(model="model = 2"), 2, "model"),
        (lesson("setup", "data", "new", "model", "train"), 2, "new"),
        (lesson("setup", "model", "train"), 1, "model"),
        (lesson("setup", "model", "data", "train"), 1, "model"),
        (lesson("setup", "data", "model"), 3, None),
        (lesson(*NAMES, "last"), 4, "last"),
    ],
    ids=["nothing", "prose", "set-up", "changed", "added", "removed", "moved", "last-removed", "last-added"],
)
def test_an_output_is_kept_up_to_the_first_code_cell_that_changed(made, kept, first):
    once, again = tidy(made), tidy(made)
    keep_outputs(once, STORED)
    cells = [cell for cell in once.cells if cell.cell_type == "code"]
    assert [bool(cell.outputs) for cell in cells] == [number < kept for number in range(len(cells))]
    assert [cell.outputs for cell in cells[:kept]] == [cell.outputs for cell in STORED.cells[1 : 2 * kept : 2]]
    assert first_not_run(once) == first
    keep_outputs(again, once)
    assert again == once, "the next build says the same"


def test_a_lesson_that_was_never_run_is_stale_from_its_first_cell():
    made = lesson()
    keep_outputs(made, None)
    assert first_not_run(made) == "setup"


def test_a_notebook_that_was_run_in_place_is_as_the_build_writes_it():
    made = tidy(lesson())
    keep_outputs(made, STORED)
    assert text(made) == text(STORED)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("copy") / "project", ignore=LEFT_OUT)


def build(folder, *arguments):
    command = [sys.executable, "-m", "tools.build", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def contents(folder):
    paths = [*folder.glob("*.*"), *folder.glob("docs/*"), *folder.glob("data/*SUMS"), *folder.rglob("notebooks/**/*.*")]
    return {path.relative_to(folder): path.read_bytes() for path in paths if path.is_file()}


def test_a_fork_is_stamped_everywhere_and_back(copy):
    before = contents(copy)
    assert build(copy, "--repository", FORK).returncode == 0
    after = contents(copy)
    for path in [path for path in after if path.suffix == ".ipynb" or path.name in ("README.md", "pyproject.toml")]:
        assert b"OWNER" not in after[path], path
        if path.suffix == ".ipynb":
            notebook = after[path].decode()
            address = f"colab.research.google.com/github/ada-lovelace/my.mnist-lab/blob/main/{path.as_posix()}"
            assert address in notebook
            assert f"%pip install -q --no-deps git+{FORK}" in notebook
    done = build(copy, "--repository", repository())
    assert (done.returncode, "stale" in done.stdout) == (0, False)
    assert contents(copy) == before


@pytest.mark.parametrize("address", ["https://example.org/a/b", "https://github.com/a", ""])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match=f"Received: {address!r}"):
        derive(address)


def test_check_writes_nothing_and_a_build_names_what_is_stale(copy):
    before = contents(copy)
    assert (build(copy, "--check").returncode, contents(copy)) == (0, before)
    source = copy / "notebooks" / "source" / "02_sigmoid_layers.md"
    written = source.read_text(encoding="utf-8")

    source.write_text(written.replace("EPOCHS = 10", "EPOCHS = 11"), encoding="utf-8")
    checked = build(copy, "--check")
    stale = "stale: notebooks/02_sigmoid_layers.ipynb from the cell 'parameters' on: `mnist-lab run --in-place "
    assert checked.returncode == 1
    assert checked.stdout.startswith("out of date: notebooks/02_sigmoid_layers.ipynb\n")
    assert stale in checked.stdout
    source.write_text(written, encoding="utf-8")
    assert contents(copy) == before, "nothing was written"

    source.write_text(written.replace("{{ 01.mean }}", "{{ 01.men }}", 1), encoding="utf-8")
    failed = build(copy)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "notebooks/source/02_sigmoid_layers.md: the cell 'predict': {{ 01.men }}: there is no" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("address", "installed", "printed"),
    [
        (FORK, False, f"pip install -q --no-deps git+{FORK}\n"),
        (FORK, True, ""),
        ("https://github.com/OWNER/mnist-lab", False, "do not know their address"),
    ],
)
def test_the_set_up_cell_in_colab(address, installed, printed):
    code = AS_IN_COLAB.format(source=set_up(address), installed=installed)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert printed in run.stdout if printed else not run.stdout
