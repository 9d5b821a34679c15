"""`mnist-lab measure`: execute lessons over seeds and store their accuracies in results.json."""

import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from mnist_lab.environment import SEED_VARIABLE, versions
from mnist_lab.execute import execute
from mnist_lab.files import find_mnist
from mnist_lab.results import FILE, seeds_of, store, summary
from mnist_lab.run import new_bar, progress

TRAINING_CELL = "train"


def measure(notebooks: list[Path], seeds: int) -> int:
    """Execute lessons with the seeds 0 to `seeds` − 1; what is stored already is not run again.

    Returns 1 where a notebook failed or this is no checkout, else 0.
    """
    checkout = FILE.parents[1]
    if not (checkout / "pyproject.toml").is_file():
        print("`mnist-lab measure` writes into a checkout of the project, and this is none.", file=sys.stderr)
        return 1
    console = Console()
    notebooks = notebooks or sorted((checkout / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    environment = versions() | {"processor": processor()}
    failed = False
    with progress(console) as bars:
        for path in notebooks:
            for seed in range(seeds):
                failed |= not _measure_one(path, seed, environment, bars)
    for path in notebooks:
        for origin in ("mnist", "stand-in"):
            if measured := summary(path.stem, origin=origin):
                console.print(f"{path.stem} on {origin}: {measured}", highlight=False)
    return int(failed)


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _measure_one(path: Path, seed: int, environment: dict, bars: Progress) -> bool:
    origin = find_mnist().origin
    if str(seed) in seeds_of(path.stem, origin=origin):
        return True
    result = execute(path, variables={SEED_VARIABLE: str(seed)}, report=new_bar(bars, f"{path.stem} seed {seed}"))
    if result.failure or not result.checks:
        bars.console.print(f"{path.stem}, seed {seed}: {result.failure or 'no check was recorded'}", markup=False)
        return False
    check = result.checks[-1]
    entry = {key: check[key] for key in ("accuracy", "loss", "misread")}
    entry["seconds"] = round(result.cell_seconds[TRAINING_CELL], 1)
    store(path.stem, seed, entry, environment, origin=check["origin"])
    return True
