"""Seconds from the set-up cell of lesson 01 to its first curve: `python benchmarks/first_curve.py`.

Run it in an environment with the versions of Colab's runtime (tests/colab-versions.txt).
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from report import arguments, report

from mnist_lab.commands.notebook_runner import execute

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "notebooks" / "01_dense_softmax.ipynb"
MOST_SECONDS = 60
STEPS = ("install", "kernel", "imports", "digits", "pictures", "curve", "all")


def seconds_of_installation():
    """Return the seconds of `pip install --no-deps` from a local clone; the set-up cell clones over the network."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            folder,
            f"git+file://{ROOT}",
        ]
        began = time.perf_counter()
        subprocess.run(command, check=True, timeout=300)
        return time.perf_counter() - began


def seconds_to_the_curve():
    """Return the seconds of the kernel's start, of the cells before the training cell, and then of the first curve."""
    times = []

    def report(_done, _cells, line):
        if not times or ("accuracy" in line and len(times) == 1):  # earlier figures are empty
            times.append(time.perf_counter())

    began = time.perf_counter()
    result = execute(LESSON, parameters={"EPOCHS": 1}, report=report)
    if result.failure or len(times) < 2:
        sys.exit(result.failure or "Expected curves of PlotTraining. Received: a lesson without any.")
    before = dict(itertools.takewhile(lambda cell: cell[0] != "train", result.cell_seconds.items()))
    started, first = times
    imports, digits = before.pop("imports"), before.pop("data")
    others = sum(before.values())
    return started - began, imports, digits, others, first - started - imports - digits - others


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    runs = []
    for _ in range(options.rounds):
        steps = (seconds_of_installation(), *seconds_to_the_curve())
        runs.append((*steps, sum(steps)))
    middle = [median(column) for column in zip(*runs, strict=True)]
    rows = [
        [name, *(f"{seconds:.1f}" for seconds in run)]
        for name, run in [*((str(number + 1), run) for number, run in enumerate(runs)), ("median", middle)]
    ]
    bounds = {f"to the first curve: {middle[-1]:.1f} s (at most {MOST_SECONDS})": middle[-1] <= MOST_SECONDS}
    columns = ["round", *(f"{step}, s" for step in STEPS)]
    return report("first_curve", columns, rows, bounds, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
