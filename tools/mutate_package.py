"""Let cosmic-ray change the package line by line, in copies of the project, and see whether the tests notice.

Given names of modules it prints what survived; without, it puts the table into docs/mutations_of_the_package.md too.
Exits with 1 where fewer than 85 in 100 mutants were noticed in a module, or those that survive are others than those
that survivors.py has a reason for.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.mutate_lessons import LEFT_OUT
from tools.project import ROOT
from tools.survivors import REASONS

TABLE = ROOT / "docs" / "mutations_of_the_package.md"
TESTS = {
    "idx": ["test_idx"],
    "gzipped": ["test_idx"],
    "files": ["test_files"],
    "datasets": ["test_datasets", "test_holdout"],
    "preprocess": ["test_preprocess"],
}
LEAST = 0.85
TEST_SECONDS, MODULE_SECONDS, AT_ONCE = 60, 4 * 3_600, 2
# Some replacements for each operator are enough; a `|` is one of an annotation.
CONFIGURATION = """
[cosmic-ray]
module-path = "mnist_lab/{module}.py"
timeout = {seconds}
excluded-modules = []
test-command = "{command}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceBinaryOperator_.*_(Pow|FloorDiv|Mod|LShift|RShift|BitOr|BitAnd|BitXor)",
    "core/ReplaceComparisonOperator_.*_(Is|IsNot)",
]
"""
MESSAGES = ("raise ", 'found = f"', 'f"', '"')  # a line that begins so is an error's text
HEAD = """# Mutants of the package

Written by `python -m tools.mutate_package`: cosmic-ray changed an operator, a comparison, a number, a condition or a
decorator at a time, and the module's own tests were run. What is no Python, or an error's text, is not counted.

"""


@dataclass(frozen=True)
class Mutant:
    """One change: the line as it was and as it became, and whether the tests noticed."""

    before: str
    after: str
    noticed: bool


def mutants(module: str) -> list[Mutant]:
    """Return what became of the mutants of a module."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        tests = " ".join(f"tests/{test}.py" for test in TESTS[module])
        command = f"{sys.executable} -m pytest -x -q --override-ini addopts= -p no:nbval -p no:cacheprovider {tests}"
        configuration = CONFIGURATION.format(module=module, seconds=TEST_SECONDS, command=command)
        Path(copy, "mutants.toml").write_text(configuration, encoding="utf-8")
        for step in (
            ["cosmic-ray", "init", "mutants.toml", "mutants.sqlite"],
            ["cosmic-ray", "baseline", "mutants.toml"],
            ["cr-filter-operators", "mutants.sqlite", "mutants.toml"],
            ["cosmic-ray", "exec", "mutants.toml", "mutants.sqlite"],
            ["cosmic-ray", "dump", "mutants.sqlite"],
        ):
            run = subprocess.run(step, cwd=copy, capture_output=True, text=True, timeout=MODULE_SECONDS)
            if run.returncode:
                raise RuntimeError(f"{module}: {' '.join(step)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
    return [mutant for line in run.stdout.splitlines() if (mutant := _mutant(*json.loads(line)))]


def _mutant(_item: dict, result: dict) -> Mutant | None:
    if result["worker_outcome"] != "normal" or "SyntaxError" in result["output"]:
        return None
    lines = [line for line in result["diff"].splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    if lines[0][1:].lstrip().startswith(MESSAGES):
        return None
    before, after = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    return Mutant(" ".join(before), " ".join(after), result["test_outcome"] == "killed")


def summary(module: str, found: list[Mutant]) -> tuple[str, bool]:
    """Return what is said of a module, and whether it is good enough."""
    survived = [mutant for mutant in found if not mutant.noticed]
    share = 1 - len(survived) / len(found)
    lines = [f"## {module}\n", f"{len(found) - len(survived)} of {len(found)} noticed: {100 * share:.1f} %.\n"]
    if survived:
        lines += ["| line | became | why it lives |", "|---|---|---|"]
    for mutant in survived:
        reason = REASONS.get((module, mutant.after), "**not known**")
        lines.append(
            "| "
            + " | ".join(text.replace("|", "\\|") for text in (f"`{mutant.before}`", f"`{mutant.after}`", reason))
            + " |"
        )
    reasons = {after for of, after in REASONS if of == module}
    lives = {mutant.after for mutant in survived}
    lines += [f"\nIt lives no longer: `{after}`" for after in sorted(reasons - lives)]
    return "\n".join(lines) + "\n", share >= LEAST and lives == reasons


def main() -> int:
    """Try the modules, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", choices=[*TESTS, []], metavar="MODULE", help="none: all")
    chosen = parser.parse_args().modules or list(TESTS)
    texts, good = [], True
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for module, found in zip(chosen, pool.map(mutants, chosen), strict=True):
            text, enough = summary(module, found)
            texts.append(text)
            good &= enough
            print(text, flush=True)
    if chosen == list(TESTS):
        TABLE.write_text(HEAD + "\n".join(texts), encoding="utf-8")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
