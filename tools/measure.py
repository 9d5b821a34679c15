"""`mnist-lab measure`: train lessons with several seeds and store their accuracies in results.json."""

import os
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import Progress

from mnist_lab.commands.notebook_files import notebook_files
from mnist_lab.commands.notebook_runner import Execution, execute, read
from mnist_lab.commands.progress import Bar, console, progress
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import SEED_VARIABLE, processor, versions
from mnist_lab.results.store import AS_TAUGHT, FILE, seeds_of, store, summary

_STORED = ("accuracy", "loss", "misread", "figures", "held_out")


@dataclass(frozen=True)
class Variant:
    """How a lesson is trained: as taught, or with other numbers.

    Attributes:
        training: which training run, in a lesson with several: "long" for that of the cell `train-long`, which assigns
            `long_model` and `long_history`; None: the lesson's own, of the cell `train`.
        epochs: number of epochs; None: the lesson's own.
        settings: other numbers for the cell `parameters`, "NAME=3" or "NAME=seed", the run's own seed.
    """

    training: str | None = None
    epochs: int | None = None
    settings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name under which results.json holds it: "as taught", "1 epoch", "long, STOP_AFTER=10"."""
        training = [self.training] if self.training else []
        epochs = [] if self.epochs is None else [f"{self.epochs} epoch{'s' * (self.epochs != 1)}"]
        return ", ".join([*training, *epochs, *self.settings]) or AS_TAUGHT

    @property
    def cell(self) -> str:
        """The id of the training cell."""
        return f"train-{self.training}" if self.training else "train"

    def parameters(self, seed: int) -> dict[str, int | float]:
        """Return the numbers that replace those in the cell `parameters`."""
        parameters: dict[str, int | float] = {} if self.epochs is None else {"EPOCHS": self.epochs}
        for setting in self.settings:
            name, _, value = setting.partition("=")
            parameters[name] = seed if value == "seed" else float(value) if "." in value else int(value)
        return parameters


def measure(notebooks: list[Path], seeds: int, variant: Variant, jobs: int | None = None) -> int:
    """Train lessons with the seeds 0 to `seeds` − 1, except those whose results are stored already.

    Of a notebook only the cells up to the training cell are executed, and then a check.

    Args:
        notebooks: their paths, folders or patterns; empty: all lessons.
        seeds: the number of seeds.
        variant: how to train; the results are stored under its name. A seed that was measured as taught for at least
            as many epochs is not run again, because its first epochs are the same.
        jobs: the number of runs at the same time; None: one for every two cores.

    Returns:
        1 if a notebook failed or there is no checkout, else 0.
    """
    checkout = FILE.parents[2]
    if not (checkout / "pyproject.toml").is_file():
        print("`mnist-lab measure` must run in a checkout of the project, because it writes there.", file=sys.stderr)
        return 1
    terminal = console()
    notebooks = notebook_files(notebooks) or sorted((checkout / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    origin = find_mnist().origin
    missing = [
        (path, seed)
        for seed in range(seeds)
        for path in notebooks
        if str(seed) not in _known_seeds(path.stem, origin, variant)
    ]
    all_succeeded = _measure_each(missing, variant, jobs or max(1, (os.cpu_count() or 1) // 2), terminal)
    for path in notebooks:
        if measured := summary(path.stem, origin=origin, variant=variant.name):
            terminal.print(f"{path.stem} on {origin}, {variant.name}: {measured}")
    return int(not all_succeeded)


def up_to_training(notebook: nbformat.NotebookNode, variant: Variant) -> nbformat.NotebookNode:
    """Return the code cells of a lesson up to the training cell, and a check of the network after them.

    If the training cell has "needs" in its metadata, only the cells with these ids come before it.

    Raises:
        ValueError: no cell has the id of the training cell, or of a cell that it needs, or the notebook's metadata
            name no lesson.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.get("id") for cell in cells]
    if variant.cell not in names:
        raise ValueError(f"Expected a lesson with a cell of the id {variant.cell!r}. Received the cells: {names}")
    position = names.index(variant.cell)
    before, training = cells[:position], cells[position]
    if needs := training.metadata.get("needs"):
        if not set(needs) <= {cell.id for cell in before}:
            raise ValueError(f"The cells that {variant.cell!r} needs must come before it. Received: {needs}")
        before = [cell for cell in before if cell.id in needs]
    check = nbformat.v4.new_code_cell(_check_source(notebook, variant.training), id="measured")
    return nbformat.v4.new_notebook(cells=[*before, training, check], metadata=notebook.metadata)


def _check_source(notebook: nbformat.NotebookNode, training: str | None) -> str:
    lesson = notebook.metadata.get("mnist_lab", {}).get("lesson")
    if not lesson:
        raise ValueError("Expected a lesson's notebook. Received: one whose metadata name no lesson")
    trained = f"{training}_model, {training}_history" if training else "model, history"
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    held_out = ", held_out=held_out" if any("holdout_dataset(" in source for source in sources) else ""
    return f"lab.check_lesson({lesson!r}, {trained}{held_out})"


def _known_seeds(lesson: str, origin: str, variant: Variant) -> set[str]:
    """Return the seeds that need not run: those of the variant, and those trained as taught for at least as long."""
    known = set(seeds_of(lesson, origin=origin, variant=variant.name))
    if variant.epochs and not variant.settings and not variant.training:
        as_taught = seeds_of(lesson, origin=origin)
        known |= {seed for seed, entry in as_taught.items() if len(entry["accuracy"]) >= variant.epochs}
    return known


def _measure_each(runs: list[tuple[Path, int]], variant: Variant, jobs: int, terminal: Console) -> bool:
    """Measure each notebook with its seed, several at the same time; return whether all succeeded."""
    environment = versions() | {"processor": processor()}
    stop = threading.Event()
    with progress(terminal) as bars, ThreadPoolExecutor(jobs) as pool:
        overall = bars.add_task("runs", total=len(runs), line="")

        def run(notebook_and_seed: tuple[Path, int]) -> bool:
            succeeded = _measure_one(*notebook_and_seed, variant, environment, bars, stop)
            bars.advance(overall)
            return succeeded

        try:
            return all(list(pool.map(run, runs)))
        except KeyboardInterrupt:
            stop.set()  # the pool waits for the runs
            raise


def _measure_one(
    path: Path, seed: int, variant: Variant, environment: dict[str, str], bars: Progress, stop: threading.Event
) -> bool:
    """Train a lesson with a seed and store the result; return whether it succeeded."""
    bar = Bar(bars, f"{path.stem} seed {seed}")
    try:
        result = _train(path, seed, variant, bar, stop)
        error = result.failure or _missing_results(result)
    except ValueError as not_usable:  # not a notebook, no such training cell, no such parameter
        error = str(not_usable)
    finally:
        bar.remove()
    if error:
        bars.console.print(f"{path.stem}, seed {seed}: {error}")
        return False
    check = result.checks[-1]
    entry = {key: check[key] for key in _STORED if key in check}
    entry["seconds"] = round(result.cell_seconds[variant.cell], 1)
    store(path.stem, seed, entry, environment, origin=check["origin"], variant=variant.name)
    return True


def _missing_results(result: Execution) -> str:
    """Return what a run lacks that is to be stored, "" if nothing."""
    if not result.checks:
        return "no check was recorded"
    if result.checks[-1].get("evaluated") is None:
        return "not yet: {claim}. {hint}".format_map(result.checks[-1]["verdicts"][0])
    return ""


def _train(path: Path, seed: int, variant: Variant, bar: Bar, stop: threading.Event) -> Execution:
    with tempfile.TemporaryDirectory() as folder:
        shortened = Path(folder, path.name)
        nbformat.write(up_to_training(read(path), variant), shortened)
        variables = {SEED_VARIABLE: str(seed)}
        return execute(shortened, parameters=variant.parameters(seed), variables=variables, report=bar, stop=stop)
