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

from mnist_lab.commands.notebook_files import notebook_files
from mnist_lab.commands.notebook_runner import Execution, execute, read
from mnist_lab.commands.progress import Bar, console, progress
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import SEED_VARIABLE, processor, versions
from mnist_lab.results.store import Variant, seeds_of, summary
from tools.project import NOTEBOOKS
from tools.store_results import store

_STORED = ("accuracy", "loss", "misread", "figures", "held_out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for (default: the command line's); return the exit status."""
    chosen = _parser().parse_args(arguments)
    epochs = [] if chosen.epochs is None else [f"{chosen.epochs} epochs"]
    training = [chosen.training] if chosen.training else []
    variant = Variant.from_name(", ".join([*training, *epochs, *chosen.set]) or "as taught")
    notebooks = notebook_files(chosen.notebooks) or sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    return measure(notebooks, chosen.seeds, variant, chosen.jobs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mnist-lab measure", description=__doc__)
    parser.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="file, folder or pattern (default: all lessons)"
    )
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="seeds 0 to N − 1 (default: %(default)s)")
    parser.add_argument("--epochs", type=int, metavar="E", help="number of epochs; a variant of its own")
    how = "replace a number in the cell `parameters`; a variant of its own"
    parser.add_argument("--set", action="append", type=_setting, default=[], metavar="NAME=NUMBER", help=how)
    parser.add_argument("--training", metavar="NAME", help="run the cell `train-NAME`; a variant of its own")
    jobs = max(1, (os.cpu_count() or 1) // 2)
    parser.add_argument(
        "--jobs", type=int, default=jobs, metavar="J", help="runs at the same time (default: %(default)s)"
    )
    return parser


def _setting(text: str) -> str:
    if not re.fullmatch(r"[A-Z_]+=-?\d+(\.\d+)?", text):
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER, NAME in capitals; received {text!r}")
    return text


def measure(notebooks: list[Path], seeds: int, variant: Variant, jobs: int) -> int:
    """Train lessons with the seeds 0 to `seeds` − 1, except those whose results are stored already.

    Of a notebook only the cells up to the training cell are executed, and then a check. A seed that was measured as
    taught for at least as many epochs is not run again, because its first epochs are the same.

    Args:
        notebooks: their paths.
        seeds: the number of seeds.
        variant: how to train.
        jobs: the number of runs at the same time.

    Returns:
        1 if a notebook failed, else 0.
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
    hold digits out, the check gets these.

    Args:
        notebook: the lesson.
        training: the name of its training run, as `Variant` has it.

    Raises:
        ValueError: no cell has the id of the training cell, or of a cell that it needs, or the notebook's metadata
            name no lesson.
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
    """Return the seeds that need not run: those of the variant, and those trained as taught for at least as long."""
    known = set(seeds_of(lesson, origin=origin, variant=variant))
    if variant.epochs and variant == Variant(epochs=variant.epochs):
        as_taught = seeds_of(lesson, origin=origin)
        known |= {seed for seed, entry in as_taught.items() if len(entry["accuracy"]) >= variant.epochs}
    return known


def _measure_one(path: Path, seed: int, variant: Variant, bar: Bar, stop: threading.Event) -> None:
    """Train a lesson with a seed and store the result.

    Raises:
        ValueError: the path is not that of a lesson with this training run and these parameters, or its run failed.
    """
    result = _train(path, seed, variant, bar, stop)
    if result.failure:
        raise ValueError(result.failure)
    if not result.checks:
        raise ValueError("no check was recorded")
    check = result.checks[-1]
    if check.get("evaluated") is None:
        raise ValueError("not yet: {claim}. {hint}".format_map(check["verdicts"][0]))
    entry = {name: check[name] for name in _STORED if name in check}
    entry["seconds"] = round(result.cell_seconds[_training_cell(variant.training)], 1)
    store(path.stem, seed, entry, versions() | {"processor": processor()}, origin=check["origin"], variant=variant)


def _train(path: Path, seed: int, variant: Variant, bar: Bar, stop: threading.Event) -> Execution:
    epochs = {} if variant.epochs is None else {"EPOCHS": variant.epochs}
    parameters, variables = {**variant.parameters, **epochs}, {SEED_VARIABLE: str(seed)}
    with tempfile.TemporaryDirectory() as folder:
        shortened = Path(folder, path.name)
        nbformat.write(up_to_training(read(path), variant.training), shortened)
        return execute(shortened, parameters=parameters, variables=variables, report=bar, stop=stop)


if __name__ == "__main__":
    raise SystemExit(main())
