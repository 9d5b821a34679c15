"""`mnist-lab measure`, in a checkout: train lessons with several seeds and store their accuracies in results.json."""

import argparse
import os
import re
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.commands.notebook_files import notebook_files
from mnist_lab.commands.notebook_runner import execute, read
from mnist_lab.commands.progress import Bar, console, progress
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import SEED_VARIABLE, processor, versions
from mnist_lab.results.store import Variant, seeds_of, summary
from tools.project import NOTEBOOKS
from tools.store_results import store

_STORED = ("accuracy", "loss", "misread", "held_out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for (default: the command line's); return the exit status."""
    parser = argparse.ArgumentParser(prog="mnist-lab measure", description=__doc__)
    which = "file, folder or pattern (default: all lessons that train)"
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help=which)
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="seeds 0 to N − 1 (default: %(default)s)")
    parser.add_argument("--epochs", type=int, metavar="E", help="number of epochs; a variant of its own")
    how = "replace a number in the cell `parameters`; a variant of its own"
    parser.add_argument("--set", action="append", type=_setting, default=[], metavar="NAME=NUMBER", help=how)
    parser.add_argument("--training", metavar="NAME", help="run the cell `train-NAME`; a variant of its own")
    at_once, jobs = "runs at the same time (default: %(default)s)", max(1, (os.cpu_count() or 1) // 2)
    parser.add_argument("--jobs", type=int, default=jobs, metavar="J", help=at_once)
    chosen = parser.parse_args(arguments)
    variant = Variant(chosen.training, chosen.epochs, dict(chosen.set))
    trained = [NOTEBOOKS / f"{name}.ipynb" for name, lesson in LESSONS.items() if lesson.trains]
    notebooks = notebook_files(chosen.notebooks) or trained
    return measure(notebooks, chosen.seeds, variant, chosen.jobs)


def _setting(text: str) -> tuple[str, float]:
    found = re.fullmatch(r"([A-Z_]+)=(-?\d+(\.\d+)?)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER, NAME in capitals; received {text!r}")
    return found[1], float(found[2]) if found[3] else int(found[2])


def measure(notebooks: list[Path], seeds: int, variant: Variant, jobs: int) -> int:
    """Train lessons with the seeds 0 to `seeds` − 1 that are not stored yet; return 1 if a notebook failed, else 0.

    Of a notebook only the cells up to the training cell are executed, and then a check.
    """
    terminal = console()
    origin = find_mnist().origin
    known = {path: _known_seeds(path.stem, origin, variant) for path in notebooks}
    runs = [(path, seed) for seed in range(seeds) for path in notebooks if str(seed) not in known[path]]
    stop = threading.Event()
    with progress(terminal) as bars, ThreadPoolExecutor(jobs) as pool:
        overall = bars.add_task("runs", total=len(runs), line="")

        def run(path_and_seed: tuple[Path, int]) -> bool:
            path, seed = path_and_seed
            bar = Bar(bars, f"{path.stem} seed {seed}")
            try:
                _measure_one(path, seed, variant, bar, stop)
            except ValueError as error:
                bars.console.print(f"{path.stem}, seed {seed}: {error}")
                return False
            finally:
                bars.remove_task(bar.task)
                bars.advance(overall)
            return True

        try:
            all_succeeded = all(list(pool.map(run, runs)))
        except KeyboardInterrupt:
            stop.set()  # the pool waits for the runs
            raise
    for path in notebooks:
        if measured := summary(path.stem, origin=origin, variant=variant):
            terminal.print(f"{path.stem} on {origin}, {variant}: {measured}")
    return int(not all_succeeded)


def up_to_training(notebook: nbformat.NotebookNode, training: str | None = None) -> nbformat.NotebookNode:
    """Return the code cells of a lesson up to a training cell, and a check of the network after them.

    If the training cell has "needs" in its metadata, only the cells with these ids come before it. Where the cells
    hold digits out, the check gets these. What is missing raises a ValueError.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.get("id") for cell in cells]
    trained = _training_cell(training)
    if trained not in names:
        raise ValueError(f"Expected a lesson with a cell of the id {trained!r}. Received the cells: {names}")
    before, cell = cells[: names.index(trained)], cells[names.index(trained)]
    if needs := cell.metadata.get("needs"):
        if not set(needs) <= {cell.id for cell in before}:
            raise ValueError(f"The cells that {trained!r} needs must come before it. Received: {needs}")
        before = [cell for cell in before if cell.id in needs]
    lesson = notebook.metadata.get("mnist_lab", {}).get("lesson")
    if not lesson:
        raise ValueError("Expected a lesson's notebook. Received: one whose metadata name no lesson")
    prefix = f"{training}_" if training else ""
    evidence = f"{prefix}model, {prefix}history, held_out=globals().get('held_out')"
    check = nbformat.v4.new_code_cell(f"lab.check_lesson({lesson!r}, {evidence})", id="measured")
    return nbformat.v4.new_notebook(cells=[*before, cell, check], metadata=notebook.metadata)


def _training_cell(training: str | None) -> str:
    return f"train-{training}" if training else "train"


def _known_seeds(lesson: str, origin: str, variant: Variant) -> set[str]:
    """Return the seeds of the variant, and those trained as taught for at least as long: they begin with the same."""
    known = set(seeds_of(lesson, origin=origin, variant=variant))
    if variant.epochs and variant == Variant(epochs=variant.epochs):
        as_taught = seeds_of(lesson, origin=origin)
        known |= {seed for seed, entry in as_taught.items() if len(entry["accuracy"]) >= variant.epochs}
    return known


def _measure_one(path: Path, seed: int, variant: Variant, bar: Bar, stop: threading.Event) -> None:
    """Train a lesson with a seed and store the result; what keeps it from that raises a ValueError."""
    epochs = {} if variant.epochs is None else {"EPOCHS": variant.epochs}
    parameters, variables = {**variant.parameters, **epochs}, {SEED_VARIABLE: str(seed)}
    with tempfile.TemporaryDirectory() as folder:
        shortened = Path(folder, path.name)
        nbformat.write(up_to_training(read(path), variant.training), shortened)
        result = execute(shortened, parameters=parameters, variables=variables, report=bar, stop=stop)
    if result.failure or not result.checks:
        raise ValueError(result.failure or "no check was recorded")
    check = result.checks[-1]
    if check.get("evaluated") is None:
        raise ValueError("not yet: {claim}. {hint}".format_map(check["verdicts"][0]))
    entry = {name: check[name] for name in _STORED if name in check}
    entry["seconds"] = round(result.cell_seconds[_training_cell(variant.training)], 1)
    store(path.stem, seed, entry, versions() | {"processor": processor()}, origin=check["origin"], variant=variant)


if __name__ == "__main__":
    raise SystemExit(main())
