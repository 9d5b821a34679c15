"""Run experiments and store what they find in mnist_lab/results/experiments.json."""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from filelock import FileLock

from mnist_lab.data.files import write_whole
from mnist_lab.data.find import find_mnist
from mnist_lab.environment import processor, quiet_stderr, set_seed, versions
from mnist_lab.results import experiments as results
from tools.experiments import EXPERIMENTS, Experiment, Values
from tools.store_results import dump

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("lessons_*.py"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing of the named experiments; return 1 if a run failed."""
    load()
    parser = argparse.ArgumentParser(prog="python -m tools.experiments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="an experiment, or a lesson's number (default: all)")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="runs at the same time, each on one core")
    parser.add_argument("--seeds", type=int, metavar="N", help="at most so many seeds (default: those planned)")
    parser.add_argument("--list", action="store_true", help="show what there is and what was measured, and run nothing")
    chosen = parser.parse_args(arguments)
    known = [name for name in EXPERIMENTS if not chosen.names or any(name.startswith(each) for each in chosen.names)]
    if not known:
        parser.error(f"expected one of {', '.join(EXPERIMENTS)}. Received: {', '.join(chosen.names)}")
    selected = [EXPERIMENTS[name] for name in known]
    failed = 0
    if not chosen.list:
        if (origin := find_mnist().origin) != "mnist":
            parser.error(f"experiments are on real MNIST. Received: {origin}")
        failed = _run_missing(selected, chosen.jobs, chosen.seeds)
    for each in selected:
        _show(each)
    return int(failed > 0)


def load() -> None:
    """Register all experiments."""
    for module in MODULES:
        import_module(f"tools.experiments.{module}")


def _run_missing(selected: list[Experiment], jobs: int, at_most: int | None) -> int:
    """Run and store; return how many runs failed."""
    runs, failed = missing(selected, at_most), 0
    with multiprocessing.get_context("spawn").Pool(jobs, _start, maxtasksperchild=20) as pool:
        for number, ((name, arm, seed), entry) in enumerate(pool.imap_unordered(_tried, runs), 1):
            if isinstance(entry, Exception):  # the others go on
                failed += 1
                print(f"{name} {arm} seed {seed}: {entry!r}", file=sys.stderr, flush=True)
                continue
            store(name, arm, seed, entry)
            print(f"{number}/{len(runs)} {name} {arm} seed {seed}: {json.dumps(entry)[:160]}", flush=True)
    return failed


def missing(selected: list[Experiment], at_most: int | None) -> list[tuple[str, dict[str, Any], int]]:
    """Return what is to be run of each experiment: its name, an arm and a seed."""
    return [
        (each.name, arm, seed)
        for each in selected
        for seed in range(min(each.seeds, at_most or each.seeds))
        for arm in each.arms
        if str(seed) not in _seeds(results.contents(), each.name, arm)
    ]


def _start() -> None:
    with quiet_stderr():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    load()


def _tried(planned: tuple[str, dict[str, Any], int]) -> tuple[tuple[str, dict[str, Any], int], Values | Exception]:
    try:
        return planned, run(*planned)
    except Exception as error:  # it is told by the process that waits
        return planned, error


def run(name: str, arm: dict[str, Any], seed: int) -> Values:
    """Return the values of one run, and the seconds that it took."""
    import keras

    keras.backend.clear_session()
    set_seed(seed)
    began = time.perf_counter()
    values = EXPERIMENTS[name].run(seed, **arm)
    return {**_rounded(values), "seconds": round(time.perf_counter() - began, 1)}


def _rounded(values: Values) -> Values:
    """Return the values with six significant digits."""
    return {name: _six_digits(np.asarray(value).tolist()) for name, value in values.items()}


def _six_digits(value: Any) -> Any:
    if isinstance(value, list):
        return [_six_digits(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _seeds(content: dict[str, Any], name: str, arm: dict[str, Any]) -> dict[str, Any]:
    groups = content["experiments"].get(name, [])
    return next((group["seeds"] for group in groups if group["arm"] == arm), {})


def store(name: str, arm: dict[str, Any], seed: int, entry: Values) -> None:
    """Write an entry into the file; one of the same seed is replaced."""
    environment = versions() | {"processor": processor()}
    with FileLock(results.FILE.with_suffix(".lock")):
        results.contents.cache_clear()
        content = results.contents()
        if environment not in content["environments"]:
            content["environments"].append(environment)
        groups = content["experiments"].setdefault(name, [])
        seeds = _seeds(content, name, arm)
        if not seeds:
            groups.append({"arm": arm, "seeds": seeds})
        seeds[str(seed)] = entry | {"environment": content["environments"].index(environment)}
        for number in sorted(seeds, key=int):
            seeds[number] = seeds.pop(number)
        content["experiments"] = dict(sorted(content["experiments"].items()))
        write_whole(results.FILE, dump(content))
        results.contents.cache_clear()


def _show(each: Experiment) -> None:
    print(f"\n{each.name}: {each.about}")
    for arm in each.arms:
        entries = _seeds(results.contents(), each.name, arm)
        settings = ", ".join(f"{name}={value}" for name, value in arm.items()) or "–"
        print(f"  {settings}: {len(entries)} of {each.seeds} seeds")
        if not entries:
            continue
        for name, values in results.measured_values(each.name, **arm).items():
            means, deviations = np.mean(values, axis=0), np.std(values, axis=0, ddof=min(1, len(values) - 1))
            print(f"    {name}: {_text(means)} ± {_text(deviations)}")
            print(f"        from {_text(values.min(axis=0))} to {_text(values.max(axis=0))}")


def _text(values: Any) -> str:
    return np.array2string(np.asarray(values), precision=5, max_line_width=200, threshold=30)
