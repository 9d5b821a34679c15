"""The package as it is installed."""

import re
import subprocess
import sys
import tomllib
import zipfile
from graphlib import TopologicalSorter
from pathlib import Path

import mnist_lab
from tools.project import read

from .notebooks import LESSONS, ROOT

PACKAGE = Path(mnist_lab.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def versions(name):
    return dict(re.findall(r"^([\w-]+)==(.+)$", (ROOT / "tests" / name).read_text(), re.MULTILINE))


COLAB, STORED = versions("colab-versions.txt"), versions("stored-versions.txt")


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout


def test_names_are_resolved_when_first_used():
    script = "import sys, mnist_lab; print(*sys.modules); mnist_lab.display_digits; print(*sys.modules)"
    imported, used = python(script).splitlines()
    assert not {"numpy", "tensorflow", "keras", "matplotlib"} & set(imported.split())
    assert not {"tensorflow", "keras"} & set(used.split())


def test_every_public_name_is_there_and_documented_and_no_module_has_it():
    for name in mnist_lab.__all__:
        assert getattr(mnist_lab, name).__doc__, name
    assert set(mnist_lab.__all__) <= set(dir(mnist_lab))
    assert {path.stem for path in PACKAGE.iterdir()} & set(mnist_lab.__all__) == {"diagrams", "widgets"}


def test_the_stored_outputs_were_made_with_the_locked_versions():
    for path in LESSONS:
        shown = "".join(output.get("text", "") for cell in read(path).cells for output in cell.get("outputs", []))
        for name in ("TensorFlow", "Keras", "NumPy", "Matplotlib"):
            assert f"{name} {STORED[name.lower()]}" in shown, path


FLOORS = [{"data"}, {"results"}, {"plots"}, {"diagrams"}, {"handwriting"}, {"widgets", "environment"}]
FLOORS += [{"trainer"}, {"checks"}, {"commands"}, {"__main__"}]
IMPORT = re.compile(r"^ *from mnist_lab\.([\w.]+) import \(?([\w, ]*)", re.MULTILINE)


def test_no_import_runs_up_and_there_is_no_circle():
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    graph = {}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        imports = IMPORT.findall(path.read_text(encoding="utf-8"))
        graph[module] = {
            f"{base}.{name}" if base in floor else base for base, names in imports for name in names.split(", ")
        }
        for imported in graph[module]:
            assert floor[imported.split(".")[0]] <= floor[module.split(".")[0]], f"{module} imports {imported}"
    TopologicalSorter(graph).prepare()


def test_floors_of_versions_are_at_or_below_colabs():
    extras = PROJECT["optional-dependencies"]
    for requirement in PROJECT["dependencies"] + extras["notebooks"]:
        name, floor = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()
        if name in COLAB:
            assert [int(n) for n in floor.split(".")] <= [int(n) for n in COLAB[name].split(".")], name
    assert {re.match(r"[\w-]+", requirement)[0] for requirement in PROJECT["dependencies"]} <= COLAB.keys()


def test_the_wheel_holds_what_git_tracks_and_works(tmp_path):
    build = ["pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", *build], check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        weights = sum(file.compress_size for file in files.infolist() if "/networks/" in file.filename)
        assert weights < 1_000_000
        assert wheel.stat().st_size - weights < 800_000
        held = {name for name in files.namelist() if not name.startswith("mnist_lab-")}
        files.extractall(tmp_path)
    command = ["git", "ls-files", "mnist_lab"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20).stdout.split()
    assert held == set(tracked) or not tracked
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mnist_lab, matplotlib as m; m.use('agg'); "
        "mnist_lab.plot_learning_rate(lambda e: 1, 3); from mnist_lab.results.store import FILE; "
        "print(mnist_lab.__file__, FILE.exists())"
    )
    assert python(code).split() == [str(tmp_path / "mnist_lab" / "__init__.py"), "True"]
