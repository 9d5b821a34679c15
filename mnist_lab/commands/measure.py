"""`mnist-lab measure`: train lessons over seeds and store their accuracies in results.json."""

import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import Progress

from mnist_lab.commands.notebook_runner import execute
from mnist_lab.commands.progress import Bar, progress
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import SEED_VARIABLE, processor, versions
from mnist_lab.results.store import AS_TAUGHT, FILE, seeds_of, store, summary

TRAINING_CELL = "train"


def measure(
    notebooks: list[Path],
    seeds: int,
    *,
    epochs: int | None = None,
    settings: Sequence[str] = (),
    training: str | None = None,
    jobs: int | None = None,
) -> int:
    """Train lessons with the seeds 0 to `seeds` − 1; what is stored already is not run again.

    Of a notebook only the cells up to `train` are executed, and a check after them.

    Args:
        notebooks: their paths; empty: all lessons.
        seeds: how many.
        epochs: in place of the lesson's own number of epochs; stored as a variant of its own, "1 epoch" for instance.
            A seed that was measured as taught for as many or more is not run again: its first epochs are the same.
        settings: other numbers for the cell `parameters`, "NAME=3" or "NAME=seed", the run's own seed; stored as a
            variant of that name.
        training: which training, in a lesson with several: "long" for that of the cell `train-long`, which makes
            `long_model` and `long_history`; stored as a variant of that name.
        jobs: how many run at the same time; None: one for every two cores.

    Returns:
        1 where a notebook failed or this is no checkout, else 0.
    """
    checkout = FILE.parents[2]
    if not (checkout / "pyproject.toml").is_file():
        print("`mnist-lab measure` writes into a checkout of the project, and this is none.", file=sys.stderr)
        return 1
    console = Console()
    notebooks = notebooks or sorted((checkout / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    shortened = [] if epochs is None else [f"{epochs} epoch{'s' * (epochs != 1)}"]
    named = [training] if training else []
    variant = ", ".join([*named, *shortened, *settings]) or AS_TAUGHT
    origin = find_mnist().origin
    missing = [
        (path, seed)
        for seed in range(seeds)
        for path in notebooks
        if str(seed) not in known_seeds(path.stem, origin, variant, None if settings or training else epochs)
    ]
    environment = versions() | {"processor": processor()}
    with progress(console) as bars, ThreadPoolExecutor(jobs or max(1, (os.cpu_count() or 1) // 2)) as pool:
        overall = bars.add_task("runs", total=len(missing), line="")

        def one(path: Path, seed: int) -> bool:
            parameters = {} if epochs is None else {"EPOCHS": epochs}
            parameters |= {name: _number(value, seed) for name, _, value in (text.partition("=") for text in settings)}
            well = _measure_one(path, seed, training, parameters, variant, environment, bars)
            bars.advance(overall)
            return well

        all_well = all(list(pool.map(lambda run: one(*run), missing)))
    for path in notebooks:
        if measured := summary(path.stem, origin=origin, variant=variant):
            console.print(f"{path.stem} on {origin}, {variant}: {measured}", highlight=False)
    return int(not all_well)


def _number(text: str, seed: int) -> int | float:
    return seed if text == "seed" else float(text) if "." in text else int(text)


def known_seeds(lesson: str, origin: str, variant: str, epochs: int | None) -> set[str]:
    """Return the seeds that need not be run: those of the variant, and those trained as taught for as many epochs."""
    as_taught = seeds_of(lesson, origin=origin)
    long_enough = {seed for seed, entry in as_taught.items() if epochs and len(entry["accuracy"]) >= epochs}
    return set(seeds_of(lesson, origin=origin, variant=variant)) | long_enough


def training_cell(training: str | None) -> str:
    """Return the id of the cell of a training: of the lesson's own one, or of one that has a name."""
    return f"{TRAINING_CELL}-{training}" if training else TRAINING_CELL


def up_to_training(notebook: nbformat.NotebookNode, training: str | None = None) -> nbformat.NotebookNode:
    """Return the code cells of a lesson up to its training, and a check of the network after them.

    Where the training's cell has "needs" in its metadata, these cells alone come before it.

    Raises:
        ValueError: no cell has the id of that training, or of what it needs.
    """
    last = training_cell(training)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.id for cell in cells]
    if last not in names:
        raise ValueError(f"Expected a lesson with a cell of the id {last!r}. Received the cells: {names}")
    before = cells[: names.index(last)]
    if needs := cells[names.index(last)].metadata.get("needs"):
        if not set(needs) <= {cell.id for cell in before}:
            raise ValueError(f"Expected {last!r} to need cells that stand before it. Received: {needs}")
        before = [cell for cell in before if cell.id in needs]
    lesson = notebook.metadata.mnist_lab.lesson
    held_out = ", held_out=held_out" if any("holdout_dataset(" in cell.source for cell in cells) else ""
    trained = f"{training}_model, {training}_history" if training else "model, history"
    check = nbformat.v4.new_code_cell(f"lab.check_lesson({lesson!r}, {trained}{held_out})", id="measured")
    kept = [*before, cells[names.index(last)], check]
    return nbformat.v4.new_notebook(cells=kept, metadata=notebook.metadata)


def _measure_one(
    path: Path, seed: int, training: str | None, parameters: dict, variant: str, environment: dict, bars: Progress
) -> bool:
    report = Bar(bars, f"{path.stem} seed {seed}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            shortened = Path(folder, path.name)
            nbformat.write(up_to_training(nbformat.read(path, as_version=4), training), shortened)
            result = execute(shortened, parameters=parameters, variables={SEED_VARIABLE: str(seed)}, report=report)
    except ValueError as error:  # no notebook, no such training, no such parameter
        bars.console.print(f"{path.stem}, seed {seed}: {error}", markup=False)
        return False
    finally:
        report.remove()
    if result.failure or not result.checks:
        bars.console.print(f"{path.stem}, seed {seed}: {result.failure or 'no check was recorded'}", markup=False)
        return False
    check = result.checks[-1]
    entry = {key: check[key] for key in ("accuracy", "loss", "misread", "figures", "held_out") if key in check}
    entry["seconds"] = round(result.cell_seconds[training_cell(training)], 1)
    store(path.stem, seed, entry, environment, origin=check["origin"], variant=variant)
    return True
